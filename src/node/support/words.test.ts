import { expect, test } from 'vitest'
import { clip, inQuotes } from './words.ts'

test('clips to a length, without halves of characters', () => {
  expect(clip('abc', 3)).toBe('abc')
  expect(clip('abcd', 3)).toBe('ab…')
  expect(clip('a🐦bcd', 3)).toBe('a…')
})

test('a quotation stays one, whatever is quoted', () => {
  expect(inQuotes('He said “no”.\nTwice "no"', 100)).toBe('“He said ’no’. Twice ’no’”')
  expect(inQuotes('x'.repeat(100), 10)).toHaveLength(12)
})
