import { afterEach, beforeEach, expect, test } from 'vitest'
import { createVerifier } from '../crypto/verifier.ts'
import { loadTopics } from '../semantic/topics/topics.ts'
import { createMemoryStore } from '../store/memory.ts'
import { systemClock } from '../support/clock.ts'
import { createDesk } from './desk.ts'
import { createReputation, type Reputation, type ReputationComponents } from './reputation.ts'
import type { Weights } from './whose-word.ts'

let reputation: Reputation
let cares: Array<readonly string[]>
let asked: string[]
let changed: () => void
let weights: Weights
let told: Weights[]
let weighted: () => void

beforeEach(() => {
  cares = []
  asked = []
  weights = new Map()
  told = []
  const nothing = () => () => undefined
  const adaptation: ReputationComponents['adaptation'] = {
    onRating: nothing,
    onTakenBack: nothing,
    onFraud: nothing,
    onTopicNames: nothing,
    ratings: async function* () {},
    async careFor(topics) {
      cares.push(topics)
    },
    capabilities: () => [],
    present: () => [],
    watch(listener) {
      changed = listener
      return () => undefined
    },
    reconsider: () => undefined
  }
  const desk = createDesk({ loadTopics })
  reputation = createReputation({
    agent: 'me',
    asked: () => asked,
    adaptation,
    desk: {
      ...desk,
      trust(all) {
        told.push(all)
        return desk.trust(all)
      }
    },
    store: createMemoryStore(),
    verifier: createVerifier(),
    whoseWord: {
      weights: async () => weights,
      onWeights(listener) {
        weighted = listener
        return () => undefined
      }
    },
    clock: systemClock,
    report: (error) => expect.unreachable(String(error))
  })
  reputation.start()
})
afterEach(() => reputation.close())

test('what is only looked at leaves no trace in what we hear, for others see that', async () => {
  await reputation.standings([{ agent: 'ann', topic: 'text/translation' }])
  await reputation.why('ann', 'data/statistics')
  changed()
  expect(cares.flat()).toEqual([])
})

test('ratings are heard in the topics in which we have asked for work, the latest, each once', async () => {
  asked = ['text/translation', 'data/statistics', 'text/translation', ...Array.from({ length: 40 }, (_, i) => `text/number-${i}`)]
  changed()
  changed()
  expect(cares).toHaveLength(1)
  expect(cares[0]?.slice(0, 2)).toEqual(['text/translation', 'data/statistics'])
  expect(cares[0]).toHaveLength(16)
})

test('what others’ word weighs is told to the book when it has changed, and before anything is answered', async () => {
  weights = new Map([['ann', 1]])
  await reputation.standings([])
  expect(told).toEqual([weights])
  weights = new Map([['ben', 0.5]])
  weighted()
  await reputation.close()
  expect(told.slice(1)).toEqual([weights])
})
