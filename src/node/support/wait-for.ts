/**
 * Waiting: every wait has a signal that ends it, and leaves no listener or timer behind. Time is the system's, or
 * that of a clock that is handed in.
 */
import { systemClock, type Clock } from './clock.ts'

/** The longest that a timer can wait, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1

type Subscribe = (changed: () => void) => () => void

/**
 * Waits until `check` gives something, looking now and whenever what `subscribe` watches has changed.
 *
 * @param subscribe calls back at each change; returns what ends that
 * @throws the signal's reason when it is aborted first, and whatever `check` throws
 */
export function waitFor<T>(subscribe: Subscribe, check: () => T | undefined, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const finish = (act: () => void) => {
      unsubscribe()
      signal.removeEventListener('abort', stop)
      act()
    }
    const look = () => {
      try {
        const found = check()
        if (found !== undefined) finish(() => resolve(found))
      } catch (error) {
        finish(() => reject(error))
      }
    }
    const stop = () => finish(() => reject(signal.reason))
    const unsubscribe = subscribe(look)
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    else look()
  })
}

/** Waits `ms` milliseconds. @throws the signal's reason when it is aborted first */
export function delay(ms: number, signal: AbortSignal, clock: Clock = systemClock): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason)
      return
    }
    const stop = () => {
      cancel()
      reject(signal.reason)
    }
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', stop)
      resolve()
    })
    signal.addEventListener('abort', stop, { once: true })
  })
}

/** A signal that aborts with its parent, or when its time is over. */
export interface Deadline {
  readonly signal: AbortSignal
  /** whether the time was over */
  readonly passed: boolean
  /** Ends its timer. Whoever made it calls this. */
  clear(): void
}

/** A deadline `ms` milliseconds from now; a longer time than timers know (24 days) is cut to that. */
export function createDeadline(ms: number, parent: AbortSignal, clock: Clock = systemClock): Deadline {
  const own = new AbortController()
  const clear = clock.after(Math.min(Math.max(0, ms), LONGEST_MS), () =>
    own.abort(new DOMException('the time is over', 'TimeoutError'))
  )
  return {
    signal: AbortSignal.any([parent, own.signal]),
    get passed() {
      return own.signal.aborted
    },
    clear
  }
}

/** Whether anything has changed since one last looked: nothing is missed between looking and waiting. */
export interface Alert {
  /** What comes from now on counts. Call it before looking. */
  reset(): void
  /** Resolves as soon as anything has changed since the last `reset`. @throws the signal's reason */
  raised(signal: AbortSignal): Promise<void>
  close(): void
}

/** Watches all of these until it is closed. */
export function createAlert(...sources: Subscribe[]): Alert {
  let stale = false
  let waiting: (() => void) | null = null
  const ends = sources.map((subscribe) =>
    subscribe(() => {
      stale = true
      waiting?.()
    })
  )
  const subscribeOnce: Subscribe = (changed) => {
    waiting = changed
    return () => {
      waiting = null
    }
  }
  return {
    reset() {
      stale = false
    },
    async raised(signal) {
      await waitFor(subscribeOnce, () => (stale ? true : undefined), signal)
    },
    close() {
      for (const end of ends) end()
    }
  }
}
