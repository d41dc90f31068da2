/**
 * How slow the other side of a stream may be over all that is done on it: it has a time to spare, which waiting for it uses up and
 * what it moves gives back. So a slow phone has its time, and who gives a little just before its time is over does not.
 */
import { WINDOW_BYTES } from '../net/credit.ts'

export interface PaceInit {
  /** what may be waited for nothing, ms: at the start, and at most */
  patienceMs: number
  /** what has to move in a second beyond that, bytes */
  bytesPerSecond: number
  /** how long all of it may take, however much moves, ms */
  wholeMs: number
}

export interface Pace {
  /** How long the other side may take now, ms; 0 or less: it is too slow. */
  left(): number
  waited(ms: number): void
  heard(bytes: number): void
  /** What we say may be on its way, as much of it as there is credit for, while we wait for an answer. */
  said(bytes: number): void
  /** What comes now is another piece of work. */
  renew(): void
}

/** @param now milliseconds, of any clock that only goes forward */
export function createPace(now: () => number, { patienceMs, bytesPerSecond, wholeMs }: PaceInit): Pace {
  const timeOf = (bytes: number): number => (bytes * 1000) / bytesPerSecond
  let end = now() + wholeMs
  let spare = patienceMs
  return {
    left: () => Math.min(spare, end - now()),
    waited(ms) {
      spare -= ms
    },
    heard(bytes) {
      spare = Math.min(patienceMs, spare + timeOf(bytes))
    },
    said(bytes) {
      spare = Math.min(patienceMs + timeOf(WINDOW_BYTES), spare + timeOf(bytes))
    },
    renew() {
      end = now() + wholeMs
      spare = Math.max(patienceMs, spare)
    }
  }
}
