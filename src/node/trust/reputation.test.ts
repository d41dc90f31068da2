import { afterEach, beforeEach, expect, test } from 'vitest'
import { createVerifier } from '../crypto/verifier.ts'
import { loadTopics } from '../semantic/topics/topics.ts'
import { noChanges } from '../store/changes.ts'
import { createMemoryStore } from '../store/memory.ts'
import { systemClock } from '../support/clock.ts'
import { createDesk } from './desk.ts'
import { createReputation, type Reputation, type ReputationComponents } from './reputation.ts'

let reputation: Reputation
let cares: Array<readonly string[]>
let asked: string[]
let changed: () => void

beforeEach(() => {
  cares = []
  asked = []
  const nothing = () => () => undefined
  const adaptation: ReputationComponents['adaptation'] = {
    onRating: nothing,
    onTakenBack: nothing,
    onFraud: nothing,
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
  reputation = createReputation({
    agent: 'me',
    asked: () => asked,
    adaptation,
    desk: createDesk({ loadTopics }),
    store: createMemoryStore(),
    verifier: createVerifier(),
    changes: noChanges,
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

test('nobody’s word counts but those chosen, each once, until it is taken back', async () => {
  await reputation.trust('ann', true)
  await reputation.trust('ann', true)
  await reputation.trust('ben', true)
  expect(reputation.trusted()).toEqual(['ann', 'ben'])
  await reputation.trust('ann', false)
  expect(reputation.trusted()).toEqual(['ben'])
})
