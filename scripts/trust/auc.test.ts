import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { auc, compare } from './auc.ts'

describe('auc', () => {
  it('is the chance that a positive case scores above a negative one, ties counting half', () => {
    const cases = fc.array(fc.tuple(fc.nat(5), fc.boolean()), { minLength: 2, maxLength: 40 })
    fc.assert(
      fc.property(cases, (all) => {
        const scoresOf = (side: boolean): number[] => all.filter(([, is]) => is === side).map(([score]) => score)
        const [positive, negative] = [scoresOf(true), scoresOf(false)]
        const pairs = positive.flatMap((p) => negative.map((n) => (p > n ? 1 : p === n ? 0.5 : 0)))
        const expected = pairs.reduce<number>((sum, won) => sum + won, 0) / pairs.length
        const found = auc(Float64Array.from(all, ([score]) => score), Uint8Array.from(all, ([, is]) => (is ? 1 : 0)))
        if (pairs.length === 0) expect(found).toBeNaN()
        else expect(found).toBeCloseTo(expected, 12)
      }),
      { seed: 91, numRuns: 200 }
    )
  })

  it('has an interval over clusters, the same for the same seed', () => {
    const isPositive = Uint8Array.from({ length: 200 }, (_, i) => i % 2)
    const clusters = Uint32Array.from({ length: 200 }, (_, i) => i >> 1)
    const good = Float64Array.from(isPositive, (is, i) => is + (i % 7) / 4)
    const constant = new Float64Array(200)
    const { each, better } = compare([constant, good], { isPositive, clusters }, 200, 1)
    expect(each[0]).toEqual({ value: 0.5, ci95: [0.5, 0.5] })
    expect(each[1]!.ci95[0]).toBeLessThan(each[1]!.value)
    expect(each[1]!.ci95[1]).toBeGreaterThan(each[1]!.value)
    expect(better[0]!.value).toBeCloseTo(each[1]!.value - 0.5, 12)
    expect(compare([constant, good], { isPositive, clusters }, 200, 1)).toEqual({ each, better })
  })
})
