import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { editsApart, termsOf, written } from './terms.ts'

const terms = (text: string) => [...termsOf(text).keys()]

describe('the terms of a text', () => {
  test.for<[string, string, string]>([
    ['endings', 'translating translations', 'translate translation'],
    ['case, marks and compatible letters', 'CAFÉ ﬁnance', 'cafe finance'],
    ['umlauts, however they are written', 'Übersetzung Größe', 'uebersetzung groesse'],
    ['possession', 'my cat’s food', 'cat food']
  ])('are the same whatever %s', ([, a, b]) => {
    expect(terms(a)).toEqual(terms(b))
  })

  test('are counted', () => {
    expect([...termsOf('chart of charts, charting')]).toEqual([['chart', 3]])
  })

  test('of writing without spaces are its pairs of characters', () => {
    expect(terms('数据图表')).toEqual(['数据', '据图', '图表'])
    expect(terms('图')).toEqual(['图'])
    expect(terms('CSV数据')).toEqual(['数据', 'csv'])
  })

  test('leave out what says nothing', () => {
    expect(terms('can you please do it for me?')).toEqual([])
    expect(terms('a ! … 🙂')).toEqual([])
  })

  test('come in bounded time', () => {
    for (const text of ['x'.repeat(1e6), 'a b '.repeat(1e5), '\u0301'.repeat(1e5), '図'.repeat(1e5)]) {
      expect(terms(text).length).toBeLessThan(5000)
    }
  })
})

test('words are given as they are written', () => {
  expect(written('Draws charts, and a Chart of prices', new Set(['chart', 'price']))).toEqual(['charts', 'prices'])
})

test('edits are counted as by trying all', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 })
  const slow = (a: string, b: string): number => {
    if (a === '' || b === '') return a.length + b.length
    const swap = a[0] === b[1] && a[1] === b[0] && a.length > 1 && b.length > 1 ? 1 + slow(a.slice(2), b.slice(2)) : Infinity
    return Math.min(
      swap,
      slow(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1),
      slow(a.slice(1), b) + 1,
      slow(a, b.slice(1)) + 1
    )
  }
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(editsApart(a, b, 2)).toBe(Math.min(3, slow(a, b)))
    }),
    { seed: 5, numRuns: 200 }
  )
})
