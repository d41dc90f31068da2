import { expect, test } from 'vitest'
import { remainingMs } from './remaining.ts'

const at = (ms: number, fraction: number) => ({ at: ms, fraction, note: '' })

test('an estimate needs ground', () => {
  expect(remainingMs(at(0, 0), at(0, 0))).toBeNull()
  expect(remainingMs(at(0, 0), at(1000, 0.5))).toBeNull()
  expect(remainingMs(at(0, 0.5), at(60_000, 0.5))).toBeNull()
  expect(remainingMs(at(0, 0), at(60_000, 1))).toBeNull()
})
test('an estimate is what is left at the pace so far', () => {
  expect(remainingMs(at(0, 0), at(5000, 0.5))).toBe(5000)
  expect(remainingMs(at(1000, 0.1), at(11_000, 0.2))).toBe(80_000)
})
