/**
 * A task's first record.
 */
import type { TaskRecord } from '../schema/task.ts'

/** What is known of a task when it begins; the rest comes with time. */
export type TaskStart = Pick<TaskRecord, 'id' | 'role' | 'goal' | 'files' | 'wanted' | 'waiting'> &
  Partial<Pick<TaskRecord, 'contract' | 'contractHash' | 'leaderSignature'>>

/**
 * @param at when it begins, milliseconds since 1970
 * @param event how it began, for people to read
 */
export function newTask(start: TaskStart, at: number, event: string): TaskRecord {
  return {
    revision: 1,
    contract: null,
    contractHash: null,
    leaderSignature: null,
    followerSignature: null,
    state: 'submitted',
    approvedBy: null,
    cancelRequested: false,
    problem: null,
    outcome: null,
    outcomeSignatures: { leader: null, follower: null },
    breach: null,
    entries: { contract: null, outcome: null, rating: null },
    created: at,
    updated: at,
    events: [{ at, text: event }],
    ...start
  }
}
