import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seeded } from '../../support/testing/time.ts'
import { cutRows } from './pieces.ts'
import { matrices, skewedMatrix } from './testing/matrices.ts'

describe('rows cut into pieces', () => {
  test('are all in one piece each, in order', () => {
    fc.assert(
      fc.property(matrices, fc.integer({ min: 1, max: 500 }), ({ starts, size }, most) => {
        const cuts = cutRows(starts, most)
        expect([cuts[0], cuts.at(-1)]).toEqual([0, size])
        expect(cuts).toEqual([...cuts].sort((a, b) => a - b))
      }),
      { seed: 1 }
    )
  })

  test('cost about the same each, though rows differ', () => {
    const { starts } = skewedMatrix(10_000, 200_000, seeded(2))
    const cuts = cutRows(starts, 60_000)
    expect(cuts).toHaveLength(5)
    // the first rows are long: a quarter of the rows each would not do
    expect(cuts[1]).toBeLessThan(1000)
    for (let piece = 0; piece < 4; piece++) {
      const [first, last] = [cuts[piece]!, cuts[piece + 1]!]
      const cost = starts[last]! - starts[first]! + 4 * (last - first)
      expect(cost).toBeGreaterThan(55_000)
      expect(cost).toBeLessThan(65_000)
    }
  })
})
