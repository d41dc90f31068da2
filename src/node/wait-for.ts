/**
 * Waits until `check` gives something, looking now and whenever what `subscribe` watches has changed.
 *
 * @param subscribe calls back at each change; returns what ends that
 * @throws the signal's reason when it is aborted first
 */
export function waitFor<T>(
  subscribe: (changed: () => void) => () => void,
  check: () => T | undefined,
  signal: AbortSignal
): Promise<T> {
  return new Promise((resolve, reject) => {
    const finish = (act: () => void) => {
      unsubscribe()
      signal.removeEventListener('abort', stop)
      act()
    }
    const look = () => {
      const found = check()
      if (found !== undefined) finish(() => resolve(found))
    }
    const stop = () => finish(() => reject(signal.reason as Error))
    const unsubscribe = subscribe(look)
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    else look()
  })
}

/** Waits `ms` milliseconds. @throws the signal's reason when it is aborted first */
export function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
