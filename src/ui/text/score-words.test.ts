import { expect, test } from 'vitest'
import { scoreChoices, scoreWords } from './score-words.ts'

test('the choices span what can be said, best first', () => {
  expect(scoreChoices.map(({ score }) => score)).toEqual([100, 0, -100])
})

test('what was chosen is told from what an agent said by itself', () => {
  expect(scoreWords(null)).toBe('Nothing is said yet.')
  expect(scoreWords(-100)).toBe('It is said: badly.')
  expect(scoreWords(20)).toContain('by itself that it came to a good end (20 of 100)')
  expect(scoreWords(-50)).toContain('by itself that something was wrong (−50 of −100)')
})
