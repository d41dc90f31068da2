import fc from 'fast-check'
import { expect, test } from 'vitest'
import { skipPath, skipTarget } from './skip-link.ts'

test('goes back as Bamboo says', () => {
  // the figure of Bamboo's specification, entries 1 to 42
  const expected =
    '0 1 2 1 4 5 6 4 8 9 10 8 4 13 14 15 13 17 18 19 17 21 22 23 21 13 26 27 28 26 30 31 32 30 34 35 36 34 26 13 40 41'
  expect(Array.from({ length: 42 }, (_, i) => skipTarget(i + 1)).join(' ')).toBe(expected)
})

test('ties any two entries with few in between, each named by the one before', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e12 }), fc.double({ min: 0, max: 1, noNaN: true }), (from, share) => {
      const to = Math.max(1, Math.floor(from * share))
      const path = skipPath(from, to)
      expect(path[0]).toBe(from)
      expect(path.at(-1)).toBe(to)
      for (let i = 1; i < path.length; i++) {
        const [above, below] = [path[i - 1] ?? 0, path[i] ?? 0]
        expect(below === above - 1 || below === skipTarget(above)).toBe(true)
      }
      expect(path.length).toBeLessThanOrEqual(4 + 8 * Math.ceil(Math.log(from - to + 2) / Math.log(3)))
    }),
    { seed: 7, numRuns: 2000 }
  )
})
