import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createVerifier } from '../crypto/verifier.ts'
import { loadTopics } from '../semantic/topics/topics.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/store.ts'
import { systemClock } from '../support/clock.ts'
import { createDesk } from './desk.ts'
import { createReputation, type Reputation, type ReputationComponents } from './reputation.ts'
import type { Weights } from './whose-word.ts'

let reputation: Reputation
let store: Store
let cares: Array<readonly string[]>
let asked: string[]
let changed: () => void
let weights: Weights
let told: Weights[]
let weighted: () => void
/** those who are here */
let here: string[]
/** how the book thinks of agents: nobody, unless it is said here */
let esteems: Map<string, number>
/** what holds up the book and the logs */
let opening: Promise<unknown>
let reading: Promise<unknown>

/** A reputation on the store that there is. */
function open(): Reputation {
  const nothing = () => () => undefined
  const adaptation: ReputationComponents['adaptation'] = {
    onRating: nothing,
    onTakenBack: nothing,
    onFraud: nothing,
    onTopicNames: nothing,
    ratings: async function* () {
      await reading
      yield* []
    },
    async careFor(topics) {
      cares.push(topics)
    },
    capabilities: () => [],
    present: () => here,
    watch(listener) {
      changed = listener
      return () => undefined
    },
    reconsider: () => undefined
  }
  const desk = createDesk({ loadTopics })
  return createReputation({
    agent: 'me',
    asked: () => asked,
    adaptation,
    desk: {
      ...desk,
      async open(book) {
        await opening
        await desk.open(book)
      },
      trust(all) {
        told.push(all)
        return desk.trust(all)
      },
      esteem: async (agents) => agents.map((agent) => esteems.get(agent) ?? 0),
      doubtful: async () => [...esteems].flatMap(([agent, esteem]) => (esteem === -0.5 ? agent : []))
    },
    store,
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
}

beforeEach(async () => {
  cares = []
  asked = []
  weights = new Map()
  told = []
  here = []
  esteems = new Map()
  opening = reading = Promise.resolve()
  store = createMemoryStore()
  reputation = open()
  await reputation.start()
})
afterEach(() => reputation.close())

test('what is only looked at leaves no trace in what we hear, for others see that', async () => {
  await reputation.standings([{ agent: 'ann', topic: 'text/translation' }])
  await reputation.why('ann', 'data/statistics')
  changed()
  expect(cares.flat()).toEqual([])
})

test('the desk is not opened for nobody', async () => {
  weights = new Map([['ann', 1]])
  expect(await reputation.standings([])).toEqual([])
  expect(told).toEqual([])
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
  await reputation.standings([{ agent: 'ann', topic: 'text/translation' }])
  expect(told).toEqual([weights])
  weights = new Map([['ben', 0.5]])
  weighted()
  await reputation.close()
  expect(told.slice(1)).toEqual([weights])
})

describe('whom we avoid', () => {
  const avoided = () => ['eve', 'ann', 'me'].filter((agent) => reputation.esteem(agent) <= -0.5)

  async function reopen(): Promise<void> {
    await reputation.close()
    reputation = open()
    await reputation.start()
  }

  test('is known at a start before the book is open, and stays so until the book has caught up with the logs', async () => {
    here = ['eve', 'ann']
    esteems.set('eve', -0.5)
    changed()
    await expect.poll(avoided).toEqual(['eve'])

    // the book was lost, and takes its time
    esteems.clear()
    let [openBook, readLogs] = [(): void => undefined, (): void => undefined]
    opening = new Promise<void>((resolve) => (openBook = resolve))
    reading = new Promise<void>((resolve) => (readLogs = resolve))
    await reopen()
    expect(avoided()).toEqual(['eve'])
    openBook()
    here = ['eve', 'ann', 'ben']
    changed()
    await reputation.standings([{ agent: 'ann', topic: 'text/translation' }])
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(avoided()).toEqual(['eve'])
    readLogs()
    await expect.poll(avoided).toEqual([])
    await reopen()
    expect(avoided()).toEqual([])
  })

  test('is found in a book beside which no list was kept, whoever is here', async () => {
    esteems.set('eve', -0.5)
    await reopen()
    await expect.poll(avoided).toEqual(['eve'])
  })

  test('follows whose word counts, whoever is here, and is never we', async () => {
    esteems.set('ann', -0.5)
    await reopen()
    await expect.poll(avoided).toEqual(['ann'])
    esteems = new Map(['eve', 'me'].map((agent) => [agent, -0.5]))
    weighted()
    await expect.poll(avoided).toEqual(['eve'])
    esteems.clear()
    weighted()
    await expect.poll(avoided).toEqual([])
  })

  test('is a list with an end, on which forkers don’t take the place of others', async () => {
    here = Array.from({ length: 1500 }, (_, i) => `forker ${i}`)
    for (const agent of here) esteems.set(agent, -1)
    esteems.set('eve', -0.5)
    weighted()
    await expect.poll(async () => (await store.get<string[]>('trust', 'avoided'))?.slice(0, 2)).toEqual(['eve', 'forker 0'])
    expect(await store.get<string[]>('trust', 'avoided')).toHaveLength(1024)
  })
})
