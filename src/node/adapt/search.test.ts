import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { UNSORTED_TOPIC } from '../schema/contract.ts'
import type { Capability, Constraints, Terms } from '../schema/declaration.ts'
import { createHybridMatcher, type HybridMatcher } from '../semantic/hybrid.ts'
import type { Matcher } from '../semantic/matcher.ts'
import { systemClock } from '../support/clock.ts'
import { idOf, type Declared } from './declarations.ts'
import { rank, type Candidate, type TopicStanding } from './rank.ts'
import { createSearch, type Query, type SearchHearing, type SearchInit } from './search.ts'

const SELF = 'us'
const known: TopicStanding = { level: 0.5, record: 0.5, excluded: null, footing: 'known', expectation: 0.5, strangers: 0 }

let declared: Map<string, Declared<Capability>>
let against: Set<string>
let asked: Array<{ agent: string; topic: string }>
let standings: SearchInit['standings']
let reports: unknown[]
/** how often all that is declared was looked through */
let walks: number
let matcher: HybridMatcher
/** ids that the matcher knows */
let matched: Set<string>
let judgeable: Parameters<Matcher['onJudgeable']>[0]
let search: SearchHearing

beforeEach(start)

function start(): void {
  declared = new Map()
  against = new Set()
  asked = []
  reports = []
  walks = 0
  matched = new Set()
  standings = async () => []
  matcher = createHybridMatcher({ clock: systemClock, embedder: null, report: (error) => expect.fail(String(error)) })
  search = createSearch(
    {
      self: SELF,
      matcher: {
        ...matcher,
        add(id, capability) {
          matched.add(id)
          matcher.add(id, capability)
        },
        remove(id) {
          matched.delete(id)
          matcher.remove(id)
        },
        onJudgeable(listener) {
          judgeable = listener
          return () => undefined
        }
      },
      declarations: {
        capabilities() {
          walks++
          return [...declared.values()]
        },
        capability: (id) => declared.get(id) ?? null
      },
      stands: { against: (agent) => (against.has(agent) ? ['it lied'] : []) },
      directory: { reach: () => 'direct' },
      states: { of: () => null },
      now: Date.now,
      report: (error) => reports.push(error)
    },
    {
      standings(of) {
        asked.push(...of)
        return standings(of)
      },
      history: () => ({ completed: 0, failed: 0 }),
      knownPrograms: new Set()
    }
  )
}

function offer(agent: string, id: string, fields: Partial<Capability> = {}): Declared<Capability> {
  const declaration: Capability = {
    kind: 'capability',
    id,
    name: id,
    description: '',
    tags: [],
    examples: [],
    inputModes: ['text/plain'],
    outputModes: ['text/plain'],
    program: '0'.repeat(64),
    limits: { ms: 1, memoryBytes: 1, inputBytes: 1, outputBytes: 1 },
    ...fields
  }
  const one = { agent, seq: 1, expiry: Infinity, declaration }
  declared.set(idOf(one), one)
  search.declared(idOf(one), one)
  return one
}

function stop(one: Declared<Capability>): void {
  declared.delete(idOf(one))
  search.declared(idOf(one), null)
}

const found = async (query: Parameters<SearchHearing['find']>[0]) => (await search.find(query)).map(({ agent, skill }) => `${agent} ${skill}`)

describe('find', () => {
  test('finds whose words fit, but neither us nor those whom we don’t work with, nor what is not offered any more', async () => {
    const [tea] = [offer('a', 'tea'), offer('b', 'tea'), offer(SELF, 'tea'), offer('a', 'coffee')]
    expect((await found({ text: 'tea' })).sort()).toEqual(['a tea', 'b tea'])
    // what we offer is not among what others' offers are weighed against
    expect([...matched].sort()).toEqual(['a coffee', 'a tea', 'b tea'])
    against.add('b')
    expect(await found({ text: 'tea' })).toEqual(['a tea'])
    stop(tea)
    expect(await found({ text: 'tea' })).toEqual([])
    expect([...matched].sort()).toEqual(['a coffee', 'b tea'])
  })

  test('finds who is asked for by name, whatever the words', async () => {
    for (const agent of ['a', 'b']) for (const id of ['tea', 'coffee']) offer(agent, id)
    expect(await found({ text: 'zzz' })).toEqual([])
    expect(await found({ text: 'zzz', agent: 'a', skill: 'coffee' })).toEqual(['a coffee'])
    expect(await found({ text: 'tea', agent: 'b' })).toEqual(['b tea'])
  })

  test('with files finds who takes them, and asks how few others stand', async () => {
    offer('a', 'tea')
    offer('b', 'statistics', { inputModes: ['.csv'], topic: 'data/statistics' })
    expect(await found({ text: 'tea' })).toEqual(['a tea'])
    expect(asked).toEqual([{ agent: 'a', topic: UNSORTED_TOPIC }])
    expect(await found({ text: 'zzz', files: [{ name: 'a.csv' }] })).toEqual(['b statistics'])
    for (let i = 0; i < 2000; i++) offer(`c ${i}`, 'painting')
    offer('d', 'drawing', { inputModes: ['.csv'] })
    asked = []
    await found({ text: 'tea', files: [{ name: 'a.csv' }] })
    // those who don't take the file are in nobody's way
    expect(asked.map(({ agent }) => agent)).toEqual(['a', 'b', 'd'])
    asked = []
    await found({ text: 'tea', files: [{ name: 'a.txt', type: 'text/plain' }] })
    expect(asked).toHaveLength(1 + 1024)
  })

  test('looks all through for those only who need not match', async () => {
    for (const agent of ['a', 'b', SELF]) for (const id of ['tea', 'coffee']) offer(agent, id)
    for (const query of [{}, { agent: 'a' }, { agent: 'a', skill: 'coffee' }]) await found({ text: 'tea', ...query })
    expect(walks).toBe(0)
    expect((await found({ text: 'tea', skill: 'coffee' })).sort()).toEqual(['a coffee', 'b coffee'])
    expect(walks).toBe(1)
  })

  test('finds what putting all in order would that is offered, whatever is asked', async () => {
    const [agents, ids] = [['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', SELF], ['w', 'x', 'y', 'z']]
    const text = fc.subarray(['tea', 'coffee', 'chart', 'piano']).map((some) => some.join(' '))
    const terms = fc.record({
      languages: fc.subarray(['de', 'en']),
      region: fc.constantFrom(null, 'DE', 'FR'),
      price: fc.constantFrom(0, 2, 9),
      keeps: fc.constantFrom('nothing' as const, 'task' as const),
      tier: fc.constantFrom(0, 2)
    })
    const inputModes = fc.subarray(['text/*', '.csv', '.png', 'application/pdf'])
    const offered = fc.record({ agent: fc.constantFrom(...agents), id: fc.constantFrom(...ids), name: text, inputModes, terms })
    const query = fc.record({
      text,
      files: fc.subarray([{ name: 'a.csv', type: 'text/csv' }, { name: 'b.png', type: 'image/png' }]),
      agent: fc.constantFrom(null, null, null, 'a', SELF),
      skill: fc.constantFrom(null, null, 'x', 'y'),
      constraints: fc.constantFrom<Constraints[]>({}, {}, { maxPrice: 5 }, { languages: ['de'] }, { regions: ['DE'], keeps: 'task' }, { known: true })
    })
    let some = 0
    await fc.assert(
      fc.asyncProperty(fc.array(offered, { minLength: 20, maxLength: 80 }), fc.subarray(['a', 'b', 'c']), fc.array(query, { minLength: 4, maxLength: 8 }), async (all, shunned, queries) => {
        start()
        standings = async (of) => of.map(({ agent }) => (agent < 'f' ? { ...known, expectation: agent < 'c' ? 1 : 0 } : { ...known, footing: 'stranger' }))
        for (const { agent, id, ...fields } of all) offer(agent, id, fields)
        for (const agent of shunned) against.add(agent)
        for (const one of queries) {
          const expected = await amongAll(one)
          expect((await search.find(one)).map(rounded)).toEqual(expected.map(rounded))
          if (expected.length > 0 && expected.length < declared.size) some++
        }
      }),
      { seed: 7, numRuns: 200 }
    )
    expect(some).toBeGreaterThan(200)
  })

  /** What a query finds when all that is offered is put in order, whether it matches or not. */
  async function amongAll({ text, files = [], agent = null, skill = null, constraints = {} }: Query): Promise<Candidate[]> {
    const byId = new Map((await matcher.search(text, 2000)).map((match) => [match.id, match]))
    const offers = [...declared.values()].filter(
      (one) => one.agent !== SELF && !against.has(one.agent) && (agent ?? one.agent) === one.agent && (skill ?? one.declaration.id) === one.declaration.id
    )
    const byName = ({ declaration: { name } }: Declared<Capability>) => (skill === null ? null : { id: '', score: 0.5, alone: 0.5, terms: [name], meaning: null })
    const matches = new Map(offers.flatMap((one) => {
      const match = byId.get(idOf(one)) ?? byName(one)
      return match === null ? [] : [[one, match] as const]
    }))
    const stand = await standings(offers.map((one) => ({ agent: one.agent, topic: UNSORTED_TOPIC })))
    const trust = new Map(offers.map((one, i) => [one, stand[i] ?? null]))
    const ranked = rank({
      offers,
      matches,
      files,
      constraints,
      reach: () => 'direct',
      state: () => null,
      trust: (one) => trust.get(one) ?? null,
      history: () => ({ completed: 0, failed: 0 }),
      knownPrograms: new Set(),
      ofOneAgent: agent === null ? 5 : 20,
      self: SELF
    })
    return ranked.slice(0, 20)
  }

  /** What is likely is a sum, whose last digits depend on the order. */
  const rounded = (candidate: Candidate): Candidate => ({ ...candidate, likely: Number(candidate.likely.toFixed(9)) })

  test('goes on when nobody can say how agents stand, and reports it', async () => {
    offer('a', 'tea')
    standings = () => Promise.reject(new Error('no book'))
    expect((await search.find({ text: 'tea' })).map(({ trust }) => trust)).toEqual([null])
    expect(reports).toEqual([new Error('no book')])
  })

  test('shows twenty at most', async () => {
    for (let i = 0; i < 30; i++) offer(`a ${i}`, 'tea')
    expect(await found({ text: 'tea' })).toHaveLength(20)
  })

  test('shows others beside one who offers the same forty times, and all of it to who asks for that one', async () => {
    for (let i = 0; i < 40; i++) offer('a', `tea ${i}`, { name: 'tea' })
    for (const agent of ['b', 'c', 'd']) offer(agent, 'tea')
    const agents = (await search.find({ text: 'tea' })).map(({ agent }) => agent)
    expect(new Set(agents.slice(0, 4))).toEqual(new Set(['a', 'b', 'c', 'd']))
    expect(agents.filter((agent) => agent === 'a')).toHaveLength(5)
    expect(await found({ text: 'tea', agent: 'a' })).toHaveLength(20)
  })

  test('of equals not the one with the lowest key comes first everywhere', async () => {
    const agents = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    for (const agent of agents) offer(agent, 'tea')
    const order = (await search.find({ text: 'tea' })).map(({ agent }) => agent)
    expect(order).not.toEqual(agents)
    expect([...order].sort()).toEqual(agents)
  })
})

describe('judge', () => {
  const judged = async (...args: Parameters<SearchHearing['judge']>) => (await search.judge(...args)).map((fit) => fit.offer.agent).sort()
  const terms: Terms = { languages: [], region: 'DE', price: 2, keeps: 'task', tier: 0 }

  test('leaves out what does not fit, what breaks a constraint and with whom we don’t work, and looks at those given only', async () => {
    const [cheap, dear] = [offer('cheap', 'tea', { terms }), offer('dear', 'tea', { terms: { ...terms, price: 9 } })]
    for (const agent of ['silent', SELF]) offer(agent, 'tea')
    offer('other', 'coffee')
    expect(await judged('tea', {})).toEqual(['cheap', 'dear', 'silent'])
    expect(await judged('tea', { maxPrice: 5 })).toEqual(['cheap'])
    expect(await judged('tea', {}, [dear])).toEqual(['dear'])
    against.add('cheap')
    expect(await judged('tea', {}, [cheap, dear])).toEqual(['dear'])
    expect(asked).toEqual([])
  })

  test('leaves out who is not known in the topic, where that is asked for', async () => {
    for (const agent of ['a', 'b']) offer(agent, 'tea', { topic: 'life/cooking' })
    standings = async (of) => of.map(({ agent }) => (agent === 'a' ? known : { ...known, footing: 'stranger' }))
    expect(await judged('tea', { known: true })).toEqual(['a'])
    standings = () => Promise.reject(new Error('no book'))
    expect(await judged('tea', { known: true })).toEqual([])
  })
})

describe('chains', () => {
  const ends = { from: { modes: ['audio/wav'] }, to: { modes: ['application/pdf'] } }
  const nameOf = ({ agent, declaration }: Declared<Capability>) => `${agent} ${declaration.id}`
  const chains = async () => (await search.chains(ends)).map(({ steps }) => steps.map(nameOf).join(' > '))

  test('lead through what was declared before the first was asked for, and what came and went since, ours among it', async () => {
    const hears = offer('a', 'transcribe', { inputModes: ['audio/wav'], outputModes: ['text/vtt'] })
    expect(await chains()).toEqual([])
    const prints = offer(SELF, 'print', { inputModes: ['text/vtt'], outputModes: ['application/pdf'] })
    expect(await chains()).toEqual(['a transcribe > us print'])
    stop(hears)
    expect(await chains()).toEqual([])
    offer('b', 'transcribe', { inputModes: ['audio/wav'], outputModes: ['text/vtt'] })
    expect(await chains()).toEqual(['b transcribe > us print'])
    against.add('b')
    expect(await chains()).toEqual([])
    against.add(SELF)
    against.delete('b')
    expect(await chains()).toEqual(['b transcribe > us print'])
    stop(prints)
    expect(await chains()).toEqual([])
  })

  test('have room for who comes when others went', async () => {
    const all = Array.from({ length: 8 }, (_, i) => offer(`a ${i}`, 'print', { inputModes: ['audio/wav'], outputModes: ['application/pdf'] }))
    expect(await chains()).toHaveLength(8)
    for (const one of all) stop(one)
    offer('b', 'print', { inputModes: ['audio/wav'], outputModes: ['application/pdf'] })
    expect(await chains()).toEqual(['b print'])
  })
})

test('tells of others’ offers that can be judged, and of nothing else', () => {
  const told: string[][] = []
  search.onOffered((offers) => told.push(offers.map(({ agent }) => agent)))
  const [theirs, ours] = [offer('a', 'tea'), offer(SELF, 'tea')]
  judgeable([idOf(ours), 'gone tea'])
  judgeable([idOf(theirs), idOf(ours)])
  expect(told).toEqual([['a']])
})
