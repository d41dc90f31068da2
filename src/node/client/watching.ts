/**
 * Values that are watched as they change.
 */
import { createAlert, delay } from '../support/wait-for.ts'

/** Who watches is told of changes at most this often. */
const PAUSE_MS = 100

/**
 * Yields what `read` gives, now and after changes, at most every `PAUSE_MS`.
 *
 * @param subscribe calls back at each change; returns what ends that
 * @param isLast whether nothing is to come after this value
 * @param closing ends it, without an error
 */
export async function* watching<T>(
  subscribe: (changed: () => void) => () => void,
  read: () => Promise<T>,
  isLast: (value: T) => boolean,
  closing: AbortSignal
): AsyncGenerator<T, void, undefined> {
  const alert = createAlert(subscribe)
  try {
    while (!closing.aborted) {
      alert.reset()
      const value = await read()
      yield value
      if (isLast(value)) return
      await alert.raised(closing)
      await delay(PAUSE_MS, closing)
    }
  } catch (error) {
    if (!closing.aborted) throw error
  } finally {
    alert.close()
  }
}
