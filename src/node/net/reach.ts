/**
 * How much of its credit a sender uses. What is on its way on one stream delays what is said on the others of that connection: on a near
 * peer's the whole window only lies in a queue, on a far one's it is what fills the way. So how long it takes until what was said is taken
 * is held against the shortest time that it took, as in LEDBAT (RFC 6817). Pure but for the clock.
 */
import { WINDOW_BYTES } from './credit.ts'

export interface Reach {
  /** Whether as much is on its way as may be. */
  isFull(): boolean
  /** @param cost in credit */
  sent(cost: number): void
  /** The other side gives back so much credit. */
  taken(cost: number): void
}

/** What waits in a queue may take so long, or this part of the time that the way takes. */
const QUEUE_MS = 2
const QUEUE_PART = 1 / 4
const LESS = 3 / 4
/** Of what is taken, so much more is sent while nothing waits. */
const MORE = 1 / 8
/** The shortest time is that of the last ten to twenty seconds: ways change. */
const REMEMBERED_MS = 10_000

/** @param now milliseconds, of any beginning */
export function createReach(now: () => number): Reach {
  /** what is on its way, as it was sent; of the first less, when a part of it was taken */
  const onItsWay: Array<{ cost: number; at: number }> = []
  let bytes = 0
  let reach = WINDOW_BYTES
  /** whoever gives back no less at a time waits for no more */
  let least = WINDOW_BYTES
  let shortest = { since: now(), before: Infinity, lately: Infinity }
  let heldBackAt = -Infinity

  /** @returns how long what was taken last was on its way; null: nothing was taken whole */
  function take(cost: number, at: number): number | null {
    let took: number | null = null
    for (let rest = cost; rest > 0; ) {
      const first = onItsWay[0]
      if (first === undefined) break
      const part = Math.min(rest, first.cost)
      first.cost -= part
      rest -= part
      if (first.cost > 0) break
      took = at - first.at
      onItsWay.shift()
    }
    return took
  }

  return {
    isFull: () => bytes >= reach,
    sent(cost) {
      onItsWay.push({ cost, at: now() })
      bytes += cost
    },
    taken(cost) {
      const at = now()
      bytes -= cost
      least = Math.min(least, cost)
      const took = take(cost, at)
      if (took === null) return
      if (at - shortest.since > REMEMBERED_MS) shortest = { since: at, before: shortest.lately, lately: took }
      shortest.lately = Math.min(shortest.lately, took)
      const base = Math.min(shortest.before, shortest.lately)
      if (took <= base + Math.max(QUEUE_MS, base * QUEUE_PART)) {
        reach = Math.min(WINDOW_BYTES, reach + cost * MORE)
      } else if (at - heldBackAt >= took) {
        // once for what was on its way
        heldBackAt = at
        reach = Math.max(least, reach * LESS)
      }
    }
  }
}
