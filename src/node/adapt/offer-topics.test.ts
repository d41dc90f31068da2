import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Capability } from '../schema/declaration.ts'
import type { Matcher } from '../semantic/matcher.ts'
import { NAMES, type LearnedNames } from '../semantic/topics/names.ts'
import { loadTopics } from '../semantic/topics/topics.ts'
import { once } from '../support/once.ts'
import { createTestTime, type TestTime } from '../support/testing/time.ts'
import { idOf, type Declared } from './declarations.ts'
import { createOfferTopics, type OfferTopicsHearing } from './offer-topics.ts'

const SELF = 'us'
const SURTITLES = 'text/translation/opera-surtitles'
const CAPTIONS = 'text/translation/stage-captions'

let time: TestTime
let declared: Map<string, Declared<Capability>>
let loads: number
let told: LearnedNames[]
/** of which offers it was asked where they lie */
let asked: string[]
let judgeable: Set<Parameters<Matcher['onJudgeable']>[0]>
let topics: OfferTopicsHearing

beforeAll(async () => {
  // so that what is loaded is there within what `settled` waits
  await Promise.all([import('./topic-uses.ts'), loadTopics()])
})
beforeEach(() => {
  time = createTestTime()
  declared = new Map()
  loads = 0
  told = []
  asked = []
  judgeable = new Set()
  const tree = once(() => loadTopics())
  topics = createOfferTopics({
    self: SELF,
    matcher: {
      async vector({ id }) {
        asked.push(`ours: ${id}`)
        return null
      },
      placed(id) {
        asked.push(id)
        return null
      },
      onJudgeable(listener) {
        judgeable.add(listener)
        return () => judgeable.delete(listener)
      }
    },
    declarations: { capabilities: () => [...declared.values()] },
    loadTopics() {
      loads++
      return tree()
    },
    clock: time,
    report: (error) => expect.fail(String(error))
  })
  topics.onTopicNames((learned) => told.push(learned))
})
afterEach(() => topics.close())

/** Lets time pass, a little at a time, until it holds: what is loaded comes by no test clock. */
const soon = (holds: () => void): Promise<void> =>
  vi.waitFor(
    async () => {
      await time.pass(100)
      holds()
    },
    { timeout: 10_000, interval: 5 }
  )

/** For what is not to happen. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    await time.pass(100)
  }
}

function offer(agent: string, topic?: string): void {
  const declaration = { kind: 'capability', id: 'one', name: 'One', tags: [], ...(topic === undefined ? {} : { topic }) } as unknown as Capability
  const one = { agent, seq: 1, expiry: Infinity, declaration }
  declared.set(idOf(one), one)
  topics.declared(idOf(one), one)
}

test('nothing is loaded for offers in topics of the seed, in none, or for a model that comes', async () => {
  offer('a')
  offer('b', 'text/translation')
  topics.declared('c one', null)
  topics.onModel()
  await settled()
  expect([loads, judgeable.size]).toEqual([0, 0])
})

test('a name below a topic is told once enough agents use it, and again when it is used no more', async () => {
  for (let i = 0; i < NAMES.leastAgents; i++) offer(`agent ${i}`, SURTITLES)
  await soon(() => expect(told).toEqual([{ known: [SURTITLES], aliases: [] }]))
  expect(await topics.topicChoices(SURTITLES)).toMatchObject({
    countsAs: SURTITLES,
    below: expect.arrayContaining([{ topic: SURTITLES, agents: NAMES.leastAgents }]) as unknown
  })
  topics.declared('agent 0 one', null)
  await soon(() => expect(told.at(-1)).toEqual({ known: [], aliases: [] }))
})

test('ours are asked for anew when a model comes, others’ when the matcher has placed them', async () => {
  offer(SELF, SURTITLES)
  offer('a', CAPTIONS)
  await soon(() => expect(asked.sort()).toEqual(['a one', 'ours: one']))
  asked = []
  topics.onModel()
  await settled()
  expect(asked).toEqual(['ours: one'])
  asked = []
  for (const listener of judgeable) listener(['a one', 'gone one'])
  await settled()
  expect(asked).toEqual(['a one'])
})

test('after the end nothing is heard or told', async () => {
  offer('a', SURTITLES)
  await soon(() => expect(judgeable.size).toBe(1))
  topics.close()
  expect(judgeable.size).toBe(0)
  for (const agent of ['b', 'c', 'd']) offer(agent, SURTITLES)
  await settled()
  expect(told).toEqual([])
})

test('the topic of a capability is that which fits it, and requests from around it are samples', async () => {
  const subtitles = {
    kind: 'capability',
    id: 'subtitles',
    name: 'Subtitle translation',
    description: 'Translates subtitles from German to English.',
    tags: ['translation'],
    examples: ['Translate this text from German to English']
  } as unknown as Capability
  const { topic, samples } = await topics.surroundings(subtitles)
  expect(topic).toMatch(/^text\//)
  expect(samples.length).toBeGreaterThan(3)
})
