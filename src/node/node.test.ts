import { afterEach, describe, expect, test } from 'vitest'
import type { StarlingClient, TaskView } from './client.ts'
import { agentKey, generateKeyPair, type AgentKey } from './crypto/keys.ts'
import { createMemoryHub, type MemoryHub } from './net/memory.ts'
import { createNode, type StarlingNode } from './node.ts'
import { ProgramError, type Runner } from './skill/runner.ts'
import { runHere } from './skill/testing/run-program.ts'
import { noChanges } from './store/changes.ts'
import { createMemoryLocks, type Locks } from './store/locks.ts'
import { createMemoryStore } from './store/memory.ts'
import type { Store } from './store/store.ts'

/** A profile: what survives a reload. */
interface Profile {
  key: AgentKey
  store: Store
  locks: Locks
}

const running: StarlingNode[] = []
const reports: unknown[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((node) => node.stop()))
  expect(reports.splice(0)).toEqual([])
})

async function profile(): Promise<Profile> {
  return { key: await agentKey(await generateKeyPair()), store: createMemoryStore(), locks: createMemoryLocks() }
}

/** A store that its node may close and the next one of the profile go on with. */
function lasting(store: Store): Store {
  return { ...store, close: () => Promise.resolve() }
}

/** The sandbox itself; the worker around it has tests of its own. */
const sandboxRunner: Runner = {
  run: (run, { onProgress }) =>
    runHere(run, { onProgress: (fraction, note) => onProgress({ fraction, note, at: Date.now() }) })
}

async function open(hub: MemoryHub, peer: string, { key, store, locks }: Profile, runner = sandboxRunner): Promise<StarlingNode> {
  const node = await createNode({
    key,
    store: lasting(store),
    storageProblem: null,
    network: hub.network(peer),
    runner,
    locks,
    changes: noChanges,
    now: Date.now,
    report: (error) => reports.push(error)
  })
  await node.start()
  running.push(node)
  return node
}

async function close(node: StarlingNode): Promise<void> {
  running.splice(running.indexOf(node), 1)
  await node.stop()
}

/** The first version of a task for which `wanted` holds. */
async function reaches(client: StarlingClient, id: string, wanted: (task: TaskView) => boolean): Promise<TaskView> {
  let seen: TaskView | undefined
  for await (const task of client.watch(id)) {
    seen = task
    if (wanted(task)) return task
  }
  throw new Error(`the task ended otherwise: ${JSON.stringify(seen)}`)
}

async function approval(client: StarlingClient) {
  for await (const { approvals } of client.snapshots()) {
    if (approvals[0] !== undefined) return approvals[0]
  }
  throw new Error('no approval came')
}

async function agents(client: StarlingClient, wanted: number) {
  for await (const snapshot of client.snapshots()) {
    const able = snapshot.agents.filter(({ capabilities }) => capabilities.length > 0)
    if (able.length >= wanted) return able
  }
  throw new Error('the agents did not come')
}

const csv = { name: 'prices.csv', type: 'text/csv', text: 'city,price\nBern,3\nBasel,5\nBern,7\n' }

describe('two agents', () => {
  test('find each other, agree, work, and both keep the co-signed record', async () => {
    const hub = createMemoryHub()
    const [ann, ben] = [await profile(), await profile()]
    const a = await open(hub, 'peer-a', ann)
    const b = await open(hub, 'peer-b', ben)
    await agents(a.client, 1)

    const found = await a.client.find('average price by city', { files: [csv] })
    expect(found[0]).toMatchObject({ agent: ben.key.agent, skill: 'csv-statistics', reach: 'direct' })
    expect(found[0]?.reasons.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['matches', 'accepts', 'reach']))

    const id = await a.client.submit({ goal: 'Average price by city', files: [csv] })
    const card = await approval(b.client)
    expect(card).toMatchObject({ agent: ann.key.agent, goal: 'Average price by city', skill: 'csv-statistics' })
    expect(card.files).toMatchObject([{ name: 'prices.csv', size: csv.text.length }])
    expect(card.program.source).toContain('function run')
    await b.client.approve(card.id)

    const done = await reaches(a.client, id, ({ state }) => state === 'completed')
    expect(done.result?.summary).not.toBe('')
    expect(done.result?.parts.some(({ kind }) => kind === 'chart')).toBe(true)

    const kept = await reaches(b.client, card.id, ({ entries }) => entries.outcome !== null)
    expect(kept.state).toBe('completed')
    const [ours, theirs] = [await a.client.log(), await b.client.log()]
    for (const kind of ['contract', 'outcome']) {
      const one = ours.find((entry) => entry.kind === kind)
      expect(one?.bodyHash).toBe(theirs.find((entry) => entry.kind === kind)?.bodyHash)
      expect(one?.body).toMatchObject({ leaderSignature: expect.any(Uint8Array), followerSignature: expect.any(Uint8Array) })
    }
    expect((await a.client.find('average price by city'))[0]?.reasons).toContainEqual({
      kind: 'history',
      text: 'Did 1 with you'
    })
  })

  test('a decline comes with its reason, and nothing is recorded', async () => {
    const hub = createMemoryHub()
    const a = await open(hub, 'peer-a', await profile())
    const b = await open(hub, 'peer-b', await profile())
    await agents(a.client, 1)
    const id = await a.client.submit({ goal: 'Statistics', files: [csv] })
    await b.client.decline((await approval(b.client)).id, 'Not today')
    const task = await reaches(a.client, id, ({ state }) => state === 'rejected')
    expect(task.problem).toContain('Not today')
    expect((await a.client.log()).map(({ kind }) => kind)).not.toContain('contract')
    expect(await b.client.approvals()).toEqual([])
  })

  test('a standing permission answers within its limits, and asks beyond them', async () => {
    const hub = createMemoryHub()
    const a = await open(hub, 'peer-a', await profile())
    const b = await open(hub, 'peer-b', await profile())
    await agents(a.client, 1)
    const first = await a.client.submit({ goal: 'Statistics', files: [csv] })
    await b.client.approve((await approval(b.client)).id, { always: { perDay: 1 } })
    await reaches(a.client, first, ({ state }) => state === 'completed')
    const second = await a.client.submit({ goal: 'Statistics again', files: [csv] })
    await reaches(a.client, second, ({ state }) => state === 'completed')
    const third = await a.client.submit({ goal: 'And again', files: [csv] })
    expect((await approval(b.client)).goal).toBe('And again')
    await a.client.cancel(third)
    await reaches(a.client, third, ({ state }) => state === 'canceled')
  })

  test('a program that fails says so to both', async () => {
    const hub = createMemoryHub()
    const a = await open(hub, 'peer-a', await profile())
    const b = await open(hub, 'peer-b', await profile())
    await agents(a.client, 1)
    const file = { name: 'function.js', type: 'text/javascript', text: '() => { throw new Error("no such luck") }' }
    const id = await a.client.submit({ goal: 'Run my function', skill: 'javascript', files: [file] })
    const card = await approval(b.client)
    await b.client.approve(card.id)
    const task = await reaches(a.client, id, ({ state }) => state === 'failed')
    expect(task.problem).toContain('no such luck')
    expect(await reaches(b.client, card.id, ({ entries }) => entries.outcome !== null)).toMatchObject({ state: 'failed' })
  })

  test('either side can stop a run at once', async () => {
    const hub = createMemoryHub()
    let stopped = 0
    const endless: Runner = {
      run: (_, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            stopped++
            reject(new ProgramError('killed', 'stopped'))
          })
        })
    }
    const a = await open(hub, 'peer-a', await profile())
    const b = await open(hub, 'peer-b', await profile(), endless)
    await agents(a.client, 1)
    for (const side of ['leader', 'follower'] as const) {
      const id = await a.client.submit({ goal: `Statistics for the ${side}`, files: [csv] })
      const card = await approval(b.client)
      await b.client.approve(card.id)
      await reaches(b.client, card.id, ({ state, waiting }) => state === 'working' && waiting === '')
      if (side === 'leader') await a.client.cancel(id)
      else await b.client.cancel(card.id)
      await reaches(a.client, id, ({ state }) => state === 'canceled')
      await reaches(b.client, card.id, ({ entries }) => entries.outcome !== null)
    }
    expect(stopped).toBe(2)
  })
})

describe('a reload in the middle loses nothing', () => {
  test('of the asking side, while it waits for approval', async () => {
    const hub = createMemoryHub()
    const ann = await profile()
    const a = await open(hub, 'peer-a', ann)
    const b = await open(hub, 'peer-b', await profile())
    await agents(a.client, 1)
    const id = await a.client.submit({ goal: 'Statistics', files: [csv] })
    const card = await approval(b.client)
    await close(a)
    await b.client.approve(card.id)
    const again = await open(hub, 'peer-a2', ann)
    expect((await reaches(again.client, id, ({ state }) => state === 'completed')).result).not.toBeNull()
    expect((await again.client.log()).filter(({ kind }) => kind === 'contract')).toHaveLength(1)
  })

  test('of the doing side, while it asks its operator and while it runs', async () => {
    const hub = createMemoryHub()
    const ben = await profile()
    const a = await open(hub, 'peer-a', await profile())
    const never: Runner = { run: () => new Promise(() => undefined) }
    const b = await open(hub, 'peer-b', ben, never)
    await agents(a.client, 1)
    const id = await a.client.submit({ goal: 'Statistics', files: [csv] })
    const card = await approval(b.client)
    await close(b)
    const b2 = await open(hub, 'peer-b2', ben, never)
    expect((await approval(b2.client)).id).toBe(card.id)
    await b2.client.approve(card.id)
    await reaches(b2.client, card.id, ({ state, waiting }) => state === 'working' && waiting === '')
    await close(b2)
    // as when a tab is closed: its locks fall to the next
    const b3 = await open(hub, 'peer-b3', { ...ben, locks: createMemoryLocks() })
    expect((await reaches(a.client, id, ({ state }) => state === 'completed')).result).not.toBeNull()
    expect((await b3.client.log()).filter(({ kind }) => kind === 'contract')).toHaveLength(1)
  })
})

test('a task waits for somebody who can do it, and starts when they come', async () => {
  const hub = createMemoryHub()
  const a = await open(hub, 'peer-a', await profile())
  const id = await a.client.submit({ goal: 'Statistics', files: [csv] })
  expect((await reaches(a.client, id, ({ waiting }) => waiting !== '')).waiting).toMatch(/Looking for/)
  const b = await open(hub, 'peer-b', await profile())
  await b.client.approve((await approval(b.client)).id)
  await reaches(a.client, id, ({ state }) => state === 'completed')
})

test('files that nobody takes are refused before anything is sent', async () => {
  const hub = createMemoryHub()
  const a = await open(hub, 'peer-a', await profile())
  const b = await open(hub, 'peer-b', await profile())
  await agents(a.client, 1)
  const huge = { name: 'huge.csv', type: 'text/csv', text: `a\n${'1\n'.repeat(6 * 2 ** 20)}` }
  const id = await a.client.submit({ goal: 'Statistics', files: [huge] })
  expect((await reaches(a.client, id, ({ state }) => state === 'failed')).problem).toMatch(/nobody here takes more/)
  await expect(a.client.submit({ goal: 'x', files: [{ ...huge, text: 'x'.repeat(17 * 2 ** 20) }] })).rejects.toThrow(/at most/)
  expect(await b.client.approvals()).toEqual([])
})

test('a skill of one’s own is offered, found and run', async () => {
  const hub = createMemoryHub()
  const a = await open(hub, 'peer-a', await profile())
  const b = await open(hub, 'peer-b', await profile())
  const source = 'function run(input) { return { summary: input.goal.split("").reverse().join(""), parts: [] } }'
  await b.client.declare({ id: 'mirror', name: 'Mirror writing', tags: ['backwards', 'mirror'], source })
  await agents(a.client, 1)
  const id = await a.client.submit({ goal: 'backwards please' })
  const card = await approval(b.client)
  expect(card.skill).toBe('mirror')
  await b.client.approve(card.id)
  const task = await reaches(a.client, id, ({ state }) => state === 'completed')
  expect(task.result?.summary).toBe('esaelp sdrawkcab')
  await expect(b.client.declare({ id: 'other', name: 'Nothing behind it' })).rejects.toThrow(/source/)
})

test('what is declared is announced and what is withdrawn is gone', async () => {
  const hub = createMemoryHub()
  const a = await open(hub, 'peer-a', await profile())
  const b = await open(hub, 'peer-b', await profile())
  await agents(a.client, 1)
  const { seq } = await b.client.declare({ goal: 'A recipe for bread' })
  for await (const snapshot of a.client.snapshots()) {
    if (snapshot.agents[0]?.intentions[0]?.intention.goal === 'A recipe for bread') break
  }
  await b.client.withdraw(seq)
  await b.client.offer('key-points', false)
  for await (const { agents: [other] } of a.client.snapshots()) {
    if (other?.intentions.length === 0 && other.capabilities.length === 2) break
  }
  expect((await a.client.find('key points of a text')).map(({ skill }) => skill)).not.toContain('key-points')
})
