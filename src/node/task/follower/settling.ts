/**
 * What the asking side says of the outcome: that it confirms it, that it disputes it, or nothing. Then the outcome is put into our log,
 * with the signatures that there are.
 */
import type { Adaptation } from '../../adapt/adaptation.ts'
import { InvalidBytesError } from '../../schema/codec.ts'
import { MAX_REASON } from '../../schema/messages.ts'
import type { TaskRecord } from '../../schema/task.ts'
import { inQuotes } from '../../support/words.ts'
import { verifyOutcome } from '../contract.ts'
import { isClosed } from '../housekeeping.ts'
import { recordOutcome } from '../recording.ts'
import type { Tasks } from '../tasks.ts'

export interface Settling {
  /**
   * @param leader the leader's signature over the outcome
   * @throws InvalidBytesError when there is no outcome yet, or the signature is another's or over something else
   */
  accepted(task: TaskRecord, leader: Uint8Array): Promise<void>
  /** What the leader does not confirm is written down with our signature alone. @throws InvalidBytesError when there is no outcome yet */
  disputed(task: TaskRecord, reason: string): Promise<void>
  /**
   * Waits for the leader to confirm the outcome; what it never confirms is written down with our signature alone.
   *
   * @param signal aborts when the contract has lapsed, or the node stops
   * @throws its reason when the node stops
   */
  closeBooks(id: string, signal: AbortSignal): Promise<void>
}

export interface SettlingComponents {
  tasks: Tasks
  adaptation: Pick<Adaptation, 'record'>
}

/** @param closing aborts when the node stops */
export function createSettling(components: SettlingComponents, closing: AbortSignal): Settling {
  const { tasks } = components

  return {
    async accepted({ id, outcome, contract, outcomeSignatures }, leader) {
      if (outcome === null || contract === null) throw new InvalidBytesError('expected no “accepted” before the outcome')
      if (!(await verifyOutcome(contract.leader, outcome, leader))) {
        throw new InvalidBytesError('expected the leader’s signature over the outcome')
      }
      const signatures = { leader, follower: outcomeSignatures.follower }
      await recordOutcome(components, id, outcome, signatures, { waiting: '', event: 'The asking side has confirmed the outcome' })
    },

    async disputed({ id, outcome, outcomeSignatures }, reason) {
      if (outcome === null) throw new InvalidBytesError('expected no “disputed” before the outcome')
      await recordOutcome(components, id, outcome, outcomeSignatures, {
        waiting: '',
        problem: `The asking side disputes the result: ${inQuotes(reason, MAX_REASON)}`,
        event: 'The asking side disputes the result'
      })
    },

    async closeBooks(id, signal) {
      try {
        await tasks.until(id, isClosed, signal)
      } catch {
        closing.throwIfAborted()
      }
      const task = await tasks.read(id)
      if (task.outcome === null || isClosed(task)) return
      const change = { waiting: '', event: 'The other side never confirmed' }
      await recordOutcome(components, id, task.outcome, task.outcomeSignatures, change)
    }
  }
}
