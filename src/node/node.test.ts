import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createMemoryHub, type MemoryHub } from './net/memory.ts'
import type { StarlingNode } from './node.ts'
import { encode } from './schema/codec.ts'
import type { SignedContract } from './schema/contract.ts'
import type { Runner } from './skill/runner.ts'
import { createMemoryLocks } from './store/locks.ts'
import { collections } from './store/store.ts'
import { agents, approval, createNodes, createProfile, csv, endlessRunner, reaches, type Nodes, type Profile } from './testing/nodes.ts'

let hub: MemoryHub
let nodes: Nodes

beforeEach(() => {
  hub = createMemoryHub()
  nodes = createNodes(hub)
})

afterEach(async () => {
  await nodes.closeAll()
  expect(nodes.reports).toEqual([])
})

const open = (peer: string, profile: Profile, runner?: Runner): Promise<StarlingNode> =>
  nodes.open(peer, profile, runner === undefined ? {} : { runner })
const close = (node: StarlingNode) => nodes.close(node)

describe('two agents', () => {
  test('find each other, agree, work, and both keep the co-signed record', async () => {
    const [ann, ben] = [await createProfile(), await createProfile()]
    const a = await open('peer-a', ann)
    const b = await open('peer-b', ben)
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
      const { leaderSignature, followerSignature } = one?.body as SignedContract
      expect([leaderSignature, followerSignature].map((signature) => signature.length)).toEqual([64, 64])
    }
    expect((await a.client.find('average price by city'))[0]?.reasons).toContainEqual({
      kind: 'history',
      text: 'Did 1 with you'
    })
  })

  test('a decline comes with its reason, and nothing is recorded', async () => {
    const a = await open('peer-a', await createProfile())
    const b = await open('peer-b', await createProfile())
    await agents(a.client, 1)
    const id = await a.client.submit({ goal: 'Statistics', files: [csv] })
    await b.client.decline((await approval(b.client)).id, 'Not today')
    const task = await reaches(a.client, id, ({ state }) => state === 'rejected')
    expect(task.problem).toContain('Not today')
    expect((await a.client.log()).map(({ kind }) => kind)).not.toContain('contract')
    expect(await b.client.approvals()).toEqual([])
  })

  test('a standing permission answers within its limits, and asks beyond them', async () => {
    const a = await open('peer-a', await createProfile())
    const b = await open('peer-b', await createProfile())
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
    const a = await open('peer-a', await createProfile())
    const b = await open('peer-b', await createProfile())
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
    let stopped = 0
    const endless = endlessRunner(() => stopped++)
    const a = await open('peer-a', await createProfile())
    const b = await open('peer-b', await createProfile(), endless)
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

test('what an offer promises not to keep is nowhere any more, and the asking side knows the promise', async () => {
  const [ann, ben] = [await createProfile(), await createProfile()]
  const a = await open('peer-a', ann)
  const b = await open('peer-b', ben)
  const terms = { languages: [], region: null, price: 2, keeps: 'nothing', tier: 0 } as const
  await b.client.declare({ id: 'csv-statistics', name: '', terms: { ...terms, languages: [] } })
  await agents(a.client, 1)
  const id = await a.client.submit({ goal: 'The secret average', files: [{ ...csv, name: 'secret.csv' }], constraints: { keeps: 'nothing' } })
  const card = await approval(b.client)
  expect(await stored(ben)).toContain('The secret average')
  await b.client.approve(card.id)
  const done = await reaches(a.client, id, ({ state }) => state === 'completed')
  expect(done).toMatchObject({ goal: 'The secret average', terms, forgotten: null })
  const kept = await vi.waitFor(async () => {
    const task = (await b.client.tasks()).find(({ id: one }) => one === card.id)
    expect(task?.forgotten).toBe('all')
    return task
  }, 10_000)
  expect(kept).toMatchObject({ goal: '', files: [], result: null, state: 'completed', agent: ann.key.agent, terms })
  const all = await stored(ben)
  for (const gone of ['secret', csv.text.slice(0, 20), done.result?.summary ?? '']) expect(all).not.toContain(gone)
  // both have the same entries still, and what is left is enough to say how it went
  const [ours, theirs] = [await a.client.log(), await b.client.log()]
  const contract = (log: typeof ours) => log.find(({ kind }) => kind === 'contract')
  expect(contract(theirs)).toMatchObject({ body: null, bodyHash: contract(ours)?.bodyHash })
  await b.client.rate(card.id, 100)
  const said = (await b.client.log()).findLast(({ kind }) => kind === 'rating')
  expect(said?.body).toMatchObject({ rating: { score: 100, contract: card.id, subject: ann.key.agent } })
})

/** Everything that is stored in a profile, as text. */
async function stored({ store }: Profile): Promise<string> {
  const kept = await Promise.all(collections.map((collection) => store.list(collection)))
  return kept.flat().map(([key, value]) => key + new TextDecoder('latin1').decode(encode(value))).join('\n')
}

describe('a reload in the middle loses nothing', () => {
  test('of the asking side, while it waits for approval', async () => {
    const ann = await createProfile()
    const a = await open('peer-a', ann)
    const b = await open('peer-b', await createProfile())
    await agents(a.client, 1)
    const id = await a.client.submit({ goal: 'Statistics', files: [csv] })
    const card = await approval(b.client)
    await close(a)
    await b.client.approve(card.id)
    const again = await open('peer-a2', ann)
    expect((await reaches(again.client, id, ({ state }) => state === 'completed')).result).not.toBeNull()
    expect((await again.client.log()).filter(({ kind }) => kind === 'contract')).toHaveLength(1)
  })

  test('of the doing side, while it asks its operator and while it runs', async () => {
    const ben = await createProfile()
    const a = await open('peer-a', await createProfile())
    const never: Runner = { run: () => new Promise(() => undefined) }
    const b = await open('peer-b', ben, never)
    await agents(a.client, 1)
    const id = await a.client.submit({ goal: 'Statistics', files: [csv] })
    const card = await approval(b.client)
    await close(b)
    const b2 = await open('peer-b2', ben, never)
    expect((await approval(b2.client)).id).toBe(card.id)
    await b2.client.approve(card.id)
    await reaches(b2.client, card.id, ({ state, waiting }) => state === 'working' && waiting === '')
    await close(b2)
    // as when a tab is closed: its locks fall to the next
    const b3 = await open('peer-b3', { ...ben, locks: createMemoryLocks() })
    expect((await reaches(a.client, id, ({ state }) => state === 'completed')).result).not.toBeNull()
    expect((await b3.client.log()).filter(({ kind }) => kind === 'contract')).toHaveLength(1)
  })
})

test('a task waits for somebody who can do it, and starts when they come', async () => {
  const a = await open('peer-a', await createProfile())
  const id = await a.client.submit({ goal: 'Statistics', files: [csv] })
  expect((await reaches(a.client, id, ({ waiting }) => waiting !== '')).waiting).toMatch(/Looking for/)
  const b = await open('peer-b', await createProfile())
  await b.client.approve((await approval(b.client)).id)
  await reaches(a.client, id, ({ state }) => state === 'completed')
})

test('files that nobody takes are refused before anything is sent', async () => {
  const a = await open('peer-a', await createProfile())
  const b = await open('peer-b', await createProfile())
  await agents(a.client, 1)
  const huge = { name: 'huge.csv', type: 'text/csv', text: `a\n${'1\n'.repeat(6 * 2 ** 20)}` }
  const id = await a.client.submit({ goal: 'Statistics', files: [huge] })
  expect((await reaches(a.client, id, ({ state }) => state === 'failed')).problem).toMatch(/nobody here takes more/)
  await expect(a.client.submit({ goal: 'x', files: [{ ...huge, text: 'x'.repeat(17 * 2 ** 20) }] })).rejects.toThrow(/at most/)
  expect(await b.client.approvals()).toEqual([])
})

test('a skill of one’s own is offered, found and run', async () => {
  const a = await open('peer-a', await createProfile())
  const b = await open('peer-b', await createProfile())
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
  const a = await open('peer-a', await createProfile())
  const b = await open('peer-b', await createProfile())
  await agents(a.client, 1)
  const { seq } = await b.client.declare({ goal: 'A recipe for bread' })
  for await (const snapshot of a.client.snapshots()) {
    if (snapshot.agents[0]?.wants.first === 'A recipe for bread') break
  }
  await b.client.withdraw(seq)
  await b.client.offer('key-points', false)
  for await (const { agents: [other] } of a.client.snapshots()) {
    if (other?.wants.count === 0 && other.offers.count === 2) break
  }
  expect((await a.client.find('key points of a text')).map(({ skill }) => skill)).not.toContain('key-points')
})
