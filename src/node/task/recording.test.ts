import { beforeEach, expect, test } from 'vitest'
import type { Contract, Outcome } from '../schema/contract.ts'
import { noChanges } from '../store/changes.ts'
import { contractHash, signContract, signOutcome } from './contract.ts'
import { recordContract, recordOutcome } from './recording.ts'
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

const tabs = () => [bench.tasks, otherTab].map((tasks) => ({ tasks, adaptation: bench.adaptation }))

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
