/**
 * How many peers there are, told by how often each says that it is there. Whoever says so every ten seconds is heard six
 * times a minute and counts ten seconds each time: the seconds counted in a minute, over a minute, are the peers. What was
 * counted fades, so that only one number is kept.
 */

/** Over how long what was heard fades to 1/e. */
const SPAN_MS = 60_000

export interface Crowd {
  /** A peer has been heard, for the first time in `ms`. */
  heard(ms: number, now: number): void
  /** About how many there are. */
  size(now: number): number
}

export function createCrowd(): Crowd {
  let counted = 0
  let at = 0
  const faded = (now: number): number => counted * Math.exp(-Math.max(0, now - at) / SPAN_MS)
  return {
    heard(ms, now) {
      counted = faded(now) + ms
      at = Math.max(at, now)
    },
    size: (now) => faded(now) / SPAN_MS
  }
}
