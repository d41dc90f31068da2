import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createWordIndex, type Field, type WordIndex } from './word-index.ts'

const field = (text: string, boost = 1): Field => ({ text, boost, usualLength: 4 })

function filled(texts: Record<string, string>): WordIndex {
  const index = createWordIndex()
  for (const [id, text] of Object.entries(texts)) index.set(id, [field(text)])
  return index
}

const ids = (index: WordIndex, query: string) => index.search(query, 10).map(({ id }) => id)

describe('a word index', () => {
  const index = filled({
    chart: 'draws charts of sales figures',
    clean: 'cleans sales lists',
    cook: 'recipes for the fridge',
    german: 'Übersetzungen von Verträgen',
    chinese: '翻译合同'
  })

  test('finds what has the words, best first, with the words that are there', () => {
    expect(index.search('a chart of my sales', 10)).toMatchObject([
      { id: 'chart', terms: ['chart', 'sale'] },
      { id: 'clean', terms: ['sale'] }
    ])
    expect(ids(index, 'nothing of it')).toEqual([])
  })

  test.for<[string, string, string]>([
    ['a typing error', 'recpies', 'cook'],
    ['letters that changed places', 'chrat', 'chart'],
    ['the beginning of a word', 'recip', 'cook'],
    ['a German plural', 'Übersetzung', 'german'],
    ['German without umlauts', 'uebersetzungen', 'german'],
    ['Chinese', '请翻译这份合同', 'chinese']
  ])('forgives and knows %s', ([, query, id]) => {
    expect(ids(index, query)).toEqual([id])
  })

  test('rare words say more, and so do fields that weigh more', () => {
    const many = createWordIndex()
    for (let i = 0; i < 20; i++) many.set(`common ${i}`, [field('report table')])
    many.set('rare', [field('eclipse')])
    many.set('boosted', [field('eclipse', 3)])
    expect(ids(many, 'report of an eclipse').slice(0, 2)).toEqual(['boosted', 'rare'])
  })

  test('a score is a share of what could be said', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('chart', 'sales', 'fridge', 'moon', 'x y'), { maxLength: 60 }), (words) => {
        for (const { score } of index.search(words.join(' '), 10)) {
          expect(score).toBeGreaterThan(0)
          expect(score).toBeLessThanOrEqual(1)
        }
      }),
      { seed: 6 }
    )
  })

  test('what is only tried makes no word more common, however often', () => {
    const index = filled({ piano: 'tunes pianos', cook: 'recipes for the fridge', walk: 'walks dogs', read: 'reads aloud' })
    const before = index.search('tune my violin', 10)
    for (let i = 0; i < 100; i++) {
      index.set('tried', [field('tunes pianos by ear')])
      index.delete('tried')
    }
    expect(index.search('tune my violin', 10)).toEqual(before)
    expect(index.count('ear')).toBe(0)
  })

  test('tells of others, too, how well they fit', () => {
    const [first, second] = index.search('sales', 10)
    expect(index.search('sales', 1, ['cook', second?.id ?? '', 'nobody', first?.id ?? ''])).toEqual([first, second])
  })

  test('finds the same as one that was filled anew, after any changes', () => {
    const change = fc.record({ id: fc.nat(40), text: fc.constantFrom('chart sales', 'moon', 'sales sales fridge', null) })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 1500, minLength: 900 }), (changes) => {
        const grown = createWordIndex()
        const model = new Map<string, string>()
        for (const { id, text } of changes) {
          if (text === null) {
            grown.delete(`${id}`)
            model.delete(`${id}`)
          } else {
            grown.set(`${id}`, [field(text)])
            model.set(`${id}`, text)
          }
        }
        const fresh = filled(Object.fromEntries(model))
        expect(grown.size).toBe(fresh.size)
        for (const query of ['chart', 'sales moon', 'fridge']) {
          const found = (of: WordIndex) => of.search(query, 100).map(({ id }) => id).sort()
          expect(found(grown)).toEqual(found(fresh))
        }
      }),
      { seed: 7, numRuns: 10 }
    )
  })
})
