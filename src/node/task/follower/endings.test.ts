import { beforeEach, describe, expect, test } from 'vitest'
import { digest, toHex } from '../../crypto/hash.ts'
import { encode } from '../../schema/codec.ts'
import type { Contract } from '../../schema/contract.ts'
import type { TaskRecord } from '../../schema/task.ts'
import { contractHash, verifyOutcome } from '../contract.ts'
import { createBench, type Bench } from '../testing/bench.ts'
import { contractOf, recordOf } from '../testing/records.ts'
import { createEndings, type End, type Endings } from './endings.ts'

let bench: Bench
let endings: Endings
let contract: Contract
let id: string
const file = 'b'.repeat(64)
const value = { summary: 'done', parts: [] }
const signature = new Uint8Array(64)

beforeEach(async () => {
  bench = await createBench()
  endings = createEndings({ key: bench.self, tasks: bench.tasks, now: () => 7 })
  contract = contractOf(bench.other.agent, bench.self.agent)
  id = await contractHash(contract)
})

async function keep(fields: Partial<TaskRecord>): Promise<void> {
  const files = [{ name: 'a', type: '', hash: file, size: 1 }]
  await bench.tasks.create(recordOf({ id, role: 'follower', contract, files, waiting: 'for it', ...fields }), [
    { put: 'blobs', key: file, value: new Uint8Array(1) },
    { put: 'blobs', key: contract.program, value: new Uint8Array(1) }
  ])
}

describe('work that was begun', () => {
  async function finished(end: End): Promise<TaskRecord> {
    await keep({ state: 'working', followerSignature: signature })
    await endings.finish(id, contract, end)
    return bench.tasks.read(id)
  }

  test('and is done leaves its result, in an outcome that we have signed', async () => {
    const bytes = encode(value)
    const result = toHex(await digest(bytes))
    const { state, problem, waiting, outcome, outcomeSignatures, entries } = await finished({ state: 'completed', value })
    expect(outcome).toEqual({ version: 1, contract: id, state: 'completed', result, resultSize: bytes.length, reason: null, finished: 7 })
    expect({ state, problem, waiting }).toEqual({ state: 'completed', problem: null, waiting: 'Waiting for the other side to confirm' })
    expect(outcomeSignatures.leader).toBeNull()
    expect(await verifyOutcome(bench.self.agent, outcome!, outcomeSignatures.follower!)).toBe(true)
    expect(entries.outcome).toBeNull()
    expect(await bench.store.get('blobs', result)).toEqual(bytes)
  })

  test.each<[End['state'], string | null]>([
    ['failed', 'line 3: no'],
    ['canceled', null]
  ])('and is %s leaves its reason', async (state, problem) => {
    const task = await finished({ state: state as 'failed' | 'canceled', reason: 'line 3: no' })
    expect(task).toMatchObject({ state, problem, outcome: { state, result: null, resultSize: 0, reason: 'line 3: no' } })
    expect(await verifyOutcome(bench.self.agent, task.outcome!, task.outcomeSignatures.follower!)).toBe(true)
  })

  test('tells no more of a reason than an outcome takes', async () => {
    const { outcome, problem } = await finished({ state: 'failed', reason: 'a'.repeat(5000) })
    expect(outcome?.reason).toHaveLength(1000)
    expect(problem).toHaveLength(1000)
  })

  test('keeps neither the files that were lent nor the program', async () => {
    await finished({ state: 'completed', value })
    expect(await bench.store.get('blobs', file)).toBeUndefined()
    expect(await bench.store.get('blobs', contract.program)).toBeUndefined()
  })

  test('ends once', async () => {
    const first = await finished({ state: 'completed', value })
    await endings.finish(id, contract, { state: 'failed', reason: 'late' })
    expect(await bench.tasks.read(id)).toEqual(first)
  })
})

describe('what was never begun', () => {
  test('just ends', async () => {
    await keep({})
    await endings.unbegun(id, { state: 'rejected', problem: 'no' })
    expect(await bench.tasks.read(id)).toMatchObject({ state: 'rejected', problem: 'no', waiting: '', outcome: null })
  })

  test.each<[string, Partial<TaskRecord>]>([
    ['begun', { state: 'working', followerSignature: signature }],
    ['over', { state: 'canceled' }]
  ])('is not what is %s', async (_, fields) => {
    await keep(fields)
    const before = await bench.tasks.read(id)
    expect(await endings.unbegun(id, { state: 'rejected' })).toEqual(before)
  })
})
