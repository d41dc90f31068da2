/**
 * What is held against peers. Points fade with time; over the limit a peer is refused for a while. Peers are
 * bounded: whom we have heard nothing bad of for longest is forgiven first.
 */
import { keepNewest } from '../support/keep-newest.ts'
export interface PenaltiesInit {
  /** points at which a peer is refused; default 100 */
  limit?: number
  /** time in which points halve, ms; default five minutes */
  halfLifeMs?: number
  /** how long a peer is refused, ms; default ten minutes */
  refuseMs?: number
  /** peers remembered at most; default 1024 */
  peers?: number
}

export interface Penalties {
  /** Adds points. @returns true when this puts the peer over the limit */
  add(peer: string, points: number): boolean
  /** The points that a peer has now. */
  points(peer: string): number
  /** Whether a peer is refused now. */
  refused(peer: string): boolean
}

/** @param now milliseconds, of any clock that only goes forward */
export function createPenalties(now: () => number, init: PenaltiesInit = {}): Penalties {
  const { limit = 100, halfLifeMs = 5 * 60_000, refuseMs = 10 * 60_000, peers = 1024 } = init
  const records = new Map<string, { points: number; at: number; refusedUntil: number }>()

  function points(peer: string): number {
    const record = records.get(peer)
    return record === undefined ? 0 : record.points * 2 ** ((record.at - now()) / halfLifeMs)
  }

  function refused(peer: string): boolean {
    return (records.get(peer)?.refusedUntil ?? -Infinity) > now()
  }

  return {
    points,
    refused,
    add(peer, more) {
      const sum = points(peer) + Math.max(0, more)
      const before = refused(peer)
      const over = !before && sum >= limit
      const refusedUntil = over ? now() + refuseMs : (records.get(peer)?.refusedUntil ?? -Infinity)
      records.delete(peer)
      // a peer that was refused starts afresh afterwards
      records.set(peer, { points: over ? 0 : sum, at: now(), refusedUntil })
      keepNewest(records, peers)
      return over
    }
  }
}
