import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Capability } from '../schema/declaration.ts'
import { SENTENCE_DIMENSIONS } from '../semantic/sentences/model.ts'
import { NAMES, type LearnedNames } from '../semantic/topics/names.ts'
import { loadTopics, type Topics } from '../semantic/topics/topics.ts'
import { systemClock } from '../support/clock.ts'
import { capabilityId, createDeclarations } from './declarations.ts'
import { createTopicUses, type TopicUses } from './topic-uses.ts'

const SURTITLES = 'text/translation/opera-surtitles'
const CAPTIONS = 'text/translation/stage-captions'

let topics: Topics
let vectors: Map<string, Float32Array>
let uses: TopicUses
let told: LearnedNames[]

beforeEach(async () => {
  topics = await loadTopics()
  vectors = new Map()
  told = []
  uses = createTopicUses({
    loadTopics: async () => topics,
    vector: async (id) => vectors.get(id) ?? null,
    clock: systemClock,
    report: (error) => expect.unreachable(String(error))
  })
  uses.onLearned((learned) => told.push(learned))
})

const capability = (id: string, topic?: string): Capability => ({
  kind: 'capability',
  id,
  name: id,
  description: '',
  tags: [],
  examples: [],
  inputModes: [],
  outputModes: [],
  program: 'a'.repeat(64),
  limits: { ms: 1, memoryBytes: 1, inputBytes: 0, outputBytes: 1 },
  ...(topic === undefined ? {} : { topic })
})
function offers(agent: string, topic: string | undefined, skill = 'one'): void {
  uses.declared(capabilityId(agent, skill), { agent, seq: 1, expiry: Infinity, declaration: capability(skill, topic) })
}
const stops = (agent: string, skill = 'one') => uses.declared(capabilityId(agent, skill), null)
const threeOffer = (topic: string, from = 0) => {
  for (let i = from; i < from + 3; i++) offers(`agent ${i}`, topic)
}
/** A vector that points one way, and a bit of another. */
function towards(axis: number, aside = 0): Float32Array {
  const vector = new Float32Array(SENTENCE_DIMENSIONS)
  return vector.fill(1, axis * 64, (axis + 1) * 64).fill(aside, (axis + 1) * 64, (axis + 2) * 64)
}
const soon = (holds: () => void) => vi.waitFor(holds, { timeout: 3000, interval: 20 })
const settled = () => new Promise((resolve) => setTimeout(resolve, 400))

describe('a name below a topic', () => {
  test('is known once three agents declare it, and not any more when one of them takes it back', async () => {
    offers('agent 0', SURTITLES)
    offers('agent 0', SURTITLES, 'two')
    offers('agent 1', SURTITLES)
    await settled()
    expect(topics.isKnown(SURTITLES)).toBe(false)
    expect(told).toEqual([])
    offers('agent 2', SURTITLES)
    await soon(() => expect(told).toEqual([{ known: [SURTITLES], aliases: [] }]))
    expect(topics.users(SURTITLES)).toBe(3)
    stops('agent 0')
    await settled()
    // it still has another offer of that name
    expect(topics.isKnown(SURTITLES)).toBe(true)
    stops('agent 0', 'two')
    await soon(() => expect(told.at(-1)).toEqual({ known: [], aliases: [] }))
  })

  test('is not declared any more by who says another one instead, or none', async () => {
    threeOffer(SURTITLES)
    await soon(() => expect(topics.isKnown(SURTITLES)).toBe(true))
    offers('agent 1', CAPTIONS)
    await soon(() => expect(topics.isKnown(SURTITLES)).toBe(false))
    offers('agent 3', SURTITLES)
    await soon(() => expect(topics.isKnown(SURTITLES)).toBe(true))
    offers('agent 3', undefined)
    await soon(() => expect(topics.isKnown(SURTITLES)).toBe(false))
  })

  test('counts as another that means the same, as soon as the vectors tell', async () => {
    threeOffer(SURTITLES)
    offers('agent 9', SURTITLES)
    threeOffer(CAPTIONS, 3)
    await soon(() => expect(told.at(-1)?.known).toEqual([SURTITLES, CAPTIONS]))
    const ids = [0, 1, 2, 9, 3, 4, 5].map((n) => capabilityId(`agent ${n}`, 'one'))
    for (const [i, id] of ids.entries()) vectors.set(id, towards(1, i / 20))
    uses.placed([...ids, 'somebody else’s'])
    await soon(() => expect(told.at(-1)).toEqual({ known: [SURTITLES], aliases: [[CAPTIONS, SURTITLES]] }))
    for (const id of ids.slice(4)) vectors.set(id, towards(4))
    uses.placedAllOf('agent 3')
    uses.placedAllOf('agent 4')
    uses.placedAllOf('agent 5')
    await soon(() => expect(told.at(-1)?.aliases).toEqual([]))
  })

  test('stays known when those who are counted go, while enough others use it', async () => {
    const many = NAMES.mostAgents + 3
    for (let i = 0; i < many; i++) offers(`agent ${i}`, SURTITLES)
    await soon(() => expect(topics.users(SURTITLES)).toBe(NAMES.mostAgents))
    for (let i = 0; i < NAMES.mostAgents; i++) stops(`agent ${i}`)
    await soon(() => expect(topics.users(SURTITLES)).toBe(3))
    expect(topics.isKnown(SURTITLES)).toBe(true)
  })

  test.each(['text/translation', 'text/translation/legal-translation', 'clay/pottery/glazes', 'text/handwriting', 'clay/pottery'])(
    'is not %s: that is of the seed, or below none of its topics',
    async (name) => {
      threeOffer(name)
      await settled()
      expect(topics.held).toBe(0)
      expect(told).toEqual([])
    }
  )
})

test('an agent with a thousand names holds no more than one may, and makes none of them known', async () => {
  const declarations = createDeclarations({ self: 'me', onCapability: uses.declared })
  const header = { kind: 'capability', time: 0, expiry: null } as const
  for (let seq = 1; seq <= 1000; seq++) {
    const body = capability(`skill-${seq}`, `text/translation/x${seq}`)
    declarations.add({ author: 'mallory', header: { ...header, seq }, body } as unknown as Parameters<typeof declarations.add>[0])
  }
  threeOffer(SURTITLES)
  await soon(() => expect(topics.isKnown(SURTITLES)).toBe(true))
  expect(topics.held).toBe(NAMES.mostOfAnAgent + 1)
  expect(told.at(-1)).toEqual({ known: [SURTITLES], aliases: [] })
  // who is dropped, for its log has forked, has said nothing
  declarations.drop('mallory')
  await soon(() => expect(topics.held).toBe(1))
})
