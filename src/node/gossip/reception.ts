/**
 * Whom we have time for, of those who come to us: a few at a time, and one place a peer. Whoever was here a moment ago waits while
 * there are others who were sent away and were not.
 */

export interface Reception {
  /** @returns what gives the place back; null: there is none now */
  enter(peer: string): (() => void) | null
}

/** Who has not come back after so long has found somebody else; who was here before that is as good as anybody. */
const LATELY_MS = 5_000
const MAX_REMEMBERED = 64

/** @param now milliseconds, of any clock that only goes forward */
export function createReception(now: () => number, { places }: { places: number }): Reception {
  const inside = new Set<string>()
  /** when those who were sent away came last, and those who were here left */
  const sentAway = new Map<string, number>()
  const served = new Map<string, number>()

  function note(record: Map<string, number>, peer: string): void {
    record.delete(peer)
    record.set(peer, now())
    const [oldest] = record.keys()
    if (record.size > MAX_REMEMBERED && oldest !== undefined) record.delete(oldest)
  }

  function forgetOld(): void {
    const since = now() - LATELY_MS
    for (const record of [sentAway, served]) for (const [peer, at] of record) if (at < since) record.delete(peer)
  }

  /** Whether somebody else waits who was not here lately. */
  function isAhead(peer: string): boolean {
    return [...sentAway.keys()].some((other) => other !== peer && !served.has(other))
  }

  return {
    enter(peer) {
      if (inside.has(peer)) return null
      forgetOld()
      if (inside.size >= places || (served.has(peer) && isAhead(peer))) {
        note(sentAway, peer)
        return null
      }
      sentAway.delete(peer)
      inside.add(peer)
      return () => {
        inside.delete(peer)
        note(served, peer)
      }
    }
  }
}
