/**
 * Sees to it that a task is worked on by one tab of the profile: the one that holds the task's lock. The
 * others wait for it, and go on when it is closed.
 */
import type { Locks } from '../store/locks.ts'
import { delay } from '../support/wait-for.ts'

export interface DriverComponents {
  locks: Locks
  report: (error: unknown) => void
}

/** After a failure, such as of a store without room, it is tried again: soon, then ever more seldom. */
const FIRST_RETRY_MS = 2_000
const LONGEST_RETRY_MS = 10 * 60_000

/** @returns starts `pursue` for a task, once in this tab however often it is called */
export function createDriver(
  { locks, report }: DriverComponents,
  pursue: (id: string) => Promise<void>,
  closing: AbortSignal
): (id: string) => void {
  const driven = new Set<string>()

  async function drive(id: string): Promise<void> {
    for (let pause = FIRST_RETRY_MS; ; pause = Math.min(4 * pause, LONGEST_RETRY_MS)) {
      try {
        await locks.hold(`starling-task-${id}`, () => pursue(id), { signal: closing })
        return
      } catch (error) {
        closing.throwIfAborted()
        report(error)
      }
      await delay(pause, closing)
    }
  }

  return (id) => {
    if (driven.has(id) || closing.aborted) return
    driven.add(id)
    drive(id)
      .catch(() => undefined) // only that we stop gets out of it
      .finally(() => driven.delete(id))
  }
}
