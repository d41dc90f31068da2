/**
 * Ratings as they come in: checked, decayed to a common epoch, and kept as columns until the next update counts them.
 *
 * Decay is exponential, so a rating's weight against another's depends on their times alone, not on now: all amounts are kept
 * as of one epoch, and a later rating is worth 2^(time / half-life) more. When that grows too large the epoch moves and all
 * amounts are scaled by a power of two, which changes no share.
 */
import { RatingError } from './errors.ts'

/** One rating as the engine takes it. Agents and topics are dense integers: names are mapped by who calls. */
export interface Rating {
  from: number
  to: number
  topic: number
  /** -1 to 1 */
  value: number
  /** what it counts, above 0; 1 when not said */
  weight?: number
  /** milliseconds since 1970; 0 when not said. Who calls refuses what is ahead of the clock */
  time?: number
}

/**
 * Entries that wait, place by place; `weights` are as of the epoch, and below 0 where a rating is taken back; `amounts` are
 * values times weights.
 */
export interface Batch {
  count: number
  topics: Uint32Array
  from: Uint32Array
  to: Uint32Array
  amounts: Float64Array
  weights: Float64Array
}

export interface Evidence {
  /** Takes ratings, all or none, and returns how many; an agent's ratings of itself are left out. @throws RatingError */
  add(ratings: Iterable<Rating>): number
  /** Takes ratings back that were added just so, all or none. @throws RatingError */
  remove(ratings: Iterable<Rating>): number
  readonly waiting: number
  /** What waits, which then waits no more. */
  take(): Batch
  /** A copy of what waits. */
  save(): Batch
  /** the time, in milliseconds since 1970, as of which amounts are; null before the first rating */
  readonly epoch: number | null
}

export interface EvidenceInit {
  /** ratings name topics below this */
  topics: () => number
  halfLifeMs: number
  /** of a saved state */
  epoch?: number | null
  waiting?: Batch
  /** The epoch moves: every amount that was taken before is to be multiplied by this power of two. */
  onRebase: (factor: number) => void
}

/** Agents are numbered below this, so that a vector over all of them fits. */
export const MAX_AGENTS = 2 ** 26
/** Weights beyond it would make others' vanish. */
const MAX_WEIGHT = 1e6
const MAX_TIME = 8.64e15
/** So many half-lives above the epoch the epoch moves: far from where doubles end. */
const REBASE_AT = 256
const FIRST_CAPACITY = 64

export function createEvidence({ topics, halfLifeMs, epoch: first = null, waiting, onRebase }: EvidenceInit): Evidence {
  let epoch = first
  let batch = larger(waiting ?? emptyBatch(FIRST_CAPACITY))

  /** What one unit at this time is worth as of the epoch. */
  function worth(time: number): number {
    if (halfLifeMs === Infinity) return 1
    epoch ??= time
    const halfLives = (time - epoch) / halfLifeMs
    if (halfLives <= REBASE_AT) return 2 ** halfLives
    const shift = Math.floor(halfLives)
    epoch += shift * halfLifeMs
    scale(2 ** -shift)
    return 2 ** ((time - epoch) / halfLifeMs)
  }

  function scale(factor: number): void {
    for (let i = 0; i < batch.count; i++) {
      batch.amounts[i] = (batch.amounts[i] as number) * factor
      batch.weights[i] = (batch.weights[i] as number) * factor
    }
    onRebase(factor)
  }

  function push(rating: Rating, sign: 1 | -1): void {
    check(rating, topics())
    const { from, to, topic, value, weight = 1, time = 0 } = rating
    if (from === to) return
    const counted = sign * weight * worth(time)
    if (counted === 0) return
    if (batch.count === batch.from.length) batch = larger(batch)
    const at = batch.count++
    batch.topics[at] = topic
    batch.from[at] = from
    batch.to[at] = to
    batch.amounts[at] = value * counted
    batch.weights[at] = counted
  }

  function pushAll(ratings: Iterable<Rating>, sign: 1 | -1): number {
    const before = batch.count
    try {
      for (const rating of ratings) push(rating, sign)
    } catch (error) {
      batch.count = before
      throw error
    }
    return batch.count - before
  }

  return {
    add: (ratings) => pushAll(ratings, 1),
    remove: (ratings) => pushAll(ratings, -1),
    get waiting() {
      return batch.count
    },
    take() {
      const taken = batch
      batch = emptyBatch(FIRST_CAPACITY)
      return taken
    },
    save() {
      const { count, topics: of, from, to, amounts, weights } = batch
      const [a, b, c] = [of, from, to].map((column) => column.slice(0, count)) as [Uint32Array, Uint32Array, Uint32Array]
      return { count, topics: a, from: b, to: c, amounts: amounts.slice(0, count), weights: weights.slice(0, count) }
    },
    get epoch() {
      return epoch
    }
  }
}

function check({ from, to, topic, value, weight = 1, time = 0 }: Rating, topics: number): void {
  if (!isBelow(from, MAX_AGENTS) || !isBelow(to, MAX_AGENTS)) {
    throw new RatingError(`expected agents to be whole numbers from 0 to ${MAX_AGENTS - 1}, got ${from} and ${to}`)
  }
  if (!isBelow(topic, topics)) throw new RatingError(`expected a topic from 0 to ${topics - 1}, got ${topic}`)
  if (!(value >= -1 && value <= 1)) throw new RatingError(`expected a value from -1 to 1, got ${value}`)
  if (!(weight > 0 && weight <= MAX_WEIGHT)) {
    throw new RatingError(`expected a weight above 0 and up to ${MAX_WEIGHT}, got ${weight}`)
  }
  if (!(Math.abs(time) <= MAX_TIME)) throw new RatingError(`expected a time in milliseconds since 1970, got ${time}`)
}

function isBelow(value: number, limit: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < limit
}

function emptyBatch(capacity: number): Batch {
  return {
    count: 0,
    topics: new Uint32Array(capacity),
    from: new Uint32Array(capacity),
    to: new Uint32Array(capacity),
    amounts: new Float64Array(capacity),
    weights: new Float64Array(capacity)
  }
}

function larger(batch: Batch): Batch {
  const grown = emptyBatch(Math.max(FIRST_CAPACITY, 2 * batch.from.length))
  grown.count = batch.count
  grown.topics.set(batch.topics)
  grown.from.set(batch.from)
  grown.to.set(batch.to)
  grown.amounts.set(batch.amounts)
  grown.weights.set(batch.weights)
  return grown
}
