import { expect, test } from 'vitest'
import { createRateLimit } from './rate-limit.ts'

test('allows a burst, then the rate, for each key apart', () => {
  const allow = createRateLimit({ rate: 2, burst: 3, keys: 10 })
  expect([1, 2, 3, 4].map(() => allow('a', 0))).toEqual([true, true, true, false])
  expect(allow('b', 0)).toBe(true)
  expect(allow('a', 499)).toBe(false)
  expect(allow('a', 500)).toBe(true)
  expect(allow('a', 500)).toBe(false)
})

test('a clock that goes back gives nothing', () => {
  const allow = createRateLimit({ rate: 1, burst: 1, keys: 10 })
  expect(allow('a', 10_000)).toBe(true)
  expect(allow('a', 0)).toBe(false)
})

test('remembers a bounded number of keys', () => {
  const allow = createRateLimit({ rate: 0, burst: 1, keys: 2 })
  expect(allow('a', 0)).toBe(true)
  expect(allow('b', 0)).toBe(true)
  expect(allow('c', 0)).toBe(true)
  expect(allow('b', 0)).toBe(false)
  expect(allow('a', 0)).toBe(true)
})
