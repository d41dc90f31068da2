import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { LeaderChannel } from '../../adapt/adaptation.ts'
import { digest, toHex } from '../../crypto/hash.ts'
import type { Contract } from '../../schema/contract.ts'
import type { FollowerMessage } from '../../schema/messages.ts'
import type { TaskRecord } from '../../schema/task.ts'
import type { Runner } from '../../skill/runner.ts'
import type { Skill } from '../../skill/skills.ts'
import { noChanges } from '../../store/changes.ts'
import { endlessRunner } from '../../testing/nodes.ts'
import { contractHash, signContract, signOutcome, verifyContract, verifyOutcome } from '../contract.ts'
import { isSettled } from '../housekeeping.ts'
import { createPermissions, type Permissions } from '../permissions.ts'
import { recordOutcome } from '../recording.ts'
import { createBench, type Bench } from '../testing/bench.ts'
import { contractOf, limits, skillOf } from '../testing/records.ts'
import { createFollower, type Follower } from './follower.ts'

let bench: Bench
let follower: Follower
let open: boolean
/** what we have under `x` now, and whether it is offered */
let current: Skill | undefined
let isOffered: boolean
let permissions: Permissions
let runner: Runner
let inputs: unknown[]
let sources: string[]
const signal = AbortSignal.timeout(60_000)
const program = 'a'.repeat(64)

beforeEach(async () => {
  bench = await createBench()
  inputs = []
  sources = []
  open = true
  current = skillOf()
  isOffered = true
  runner = {
    run: async ({ source, input }, { onProgress }) => {
      sources.push(source)
      inputs.push(input)
      onProgress({ fraction: 0.5, note: 'half', at: 1 })
      return { summary: 'done', parts: [] }
    }
  }
  permissions = createPermissions({ store: bench.store, changes: noChanges, now: Date.now, random: (n) => crypto.getRandomValues(new Uint8Array(n)) })
  follower = start()
})
afterEach(() => follower.stop())

function start(): Follower {
  const { self, store, tasks, adaptation, logs, locks, reports } = bench
  return createFollower({
    key: self,
    store,
    tasks,
    permissions,
    adaptation,
    logs,
    locks,
    runner: { run: (...args) => runner.run(...args) },
    offered: (id) => (id === 'x' && isOffered ? current : undefined),
    skill: (id) => (id === 'x' ? current : undefined),
    isOpen: () => open,
    now: Date.now,
    report: (error) => reports.push(error)
  })
}

const contract = (fields: Partial<Contract> = {}) => contractOf(bench.other.agent, bench.self.agent, fields)

async function offer(of: Contract, channel = bench.approach()): Promise<LeaderChannel> {
  await channel.send({ type: 'offer', contract: of, signature: await signContract(bench.other, of) }, signal)
  return channel
}

async function said<T extends FollowerMessage['type']>(channel: LeaderChannel, type: T): Promise<Extract<FollowerMessage, { type: T }>> {
  for (;;) {
    const message = await channel.receive(signal)
    if (message === null) throw new Error(`the channel ended before “${type}”`)
    if (message.type === type) return message as Extract<FollowerMessage, { type: T }>
    if (message.type !== 'progress') throw new Error(`expected “${type}”, got ${JSON.stringify(message)}`)
  }
}

const until = async (of: Contract, wanted: (task: TaskRecord) => boolean) => bench.tasks.until(await contractHash(of), wanted, signal)
const approve = async (of: Contract) => bench.tasks.update(await contractHash(of), () => ({ approvedBy: 'operator' }))

describe('an offer', () => {
  test('goes all the way: pending, approved, finished, confirmed, written down', async () => {
    const of = contract()
    const channel = await offer(of)
    await said(channel, 'pending')
    expect(await bench.recorded()).toEqual([])
    await approve(of)
    const { signature } = await said(channel, 'approved')
    expect(await verifyContract(bench.self.agent, of, signature)).toBe(true)
    const finished = await said(channel, 'finished')
    expect(await verifyOutcome(bench.self.agent, finished.outcome, finished.signature)).toBe(true)
    expect(finished.outcome).toMatchObject({ state: 'completed', contract: await contractHash(of) })
    await channel.send({ type: 'accepted', signature: await signOutcome(bench.other, finished.outcome) }, signal)
    const task = await until(of, isSettled)
    expect(task).toMatchObject({ state: 'completed', waiting: '', entries: { contract: 1, outcome: 2, rating: 3 } })
    expect(await bench.recorded()).toEqual(['contract', 'outcome', 'rating'])
    const body = await bench.logs.body(bench.self.agent, 3)
    expect(body).toMatchObject({ rating: { contract: await contractHash(of), subject: bench.other.agent, score: 20 } })
    expect(bench.reports).toEqual([])
  })

  test('that can’t be taken is declined on the spot, and not kept', async () => {
    const channel = await offer(contract({ skill: 'y' }))
    expect((await said(channel, 'declined')).reason).toMatch(/does not offer/)
    expect(await channel.receive(signal)).toBeNull()
    expect(bench.tasks.all()).toEqual([])
  })

  test('is declined while no work is taken on, and what was agreed before goes on', async () => {
    const agreed = contract()
    const channel = await offer(agreed)
    await said(channel, 'pending')
    open = false
    expect((await said(await offer(contract()), 'declined')).reason).toMatch(/no work right now/)
    await approve(agreed)
    await said(channel, 'approved')
    await said(channel, 'finished')
  })
})

describe('the answer', () => {
  test('of a standing permission comes by itself, within its runs', async () => {
    await permissions.grant({ agent: bench.other.agent, skill: 'x', limits, perDay: 1 })
    await said(await offer(contract()), 'pending')
    await vi.waitFor(() => expect(bench.tasks.all()[0]).toMatchObject({ state: 'completed', approvedBy: 'permission' }), 10_000)
    const second = contract()
    await said(await offer(second), 'pending')
    expect(await bench.tasks.read(await contractHash(second))).toMatchObject({ state: 'submitted', approvedBy: null })
  })

  test('no is told with its reason, also to one who comes back later', async () => {
    const of = contract()
    const channel = await offer(of)
    await said(channel, 'pending')
    await bench.tasks.update(await contractHash(of), () => ({ state: 'rejected', problem: 'Not today' }))
    expect((await said(channel, 'declined')).reason).toBe('Not today')
    expect((await said(await offer(of), 'declined')).reason).toBe('Not today')
  })

  test('yes counts for what was switched off since it was asked for', async () => {
    const of = contract()
    const channel = await offer(of)
    await said(channel, 'pending')
    isOffered = false
    await approve(of)
    await said(channel, 'approved')
    expect((await said(channel, 'finished')).outcome.state).toBe('completed')
    expect((await said(await offer(contract()), 'declined')).reason).toMatch(/does not offer/)
  })

  test('that never comes lapses with the request', async () => {
    const of = contract({ expiry: Date.now() + 300 })
    const channel = await offer(of)
    await said(channel, 'pending')
    await said(channel, 'declined')
    expect(await until(of, ({ state }) => state === 'canceled')).toMatchObject({ entries: { contract: null } })
  })
})

describe('the run', () => {
  async function running(of: Contract): Promise<LeaderChannel> {
    const channel = await offer(of)
    await said(channel, 'pending')
    await approve(of)
    await said(channel, 'approved')
    return channel
  }

  test('gets the files, once, and they are gone afterwards', async () => {
    const bytes = new TextEncoder().encode('a,b')
    const hash = toHex(await digest(bytes))
    bench.data.set(hash, bytes)
    const channel = await running(contract({ files: [{ name: 'a.csv', type: 'text/csv', hash, size: 3 }] }))
    await said(channel, 'finished')
    expect(inputs).toEqual([{ goal: 'do it', files: [{ name: 'a.csv', type: 'text/csv', text: 'a,b' }] }])
    expect(await bench.store.get('blobs', hash)).toBeUndefined()
  })

  test('without its files fails in words', async () => {
    const channel = await running(contract({ files: [{ name: 'a', type: '', hash: 'b'.repeat(64), size: 3 }] }))
    expect((await said(channel, 'finished')).outcome).toMatchObject({ state: 'failed', reason: expect.stringContaining('files could not be had') as string })
  })

  test('is stopped at once by either side', async () => {
    for (const stop of ['leader', 'operator']) {
      const stopped = vi.fn()
      runner = endlessRunner(stopped)
      const of = contract()
      const channel = await running(of)
      await until(of, ({ waiting }) => waiting === '')
      if (stop === 'leader') await channel.send({ type: 'cancel' }, signal)
      else await bench.tasks.update(await contractHash(of), () => ({ cancelRequested: true }))
      expect((await said(channel, 'finished')).outcome.state).toBe('canceled')
      expect(stopped).toHaveBeenCalledTimes(1)
    }
  })

  test('that outlives the contract is stopped, with an outcome', async () => {
    runner = endlessRunner()
    const of = contract({ expiry: Date.now() + 400 })
    const channel = await running(of)
    expect((await said(channel, 'finished')).outcome).toMatchObject({ state: 'canceled', reason: expect.stringContaining('time was over') as string })
    // nobody confirmed, and nobody can any more: our word alone is written down
    const task = await until(of, ({ entries }) => entries.outcome !== null)
    expect(task.outcomeSignatures.leader).toBeNull()
    expect(await bench.recorded()).toEqual(['contract', 'outcome'])
  })

  test('goes on after a reload, and the contract is written once', async () => {
    runner = endlessRunner()
    const of = contract()
    await running(of)
    follower.stop()
    runner = { run: async () => ({ summary: 'after the reload', parts: [] }) }
    follower = start()
    follower.drive(await contractHash(of))
    const channel = await offer(of)
    await said(channel, 'approved')
    expect((await said(channel, 'finished')).outcome.state).toBe('completed')
    expect(await bench.recorded()).toEqual(['contract'])
  })
})

describe('what was agreed', () => {
  test.each([
    ['replaced', skillOf('b'.repeat(64), 'another')],
    ['deleted', undefined]
  ])('is done by the program that was agreed on, though it was %s meanwhile', async (_, now) => {
    const bytes = new TextEncoder().encode('late')
    const hash = toHex(await digest(bytes))
    bench.data.set(hash, bytes)
    bench.here(false)
    const of = contract({ files: [{ name: 'a.txt', type: 'text/plain', hash, size: 4 }] })
    const channel = await offer(of)
    await said(channel, 'pending')
    await approve(of)
    await said(channel, 'approved')
    current = now
    // and though the tab was closed in between
    follower.stop()
    follower = start()
    follower.drive(await contractHash(of))
    expect(await bench.store.get('blobs', program)).toBeDefined()
    bench.here(true)
    expect(await until(of, ({ outcome }) => outcome !== null)).toMatchObject({ state: 'completed' })
    expect(sources).toEqual(['function run() {}'])
    expect(await bench.store.get('blobs', program)).toBeUndefined()
  })
})

describe('what its terms promise', () => {
  const terms = { languages: [], region: null, price: 0, keeps: 'nothing' as const, tier: 0 }
  const body = () => bench.logs.body(bench.self.agent, 1)

  test('is kept: what was asked for goes with the work, also after a reload, the result when it is confirmed', async () => {
    current = { ...skillOf(), capability: { ...skillOf().capability, terms } }
    runner = endlessRunner()
    const of = contract({ terms })
    const before = await offer(of)
    await said(before, 'pending')
    await approve(of)
    await until(of, ({ waiting }) => waiting === '')
    follower.stop()
    await before.close()
    // it is needed to begin again
    expect(await body()).not.toBeNull()
    runner = { run: async ({ input }) => ({ summary: input.goal, parts: [] }) }
    follower = start()
    const channel = await offer(of)
    await said(channel, 'approved')
    const { outcome } = await said(channel, 'finished')
    expect(await until(of, ({ forgotten }) => forgotten !== undefined)).toMatchObject({ goal: '', entries: { outcome: null } })
    expect([await body(), await bench.store.get('blobs', outcome.result!)]).toEqual([null, expect.any(Uint8Array)])
    // the same offer still finds its task
    await channel.close()
    const again = await offer(of)
    await said(again, 'approved')
    await again.send({ type: 'accepted', signature: await signOutcome(bench.other, (await said(again, 'finished')).outcome) }, signal)
    expect(await until(of, isSettled)).toMatchObject({ state: 'completed', forgotten: { what: 'all' }, entries: { rating: 3 } })
    expect(await bench.store.get('blobs', outcome.result!)).toBeUndefined()
  })

  test('is kept for what is never confirmed, when the contract lapses', async () => {
    current = { ...skillOf(), capability: { ...skillOf().capability, terms: { ...terms, keeps: 'task' } } }
    const of = contract({ terms: { ...terms, keeps: 'task' }, expiry: Date.now() + 1000 })
    await said(await offer(of), 'pending')
    await approve(of)
    expect(await until(of, ({ outcome }) => outcome !== null)).toMatchObject({ goal: 'do it' })
    expect(await until(of, isSettled)).toMatchObject({ goal: '', outcomeSignatures: { leader: null }, forgotten: { what: 'all' } })
  })
})

describe('what the asking side says afterwards', () => {
  async function finished(): Promise<{ of: Contract; channel: LeaderChannel }> {
    const of = contract()
    const channel = await offer(of)
    await said(channel, 'pending')
    await approve(of)
    await said(channel, 'approved')
    await said(channel, 'finished')
    return { of, channel }
  }

  test('the rating is made up for when the tab was closed before it', async () => {
    const { of, channel } = await finished()
    const id = await contractHash(of)
    const { outcome, outcomeSignatures } = await bench.tasks.read(id)
    follower.stop()
    await channel.close()
    const signatures = { ...outcomeSignatures, leader: await signOutcome(bench.other, outcome!) }
    await recordOutcome(bench, id, outcome!, signatures, {})
    expect(isSettled(await bench.tasks.read(id))).toBe(false)
    follower = start()
    follower.drive(id)
    expect((await until(of, isSettled)).entries.rating).toBe(3)
  })

  test('a forged confirmation ends the talk, and a true one is still taken', async () => {
    const { of, channel } = await finished()
    await channel.send({ type: 'accepted', signature: new Uint8Array(64) }, signal)
    expect(await channel.receive(signal)).toBeNull()
    expect(bench.reports.map((error) => (error as Error).name)).toEqual(['InvalidBytesError'])
    const again = await offer(of)
    await said(again, 'approved')
    const { outcome } = await said(again, 'finished')
    await again.send({ type: 'accepted', signature: await signOutcome(bench.other, outcome) }, signal)
    await until(of, ({ entries }) => entries.outcome !== null)
  })

  test('the same word twice, or a word before its time, ends the talk', async () => {
    for (const words of [['cancel', 'cancel'], ['disputed'], ['accepted']] as const) {
      const of = contract()
      const channel = await offer(of)
      await said(channel, 'pending')
      for (const type of words) {
        if (type === 'cancel') await channel.send({ type }, signal)
        else if (type === 'disputed') await channel.send({ type, reason: '' }, signal)
        else await channel.send({ type, signature: new Uint8Array(64) }, signal)
      }
      while ((await channel.receive(signal)) !== null);
    }
    expect(bench.reports.map((error) => (error as Error).name)).toEqual(Array(3).fill('InvalidBytesError'))
  })
})
