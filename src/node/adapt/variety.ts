/**
 * The order of what several agents offer: best first, but so that no agent fills the list, however much it offers, and that of those who
 * are as good as each other not the same one comes first everywhere. Pure.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { toHex } from '../crypto/hash.ts'

export interface Variety<T> {
  /** how good one is */
  worth: (one: T) => number
  /** each further one of the same agent counts for so much less than the one before it, in units of worth, from 0 */
  setBack: number
  /** most of one agent that are left */
  most: number
  /** who comes first of those that are as good as each other: the lower */
  lot: (agent: string) => string
}

interface Place<T> {
  one: T
  agent: string
  worth: number
  /** how many of the same agent come before it */
  before: number
  lot: string
}

/**
 * Puts offers in order. What is best as such stays first, and of one agent the better before the worse; its second comes after what
 * others have that is about as good, and before what is far worse. What is alike in everything stays as it came.
 */
export function varied<T extends { agent: string }>(all: readonly T[], { worth, setBack, most, lot }: Variety<T>): T[] {
  const lots = new Map<string, string>()
  const places = all.map((one): Place<T> => {
    const { agent } = one
    const drawn = lots.get(agent) ?? lot(agent)
    lots.set(agent, drawn)
    return { one, agent, worth: worth(one), before: 0, lot: drawn }
  })
  const taken = new Map<string, number>()
  for (const place of places.sort(byWorth)) {
    place.before = taken.get(place.agent) ?? 0
    place.worth -= setBack * place.before
    taken.set(place.agent, place.before + 1)
  }
  return places
    .filter(({ before }) => before < most)
    .sort(byWorth)
    .map(({ one }) => one)
}

/** An order of all agents that differs from one agent's view to another's: no key can be made that is first in all of them. */
export function lotsOf(self: string): (agent: string) => string {
  return (agent) => toHex(sha256(new TextEncoder().encode(`${self} ${agent}`)))
}

function byWorth(a: Place<unknown>, b: Place<unknown>): number {
  return b.worth - a.worth || a.before - b.before || compare(a.lot, b.lot) || compare(a.agent, b.agent)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
