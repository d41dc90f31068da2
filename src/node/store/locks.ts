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
  const tails = new Map<string, Promise<unknown>>()
  return {
    async hold<T>(name: string, work: () => Promise<T>, { signal }: { signal?: AbortSignal } = {}): Promise<T> {
      const before = tails.get(name) ?? Promise.resolve()
      const turn = before.then(() => {
        signal?.throwIfAborted()
        return work()
      })
      const tail = turn.then(
        () => undefined,
        () => undefined
      )
      tails.set(name, tail)
      void tail.then(() => {
        if (tails.get(name) === tail) tails.delete(name)
      })
      return turn
    }
  }
}
