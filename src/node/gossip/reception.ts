/**
 * Whom we have time for, of those who come to us: a few at a time, and one place a peer. Whoever was here lately waits while
 * there are others who were sent away and were not.
 */
import { keepNewest } from '../support/keep-newest.ts'

export interface Reception {
  /** @returns what gives the place back; null: there is none now */
  enter(peer: string): (() => void) | null
}

/** Who has not come back after so long has found somebody else. */
const WAITING_MS = 5_000
/** Who was here so long ago is as good as anybody: more than a visit takes, so that those who take turns with one another are known. */
const LATELY_MS = 90_000
const MAX_WAITING = 64
const MAX_SERVED = 256

/** @param now milliseconds, of any clock that only goes forward */
export function createReception(now: () => number, { places }: { places: number }): Reception {
  const inside = new Set<string>()
  /** when those who were sent away came last, and those who were here left */
  const sentAway = new Map<string, number>()
  const served = new Map<string, number>()

  function sendAway(peer: string): void {
    // those who wait already are not driven out by many who come
    if (sentAway.size < MAX_WAITING || sentAway.has(peer)) sentAway.set(peer, now())
  }

  function noteServed(peer: string): void {
    served.delete(peer)
    served.set(peer, now())
    keepNewest(served, MAX_SERVED)
  }

  function forgetOld(): void {
    for (const [peer, at] of sentAway) if (at < now() - WAITING_MS) sentAway.delete(peer)
    for (const [peer, at] of served) if (at < now() - LATELY_MS) served.delete(peer)
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
        sendAway(peer)
        return null
      }
      sentAway.delete(peer)
      inside.add(peer)
      return () => {
        inside.delete(peer)
        noteServed(peer)
      }
    }
  }
}
