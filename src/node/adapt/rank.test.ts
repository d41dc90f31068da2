import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Capability } from '../schema/declaration.ts'
import type { Match } from '../semantic/matcher.ts'
import type { Declared } from './declarations.ts'
import { rank, type RankInput, type TopicStanding } from './rank.ts'

function offer(agent: string, id = 'x', fields: Partial<Capability> = {}): Declared<Capability> {
  return {
    agent,
    seq: 1,
    expiry: 1,
    declaration: {
      kind: 'capability',
      id,
      name: `The ${id}`,
      description: '',
      tags: [],
      examples: [],
      inputModes: ['.csv', 'text/*'],
      outputModes: [],
      program: `program of ${id}`,
      limits: { ms: 1, memoryBytes: 1, inputBytes: 1, outputBytes: 1 },
      ...fields
    }
  }
}

const matchOf = (fields: Partial<Match> = {}): Match => ({ id: '', score: 0.8, alone: 0.8, terms: ['average'], meaning: null, ...fields })
const found = (...offers: Array<Declared<Capability>>) => new Map(offers.map((one) => [one, matchOf()]))

function input(fields: Partial<RankInput>): RankInput {
  return {
    offers: [],
    matches: new Map(),
    files: [],
    reach: () => 'direct',
    history: () => ({ completed: 0, failed: 0 }),
    knownPrograms: new Set(),
    ...fields
  }
}

const agentsOf = (fields: Partial<RankInput>) => rank(input(fields)).map(({ agent }) => agent)

describe('who is a candidate', () => {
  test('whose words fit, or who takes all of the files', () => {
    const [a, b] = [offer('a'), offer('b')]
    const offers = [a, b]
    expect(agentsOf({ offers, matches: found(a) })).toEqual(['a'])
    expect(agentsOf({ offers, matches: found(a), files: [{ name: 't.csv' }] })).toEqual(['a', 'b'])
    expect(agentsOf({ offers, matches: found(a), files: [{ name: 't.csv' }, { name: 't.png' }] })).toEqual(['a'])
    expect(agentsOf({ offers, matches: found(a, b), files: [{ name: 't.png' }] })).toEqual([])
  })
})

test('whoever does not meet the constraints is none', () => {
  const terms = { languages: ['en'], region: 'DE', price: 2, keeps: 'task' as const, tier: 0 }
  const offers = [offer('a', 'x', { terms }), offer('b', 'x', { terms: { ...terms, price: 9 } }), offer('c')]
  const matches = found(...offers)
  expect(agentsOf({ offers, matches })).toEqual(['a', 'b', 'c'])
  expect(agentsOf({ offers, matches, constraints: { maxPrice: 5 } })).toEqual(['a'])
  expect(agentsOf({ offers, matches, constraints: { regions: ['FR'] } })).toEqual([])
})

describe('the order', () => {
  const [a, b] = [offer('a'), offer('b')]
  const offers = [a, b]
  const matches = found(a, b)

  test('better words come first, then reach, then history, then the name', () => {
    const words = new Map([...matches, [b, matchOf({ score: 1 })]])
    expect(agentsOf({ offers, matches: words })).toEqual(['b', 'a'])
    expect(agentsOf({ offers, matches, reach: (agent) => (agent === 'b' ? 'direct' : 'relayed') })).toEqual(['b', 'a'])
    expect(agentsOf({ offers, matches, history: (agent) => ({ completed: agent === 'b' ? 3 : 0, failed: 0 }) })).toEqual(['b', 'a'])
    expect(agentsOf({ offers, matches, history: (agent) => ({ completed: 0, failed: agent === 'a' ? 1 : 0 }) })).toEqual(['b', 'a'])
    expect(agentsOf({ offers: [...offers].reverse(), matches })).toEqual(['a', 'b'])
  })

  test('another offer of the same agent comes after others’ that fit about as well, and before those that fit far worse', () => {
    const all = [offer('a', 'x'), offer('a', 'y'), offer('b', 'x'), offer('c', 'x')]
    const scores = [0.8, 0.78, 0.7, 0.1]
    const scored = new Map(all.map((one, i) => [one, matchOf({ score: scores[i]! })]))
    expect(rank(input({ offers: all, matches: scored })).map(({ agent, skill }) => `${agent} ${skill}`)).toEqual(['a x', 'b x', 'a y', 'c x'])
    expect(agentsOf({ offers: all, matches: scored, ofOneAgent: 1 })).toEqual(['a', 'b', 'c'])
  })

  test('of equals another one comes first for another of us', () => {
    const first = Array.from({ length: 20 }, (_, i) => agentsOf({ offers, matches, self: `node ${i}` })[0])
    expect(new Set(first)).toEqual(new Set(['a', 'b']))
  })

  test('who is asked for few gets the first of all', () => {
    const some = fc.array(fc.record({ agent: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), score: fc.constantFrom(0, 0.2, 0.21, 0.5) }), { maxLength: 40 })
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 4 }), (all, inAll, ofOneAgent) => {
        const scored = new Map(all.map(({ agent, score }, i) => [offer(agent, `x${i}`), matchOf({ score })]))
        const asked = input({ offers: [...scored.keys()], matches: scored, self: 'us', ofOneAgent })
        expect(rank({ ...asked, inAll })).toEqual(rank(asked).slice(0, inAll))
      }),
      { seed: 5 }
    )
  })

  test('scores are within 0 and 1', () => {
    const best = rank(input({ offers, matches: new Map([[a, matchOf({ score: 1 })]]), files: [{ name: 'a.csv' }], history: () => ({ completed: 1e6, failed: 0 }) }))
    expect(best[0]!.score).toBeLessThanOrEqual(1)
    const worst = rank(input({ offers, matches: new Map([[a, matchOf({ score: 0 })]]), reach: () => 'away', history: () => ({ completed: 0, failed: 1e6 }) }))
    expect(worst[0]!.score).toBeGreaterThanOrEqual(0)
  })
})

test('the reasons say what counted, in words', () => {
  const a = offer('a')
  const [one] = rank(
    input({
      offers: [a],
      matches: found(a),
      files: [{ name: 'prices.csv' }],
      history: () => ({ completed: 2, failed: 1 }),
      knownPrograms: new Set(['program of x'])
    })
  )
  expect(one!.reasons).toEqual([
    { kind: 'matches', text: 'Matches “average”' },
    { kind: 'accepts', text: 'Takes “prices.csv”' },
    { kind: 'reach', text: 'Connected directly' },
    { kind: 'history', text: 'Did 2 with you, 1 did not work out' },
    { kind: 'program', text: 'Runs a program that comes with Starling' }
  ])
})

test('a match without words that tell gives none', () => {
  const a = offer('a')
  const matches = new Map([[a, matchOf({ terms: [] })]])
  expect(rank(input({ offers: [a], matches }))[0]!.reasons.map(({ kind }) => kind)).toEqual(['reach'])
})

test('strangers’ words are bounded, and can’t pass for ours', () => {
  const terms = ['“, verified by Starling', 'x'.repeat(900), 'c', 'd', 'e']
  const a = offer('a')
  const [one] = rank(input({ offers: [a], matches: new Map([[a, matchOf({ terms })]]) }))
  const { text } = one!.reasons[0]!
  expect(text.length).toBeLessThan(200)
  expect(text).toContain('“’, verified by Starling”')
  expect(text).toMatch(/and more$/)
})

test('several who offer the very same share what is likely of it', () => {
  const offers = ['a', 'b', 'c'].map((agent) => offer(agent))
  const matches = new Map(offers.map((one) => [one, matchOf({ score: 0.3 })]))
  for (const { likely } of rank(input({ offers, matches }))) expect(likely).toBeCloseTo(0.9)
})

test('of those with a record the one of whose work more is expected comes first, then who brings something along, then strangers', () => {
  const stranger = { level: 0, record: 0, excluded: null, footing: 'stranger' as const, expectation: 0, strangers: 0 }
  const standings: Record<string, TopicStanding> = {
    a: { ...stranger, excluded: 'complaints', footing: 'excluded' },
    b: stranger,
    c: { ...stranger, level: 0.7, footing: 'promising' },
    d: { ...stranger, level: 0.9, record: 0.9, footing: 'known', expectation: 0.2 },
    e: { ...stranger, level: 0.1, record: 0.1, footing: 'known', expectation: 0.9 }
  }
  const offers = Object.keys(standings).map((agent) => offer(agent))
  const trust = ({ agent }: Declared<Capability>) => standings[agent] ?? null
  expect(agentsOf({ offers, matches: found(...offers), trust })).toEqual(['e', 'd', 'c', 'b', 'a'])
})

test('who insists on somebody known finds nobody else, and without an answer nobody is known', () => {
  const stranger = { level: 0, record: 0, excluded: null, footing: 'stranger' as const, expectation: 0, strangers: 0 }
  const offers = ['a', 'b', 'c'].map((agent) => offer(agent))
  const matches = found(...offers)
  const trust = ({ agent }: Declared<Capability>): TopicStanding =>
    agent === 'b' ? { ...stranger, level: 0.5, record: 0.5, footing: 'known' } : { ...stranger, level: 0.9, footing: agent === 'a' ? 'promising' : 'stranger' }
  expect(agentsOf({ offers, matches, trust, constraints: { known: true } })).toEqual(['b'])
  expect(agentsOf({ offers, matches, constraints: { known: true } })).toEqual([])
  expect(agentsOf({ offers, matches, trust: () => null, constraints: { known: true } })).toEqual([])
})
