import { describe, expect, test } from 'vitest'
import { tellingTerms, type KnownOffers } from './telling.ts'

const nobody: KnownOffers = { size: 0, count: () => 0 }
const offer = { name: 'Statistics of a table', tags: ['data', 'average'] }

describe('terms that tell', () => {
  test('are those that are rare, however few offers are known', () => {
    expect(tellingTerms(['statist', 'each', 'citi', 'two', 'onli'], offer, nobody)).toEqual(['statist', 'citi'])
    expect(tellingTerms(['each', 'everi'], offer, { size: 3, count: () => 1 })).toEqual([])
  })

  test('are what an offer calls itself by, common or not', () => {
    expect(tellingTerms(['tabl', 'data', 'text'], offer, nobody)).toEqual(['tabl', 'data'])
  })

  test('are fewer when all who are known say the same', () => {
    const count = (term: string) => (term === 'agent' ? 400 : 2)
    expect(tellingTerms(['agent', 'citi'], offer, { size: 1000, count })).toEqual(['citi'])
    expect(tellingTerms(['agent', 'citi'], offer, { size: 100_000, count })).toEqual(['agent', 'citi'])
  })
})
