import { beforeEach, expect, test } from 'vitest'
import { parse } from '../schema/codec.ts'
import type { Contract, Outcome } from '../schema/contract.ts'
import { signedRating } from '../schema/rating.ts'
import { noChanges } from '../store/changes.ts'
import { contractHash, signContract, signOutcome } from './contract.ts'
import { recordContract, recordOutcome, recordRating, recordVerdict } from './recording.ts'
import { createTasks, type Tasks } from './tasks.ts'
import { createBench, type Bench } from './testing/bench.ts'
import { contractOf, recordOf } from './testing/records.ts'

let bench: Bench
let otherTab: Tasks
let contract: Contract
let signed: Parameters<typeof recordContract>[2]
let id: string

beforeEach(async () => {
  bench = await createBench()
  otherTab = createTasks({ store: bench.store, changes: noChanges, now: Date.now })
  contract = contractOf(bench.self.agent, bench.other.agent)
  signed = {
    contract,
    leaderSignature: await signContract(bench.self, contract),
    followerSignature: await signContract(bench.other, contract)
  }
  const record = recordOf({ contract, contractHash: await contractHash(contract) })
  id = record.id
  await bench.tasks.create(record)
})

const tabs = () => [bench.tasks, otherTab].map((tasks) => ({ tasks, adaptation: bench.adaptation, now: Date.now }))

test('of several tabs that write at once one does, and each learns of it', async () => {
  const records = await Promise.all(tabs().map((tab) => recordContract(tab, id, signed, { state: 'working' })))
  expect(records.map(({ state, entries }) => [state, entries.contract])).toEqual([
    ['working', 1],
    ['working', 1]
  ])
  const outcome: Outcome = {
    version: 1,
    contract: await contractHash(contract),
    state: 'canceled',
    result: null,
    resultSize: 0,
    reason: null,
    finished: 1
  }
  const signatures = { leader: await signOutcome(bench.self, outcome), follower: null }
  await Promise.all(tabs().map((tab) => recordOutcome(tab, id, outcome, signatures, { state: 'canceled' })))
  await recordOutcome(tabs()[0]!, id, { ...outcome, state: 'failed' }, signatures, { state: 'failed' })
  expect(await bench.recorded()).toEqual(['contract', 'outcome'])
  expect(await bench.tasks.read(id)).toMatchObject({ state: 'canceled', entries: { contract: 1, outcome: 2 } })
})

test('a task that has ended gets no contract', async () => {
  await bench.tasks.update(id, () => ({ state: 'canceled' }))
  expect((await recordContract(tabs()[0]!, id, signed, { state: 'working' })).state).toBe('canceled')
  expect(await bench.recorded()).toEqual([])
})

test('without room neither the entry nor the change is there', async () => {
  bench.full(true)
  await expect(recordContract(tabs()[0]!, id, signed, { state: 'working' })).rejects.toThrow('full')
  expect(await bench.recorded()).toEqual([])
  expect((await bench.tasks.read(id)).state).toBe('submitted')
})

/** A task that both have signed off. */
async function finished(): Promise<void> {
  const { leaderSignature, followerSignature } = signed
  await recordContract(tabs()[0]!, id, signed, { state: 'working', leaderSignature, followerSignature })
  const outcome: Outcome = {
    version: 1,
    contract: await contractHash(contract),
    state: 'completed',
    result: 'b'.repeat(64),
    resultSize: 1,
    reason: null,
    finished: 1
  }
  const signatures = { leader: await signOutcome(bench.self, outcome), follower: await signOutcome(bench.other, outcome) }
  await recordOutcome(tabs()[0]!, id, outcome, signatures, { state: 'completed' })
}

test('what the end says of the other side is written once, whichever tab does it', async () => {
  await recordVerdict(tabs()[0]!, id)
  await finished()
  await Promise.all(tabs().map((tab) => recordVerdict(tab, id)))
  await recordVerdict(tabs()[1]!, id)
  expect(await bench.recorded()).toEqual(['contract', 'outcome', 'rating'])
  expect((await bench.tasks.read(id)).entries.rating).toBe(3)
  await recordVerdict(tabs()[0]!, 'f'.repeat(64))
})

test('a rating is not older than its contract, when our clock is behind the leader’s', async () => {
  await finished()
  const behind = { ...tabs()[0]!, now: () => contract.created - 60_000 }
  await recordRating(behind, id, 50, () => ({}))
  const { rating } = parse(await bench.logs.body(bench.self.agent, 3), signedRating)
  expect(rating).toMatchObject({ time: contract.created, subject: bench.other.agent, topic: contract.topic, weight: 25 })
})
