/** The book of trust across a reload: filled and kept as the peer keeps it, and opened again by a new peer. */
import { toHex } from '../../src/node/crypto/hash.ts'
import { createVerifier } from '../../src/node/crypto/verifier.ts'
import { loadTopics } from '../../src/node/semantic/topics/topics.ts'
import { openIndexedDbStore } from '../../src/node/store/indexeddb.ts'
import { systemClock } from '../../src/node/support/clock.ts'
import type { HeardRating } from '../../src/node/trust/book.ts'
import { createDesk, type Desk } from '../../src/node/trust/desk.ts'
import { createReputation, type ReputationComponents } from '../../src/node/trust/reputation.ts'
import { createWorkerDesk } from '../../src/workers/worker-desk.ts'
import { drawRatings, type Crowd, type Drawn } from './crowd.ts'
import { randomFrom } from './graph.ts'

/** `ratings` are those of all topics. */
export interface Filling extends Crowd {
  topics: number
  /** whose judgement is trusted besides our own */
  trusted: number
}

export interface Filled {
  ratings: number
  keepMs: number
}

export interface Resumed {
  /** opening the database */
  storeMs: number
  /** from there to the first answer; the rest is parts of it */
  firstAnswerMs: number
  /** reading the kept book from the database */
  readMs: number
  /** the desk's opening it, with the start of its worker and the tree of topics */
  openMs: number
  /** answers that know of ratings */
  known: number
}

const STORE = 'bench-trust'
const SEED = 2
/** Of two areas, so that topics have neighbours and strangers. */
const AREAS = ['text', 'data']
/** Candidates of a task. */
const ASKED = 20
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** Puts a book into the store as `reputation.ts` does. */
export async function fill({ agents, ratings, topics: count, trusted }: Filling): Promise<Filled> {
  const names = namesOf(agents)
  const desk = createDesk({ loadTopics })
  await desk.open({ self: names[0] ?? '', saved: null })
  await desk.trust(weightsOf(names, trusted))
  let taken = 0
  for (const [i, topic] of (await topicNames(count)).entries()) {
    const drawn = drawRatings({ agents, ratings: Math.ceil((ratings / count) * 1.01) }, SEED + i)
    taken += await desk.hear(heard(drawn.between(0, ratings / count), names, topic, taken))
  }
  await desk.update()
  const store = await openIndexedDbStore(STORE)
  const began = performance.now()
  await store.commit([{ put: 'trust', key: 'book', value: await desk.save() }])
  const keepMs = performance.now() - began
  await store.close()
  return { ratings: taken, keepMs }
}

/** From the store's value to the first answer, by the node's own reputation with its desk in a worker. */
export async function resume({ agents, topics: count, trusted }: Filling): Promise<Resumed> {
  const names = namesOf(agents)
  const [topic = ''] = await topicNames(count)
  const opening = performance.now()
  const store = await openIndexedDbStore(STORE)
  const began = performance.now()
  let [readMs, openMs] = [0, 0]
  const desk: Desk = createWorkerDesk()
  const reputation = createReputation({
    ...idle,
    asked: () => [],
    whoseWord: { weights: async () => weightsOf(names, trusted), onWeights: () => () => undefined },
    agent: names[0] ?? '',
    store: {
      ...store,
      async get<T>(...where: Parameters<typeof store.get>) {
        const asked = performance.now()
        const value = await store.get<T>(...where)
        if (where[0] === 'trust') readMs = performance.now() - asked
        return value
      }
    },
    desk: {
      ...desk,
      async open(book) {
        const asked = performance.now()
        await desk.open(book)
        openMs = performance.now() - asked
      }
    }
  })
  const standings = await reputation.standings(names.slice(0, ASKED).map((agent) => ({ agent, topic })))
  const firstAnswerMs = performance.now() - began
  await reputation.close()
  await store.close()
  const known = standings.filter(({ level, ratings }) => level > 0 && ratings.good > 0).length
  return { storeMs: began - opening, firstAnswerMs, readMs, openMs, known }
}

/** The agents after our own, each as much as our own. */
const weightsOf = (names: readonly string[], trusted: number) => new Map(names.slice(1, trusted + 1).map((agent) => [agent, 1]))

/** What a reputation needs that is asked before anything is heard. */
const idle: Pick<ReputationComponents, 'adaptation' | 'verifier' | 'clock' | 'report'> = {
  adaptation: {
    onRating: () => () => undefined,
    onTakenBack: () => () => undefined,
    onFraud: () => () => undefined,
    onTopicNames: () => () => undefined,
    ratings: async function* () {
      yield* []
    },
    careFor: async () => undefined,
    capabilities: () => [],
    present: () => [],
    watch: () => () => undefined,
    reconsider: () => undefined
  },
  verifier: createVerifier(),
  clock: systemClock,
  report: (error) => {
    throw error
  }
}

async function topicNames(count: number): Promise<string[]> {
  const tree = await loadTopics()
  return AREAS.flatMap((area) => tree.children(area).slice(0, count / AREAS.length))
}

/** Names as long as real ones. */
function namesOf(agents: number): string[] {
  const random = randomFrom(SEED)
  const letter = (): string => BASE58[Math.floor(random() * BASE58.length)] ?? ''
  return Array.from({ length: agents }, () => `did:key:z6Mk${Array.from({ length: 44 }, letter).join('')}`)
}

/** Each of a contract of its own. @param before entries that are there already */
function heard(ratings: ReturnType<Drawn['between']>, names: string[], topic: string, before: number): HeardRating[] {
  const random = randomFrom(SEED + before)
  return Array.from(ratings, ({ from, to, value, time = 0 }, i) => {
    const contract = toHex(Uint8Array.from({ length: 32 }, () => Math.floor(random() * 256)))
    const [author = '', subject = ''] = [names[from], names[to]]
    const rating = { version: 1 as const, contract, subject, topic, score: Math.round(100 * value), weight: 50, time }
    return { author, seq: before + i + 1, subjectWas: 'follower', rating }
  })
}
