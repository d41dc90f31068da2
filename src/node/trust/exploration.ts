/**
 * Whom to give what kind of work in a topic. Full work goes to those with a record there, the better the higher those with voice speak
 * of it. The others get something small, whose result can be checked, so that newcomers come to a record: those who bring trust along
 * from next door are tried in proportion to it. Of all others, strangers, next to nothing is known, and any number of them can be made
 * up: how often one is tried follows from how those did who were tried before. So a topic full of made-up agents closes itself to
 * strangers, and opens again when those who are tried do well. Pure; `npm run sim:trust` says what it withstands.
 */
import { TRUST_THRESHOLD, type Opinion } from './readings.ts'

/**
 * What an agent may be given in a topic: `known`, full work; `promising`, something small, because of what it has earned next door or
 * begun to earn here; `stranger`, something small now and then; `excluded`, nothing.
 */
export type Footing = 'known' | 'promising' | 'stranger' | 'excluded'

/** The record, as a level, from which on an agent gets full work. */
const FULL_WORK = 0.01
/** Who has less than so many times an equal share of all voice is not heard on how strangers did. */
const HEARD = 0.1
/** Strangers' share of what is tried, while all of them do well. */
const MOST = 0.5
/** What an earlier trial counts when a new one comes. */
const MEMORY = 0.98

/** @param record,level as `Readings` has them */
export function footingOf({ excluded, record, level }: { excluded: boolean; record: number; level: number }): Footing {
  if (excluded) return 'excluded'
  if (record >= FULL_WORK) return 'known'
  return level >= TRUST_THRESHOLD ? 'promising' : 'stranger'
}

/**
 * How good an agent's work in a topic will be, -1 to 1, as those with voice say. Of whom little voice has spoken is taken to be like
 * the others.
 *
 * @param average what they say of all whose work they know, as `averageOf` has it
 * @param usual so much voice weighs as much as that
 */
export function expectation({ value, weight }: Opinion, average: number, usual: number): number {
  return weight + usual > 0 ? (value * weight + average * usual) / (weight + usual) : 0
}

/** What those with voice say of all agents' work, on average. */
export function averageOf({ values, weights }: { values: Float64Array; weights: Float64Array }): number {
  let sum = 0
  let all = 0
  for (let agent = 0; agent < values.length; agent++) {
    const weight = weights[agent] ?? 0
    sum += weight * (values[agent] ?? 0)
    all += weight
  }
  return all > 0 ? sum / all : 0
}

/** Whether somebody with this voice is heard on how strangers did, among so many agents. */
export const isHeard = (voice: number, agents: number): boolean => voice >= HEARD / Math.max(1, agents)

/** How strangers did that were tried in a topic. */
export interface Trials {
  /** A stranger was tried, and somebody who is heard has said how it did. */
  record(didWell: boolean): void
  /** Strangers' share of what is tried, 0 to 1. */
  share(): number
  save(): SavedTrials
}

export type SavedTrials = readonly [well: number, badly: number]

export function createTrials([well, badly]: SavedTrials = [1, 1]): Trials {
  return {
    record(didWell) {
      well = MEMORY * well + (didWell ? 1 : 0)
      badly = MEMORY * badly + (didWell ? 0 : 1)
    },
    share: () => MOST * (well / (well + badly)) ** 2,
    save: () => [well, badly]
  }
}

/** Those who might be tried in a topic, in any order. */
export interface Untried {
  /** running sums of their prospects */
  prospects: ArrayLike<number>
  /** places of those to whom nobody objects */
  unexcluded: () => readonly number[]
}

/**
 * Who is to be tried with something small: with the probability `share` anybody to whom nobody objects, else somebody drawn in
 * proportion to its prospect.
 *
 * @returns a place in their order; null: nobody of the kind that was drawn
 */
export function drawTrial(untried: Untried, share: number, random: () => number): number | null {
  return random() < share ? drawAnybody(untried, random) : drawByProspect(untried, random)
}

/** @returns a place; null: nobody has any prospect */
export function drawByProspect({ prospects }: Untried, random: () => number): number | null {
  const at = random() * (prospects[prospects.length - 1] ?? 0)
  for (let place = 0; place < prospects.length; place++) if ((prospects[place] ?? 0) > at) return place
  return null
}

/** @returns a place; null: there is nobody to whom nobody objects */
export function drawAnybody({ unexcluded }: Untried, random: () => number): number | null {
  const places = unexcluded()
  return places[Math.floor(random() * places.length)] ?? null
}
