/**
 * What it costs a peer to be silent, or too slow: one time may be a bad link, so the first ones cost little or nothing, and the
 * points grow as it happens again and again. With time it is forgotten.
 */
import { keepNewest } from '../support/keep-newest.ts'

export interface StrikesInit {
  /** times that cost nothing */
  free: number
  /** points that each time costs more than the one before, and at most */
  step: number
  most: number
}

export interface Strikes {
  /** It has happened again. @returns the points that it costs, 0 for nothing */
  strike(peer: string): number
  /** The peer has done what it should: what was before does not count. */
  forgive(peer: string): void
}

/** The time in which what was before counts half, longer than any pause before such a peer is asked again. */
const HALF_LIFE_MS = 15 * 60_000
const MAX_PEERS = 256

/** @param now milliseconds, of any clock that only goes forward */
export function createStrikes(now: () => number, { free, step, most }: StrikesInit): Strikes {
  const records = new Map<string, { times: number; at: number }>()
  return {
    strike(peer) {
      const before = records.get(peer) ?? { times: 0, at: now() }
      const times = before.times * 2 ** ((before.at - now()) / HALF_LIFE_MS) + 1
      records.delete(peer)
      records.set(peer, { times, at: now() })
      keepNewest(records, MAX_PEERS)
      return Math.max(0, Math.min(most, step * (Math.round(times) - free)))
    },
    forgive: (peer) => void records.delete(peer)
  }
}
