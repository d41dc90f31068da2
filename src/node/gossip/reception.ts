/**
 * Whom we have time for, of those who come to us: a few at a time, and one place a peer. Who was sent away comes back a moment later
 * and has the next place; who was not sent away yet waits behind.
 */

export interface Reception {
  /** @returns what gives the place back; null: there is none now */
  enter(peer: string): (() => void) | null
}

/** Who has not come back after so long has found somebody else. */
const RETURN_MS = 5_000
const MAX_SENT_AWAY = 64

/** @param now milliseconds, of any clock that only goes forward */
export function createReception(now: () => number, { places }: { places: number }): Reception {
  const inside = new Set<string>()
  /** when those who were sent away came first or again */
  const sentAway = new Map<string, number>()

  function forgetOld(): void {
    const since = now() - RETURN_MS
    for (const [peer, at] of sentAway) if (at < since) sentAway.delete(peer)
  }

  return {
    enter(peer) {
      if (inside.has(peer)) return null
      forgetOld()
      const isNext = sentAway.has(peer) || inside.size + sentAway.size < places
      if (inside.size >= places || !isNext) {
        if (sentAway.size < MAX_SENT_AWAY || sentAway.has(peer)) sentAway.set(peer, now())
        return null
      }
      sentAway.delete(peer)
      inside.add(peer)
      return () => void inside.delete(peer)
    }
  }
}
