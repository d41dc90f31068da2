import { describe, expect, test } from 'vitest'
import type { Outcome } from '../schema/contract.ts'
import type { TaskRecord } from '../schema/task.ts'
import { recordOf } from './testing/records.ts'
import { stakeOf, verdictOn, verdictOwed } from './verdict.ts'

const signature = new Uint8Array(64)
const both = { leader: signature, follower: signature }

const outcome = (state: Outcome['state']): Outcome => ({
  version: 1,
  contract: 'c'.repeat(64),
  state,
  result: null,
  resultSize: 0,
  reason: null,
  finished: 1
})

const ended = (fields: Partial<TaskRecord>): TaskRecord =>
  recordOf({ outcome: outcome('completed'), outcomeSignatures: both, entries: { contract: 1, outcome: 2, rating: null }, ...fields })

describe('the end of a task says of the other side', () => {
  test.each<[string, Partial<TaskRecord>, number | null, number | null]>([
    // of the follower, of the leader
    ['something good when both have signed a result', {}, 50, 20],
    ['nothing when both say that it failed', { outcome: outcome('failed') }, null, null],
    ['nothing when both say that it was stopped', { outcome: outcome('canceled') }, null, null],
    ['nothing when only the follower says that it is done', { outcomeSignatures: { ...both, leader: null } }, null, null],
    ['nothing when only the leader says how it ended', { outcome: outcome('failed'), outcomeSignatures: { ...both, follower: null } }, null, null],
    ['nothing when there is no outcome', { outcome: null, outcomeSignatures: { leader: null, follower: null } }, null, null],
    ['the worst when something else came than was agreed', { outcome: outcome('failed'), breach: 'other-result' }, -100, null],
    ['something bad when answers made no sense', { outcome: outcome('failed'), breach: 'out-of-order' }, -50, null],
    ['something bad when a yes was taken back', { outcome: outcome('failed'), breach: 'given-up' }, -50, null]
  ])('%s', (_, fields, asLeader, asFollower) => {
    expect(verdictOn(ended({ ...fields, role: 'leader' }))).toBe(asLeader)
    expect(verdictOn(ended({ ...fields, role: 'follower' }))).toBe(asFollower)
  })

  test('once, and not before the outcome is written down', () => {
    expect(verdictOwed(ended({}))).toBe(50)
    expect(verdictOwed(ended({ entries: { contract: 1, outcome: 2, rating: 3 } }))).toBeNull()
    expect(verdictOwed(ended({ entries: { contract: 1, outcome: null, rating: null } }))).toBeNull()
    expect(verdictOwed(ended({ outcome: outcome('canceled') }))).toBeNull()
  })
})

test('what is handed over is at stake, in three steps', () => {
  expect([0, 1, 2 ** 20, 2 ** 20 + 1].map(stakeOf)).toEqual([25, 50, 50, 100])
})
