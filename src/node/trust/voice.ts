/**
 * Voice: what an agent's ratings in a topic weigh. EigenTrust (Kamvar, Schlosser and Garcia-Molina, WWW 2003) in each topic, by
 * power iteration over all topics at once: t = (1 - a) Sᵀ t + g q, with q the seeds of the topic and g what is left for them
 * when each topic's voices sum to one.
 */
import { isRankingSettled } from './convergence.ts'
import type { Kernel } from './sparse.ts'

export interface Problem {
  kernel: Kernel
  /** where each topic's block of slots begins, and where the last ends */
  blocks: Uint32Array
  /** seeds' shares: each topic's sum to one */
  teleport: Float64Array
  alpha: number
}

export interface Precision {
  /** largest error of a topic's voices, summed over its agents */
  tolerance: number
  /** how many of the first of each topic have to be in their final order; 0: not asked */
  rankingDepth: number
  maxIterations: number
}

export interface Solution {
  voices: Float64Array
  /** g of each topic */
  gains: Float64Array
  iterations: number
  converged: boolean
  /** bound of the largest error of a topic */
  error: number
}

/**
 * Solves for voices, from a vector that may be near.
 *
 * @param start any vector of numbers from 0; where a topic's sum to 0, its seeds are taken
 */
export function solveVoices(problem: Problem, start: Float64Array, precision: Precision): Solution {
  const { kernel, blocks, alpha } = problem
  const topics = blocks.length - 1
  let voices = normalized(start, problem)
  let next: Float64Array = new Float64Array(voices.length)
  const gains = new Float64Array(topics)
  // a step shrinks the error to 1 - alpha at least, so what is left after one is at most so many times the step
  const left = (1 - alpha) / alpha
  let error = Infinity
  let iterations = 0
  while (iterations < precision.maxIterations) {
    iterations++
    kernel.multiply(voices, next)
    error = 0
    for (let topic = 0; topic < topics; topic++) {
      const step = finishStep(problem, topic, voices, next, gains)
      error = Math.max(error, left * step)
    }
    ;[voices, next] = [next, voices]
    if (error <= precision.tolerance && isSettled(next, voices, blocks, precision.rankingDepth, error)) {
      return { voices, gains, iterations, converged: true, error }
    }
  }
  return { voices, gains, iterations, converged: false, error }
}

/** Damps what has flowed in, gives the seeds what is left, and returns how far the topic moved. */
function finishStep({ blocks, teleport, alpha }: Problem, topic: number, from: Float64Array, to: Float64Array, gains: Float64Array): number {
  const begin = blocks[topic] as number
  const end = blocks[topic + 1] as number
  let flowed = 0
  for (let i = begin; i < end; i++) flowed += to[i] as number
  const gain = 1 - (1 - alpha) * flowed
  gains[topic] = gain
  let step = 0
  for (let i = begin; i < end; i++) {
    const value = (1 - alpha) * (to[i] as number) + gain * (teleport[i] as number)
    step += Math.abs(value - (from[i] as number))
    to[i] = value
  }
  return step
}

function isSettled(before: Float64Array, after: Float64Array, blocks: Uint32Array, depth: number, error: number): boolean {
  if (depth === 0) return true
  for (let topic = 0; topic + 1 < blocks.length; topic++) {
    const block = [blocks[topic], blocks[topic + 1]] as const
    if (!isRankingSettled(before.subarray(...block), after.subarray(...block), depth, error)) return false
  }
  return true
}

/** A start whose topics each sum to one. */
function normalized(start: Float64Array, { blocks, teleport }: Problem): Float64Array {
  const voices = teleport.slice()
  for (let topic = 0; topic + 1 < blocks.length; topic++) {
    const begin = blocks[topic] as number
    const end = blocks[topic + 1] as number
    let sum = 0
    for (let i = begin; i < end; i++) sum += start[i] as number
    if (sum > 0) for (let i = begin; i < end; i++) voices[i] = (start[i] as number) / sum
  }
  return voices
}
