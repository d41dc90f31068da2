import { beforeEach, describe, expect, test } from 'vitest'
import { InvalidBytesError } from '../../schema/codec.ts'
import type { Outcome } from '../../schema/contract.ts'
import type { TaskRecord } from '../../schema/task.ts'
import { signOutcome } from '../contract.ts'
import { isSettled } from '../housekeeping.ts'
import { createBench, type Bench } from '../testing/bench.ts'
import { contractOf, recordOf } from '../testing/records.ts'
import { createSettling, type Settling } from './settling.ts'

let bench: Bench
let settling: Settling
let closing: AbortController
let task: TaskRecord
const id = 'e'.repeat(64)
const outcome: Outcome = {
  version: 1,
  contract: id,
  state: 'completed',
  result: 'd'.repeat(64),
  resultSize: 1,
  reason: null,
  finished: 2
}

beforeEach(async () => {
  bench = await createBench()
  closing = new AbortController()
  settling = createSettling(bench, closing.signal)
  task = recordOf({
    id,
    role: 'follower',
    state: 'completed',
    contract: contractOf(bench.other.agent, bench.self.agent),
    outcome,
    outcomeSignatures: { leader: null, follower: await signOutcome(bench.self, outcome) },
    waiting: 'Waiting for the other side to confirm'
  })
  await bench.tasks.create(task)
})

/** The body of the last entry of our log. */
const written = async () => bench.logs.body(bench.self.agent, (await bench.recorded()).length)

describe('an outcome that is confirmed', () => {
  test('is written down with both signatures', async () => {
    const leader = await signOutcome(bench.other, outcome)
    await settling.accepted(task, leader)
    const { follower } = task.outcomeSignatures
    expect(await written()).toEqual({ kind: 'outcome', outcome, leaderSignature: leader, followerSignature: follower })
    expect(await bench.tasks.read(id)).toMatchObject({
      waiting: '',
      problem: null,
      outcomeSignatures: { leader, follower },
      entries: { outcome: 1 }
    })
  })

  test.each<[string, () => Promise<Uint8Array>]>([
    ['by another agent', () => signOutcome(bench.self, outcome)],
    ['with other words', () => signOutcome(bench.other, { ...outcome, state: 'failed' })]
  ])('%s is not', async (_, sign) => {
    await expect(settling.accepted(task, await sign())).rejects.toThrow(InvalidBytesError)
    expect(await bench.recorded()).toEqual([])
  })
})

test('a dispute is shown as its words, and closes the books', async () => {
  await settling.disputed(task, 'wrong “sum”')
  const after = await bench.tasks.read(id)
  expect(after.problem).toBe('The asking side disputes the result: “wrong ’sum’”')
  expect(after.waiting).toBe('')
  expect(after.outcomeSignatures.leader).toBeNull()
  expect(await bench.recorded()).toEqual(['outcome'])
  // who is right nobody can tell
  expect(isSettled(after)).toBe(true)
})

test('neither can come before there is an outcome', async () => {
  const early = { ...task, outcome: null }
  await expect(settling.accepted(early, await signOutcome(bench.other, outcome))).rejects.toThrow(InvalidBytesError)
  await expect(settling.disputed(early, '')).rejects.toThrow(InvalidBytesError)
  expect(await bench.recorded()).toEqual([])
})

describe('until either comes', () => {
  test('it is waited for', async () => {
    const done = settling.closeBooks(id, AbortSignal.timeout(10_000))
    expect(await bench.recorded()).toEqual([])
    await settling.accepted(task, await signOutcome(bench.other, outcome))
    await done
    expect(await bench.recorded()).toEqual(['outcome'])
  })

  test('the contract may lapse: then our word alone is written down', async () => {
    await settling.closeBooks(id, AbortSignal.abort())
    expect(await written()).toMatchObject({ outcome, leaderSignature: null })
    expect(await bench.tasks.read(id)).toMatchObject({ waiting: '', entries: { outcome: 1 } })
  })

  test('the node may stop: then it is still open', async () => {
    closing.abort(new Error('the node stops'))
    await expect(settling.closeBooks(id, closing.signal)).rejects.toThrow('the node stops')
    expect(await bench.recorded()).toEqual([])
  })
})

test('what was never begun has no books', async () => {
  const lapsed = recordOf({ role: 'follower', state: 'canceled' })
  await bench.tasks.create(lapsed)
  await settling.closeBooks(lapsed.id, AbortSignal.abort())
  expect(await bench.recorded()).toEqual([])
})
