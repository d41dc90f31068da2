import { expect, test } from 'vitest'
import type { Outcome } from '../../schema/contract.ts'
import type { TaskRecord } from '../../schema/task.ts'
import { recordOf } from '../testing/records.ts'
import { toTell } from './telling.ts'

const contractSignature = new Uint8Array(64).fill(1)
const outcomeSignature = new Uint8Array(64).fill(2)
const outcome: Outcome = {
  version: 1,
  contract: 'c'.repeat(64),
  state: 'completed',
  result: 'd'.repeat(64),
  resultSize: 1,
  reason: null,
  finished: 2
}
const outcomeSignatures = { leader: null, follower: outcomeSignature }
const approved = { type: 'approved', signature: contractSignature }
const forgotten = { what: 'all', at: 1, details: 'e'.repeat(64), size: 0 } as const
const finished = { type: 'finished', outcome, signature: outcomeSignature }

test.each<[string, Partial<TaskRecord>, unknown[]]>([
  ['waits for its answer', {}, [{ type: 'pending' }]],
  ['was said no to', { state: 'rejected', problem: 'Not today' }, [{ type: 'declined', reason: 'Not today' }]],
  ['was said no to without a word', { state: 'rejected' }, [{ type: 'declined', reason: '' }]],
  ['has lapsed', { state: 'canceled' }, [{ type: 'declined', reason: 'It lapsed or was taken back before it was approved.' }]],
  ['is worked on', { state: 'working', followerSignature: contractSignature }, [approved]],
  ['is done', { state: 'completed', followerSignature: contractSignature, outcome, outcomeSignatures }, [approved, finished]],
  ['is done and forgotten', { state: 'completed', followerSignature: contractSignature, outcome, outcomeSignatures, forgotten }, [approved, finished]],
  [
    'failed for a reason that is forgotten: that is not what was signed',
    { state: 'failed', followerSignature: contractSignature, outcome: { ...outcome, state: 'failed' }, outcomeSignatures, forgotten },
    [approved]
  ]
])('a task that %s', (_, fields, expected) => {
  expect(toTell(recordOf({ role: 'follower', ...fields }))).toEqual(expected)
})
