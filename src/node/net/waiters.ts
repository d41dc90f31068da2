/** Those who wait for something to change. */
export interface Waiters {
  /** Resolves at the next `wake`; rejects with the signal's reason when it aborts before. */
  wait(signal?: AbortSignal): Promise<void>
  wake(): void
}

export function createWaiters(): Waiters {
  let waiting = new Set<() => void>()
  return {
    wait(signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason)
          return
        }
        const onWake = () => {
          signal?.removeEventListener('abort', onAbort)
          resolve()
        }
        const onAbort = () => {
          waiting.delete(onWake)
          reject(signal?.reason)
        }
        signal?.addEventListener('abort', onAbort, { once: true })
        waiting.add(onWake)
      })
    },
    wake() {
      const woken = waiting
      waiting = new Set()
      for (const onWake of woken) onWake()
    }
  }
}
