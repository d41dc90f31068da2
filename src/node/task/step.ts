/** What one step on a contract's control stream may take: opening it, or sending or hearing a message that is due. */
const STEP_MS = 15_000

/** A signal that aborts with its parent, or when the time for one step is over. */
export function step(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(STEP_MS)])
}
