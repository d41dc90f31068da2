/** Graphs of ratings as networks have them: a few agents are endorsed by very many, and a few rate very many. */
import type { Sparse } from '../../src/node/trust/sparse.ts'

/** Density over ranks falls with rank to this power (Zipf): of those who are endorsed, and of those who rate. */
const ENDORSED = 0.8
const RATING = 0.6
/** Nobody is endorsed by more than this share of all. */
const MOST = 0.25

/**
 * Who endorses whom, by rows of those who are endorsed. Agents are numbered in no order. All pairs are different; all that
 * an agent rates have the same share, and its shares sum to one.
 */
export function drawGraph(agents: number, ratings: number, seed: number): Sparse {
  const random = randomFrom(seed)
  const drawEndorsed = drawByRank(agents, ENDORSED, random)
  const drawRating = drawByRank(agents, RATING, random)
  const starts = new Uint32Array(agents + 1)
  for (let i = 0; i < ratings; i++) {
    let row = drawEndorsed()
    while (at(starts, row + 1) >= MOST * agents) row = drawEndorsed()
    starts[row + 1] = at(starts, row + 1) + 1
  }
  for (let row = 0; row < agents; row++) starts[row + 1] = at(starts, row) + at(starts, row + 1)

  const others = new Uint32Array(ratings)
  const given = new Uint32Array(agents)
  const lastRow = new Int32Array(agents).fill(-1)
  for (let row = 0; row < agents; row++) {
    for (let i = at(starts, row); i < at(starts, row + 1); i++) {
      let other = drawRating()
      while (lastRow[other] === row) other = drawRating()
      lastRow[other] = row
      others[i] = other
      given[other] = at(given, other) + 1
    }
    others.subarray(at(starts, row), at(starts, row + 1)).sort()
  }
  return { size: agents, starts, others, values: Float64Array.from(others, (other) => 1 / at(given, other)) }
}

/** As reference.c reads it: the numbers of agents and ratings, then values, starts and others. */
export function encodeGraph({ size, starts, others, values }: Sparse): Uint8Array[] {
  return [Uint32Array.of(size, others.length), values, starts, others].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)
  )
}

export function decodeGraph(bytes: ArrayBuffer): Sparse {
  const [size = 0, ratings = 0] = new Uint32Array(bytes, 0, 2)
  const startsAt = 8 + 8 * ratings
  const othersAt = startsAt + 4 * (size + 1)
  return {
    size,
    values: new Float64Array(bytes, 8, ratings),
    starts: new Uint32Array(bytes, startsAt, size + 1),
    others: new Uint32Array(bytes, othersAt, ratings)
  }
}

function drawByRank(agents: number, power: number, random: () => number): () => number {
  const agentOf = Uint32Array.from({ length: agents }, (_, i) => i)
  for (let i = agents - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const swapped = at(agentOf, i)
    agentOf[i] = at(agentOf, j)
    agentOf[j] = swapped
  }
  return () => at(agentOf, Math.floor(agents * random() ** (1 / (1 - power))))
}

function at(numbers: Uint32Array, i: number): number {
  return numbers[i] as number
}

/** Numbers from 0 to 1, below it, always the same for the same seed: Mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
