import { beforeEach, describe, expect, test } from 'vitest'
import type { Declared } from '../adapt/declarations.ts'
import type { Capability, Intention } from '../schema/declaration.ts'
import { createAgentViews, type AgentViews } from './agent-views.ts'

const capability = (part: Partial<Capability> = {}): Capability => ({
  kind: 'capability',
  id: 'tea',
  name: 'Tea',
  description: '',
  tags: [],
  examples: [],
  inputModes: [],
  outputModes: [],
  program: 'a'.repeat(64),
  limits: { ms: 1000, memoryBytes: 1024, inputBytes: 1024, outputBytes: 1024 },
  ...part
})
const offer = (agent: string, seq: number, part: Partial<Capability> = {}) => ({ agent, seq, expiry: 1e15, declaration: capability(part) })
const wish = (agent: string, seq: number, goal: string) => ({ agent, seq, expiry: 1e15, declaration: { kind: 'intention' as const, goal, tags: [] } })
const names = (count: number, name: string) => Array.from({ length: count }, (_, i) => `${name}-${String(i).padStart(4, '0')}`)

let capabilities: Array<Declared<Capability>>
let intentions: Array<Declared<Intention>>
let present: string[]
let petnames: Map<string, string>
let worked: Set<string>
let views: AgentViews

beforeEach(() => {
  capabilities = []
  intentions = []
  present = []
  petnames = new Map()
  worked = new Set()
  views = createAgentViews({
    agent: 'self',
    adaptation: {
      present: () => present,
      capabilities: () => [...capabilities],
      intentions: () => [...intentions],
      reach: (agent) => (present.includes(agent) ? 'direct' : 'away'),
      stateOf: () => null
    },
    petnames: { of: (agent) => petnames.get(agent) ?? null },
    logViews: { of: async () => ({ entries: 3, whole: true, fork: false }) },
    history: (agent) => ({ completed: worked.has(agent) ? 1 : 0, failed: 0 })
  })
})

describe('what is listed', () => {
  test('says in short what an agent offers and looks for, and nothing of our own', async () => {
    capabilities = [...names(10, 'Offer').map((name, i) => offer('ann', i + 1, { id: `o${i}`, name, description: 'long' })), offer('self', 1)]
    intentions = [wish('ann', 12, 'x'.repeat(500)), wish('ann', 11, 'second')]
    const { agents, moreAgents } = await views.listed()
    expect(agents).toMatchObject([{ agent: 'ann', offers: { count: 10, names: names(8, 'Offer') }, wants: { count: 2 }, newest: 12 }])
    expect(agents[0]?.wants.first).toHaveLength(120)
    expect(moreAgents).toBe(0)
  })

  test('is the same object until something about that agent changes, if only its newest word', async () => {
    capabilities = [offer('ann', 1), offer('bob', 1)]
    const [ann, bob] = (await views.listed()).agents
    capabilities = [offer('ann', 2, { description: 'of other words' }), capabilities[1]!]
    const { agents } = await views.listed()
    expect(agents[0]).not.toBe(ann)
    expect(agents[0]?.newest).toBe(2)
    expect(agents[1]).toBe(bob)
  })

  test('counts what is declared anew, and nothing else', async () => {
    capabilities = [offer('ann', 1)]
    const { declared } = await views.listed()
    present = ['bob']
    petnames.set('ann', 'Ann')
    expect((await views.listed()).declared).toBe(declared)
    capabilities = [offer('ann', 2)]
    expect((await views.listed()).declared).toBe(declared + 1)
    intentions = [wish('bob', 1, 'tea')]
    expect((await views.listed()).declared).toBe(declared + 2)
    capabilities = []
    expect((await views.listed()).declared).toBe(declared + 3)
  })

  test('of very many are those who are here, named or known from work, and so many of the rest; in the order of their ids', async () => {
    const crowd = names(500, 'a')
    capabilities = [...crowd, 'z-named', 'z-worked'].map((agent) => offer(agent, 1))
    present = ['z-here']
    petnames.set('z-named', 'Zoe')
    worked.add('z-worked')
    const { agents, moreAgents } = await views.listed()
    expect(agents.map(({ agent }) => agent)).toEqual([...crowd.slice(0, 125), 'z-here', 'z-named', 'z-worked'])
    expect(moreAgents).toBe(375)
  })
})

test('an agent has all its words, listed or not; one of whom nothing is known is none', async () => {
  capabilities = names(500, 'a').map((agent) => offer(agent, 1, { description: 'all of it' }))
  intentions = [wish('a-0499', 2, 'somebody to play chess with')]
  expect((await views.listed()).agents.some(({ agent }) => agent === 'a-0499')).toBe(false)
  expect(await views.details('a-0499')).toMatchObject({
    agent: 'a-0499',
    reach: 'away',
    capabilities: [{ seq: 1, capability: { description: 'all of it' } }],
    intentions: [{ seq: 2, intention: { goal: 'somebody to play chess with' } }]
  })
  expect(await views.details('nobody')).toBeNull()
  expect(await views.details('self')).toBeNull()
})
