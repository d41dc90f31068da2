/** What `npm run meaning` works out: how much words and meaning say, from the tuning set. The held-out set is never looked at. */
import { loadSentenceModel } from '../../headless/sentence-model.ts'
import { choose, features, type Evidence, type Fitted, type Known } from '../../src/node/semantic/calibration.ts'
import { closeness } from '../../src/node/semantic/sentences/close.ts'
import { dot } from '../../src/node/semantic/vectors.ts'
import { createWordIndex } from '../../src/node/semantic/word-index.ts'
import { fieldsOf } from '../../src/node/semantic/hybrid.ts'
import { offerTexts, placeOffer, placeRequest } from '../../src/node/semantic/sentences/space.ts'
import { loadSet } from './set.ts'

const RIDGE = 1e-3
const LONGEST_STEP = 2
/** For four requests that somebody serves there is one that nobody does. */
export const NOBODY_WEIGHT = 0.25

/** The weights of the evidence: of words alone, with meaning, and with the pieces of both besides. */
export async function fitCalibration(tuningFolder: string): Promise<Record<Known, Fitted>> {
  const { offers, requests } = loadSet(tuningFolder)
  const embedder = await loadSentenceModel()
  const words = createWordIndex()
  const placed = new Map<string, { vector: Float32Array; pieces: Int8Array[] }>()
  for (const { id, capability } of offers) {
    words.set(id, fieldsOf(capability))
    const texts = await embedder.embedClosely(offerTexts(capability))
    placed.set(id, { vector: placeOffer(texts.map(({ vector }) => vector)), pieces: texts.map(({ pieces }) => pieces) })
  }
  const lists: List[] = []
  for (const { text, serves, traps } of requests) {
    const [asked] = await embedder.embedClosely([text])
    if (asked === undefined) continue
    const request = placeRequest(asked.vector)
    const scores = new Map(words.search(text, offers.length).map(({ id, score }) => [id, score]))
    const evidence = offers.map(({ id }): Evidence => {
      const { vector = new Float32Array(), pieces = [] } = placed.get(id) ?? {}
      return { words: scores.get(id) ?? 0, meaning: dot(vector, request), closely: closeness(asked, pieces) }
    })
    const right = offers.map(({ id }) => serves.includes(id) || traps.includes(id))
    lists.push({ evidence, right, weight: 1 })
    lists.push({ evidence: evidence.filter((_, i) => right[i] === false), right: [], weight: NOBODY_WEIGHT })
  }
  const less = (known: Partial<Evidence>) => lists.map((list) => ({ ...list, evidence: list.evidence.map((one) => ({ ...one, ...known })) }))
  return {
    words: fitChoice(less({ meaning: null, closely: null })),
    both: fitChoice(less({ closely: null })),
    closely: fitChoice(lists)
  }
}

/** What was offered for a request, and which of it is right: none, when those that serve it were left out. */
interface List {
  evidence: Evidence[]
  right: boolean[]
  /** how much it counts */
  weight: number
}

/** The likeliest weights by Newton's method, with a little ridge. Where several are right, any of them is the choice. */
function fitChoice(lists: readonly List[]): Fitted {
  const rows = lists.map(({ evidence }) => {
    const offered = evidence.map((one) => [0, ...features(one)])
    return [(offered[0] ?? []).map((_, i) => Number(i === 0)), ...offered]
  })
  const size = rows[0]?.[0]?.length ?? 0
  let weights = new Array<number>(size).fill(0)
  for (let round = 0; round < 60; round++) {
    const gradient = weights.map((weight) => -RIDGE * weight)
    const hessian = weights.map((_, i) => weights.map((_, j) => (i === j ? RIDGE : 0)))
    lists.forEach(({ right, weight }, n) => {
      const options = rows[n] ?? []
      const all = choose(options.map((row) => row.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0)), -Infinity)
      const rightly = options.map((_, i) => (right.some(Boolean) ? right[i - 1] === true : i === 0))
      const sum = all.reduce((total, share, i) => total + (rightly[i] === true ? share : 0), 0)
      const wanted = all.map((share, i) => (rightly[i] === true ? share / sum : 0))
      const average = weights.map((_, i) => options.reduce((total, row, k) => total + (all[k] ?? 0) * (row[i] ?? 0), 0))
      options.forEach((row, k) => {
        row.forEach((value, i) => {
          gradient[i] = (gradient[i] ?? 0) + weight * ((wanted[k] ?? 0) - (all[k] ?? 0)) * value
          row.forEach((other, j) => {
            const line = hessian[i] as number[]
            line[j] = (line[j] ?? 0) + weight * (all[k] ?? 0) * (value - (average[i] ?? 0)) * (other - (average[j] ?? 0))
          })
        })
      })
    })
    // far from the end a whole step may go too far
    const whole = solve(hessian, gradient)
    const shorter = Math.min(1, LONGEST_STEP / Math.max(...whole.map(Math.abs)))
    const step = whole.map((value) => shorter * value)
    weights = weights.map((weight, i) => weight + (step[i] ?? 0))
    if (Math.max(...step.map(Math.abs)) < 1e-6) break
  }
  const [nobody = 0, ...others] = weights.map((weight) => Number(weight.toFixed(4)))
  return { weights: others, nobody }
}


/** Gauss's elimination. */
function solve(matrix: number[][], vector: number[]): number[] {
  const rows = matrix.map((row, i) => [...row, vector[i] ?? 0])
  rows.forEach((_, column) => {
    const pivot = rows.slice(column).reduce((best, row) => (Math.abs(row[column] ?? 0) > Math.abs(best[column] ?? 0) ? row : best))
    rows.splice(rows.indexOf(pivot), 1)
    rows.splice(column, 0, pivot.map((value) => value / (pivot[column] ?? 1)))
    rows.forEach((row, i) => {
      if (i === column) return
      const factor = row[column] ?? 0
      rows[i] = row.map((value, j) => value - factor * (rows[column]?.[j] ?? 0))
    })
  })
  return rows.map((row) => row.at(-1) ?? 0)
}
