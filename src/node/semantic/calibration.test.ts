import { describe, expect, it } from 'vitest'
import { choose, strength, type Evidence } from './calibration.ts'

const shares = [0, 0.1, 0.25, 0.5, 0.75, 1]

describe('what speaks for an offer', () => {
  it.each<[string, (more: number) => Evidence]>([
    ['more of the same words, and nothing else known', (more) => ({ words: more, meaning: null, closely: null })],
    ['more of the same words, whatever is meant', (more) => ({ words: more, meaning: 0.9, closely: null })],
    ['more of the same words, however closely looked at', (more) => ({ words: more, meaning: 0.9, closely: 0.9 })],
    ['a nearer meaning', (more) => ({ words: 0.3, meaning: more, closely: null })],
    ['a closer answer', (more) => ({ words: 0.3, meaning: 0.5, closely: more })]
  ])('is never weaker by %s', (_, evidence) => {
    const strengths = shares.map((more) => strength(evidence(more)))
    expect(strengths).toEqual([...strengths].sort((a, b) => a - b))
    expect(strengths.at(-1)).toBeGreaterThan(strengths[0] ?? NaN)
  })

  it('is little when nothing does', () => {
    for (const evidence of [
      { words: 0, meaning: null, closely: null },
      { words: 0, meaning: 0, closely: null },
      { words: 0, meaning: 0, closely: 0 }
    ]) {
      expect(choose([strength(evidence)])[0]).toBeLessThan(0.01)
    }
  })
})

describe('a choice', () => {
  it('shares what is likely out among those offered and nobody', () => {
    expect(choose([0])).toEqual([0.5])
    const likely = choose([2, 2, -3])
    expect(likely[0]).toBe(likely[1])
    expect(likely[2]).toBeLessThan(likely[0] ?? 0)
    expect(likely.reduce((a, b) => a + b)).toBeLessThan(1)
    expect(choose([800, -800])).toEqual([1, 0])
  })
})
