import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KEEPS, type Constraints, type Terms } from '../schema/declaration.ts'
import { unmet } from './constraints.ts'

const offered: Terms = { languages: ['de', 'en'], region: 'DE', price: 3, keeps: 'task', tier: 1 }

describe('what stands against an offer', () => {
  test.for<[string, Constraints, string[]]>([
    ['nothing is wanted', {}, []],
    ['all is met', { languages: ['de'], regions: ['FR', 'DE'], maxPrice: 3, keeps: 'task', minTier: 1 }, []],
    ['less is kept than may be', { keeps: 'longer' }, []],
    ['a language is missing', { languages: ['de', 'fr', 'it'] }, ['does not say that it works in fr, it']],
    ['it is done elsewhere', { regions: ['FR'] }, ['is done in DE']],
    ['it costs more', { maxPrice: 2 }, ['costs 3']],
    ['it keeps more', { keeps: 'nothing' }, ['keeps what it is given for longer']],
    ['it is not proven so far', { minTier: 2 }, ['can’t be checked as far as that']]
  ])('%s', ([, constraints, against]) => {
    expect(unmet(offered, constraints)).toEqual(against)
  })

  test('is each constraint, where nothing is said', () => {
    expect(unmet(undefined, {})).toEqual([])
    expect(unmet(undefined, { languages: ['en'], regions: ['DE'], maxPrice: 9, keeps: 'longer', minTier: 0 })).toHaveLength(5)
    expect(unmet({ ...offered, region: null }, { regions: ['DE'] })).toEqual(['does not say where it is done'])
  })

  test('only grows with what is wanted', () => {
    const wanted = fc.record(
      {
        languages: fc.subarray(['de', 'en', 'fr']),
        regions: fc.subarray(['DE', 'FR']),
        maxPrice: fc.nat(6),
        keeps: fc.constantFrom(...KEEPS),
        minTier: fc.nat(3)
      },
      { requiredKeys: [] }
    )
    fc.assert(
      fc.property(wanted, wanted, (a, b) => {
        for (const reason of unmet(offered, a)) {
          if (!Object.keys(b).some((key) => key in a)) expect(unmet(offered, { ...a, ...b })).toContain(reason)
        }
      }),
      { seed: 4 }
    )
  })
})
