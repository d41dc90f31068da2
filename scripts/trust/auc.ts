/** How well scores tell two classes apart, and how sure that is. */
import { below, createRandom } from '../../sim/random.ts'

/** What was predicted, case by case. */
export interface Cases {
  isPositive: Uint8Array
  /** cases of one cluster are drawn together, as they are not independent */
  clusters: Uint32Array
}

/** The chance that a positive case scores above a negative one, ties counting half; NaN without both. */
export function auc(scores: Float64Array, isPositive: Uint8Array): number {
  return weightedAuc(orderOf(scores), scores, isPositive, new Float64Array(scores.length).fill(1))
}

export interface Interval {
  value: number
  /** 95 % of resamples are between these */
  ci95: [low: number, high: number]
}

/**
 * The AUC of each of several scores, and of how much the last is better than each before it, over the same resamples of whole
 * clusters (a cluster bootstrap).
 */
export function compare(
  scores: readonly Float64Array[],
  { isPositive, clusters }: Cases,
  resamples: number,
  seed: number
): { each: Interval[]; better: Interval[] } {
  const random = createRandom(seed, 'bootstrap')
  const orders = scores.map(orderOf)
  const names = [...new Set(clusters)]
  const measure = (weights: Float64Array): number[] =>
    scores.map((each, i) => weightedAuc(orders[i] as Uint32Array, each, isPositive, weights))
  const whole = measure(new Float64Array(isPositive.length).fill(1))
  const drawn: number[][] = []
  for (let i = 0; i < resamples; i++) {
    const times = new Map<number, number>()
    for (let draw = 0; draw < names.length; draw++) {
      const name = names[below(random, names.length)] as number
      times.set(name, (times.get(name) ?? 0) + 1)
    }
    drawn.push(measure(Float64Array.from(clusters, (cluster) => times.get(cluster) ?? 0)))
  }
  const last = scores.length - 1
  const interval = (of: (values: number[]) => number): Interval => ({ value: of(whole), ci95: middle(drawn.map(of)) })
  return {
    each: scores.map((_, i) => interval((values) => values[i] as number)),
    better: scores.slice(0, -1).map((_, i) => interval((values) => (values[last] as number) - (values[i] as number)))
  }
}

function middle(values: number[]): [number, number] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN
  return [at(0.025), at(0.975)]
}

function orderOf(scores: Float64Array): Uint32Array {
  return Uint32Array.from(scores.keys()).sort((a, b) => (scores[a] as number) - (scores[b] as number))
}

/** Cases count as often as their weight says. */
function weightedAuc(order: Uint32Array, scores: Float64Array, isPositive: Uint8Array, weights: Float64Array): number {
  let won = 0
  let positives = 0
  let negatives = 0
  for (let i = 0; i < order.length; ) {
    const score = scores[order[i] as number]
    let positive = 0
    let negative = 0
    for (; i < order.length && scores[order[i] as number] === score; i++) {
      const at = order[i] as number
      if (isPositive[at] === 1) positive += weights[at] as number
      else negative += weights[at] as number
    }
    won += positive * (negatives + negative / 2)
    positives += positive
    negatives += negative
  }
  return positives * negatives > 0 ? won / (positives * negatives) : Number.NaN
}
