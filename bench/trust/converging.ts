/** The engine as the node has it, on a crowd's ratings: a few that come to very many, and all of them at once. */
import { createEngine, type TrustEngine } from '../../src/node/trust/engine.ts'
import { createKernel } from '../../src/node/trust/kernel/kernel.ts'
import { drawRatings, type Crowd } from './crowd.ts'

export interface Batches extends Crowd {
  seeds: number
  batches: number
  /** ratings of a batch */
  size: number
}

export interface BatchTimes {
  /** of each batch, `add` and `update` */
  ms: number[]
  /** of those, by iteration over all instead of pushing */
  iterated: number
  /** bound of the error that each update left, summed over all agents, as it tells itself */
  bounds: number[]
  /** after the last batch, to the exact voices: summed over all agents (voices sum to one), and of the largest voice */
  error: number
  /** of the first hundred of the exact order, how many are among the first hundred */
  firstHundred: number
  /** `exact`, three times */
  exactMs: number[]
}

export interface Converging extends Crowd {
  seeds: number
}

export interface ConvergingTimes {
  addMs: number
  exactMs: number
  iterations: number
}

const SEED = 1
/** As in the book of trust. */
const OPTIONS = { halfLifeMs: 182 * 24 * 60 * 60_000 }
/** Batches in which code is compiled; they are not counted. */
const WARM_UP = 5
const FIRST = 100

/** New ratings in batches, of the same kind as those that are there. */
export function timeBatches({ agents, ratings, seeds, batches, size }: Batches): BatchTimes {
  const more = (batches + WARM_UP) * size
  // agents that would rate themselves are left out of what is drawn
  const drawn = drawRatings({ agents, ratings: Math.ceil((ratings + more) * 1.01) }, SEED)
  const engine = seededEngine(seeds)
  engine.add(drawn.between(0, ratings))
  engine.exact()

  const times: BatchTimes = { ms: [], iterated: 0, bounds: [], error: 0, firstHundred: 0, exactMs: [] }
  for (let batch = -WARM_UP; batch < batches; batch++) {
    const begin = ratings + (batch + WARM_UP) * size
    const some = [...drawn.between(begin, begin + size)]
    if (some.length !== size || begin + size > drawn.count) throw new Error(`expected ${more} new ratings, got ${drawn.count - ratings}`)
    const began = performance.now()
    engine.add(some)
    const { method, error } = engine.update()
    const ms = performance.now() - began
    if (batch < 0) continue
    times.ms.push(ms)
    times.bounds.push(error)
    if (method !== 'push') times.iterated++
  }

  const voices = engine.voices(0)
  for (let i = 0; i < 3; i++) {
    const began = performance.now()
    engine.exact()
    times.exactMs.push(performance.now() - began)
  }
  const exact = engine.voices(0)
  times.error = exact.reduce((sum, voice, agent) => sum + Math.abs(voice - (voices[agent] ?? 0)), 0)
  const found = new Set(first(voices))
  times.firstHundred = first(exact).filter((agent) => found.has(agent)).length
  return times
}

/** Takes ratings in and works them out, when it is told to: until then they are only drawn. */
export function prepareConverging({ agents, ratings, seeds }: Converging): () => ConvergingTimes {
  const drawn = drawRatings({ agents, ratings: Math.ceil(ratings * 1.01) }, SEED)
  return () => {
    const engine = seededEngine(seeds)
    const began = performance.now()
    engine.add(drawn.between(0, ratings))
    const added = performance.now()
    const { iterations } = engine.exact()
    return { addMs: added - began, exactMs: performance.now() - added, iterations }
  }
}

/** Agents are numbered in no order: the first few are any. */
function seededEngine(seeds: number): TrustEngine {
  const engine = createEngine({ options: OPTIONS, createKernel })
  engine.seed(null, new Map(Array.from({ length: seeds }, (_, agent) => [agent, 1])))
  return engine
}

function first(voices: Float64Array): number[] {
  return Array.from(voices, (_, agent) => agent)
    .sort((a, b) => (voices[b] as number) - (voices[a] as number))
    .slice(0, FIRST)
}
