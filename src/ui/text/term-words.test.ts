import { expect, test } from 'vitest'
import { constraintWords, factWords, insistenceWords, termWords, topicLabel, topicWords } from './term-words.ts'

const terms = { languages: ['en', 'de'], region: 'CH', price: 0, keeps: 'nothing', tier: 0 } as const

test('terms are one line', () => {
  expect(termWords({ ...terms, languages: [...terms.languages] })).toBe(
    'For nothing · keeps nothing · in English and German · done in Switzerland'
  )
  expect(termWords({ languages: [], region: null, price: 1, keeps: 'longer', tier: 0 })).toBe(
    '1 credit a task · may keep it longer · no language named'
  )
})

test('what one insists on is said, and what does not matter is not', () => {
  expect(constraintWords({})).toEqual([])
  expect(constraintWords({ languages: ['fr'], regions: ['DE', 'AT', 'CH'], maxPrice: 0, keeps: 'task' })).toEqual([
    'in French',
    'done in Germany, Austria or Switzerland',
    'for nothing',
    'kept for the task at most'
  ])
  expect(insistenceWords({})).toBe('Anybody.')
  expect(insistenceWords({ languages: ['de'], regions: ['AT'] })).toBe('Only those who say that they speak German and are in Austria.')
})

test('codes that name nothing stand for themselves', () => {
  expect(factWords({ languages: ['qqq'], region: null, tier: 0 })).toBe('Speaks qqq; country not said.')
})

test('topics', () => {
  expect(topicWords('text/machine-translation')).toBe('Text › Machine translation')
})

test('a topic is called by its last part, beside what it is part of', () => {
  expect(topicLabel('data/statistics')).toEqual({ name: 'Statistics', area: 'Data' })
  expect(topicLabel('design/modelling-in-3d')).toEqual({ name: 'Modelling in 3D', area: 'Design' })
  expect(topicLabel('data/statistics/sample-size')).toEqual({ name: 'Sample size', area: 'Data › Statistics' })
  expect(topicLabel('other/unsorted')).toEqual({ name: 'Other work', area: 'in no known field' })
  expect(topicLabel('alone')).toEqual({ name: 'Alone', area: '' })
})
