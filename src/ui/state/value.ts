/** A value that components can follow. */
export interface Value<T> {
  get(): T
  set(next: T): void
  update(change: (now: T) => T): void
  /** Calls the listener after each change; returns the way to stop. */
  subscribe(listener: () => void): () => void
}

/** Makes a value that tells its followers when it becomes another one. */
export function createValue<T>(initial: T): Value<T> {
  let now = initial
  const listeners = new Set<() => void>()
  const set = (next: T) => {
    if (Object.is(next, now)) return
    now = next
    for (const listener of [...listeners]) listener()
  }
  return {
    get: () => now,
    set,
    update: (change) => set(change(now)),
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    }
  }
}
