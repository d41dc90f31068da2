/**
 * What our agent thinks of others: hears ratings as they come to its logs, checks them, has them counted in the book, and keeps the
 * book. The logs are the truth and the book is what follows from them: what a crash keeps from the book is counted at the next start.
 * Whom we avoid is kept beside the book, to be known before anybody is met and however long the book takes to open.
 */
import type { Adaptation } from '../adapt/adaptation.ts'
import type { LoggedRating } from '../adapt/ratings.ts'
import { AVOIDED } from '../adapt/stands.ts'
import type { Verifier } from '../crypto/verifier.ts'
import type { LearnedNames } from '../semantic/topics/names.ts'
import { topicAbove } from '../semantic/topics/paths.ts'
import type { Store } from '../store/store.ts'
import type { Clock } from '../support/clock.ts'
import { createEmitter } from '../support/emitter.ts'
import { once } from '../support/once.ts'
import type { HeardRating, Standing } from './book.ts'
import type { Desk } from './desk.ts'
import { checkRating } from './ratings.ts'
import type { WhoseWord } from './whose-word.ts'
import type { Why } from './why.ts'

export interface Reputation {
  /**
   * Begins to listen, opens the book, and counts what it has missed. Before anything is read of the logs. Resolves as soon as it is known
   * whom we avoid; the rest takes its time.
   */
  start(): Promise<void>
  /** How agents stand in topics, in this order. */
  standings(of: ReadonlyArray<{ agent: string; topic: string }>): Promise<Standing[]>
  /** How an agent stands in each topic in which it was rated, best first; and as one who asks others. */
  record(agent: string): Promise<{ topics: Standing[]; asking: Standing }>
  /** Why an agent stands as it does in a topic; null: it was never heard of there. */
  why(agent: string, topic: string): Promise<Why | null>
  /** How an agent is thought of as a whole, -1 (proven a fraud) over 0 (unknown) to 1, as far as it was looked at. */
  esteem(agent: string): number
  /** Called when what is thought of anybody may have changed. */
  watch(listener: () => void): () => void
  /** Keeps the book. */
  close(): Promise<void>
}

export interface ReputationComponents {
  agent: string
  /** topics in which we have asked others for work, the newest first */
  asked: () => readonly string[]
  adaptation: Pick<
    Adaptation,
    'onRating' | 'onTakenBack' | 'onFraud' | 'ratings' | 'careFor' | 'onTopicNames' | 'capabilities' | 'present' | 'watch' | 'reconsider'
  >
  desk: Desk
  whoseWord: Pick<WhoseWord, 'weights' | 'onWeights'>
  store: Store
  verifier: Verifier
  clock: Clock
  report: (error: unknown) => void
}

const BOOK_KEY = 'book'
const AVOIDED_KEY = 'avoided'
/** Ratings that wait to be checked; of more, those beyond are counted at the next start. */
const MAX_WAITING = 4096
/** Ratings that are checked and counted at a time. */
const BATCH = 256
/** What comes within this is counted together. */
const GATHER_MS = 100
/** The book is kept so long after it has changed. */
const KEEP_MS = 20_000
/** Agents whose esteem is kept at hand. */
const MAX_LOOKED_AT = 2048
/** Of these, agents that are avoided though they are not here. */
const MAX_AVOIDED = 1024
/** Topics that we have asked in lately, whose ratings we want to hear. What is only searched for is in no list: others see which we hear. */
const MAX_ASKED = 16

export function createReputation(components: ReputationComponents): Reputation {
  const { agent: self, asked, adaptation, desk, whoseWord, store, verifier, clock, report } = components
  const { on, emit } = createEmitter<{ change: undefined }>()
  let waiting: LoggedRating[] = []
  /** what is under way, one after the other */
  let turn: Promise<unknown> = Promise.resolve()
  let cancelGathering: (() => void) | null = null
  let cancelKeeping: (() => void) | null = null
  let esteems = new Map<string, number>()
  /** whom we avoided when we were last here: they stay avoided until the book has caught up with the logs, and knows why or why not */
  let held: ReadonlySet<string> = new Set()
  /** topics whose ratings we have said that we want to hear */
  let caresFor: readonly string[] = []
  let closed = false
  const stops: Array<() => void> = []

  /** The tree of topics that the book needs may not be to be had right now: then it is opened when it is wanted next. */
  const opened = once(async () => {
    await desk.open({ self, saved: (await store.get('trust', BOOK_KEY)) ?? null })
    await desk.trust(await whoseWord.weights())
    await desk.update()
  })

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(opened).then(work)
    turn = result.catch(() => undefined)
    return result
  }

  async function checked({ author, seq, time, body }: LoggedRating): Promise<HeardRating | null> {
    const verdict = await checkRating(body, { author, time }, verifier)
    return verdict.fault === null ? { author, seq, rating: verdict.rating, subjectWas: verdict.subjectWas } : null
  }

  /** Checks and counts; what does not count is left aside, as it stays in its author's log for what it is. */
  async function count(some: readonly LoggedRating[]): Promise<void> {
    const sound = (await Promise.all(some.map(checked))).flatMap((one) => one ?? [])
    if ((await desk.hear(sound)) > 0) await followUp(sound.map(({ rating }) => rating.subject))
  }

  /** @param agents of whom something is new */
  async function followUp(agents: readonly string[] = []): Promise<void> {
    await desk.update()
    await lookAgain(agents)
    emit('change', undefined)
    cancelKeeping ??= clock.after(KEEP_MS, () => {
      cancelKeeping = null
      inTurn(lookAndKeep).catch(report)
    })
  }

  async function keep(): Promise<void> {
    const value = await desk.save()
    await store.commit([{ put: 'trust', key: BOOK_KEY, value }])
  }

  /** A word can change what other words weigh: now and then all are looked at of whose work is complained. */
  async function lookAndKeep(): Promise<void> {
    await lookAgain(await desk.doubtful(MAX_AVOIDED))
    await keep()
  }

  /** How those are thought of who are here, who are avoided, and of whom something is new. */
  async function lookAgain(news: readonly string[] = []): Promise<void> {
    const others = new Set([...adaptation.present(), ...news, ...avoidedOf(esteems)])
    others.delete(self)
    const agents = [...others].slice(0, MAX_LOOKED_AT)
    const found = await desk.esteem(agents)
    const next = new Map(agents.map((agent, i) => [agent, Math.min(found[i] ?? 0, held.has(agent) ? AVOIDED : 1)]))
    const isNews = agents.some((agent) => isAvoided(next, agent) !== isAvoided(esteems, agent))
    esteems = next
    if (!isNews) return
    adaptation.reconsider()
    await keepAvoided()
  }

  /** At once, unlike the book: whoever reloads the page right after a complaint is not to meet again whom it was about. */
  async function keepAvoided(): Promise<void> {
    try {
      await store.commit([{ put: 'trust', key: AVOIDED_KEY, value: avoidedOf(esteems).slice(0, MAX_AVOIDED) }])
    } catch (error) {
      report(error)
    }
  }

  async function readAvoided(): Promise<void> {
    held = new Set(await store.get<string[]>('trust', AVOIDED_KEY))
    esteems = new Map([...held].map((agent) => [agent, AVOIDED]))
  }

  function hear(rating: LoggedRating): void {
    if (waiting.length >= MAX_WAITING) return
    waiting.push(rating)
    cancelGathering ??= clock.after(GATHER_MS, () => {
      cancelGathering = null
      inTurn(takeWaiting).catch(report)
    })
  }

  async function takeWaiting(): Promise<void> {
    while (waiting.length > 0 && !closed) {
      const some = waiting.slice(0, BATCH)
      waiting = waiting.slice(BATCH)
      await count(some)
    }
  }

  /** Counts what the logs hold and the book does not have. @param within topics of the tree in which alone it looks; null: in all */
  async function catchUp(within: ReadonlySet<string> | null = null): Promise<void> {
    let some: LoggedRating[] = []
    async function take(): Promise<void> {
      const has = await desk.has(some)
      await count(some.filter((_, i) => has[i] !== true))
      some = []
    }
    for await (const rating of adaptation.ratings()) {
      if (closed) return
      if (within !== null && !within.has(topicAbove(rating.body.rating.topic))) continue
      some.push(rating)
      if (some.length === BATCH) await inTurn(take)
    }
    await inTurn(take)
  }

  /** Counts what was missed; from then on the book alone says who is avoided. */
  async function resume(): Promise<void> {
    await catchUp()
    if (closed) return
    await inTurn(async () => {
      held = new Set()
      await lookAgain(await desk.doubtful(MAX_AVOIDED))
    })
  }

  /** Names of topics count otherwise than before; what was said in those that are new is in the logs. */
  async function follow(learned: LearnedNames): Promise<void> {
    const fresh = await inTurn(async () => {
      const { moved, fresh } = await desk.follow(learned)
      if (moved) await followUp()
      return fresh
    })
    if (fresh.length > 0) await catchUp(new Set(fresh.map(topicAbove)))
  }

  async function weighAgain(): Promise<void> {
    await desk.trust(await whoseWord.weights())
    await desk.update()
    await followUp(await desk.doubtful(MAX_AVOIDED))
  }

  function careForTopics(): void {
    const ours = adaptation.capabilities().flatMap(({ agent, declaration }) => (agent === self ? (declaration.topic ?? []) : []))
    const lately = [...new Set(asked())].slice(0, MAX_ASKED)
    const topics = [...new Set([...lately, ...ours])]
    if (topics.join() === caresFor.join()) return
    caresFor = topics
    adaptation.careFor(topics).catch(report)
  }

  /** Whoever comes is looked at; that anything else has changed is no reason to. */
  function lookWhoIsHere(): void {
    careForTopics()
    const agents = adaptation.present()
    if (agents.every((agent) => esteems.has(agent))) return
    inTurn(() => lookAgain()).catch(report)
  }

  return {
    async start() {
      await readAvoided()
      stops.push(
        adaptation.onRating(hear),
        adaptation.onTakenBack(({ author, seq, by }) => {
          inTurn(async () => {
            await desk.withdrawn(author, seq, by)
            await followUp()
          }).catch(report)
        }),
        adaptation.onFraud((agent) => {
          inTurn(async () => {
            await desk.forked(agent)
            await followUp([agent])
          }).catch(report)
        }),
        adaptation.onTopicNames((learned) => {
          follow(learned).catch(report)
        }),
        adaptation.watch(lookWhoIsHere),
        whoseWord.onWeights(() => {
          inTurn(weighAgain).catch(report)
        })
      )
      resume().catch(report)
    },

    async standings(of) {
      // the desk takes a moment to open, and there may be nobody yet
      if (of.length === 0) return []
      await opened()
      return desk.standings(of)
    },

    async record(agent) {
      await opened()
      const [topics, asking] = await Promise.all([desk.record(agent), desk.asking(agent)])
      return { topics, asking }
    },

    async why(agent, topic) {
      await opened()
      return desk.why(agent, topic)
    },

    esteem: (agent) => esteems.get(agent) ?? 0,
    watch: (listener) => on('change', listener),

    async close() {
      closed = true
      for (const stop of stops) stop()
      cancelGathering?.()
      const isDue = cancelKeeping !== null
      cancelKeeping?.()
      await turn
      if (isDue) await keep()
      desk.close()
    }
  }
}

/** Forkers last: anybody can make any number of them, and the logs know them, too. */
function avoidedOf(esteems: ReadonlyMap<string, number>): string[] {
  const avoided = [...esteems].filter(([, esteem]) => esteem <= AVOIDED)
  return avoided.sort(([, a], [, b]) => b - a).map(([agent]) => agent)
}

const isAvoided = (esteems: ReadonlyMap<string, number>, agent: string): boolean => (esteems.get(agent) ?? 0) <= AVOIDED
