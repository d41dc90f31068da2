import fc from 'fast-check'
import { expect, test } from 'vitest'
import { auc, figure } from './statistics.ts'

test('mean and interval by Student', () => {
  // variance 2.5, four degrees of freedom
  const { mean, ci95 } = figure([1, 2, 3, 4, 5])
  expect(mean).toBe(3)
  expect(ci95).toBeCloseTo(2.776 * Math.sqrt(2.5 / 5), 9)
})

test('leaves out what was not measured, and knows no interval of one', () => {
  expect(figure([NaN, 4])).toEqual({ mean: 4, ci95: 0 })
  expect(figure([NaN]).mean).toBeNaN()
})

test('AUC is the share of pairs in order, ties half', () => {
  const scores = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(scores, scores, (good, bad) => {
      const pairs = good.flatMap((one) => bad.map((other) => (one > other ? 1 : one === other ? 0.5 : 0)))
      const share = pairs.reduce<number>((sum, pair) => sum + pair, 0) / pairs.length
      expect(auc(good, bad)).toBeCloseTo(share, 9)
    }),
    { seed: 5 }
  )
})
