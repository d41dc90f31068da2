/**
 * Who works on what, among the tabs of one profile: a lock is held by one at a time, in the order of
 * asking, and falls to the next when its holder ends or its tab is closed.
 */
export interface Locks {
  /** Runs `work` while holding `name`, waiting for it first. @throws the signal's reason when aborted before */
  hold<T>(name: string, work: () => Promise<T>, options?: { signal?: AbortSignal }): Promise<T>
}

/** Locks of one process, for Node and tests. */
export function createMemoryLocks(): Locks {
  const tails = new Map<string, Promise<void>>()

  /** Resolves when the lock is free; rejects at once when the signal aborts. */
  function turn(before: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    if (signal === undefined) return before
    return new Promise((resolve, reject) => {
      const stop = () => reject(signal.reason)
      signal.addEventListener('abort', stop, { once: true })
      void before.then(() => {
        signal.removeEventListener('abort', stop)
        resolve()
      })
    })
  }

  return {
    async hold<T>(name: string, work: () => Promise<T>, { signal }: { signal?: AbortSignal } = {}): Promise<T> {
      signal?.throwIfAborted()
      const before = tails.get(name) ?? Promise.resolve()
      let free = (): void => undefined
      const held = new Promise<void>((resolve) => {
        free = resolve
      })
      // whoever gives up while it waits still lets the next wait for whoever is before it
      const tail = before.then(() => held)
      tails.set(name, tail)
      void tail.then(() => {
        if (tails.get(name) === tail) tails.delete(name)
      })
      try {
        await turn(before, signal)
        return await work()
      } finally {
        free()
      }
    }
  }
}
