/** A graph of ratings as they come in: in no order, with values and times. */
import type { Rating } from '../../src/node/trust/engine.ts'
import { drawGraph, randomFrom } from './graph.ts'

export interface Crowd {
  agents: number
  ratings: number
}

/** Ratings in the order in which they come. All are between different agents, and no pair comes twice. */
export interface Drawn {
  readonly count: number
  /** Those from one place up to another, made as they are asked for. */
  between(begin: number, end: number): Iterable<Rating>
}

const BAD = 0.1
const YEAR_MS = 365 * 24 * 60 * 60_000
const LAST_TIME = 1_767_225_600_000

/** One in ten is a complaint, and times are those of one year. */
export function drawRatings({ agents, ratings }: Crowd, seed: number, topic = 0): Drawn {
  const random = randomFrom(seed)
  const { size, starts, others } = drawGraph(agents, ratings, seed)
  const from = new Uint32Array(ratings)
  const to = new Uint32Array(ratings)
  let count = 0
  for (let row = 0; row < size; row++) {
    for (let i = starts[row] as number; i < (starts[row + 1] as number); i++) {
      if (others[i] === row) continue
      // put in at some place of those before: in the end all orders are alike
      const at = Math.floor(random() * (count + 1))
      from[count] = from[at] as number
      to[count] = to[at] as number
      from[at] = others[i] as number
      to[at] = row
      count++
    }
  }
  const values = Float64Array.from({ length: count }, () => (random() < BAD ? -random() : 1 - random()))
  const times = Float64Array.from({ length: count }, () => LAST_TIME - Math.floor(random() * YEAR_MS))
  return {
    count,
    *between(begin, end) {
      for (let i = begin; i < end; i++) {
        yield { from: from[i] as number, to: to[i] as number, topic, value: values[i] as number, time: times[i] as number }
      }
    }
  }
}
