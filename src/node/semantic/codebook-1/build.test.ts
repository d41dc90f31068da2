/**
 * Whether the codebook is what its recipe says, and any good: by declarations that it was not made from
 * (`declarations.json`, two a field). The figures of docs/decisions/0018 come from here.
 */
import { describe, expect, test } from 'vitest'
import { createCodebook1 } from '../codebook.ts'
import { hamming } from '../sketch.ts'
import { createStandIn } from '../stand-in.ts'
import { buildCodebook } from './build.ts'
import centroids from './centroids.json' with { type: 'json' }
import declarations from './declarations.json' with { type: 'json' }
import areas from './fields.json' with { type: 'json' }

const { data, fields } = buildCodebook(areas)
const codebook = createCodebook1()
const sketcher = createStandIn()
const areaOf = new Map(areas.flatMap(({ area, fields }) => Object.keys(fields).map((field) => [field, area])))
const known = await Promise.all(
  Object.entries(declarations).flatMap(([field, texts]) =>
    texts.map(async (text) => {
      const [, bits, leaves] = await sketcher.sketch(text)
      return { field, area: areaOf.get(field), text, bits, leaves }
    })
  )
)

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const share = (values: boolean[]) => mean(values.map(Number))
function percentiles(values: number[]) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (p: number) => sorted[Math.floor((sorted.length - 1) * p)]!
  return { p5: at(0.05), median: at(0.5), p95: at(0.95) }
}

describe('the recipe', () => {
  test('gives the centroids that are kept; if not, run npm run codebook', () => {
    expect(data).toEqual(centroids)
  })

  test('has a leaf for each field', () => {
    expect([...fields].sort()).toEqual([...areaOf.keys()].sort())
    expect(Object.keys(declarations).sort()).toEqual([...areaOf.keys()].sort())
  })

  test('refuses a number of fields that makes no tree', () => {
    expect(() => buildCodebook(areas.slice(1))).toThrow(RangeError)
  })
})

describe('prefixes mean something', () => {
  test('the first three bits of a leaf are its area', () => {
    const kept = fields.filter((field, leaf) => areaOf.get(field) === areaOf.get(fields[leaf - (leaf % 8)]!))
    expect(kept).toHaveLength(64)
  })

  test('the more bits of two leaves are the same, the nearer are their centroids', () => {
    const byPrefix: number[][] = Array.from({ length: 6 }, () => [])
    codebook.centroids.forEach((a, i) => {
      codebook.centroids.forEach((b, j) => {
        if (i < j) byPrefix[Math.clz32(i ^ j) - 26]!.push(hamming(a, b))
      })
    })
    const means = byPrefix.map(mean)
    report('mean distance of centroids by bits in common', means)
    expect(means).toEqual([...means].sort((a, b) => b - a))
    expect(means[0]! - means[5]!).toBeGreaterThan(20)
  })

  test('declarations of sibling fields are nearer than those of strangers', () => {
    const siblings: number[] = []
    const strangers: number[] = []
    for (const [i, a] of known.entries()) {
      for (const b of known.slice(i + 1)) {
        if (a.field === b.field) continue
        const apart = fields.indexOf(a.field) ^ fields.indexOf(b.field)
        if (apart < 2) siblings.push(hamming(a.bits, b.bits))
        else if (apart >= 32) strangers.push(hamming(a.bits, b.bits))
      }
    }
    report('siblings', percentiles(siblings))
    report('strangers', percentiles(strangers))
    expect(mean(strangers) - mean(siblings)).toBeGreaterThan(4)
  })
})

describe('declarations that it was not made from', () => {
  test('mostly belong to their field, and nearly all of them to their area', () => {
    const first = share(known.map(({ field, leaves }) => fields[leaves[0]!] === field))
    const any = share(known.map(({ field, leaves }) => leaves.some((leaf) => fields[leaf] === field)))
    const leaves = mean(known.map(({ leaves }) => leaves.length))
    report('field', { first, any, leaves })
    expect(first).toBeGreaterThan(0.9)
    expect(any).toBeGreaterThan(0.93)
    expect(leaves).toBeLessThan(1.5)
  })

  test.for([1, 4])('load no leaf more than three times the mean (of %i leaves each)', (most) => {
    const loads = codebook.centroids.map(
      (_, leaf) => known.filter((one) => one.leaves.slice(0, most).includes(leaf)).length
    )
    report('most in a leaf, mean', [Math.max(...loads), mean(loads)])
    expect(Math.max(...loads)).toBeLessThanOrEqual(3 * mean(loads))
  })

  test('of one field are nearer than of two', () => {
    const same: number[] = []
    const near: number[] = []
    const other: number[] = []
    for (const [i, a] of known.entries()) {
      for (const b of known.slice(i + 1)) {
        const pairs = a.field === b.field ? same : a.area === b.area ? near : other
        pairs.push(hamming(a.bits, b.bits))
      }
    }
    report('distances in a field', percentiles(same))
    report('distances in an area', percentiles(near))
    report('distances across areas', percentiles(other))
    expect(percentiles(same).median).toBeLessThan(percentiles(other).p5)
    expect(percentiles(same).p95).toBeLessThan(percentiles(other).median)
    expect(percentiles(other).median).toBeGreaterThan(118)
    // probability that a pair of one field is nearer than a pair of two
    const nearer = mean(same.map((a) => share(other.map((b) => a < b))))
    report('probability that the same field is nearer', nearer)
    expect(nearer).toBeGreaterThan(0.9)
  })
})

describe('paraphrases', () => {
  const random = randomFrom(7)
  /** The words in another order, some left out, in a sentence that says who is asked. */
  const paraphrase = (text: string, keep: number) =>
    `Is there somebody who could help me with this: ${shuffle(text.split(' ').filter(() => random() < keep)).join(' ')}?`

  test.for([
    [0.9, 0.95],
    [0.8, 0.93],
    [0.6, 0.8]
  ] as const)('that keep %d of the words share a leaf', async ([keep, expected]) => {
    const shared: boolean[] = []
    const distances: number[] = []
    for (let round = 0; round < 8; round++) {
      for (const { text, bits, leaves } of known) {
        const [, otherBits, otherLeaves] = await sketcher.sketch(paraphrase(text, keep))
        shared.push(otherLeaves.some((leaf) => leaves.includes(leaf)))
        distances.push(hamming(bits, otherBits))
      }
    }
    report(`paraphrases of ${keep}`, { shared: share(shared), ...percentiles(distances) })
    expect(share(shared)).toBeGreaterThan(expected)
  })

  function shuffle(words: string[]): string[] {
    return words
      .map((word) => ({ word, at: random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ word }) => word)
  }
})

/** Lehmer's generator. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48271) % 2147483647) / 2147483647
}

/** The figures are printed with FIGURES=1. */
function report(what: string, figures: unknown): void {
  if (process.env.FIGURES) process.stdout.write(`${what}: ${JSON.stringify(figures)}\n`)
}
