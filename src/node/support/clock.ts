/** Time as a component, so that a test, or a simulation, can be the clock. */
export interface Clock {
  /** milliseconds since 1970 */
  now(): number
  /** Calls `action` once, `ms` from now. @returns what cancels it */
  after(ms: number, action: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, action) {
    const timer = setTimeout(action, ms)
    return () => clearTimeout(timer)
  }
}
