import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstOf, isRankingSettled } from './convergence.ts'

describe('the first of a vector', () => {
  it('are those that sorting all would give', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 400 }), fc.nat(20), (values, count) => {
        const sorted = [...values.keys()].filter((i) => values[i]! > 0).sort((a, b) => values[b]! - values[a]! || a - b)
        expect(firstOf(Float64Array.from(values), count)).toEqual(sorted.slice(0, count))
      }),
      { seed: 81, numRuns: 300 }
    )
  })
})

describe('a ranking', () => {
  it('is settled when no two of the first have changed places', () => {
    expect(isRankingSettled(Float64Array.of(3, 2, 1), Float64Array.of(3.1, 2.1, 0.9), 3, 0)).toBe(true)
    expect(isRankingSettled(Float64Array.of(2, 3, 1), Float64Array.of(3, 2, 1), 3, 0)).toBe(false)
  })

  it('does not look below its depth, nor at what the error could not tell apart', () => {
    expect(isRankingSettled(Float64Array.of(5, 2, 3), Float64Array.of(5, 3, 2), 1, 0)).toBe(true)
    expect(isRankingSettled(Float64Array.of(5, 2, 3), Float64Array.of(5, 3, 2), 3, 0)).toBe(false)
    expect(isRankingSettled(Float64Array.of(5, 2, 3), Float64Array.of(5, 3, 2), 3, 0.6)).toBe(true)
  })
})
