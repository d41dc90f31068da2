import { expect, test } from 'vitest'
import { isHeardOf, ratingWords, standingWord } from './standing-words.ts'

const word = (level: number, record: number, excluded: 'proven' | 'complaints' | null = null) => standingWord({ level, record, excluded }).word

test('what is proven comes before what is complained of, and that before any praise', () => {
  expect(word(1, 1, 'proven')).toBe('Caught cheating')
  expect(word(1, 1, 'complaints')).toBe('Avoided: complaints')
  expect(word(0.5, 0.5)).toBe('Well spoken of')
  expect(word(0.49, 0.49)).toBe('Spoken of')
  expect(word(0.09, 0.09)).toBe('Hardly known')
})

test('what an agent has earned next door is not taken for its work here', () => {
  expect(word(0.7, 0.05)).toBe('Known from a field nearby')
})

test('good words and complaints are counted', () => {
  expect(ratingWords({ good: 0, bad: 0 })).toBe('nobody has said how it went')
  expect(ratingWords({ good: 1, bad: 0 })).toBe('1 good word, no complaint')
  expect(ratingWords({ good: 12, bad: 2 })).toBe('12 good words, 2 complaints')
})

test('a complaint is something heard, and so is proof', () => {
  const nothing = { level: 0, ratings: { good: 0, bad: 0 }, excluded: null }
  expect(isHeardOf(nothing)).toBe(false)
  expect(isHeardOf({ ...nothing, ratings: { good: 0, bad: 1 } })).toBe(true)
  expect(isHeardOf({ ...nothing, excluded: 'proven' })).toBe(true)
})
