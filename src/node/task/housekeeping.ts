/**
 * What others' requests leave behind is bounded: their files go when the work is over, what else they said and its result when the
 * contract promises it, and the tasks themselves when many newer ones have come. Pure.
 */
import type { TaskRecord } from '../schema/task.ts'
import type { Operation } from '../store/store.ts'
import { hasEnded } from './tasks.ts'
import { verdictOwed } from './verdict.ts'

/** Tasks done for others that are kept when they are over, newest first. */
export const MAX_KEPT = 500

/** Whether a task has ended, and its outcome, if there is one, is written down. */
export function isClosed({ state, outcome, entries }: TaskRecord): boolean {
  return hasEnded(state) && (outcome === null || entries.outcome !== null)
}

/** Whether nothing more is to be done about a task: it is closed, what that says of the other side is said, and what is to go is gone. */
export function isSettled(task: TaskRecord): boolean {
  return isClosed(task) && verdictOwed(task) === null && forgettable(task) === null
}

/**
 * What is to be deleted by now of work done for somebody, by what its contract promises: what was asked for, or all of it, its result
 * too. Null: nothing, or nothing more.
 */
export function forgettable(task: TaskRecord): 'input' | 'all' | null {
  const { role, state, contract, forgotten } = task
  const keeps = contract?.terms?.keeps ?? 'longer'
  if (role === 'leader' || keeps === 'longer' || !hasEnded(state) || forgotten?.what === 'all') return null
  if (isClosed(task)) return 'all'
  return keeps === 'nothing' && forgotten === undefined ? 'input' : null
}

/** Tasks done for others that are over and no longer kept. @param newestFirst all tasks */
export function outlived(newestFirst: readonly TaskRecord[], keep = MAX_KEPT): TaskRecord[] {
  return newestFirst.filter((task) => task.role === 'follower' && isSettled(task)).slice(keep)
}

/** The other tasks that need a file or the result of this one, too. */
export function sharing({ id, files, outcome }: TaskRecord, all: readonly TaskRecord[]): TaskRecord[] {
  const own = new Set([...files.map(({ hash }) => hash), outcome?.result])
  return all.filter((other) => other.id !== id && blobsOf(other).some((hash) => own.has(hash)))
}

/** Deletes the blobs that only this task, done for somebody else, needs: its files and program, and its result if that goes too. */
export function clearing(task: TaskRecord, all: readonly TaskRecord[], parts: 'files' | 'files and result'): Operation[] {
  const needed = new Set(all.filter(({ id }) => id !== task.id).flatMap(blobsOf))
  const own = [...task.files.map(({ hash }) => hash), ...(task.contract === null ? [] : [task.contract.program])]
  const result = task.outcome?.result ?? null
  if (parts === 'files') {
    if (result !== null) needed.add(result)
  } else if (result !== null) {
    own.push(result)
  }
  return [...new Set(own)].filter((hash) => !needed.has(hash)).map((key) => ({ delete: 'blobs', key }))
}

/**
 * What a task still needs: what was asked for stays whole; what is done for others needs its files until it has ended, and from
 * when it was agreed its program.
 */
function blobsOf({ role, state, files, outcome, contract, followerSignature, forgotten }: TaskRecord): string[] {
  const hashes = role === 'leader' || !hasEnded(state) ? files.map(({ hash }) => hash) : []
  const works = role === 'follower' && !hasEnded(state) && followerSignature !== null
  const program = works ? (contract?.program ?? null) : null
  const result = forgotten?.what === 'all' ? null : (outcome?.result ?? null)
  return [...hashes, program, result].filter((hash) => hash !== null)
}
