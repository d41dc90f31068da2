/** Seeds: whom an operator trusts before any rating. Each topic's teleport vector is made of them. */
import { TrustInputError } from './errors.ts'
import { MAX_AGENTS } from './evidence.ts'
import type { Slots } from './slots.ts'

/** Shares by agent: those of all topics (null), and further ones of single topics. */
export type Seeds = ReadonlyMap<number | null, ReadonlyMap<number, number>>

/** @throws TrustInputError when a share is no number from 0, or an agent no whole number */
export function checkSeeds(seeds: ReadonlyMap<number, number>): void {
  for (const [agent, share] of seeds) {
    if (!Number.isInteger(agent) || agent < 0 || agent >= MAX_AGENTS) {
      throw new TrustInputError(`expected seeds to be whole numbers from 0 to ${MAX_AGENTS - 1}, got ${agent}`)
    }
    if (!(share >= 0 && share < Infinity)) {
      throw new TrustInputError(`expected a seed's share to be a number from 0, got ${share} for agent ${agent}`)
    }
  }
}

/** Gives each seed a slot in each topic that it counts in. */
export function placeSeeds(slots: Slots, topics: number, seeds: Seeds): void {
  for (const [topic, shares] of seeds) {
    for (const [agent, share] of shares) {
      if (share === 0) continue
      if (topic !== null) slots.place(topic, agent)
      else for (let each = 0; each < topics; each++) slots.place(each, agent)
    }
  }
}

/**
 * The teleport vector over slots: each topic's seeds in proportion to their shares, less their penalties, summing to one. A
 * topic without seeds, or all of whose seeds are proven frauds, has all its agents for seeds.
 *
 * @param penalties 0 to 1 of each slot
 */
export function teleportOf(slots: Slots, blocks: Uint32Array, seeds: Seeds, penalties: Float64Array): Float64Array {
  const teleport = new Float64Array(slots.size)
  const topics = blocks.length - 1
  for (const [topic, shares] of seeds) {
    const from = topic ?? 0
    const to = topic ?? topics - 1
    for (let each = from; each <= to; each++) {
      for (const [agent, share] of shares) {
        const slot = share === 0 ? -1 : slots.find(each, agent)
        if (slot >= 0) teleport[slot] = (teleport[slot] as number) + share * (1 - (penalties[slot] as number))
      }
    }
  }
  for (let topic = 0; topic < topics; topic++) {
    const block = teleport.subarray(blocks[topic], blocks[topic + 1])
    const of = penalties.subarray(blocks[topic], blocks[topic + 1])
    if (!normalize(block)) {
      block.forEach((_, i) => (block[i] = 1 - (of[i] as number)))
      if (!normalize(block)) block.fill(1 / block.length)
    }
  }
  return teleport
}

/** Whether a topic has seeds of its own or of all topics. */
export function hasSeeds(seeds: Seeds, topic: number): boolean {
  return [null, topic].some((key) => [...(seeds.get(key)?.values() ?? [])].some((share) => share > 0))
}

/** Divides by the sum; false when that is 0. */
function normalize(values: Float64Array): boolean {
  let sum = 0
  for (const value of values) sum += value
  if (!(sum > 0)) return false
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) / sum
  return true
}
