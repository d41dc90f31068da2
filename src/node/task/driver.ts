/**
 * Sees to it that a task is worked on by one tab of the profile: the one that holds the task's lock. The
 * others wait for it, and go on when it is closed.
 */
import type { Locks } from '../store/locks.ts'

export interface DriverComponents {
  locks: Locks
  report: (error: unknown) => void
}

/** @returns starts `pursue` for a task, once in this tab however often it is called */
export function createDriver(
  { locks, report }: DriverComponents,
  pursue: (id: string) => Promise<void>,
  closing: AbortSignal
): (id: string) => void {
  const driven = new Set<string>()
  return (id) => {
    if (driven.has(id)) return
    driven.add(id)
    locks
      .hold(`starling-task-${id}`, () => pursue(id), { signal: closing })
      .catch((error: unknown) => {
        if (!closing.aborted) report(error)
      })
      .finally(() => driven.delete(id))
  }
}
