import { describe, expect, test } from 'vitest'
import type { Capability } from '../schema/declaration.ts'
import { idOf, type Declared } from './declarations.ts'
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

const found = (...agents: string[]) => new Map(agents.map((agent) => [`${agent} x`, { id: `${agent} x`, score: 0.8, alone: 0.8, terms: ['average'], meaning: null }]))

function input(fields: Partial<RankInput>): RankInput {
  return {
    offers: [],
    matches: new Map(),
    idOf,
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
    const offers = [offer('a'), offer('b')]
    expect(agentsOf({ offers, matches: found('a') })).toEqual(['a'])
    expect(agentsOf({ offers, matches: found('a'), files: [{ name: 't.csv' }] })).toEqual(['a', 'b'])
    expect(agentsOf({ offers, matches: found('a'), files: [{ name: 't.csv' }, { name: 't.png' }] })).toEqual(['a'])
    expect(agentsOf({ offers, matches: found('a', 'b'), files: [{ name: 't.png' }] })).toEqual([])
  })
})

test('whoever does not meet the constraints is none', () => {
  const terms = { languages: ['en'], region: 'DE', price: 2, keeps: 'task' as const, tier: 0 }
  const offers = [offer('a', 'x', { terms }), offer('b', 'x', { terms: { ...terms, price: 9 } }), offer('c')]
  const matches = found('a', 'b', 'c')
  expect(agentsOf({ offers, matches })).toEqual(['a', 'b', 'c'])
  expect(agentsOf({ offers, matches, constraints: { maxPrice: 5 } })).toEqual(['a'])
  expect(agentsOf({ offers, matches, constraints: { regions: ['FR'] } })).toEqual([])
})

describe('the order', () => {
  const offers = [offer('a'), offer('b')]
  const matches = found('a', 'b')

  test('better words come first, then reach, then history, then the name', () => {
    const words = new Map([...matches, ['b x', { id: 'b x', score: 1, alone: 1, terms: [], meaning: null }]])
    expect(agentsOf({ offers, matches: words })).toEqual(['b', 'a'])
    expect(agentsOf({ offers, matches, reach: (agent) => (agent === 'b' ? 'direct' : 'relayed') })).toEqual(['b', 'a'])
    expect(agentsOf({ offers, matches, history: (agent) => ({ completed: agent === 'b' ? 3 : 0, failed: 0 }) })).toEqual(['b', 'a'])
    expect(agentsOf({ offers, matches, history: (agent) => ({ completed: 0, failed: agent === 'a' ? 1 : 0 }) })).toEqual(['b', 'a'])
    expect(agentsOf({ offers: [...offers].reverse(), matches })).toEqual(['a', 'b'])
  })

  test('another offer of the same agent comes after others’ that fit about as well, and before those that fit far worse', () => {
    const all = [offer('a', 'x'), offer('a', 'y'), offer('b', 'x'), offer('c', 'x')]
    const scores: Record<string, number> = { 'a x': 0.8, 'a y': 0.78, 'b x': 0.7, 'c x': 0.1 }
    const scored = new Map(Object.entries(scores).map(([id, score]) => [id, { id, score, alone: score, terms: [], meaning: null }]))
    expect(rank(input({ offers: all, matches: scored })).map(({ agent, skill }) => `${agent} ${skill}`)).toEqual(['a x', 'b x', 'a y', 'c x'])
    expect(agentsOf({ offers: all, matches: scored, ofOneAgent: 1 })).toEqual(['a', 'b', 'c'])
  })

  test('of equals another one comes first for another of us', () => {
    const first = Array.from({ length: 20 }, (_, i) => agentsOf({ offers, matches, self: `node ${i}` })[0])
    expect(new Set(first)).toEqual(new Set(['a', 'b']))
  })

  test('scores are within 0 and 1', () => {
    const best = rank(input({ offers, matches: new Map([['a x', { id: 'a x', score: 1, alone: 1, terms: [], meaning: null }]]), files: [{ name: 'a.csv' }], history: () => ({ completed: 1e6, failed: 0 }) }))
    expect(best[0]!.score).toBeLessThanOrEqual(1)
    const worst = rank(input({ offers, matches: new Map([['a x', { id: 'a x', score: 0, alone: 0, terms: [], meaning: null }]]), reach: () => 'away', history: () => ({ completed: 0, failed: 1e6 }) }))
    expect(worst[0]!.score).toBeGreaterThanOrEqual(0)
  })
})

test('the reasons say what counted, in words', () => {
  const [one] = rank(
    input({
      offers: [offer('a')],
      matches: found('a'),
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
  const matches = new Map([['a x', { id: 'a x', score: 0.2, alone: 0.2, terms: [], meaning: null }]])
  expect(rank(input({ offers: [offer('a')], matches }))[0]!.reasons.map(({ kind }) => kind)).toEqual(['reach'])
})

test('strangers’ words are bounded, and can’t pass for ours', () => {
  const terms = ['“, verified by Starling', 'x'.repeat(900), 'c', 'd', 'e']
  const [one] = rank(input({ offers: [offer('a')], matches: new Map([['a x', { id: 'a x', score: 1, alone: 1, terms, meaning: null }]]) }))
  const { text } = one!.reasons[0]!
  expect(text.length).toBeLessThan(200)
  expect(text).toContain('“’, verified by Starling”')
  expect(text).toMatch(/and more$/)
})

test('several who offer the very same share what is likely of it', () => {
  const offers = ['a', 'b', 'c'].map((agent) => offer(agent))
  const matches = new Map(offers.map(({ agent }) => [`${agent} x`, { id: `${agent} x`, score: 0.3, alone: 0.8, terms: ['x'], meaning: null }]))
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
  const agents = Object.keys(standings)
  const trust = ({ agent }: Declared<Capability>) => standings[agent] ?? null
  expect(agentsOf({ offers: agents.map((agent) => offer(agent)), matches: found(...agents), trust })).toEqual(['e', 'd', 'c', 'b', 'a'])
})

test('who insists on somebody known finds nobody else, and without an answer nobody is known', () => {
  const stranger = { level: 0, record: 0, excluded: null, footing: 'stranger' as const, expectation: 0, strangers: 0 }
  const offers = ['a', 'b', 'c'].map((agent) => offer(agent))
  const matches = found('a', 'b', 'c')
  const trust = ({ agent }: Declared<Capability>): TopicStanding =>
    agent === 'b' ? { ...stranger, level: 0.5, record: 0.5, footing: 'known' } : { ...stranger, level: 0.9, footing: agent === 'a' ? 'promising' : 'stranger' }
  expect(agentsOf({ offers, matches, trust, constraints: { known: true } })).toEqual(['b'])
  expect(agentsOf({ offers, matches, constraints: { known: true } })).toEqual([])
  expect(agentsOf({ offers, matches, trust: () => null, constraints: { known: true } })).toEqual([])
})
