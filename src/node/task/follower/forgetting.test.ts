import { beforeEach, describe, expect, test } from 'vitest'
import { createVerifier } from '../../crypto/verifier.ts'
import { encode } from '../../schema/codec.ts'
import type { Contract, Outcome } from '../../schema/contract.ts'
import type { TaskRecord } from '../../schema/task.ts'
import { noChanges } from '../../store/changes.ts'
import { checkRating } from '../../trust/ratings.ts'
import { contractHash, signContract, signOutcome } from '../contract.ts'
import { isSettled } from '../housekeeping.ts'
import { rate } from '../rate.ts'
import { recordContract, recordOutcome } from '../recording.ts'
import { createTasks } from '../tasks.ts'
import { createBench, type Bench } from '../testing/bench.ts'
import { contractOf, recordOf } from '../testing/records.ts'
import { createForgetting, type Forget } from './forgetting.ts'

let bench: Bench
let forget: Forget
const SECRET = 'a goal that nobody else should read'
const NAME = 'my-salary.csv'
const FILE = 'b'.repeat(64)
const RESULT = 'd'.repeat(64)
const REASON = 'line 3: 4,200 is no number'
const files = [{ name: NAME, type: 'text/csv', hash: FILE, size: 2 ** 20 }]
const ended = (contract: string, fields: Partial<Outcome> = {}): Outcome => ({
  version: 1,
  contract,
  state: 'completed',
  result: RESULT,
  resultSize: 1,
  reason: null,
  finished: 2,
  ...fields
})

beforeEach(async () => {
  bench = await createBench()
  forget = createForgetting({ key: bench.self, tasks: bench.tasks, logs: bench.logs, locks: bench.locks, now: () => 9 })
})

/** Work that is done, not settled, with all that it leaves. */
async function worked(keeps: 'nothing' | 'task' | 'longer', fields: Partial<Outcome> = {}): Promise<{ id: string; contract: Contract }> {
  const terms = { languages: [], region: null, price: 0, keeps, tier: 0 }
  const contract = contractOf(bench.other.agent, bench.self.agent, { goal: SECRET, files, terms })
  const id = await contractHash(contract)
  const leaderSignature = await signContract(bench.other, contract)
  const followerSignature = await signContract(bench.self, contract)
  const start = { id, role: 'follower', goal: SECRET, files, contract, contractHash: id } as const
  const blobs = [FILE, RESULT].map((key) => ({ put: 'blobs', key, value: new Uint8Array([key === FILE ? 1 : 2]) }) as const)
  await bench.tasks.create(recordOf({ ...start, leaderSignature }), blobs)
  await recordContract(bench, id, { contract, leaderSignature, followerSignature }, { followerSignature, state: 'working' })
  const outcome = ended(id, fields)
  const follower = await signOutcome(bench.self, outcome)
  const { state, reason } = outcome
  await bench.tasks.update(id, () => ({ state, outcome, problem: reason, outcomeSignatures: { leader: null, follower } }))
  return { id, contract }
}

async function settled(id: string, problem?: string): Promise<void> {
  const { outcome, outcomeSignatures } = await bench.tasks.read(id)
  const leader = await signOutcome(bench.other, outcome!)
  await recordOutcome(bench, id, outcome!, { ...outcomeSignatures, leader }, problem === undefined ? {} : { problem })
}

const blobs = async () => Promise.all([FILE, RESULT].map(async (key) => (await bench.store.get('blobs', key)) !== undefined))
const bodies = async () => (await bench.logs.entries(bench.self.agent)).map(({ body }) => body !== null)

/** Everything that is stored, as text. */
async function everything(): Promise<string> {
  const collections = ['tasks', 'blobs', 'bodies', 'ownBodies', 'headers', 'references', 'dropped', 'heads', 'settings'] as const
  const kept = await Promise.all(collections.map((collection) => bench.store.list(collection)))
  return kept.flat().map(([key, value]) => key + new TextDecoder('latin1').decode(encode(value))).join('\n')
}

describe('a promise to keep nothing', () => {
  test('has goal and files go as soon as the work is over, and the result stay until it is settled', async () => {
    const { id, contract } = await worked('nothing')
    expect(await everything()).toContain(SECRET)
    await forget(id)
    const all = await everything()
    for (const gone of [SECRET, NAME, FILE]) expect(all).not.toContain(gone)
    const task = await bench.tasks.read(id)
    expect(task).toMatchObject({ goal: '', files: [], state: 'completed', forgotten: { what: 'input', at: 9, size: 2 ** 20 } })
    expect(task.contract).toEqual({ ...contract, goal: '', files: [], nonce: new Uint8Array(16) })
    expect(await blobs()).toEqual([false, true])
    expect(await bodies()).toEqual([false])
    await forget(id)
    expect((await bench.tasks.read(id)).revision).toBe(task.revision)
    await settled(id)
    await forget(id)
    expect(await blobs()).toEqual([false, false])
    expect((await bench.tasks.read(id)).forgotten?.what).toBe('all')
  })
})

describe('a promise to keep it for the task', () => {
  test('has nothing go before it is settled, and then all', async () => {
    const { id } = await worked('task')
    await forget(id)
    expect((await bench.tasks.read(id)).goal).toBe(SECRET)
    await settled(id)
    await forget(id)
    expect(await everything()).not.toContain(SECRET)
    expect(await blobs()).toEqual([false, false])
    // how it ended is evidence, and says nothing of what it was about
    expect(await bodies()).toEqual([false, true])
  })

  test('has words go that the program failed with, but not those of the other side', async () => {
    for (const problem of [undefined, 'The asking side disputes the result: “no”']) {
      const { id } = await worked('task', { state: 'failed', result: null, resultSize: 0, reason: REASON })
      await settled(id, problem)
      await forget(id)
      expect(await everything()).not.toContain(REASON)
      expect(await bench.tasks.read(id)).toMatchObject({ state: 'failed', problem: problem ?? null, outcome: { reason: null } })
    }
  })

  test('is kept, too, of what was never begun', async () => {
    const terms = { languages: [], region: null, price: 0, keeps: 'task', tier: 0 } as const
    const contract = contractOf(bench.other.agent, bench.self.agent, { goal: SECRET, terms: { ...terms, languages: [] } })
    const task = recordOf({ role: 'follower', goal: SECRET, contract, state: 'rejected', problem: 'Not today' })
    await bench.tasks.create(task)
    await forget(task.id)
    expect(await everything()).not.toContain(SECRET)
    // it is told so again
    expect(await bench.tasks.read(task.id)).toMatchObject({ problem: 'Not today' })
  })
})

test('who may keep it longer keeps it', async () => {
  const { id } = await worked('longer')
  await settled(id)
  await forget(id)
  expect(await bench.tasks.read(id)).toMatchObject({ goal: SECRET, files })
  expect(await bodies()).toEqual([true, true])
})

test('of what is forgotten one can still say how it went, so that others can check it', async () => {
  const { id } = await worked('nothing')
  await settled(id)
  await forget(id)
  const components = { tasks: bench.tasks, adaptation: bench.adaptation, now: Date.now }
  const { entries } = await rate(components, id, 100)
  const [entry] = await bench.logs.entries(bench.self.agent, { after: entries.rating! - 1 })
  const said = { author: bench.self.agent, time: entry!.header.time }
  expect(await checkRating(entry!.body, said, createVerifier())).toMatchObject({ fault: null, subjectWas: 'leader' })
  // by the bytes that were handed over
  expect(entry!.body).toMatchObject({ rating: { contract: id, weight: 50 } })
  expect(isSettled(await bench.tasks.read(id))).toBe(true)
})

test('what a crash leaves half done is done the next time', async () => {
  const { id } = await worked('task')
  await settled(id)
  bench.full(true)
  await expect(forget(id)).rejects.toThrow('full')
  bench.full(false)
  await bench.logs.dropBody(bench.self.agent, 1)
  expect(isSettled(await bench.tasks.read(id))).toBe(false)
  await forget(id)
  expect(await everything()).not.toContain(SECRET)
})

describe('a result that several tasks have goes with the last of them', () => {
  const twice = async () => {
    const ids = [(await worked('task')).id, (await worked('task')).id] as const
    for (const id of ids) await settled(id)
    return ids
  }

  test('also when they end at once', async () => {
    const [one, two] = await twice()
    // both come to the same point at the same time
    const both = createForgetting({ ...bench, key: bench.self, logs: { dropBody: async () => undefined }, now: Date.now })
    await Promise.all([both(one), both(two)])
    expect(await blobs()).toEqual([false, false])
  })

  test('also when another tab has not told yet of its own', async () => {
    const [one, two] = await twice()
    const otherTab = createTasks({ store: bench.store, changes: noChanges, now: Date.now })
    await otherTab.load()
    await forget(one)
    expect(await blobs()).toEqual([false, true])
    await createForgetting({ ...bench, key: bench.self, tasks: otherTab, now: Date.now })(two)
    expect(await blobs()).toEqual([false, false])
  })
})

test('a blob of our own stays', async () => {
  const own: TaskRecord = recordOf({ files, state: 'completed' })
  await bench.tasks.create(own)
  const { id } = await worked('nothing')
  await settled(id)
  await forget(id)
  expect(await blobs()).toEqual([true, false])
})
