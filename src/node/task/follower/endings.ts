/**
 * How a task ends on the doing side. What was never begun just ends; what was begun ends in an outcome, signed by us, that the asking
 * side is to confirm.
 */
import { digest, toHex } from '../../crypto/hash.ts'
import type { AgentKey } from '../../crypto/keys.ts'
import { encode } from '../../schema/codec.ts'
import type { Contract, Outcome } from '../../schema/contract.ts'
import type { Result } from '../../schema/result.ts'
import type { TaskRecord } from '../../schema/task.ts'
import type { Operation } from '../../store/store.ts'
import { contractHash, signOutcome } from '../contract.ts'
import { clearing } from '../housekeeping.ts'
import { hasEnded, type TaskChange, type Tasks } from '../tasks.ts'

/** What has come of the work. */
export type End = { state: 'completed'; value: Result } | { state: 'failed' | 'canceled'; reason: string }

export interface Endings {
  /**
   * Ends a task that was never begun: there is no contract, so there is no outcome either. Does nothing when it was begun, or has ended.
   *
   * @returns the task as it is then
   */
  unbegun(id: string, change: TaskChange): Promise<TaskRecord>
  /** Ends one that was begun: keeps outcome and result, and deletes what only the work has needed. Does nothing when it has ended. */
  finish(id: string, contract: Contract, end: End): Promise<void>
}

export interface EndingsComponents {
  key: AgentKey
  tasks: Pick<Tasks, 'all' | 'update'>
  /** milliseconds since 1970 */
  now: () => number
}

/** As much as an outcome and a record take, in UTF-16 units. */
const MAX_WORDS = 1000

export function createEndings({ key, tasks, now }: EndingsComponents): Endings {
  return {
    unbegun: (id, change) =>
      tasks.update(id, ({ state, followerSignature }) =>
        hasEnded(state) || followerSignature !== null ? null : { waiting: '', ...change }
      ),

    async finish(id, contract, end) {
      const bytes = end.state === 'completed' ? encode(end.value) : null
      const result = bytes === null ? null : toHex(await digest(bytes))
      const reason = end.state === 'completed' ? null : end.reason.slice(0, MAX_WORDS)
      const outcome: Outcome = {
        version: 1,
        contract: await contractHash(contract),
        state: end.state,
        result,
        resultSize: bytes?.length ?? 0,
        reason,
        finished: now()
      }
      const signature = await signOutcome(key, outcome)
      await tasks.update(
        id,
        ({ state }) =>
          hasEnded(state)
            ? null
            : {
                state: outcome.state,
                outcome,
                outcomeSignatures: { leader: null, follower: signature },
                waiting: 'Waiting for the other side to confirm',
                problem: end.state === 'failed' ? reason : null,
                event: endText[end.state]
              },
        (ended): Operation[] => [
          // the files were lent for this, and the program was kept for it
          ...clearing(ended, tasks.all(), 'files'),
          ...(bytes === null || result === null ? [] : [{ put: 'blobs' as const, key: result, value: bytes }])
        ]
      )
    }
  }
}

const endText = { completed: 'The work is done', failed: 'It did not work out', canceled: 'It was stopped' }
