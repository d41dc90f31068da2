/**
 * A node's own book of trust: every rating that it has heard of and that counts, once, and what follows from them in its own view.
 * The view is from the node's own agent and from those whose judgement its operator trusts, so no two nodes need agree. Pure.
 */
import { fromHex } from '../crypto/hash.ts'
import { UNSORTED_TOPIC } from '../schema/contract.ts'
import type { Rating } from '../schema/rating.ts'
import type { Topics } from '../semantic/topics/topics.ts'
import { createEngine, loadEngine, type SavedTrust, type TrustEngine } from './engine.ts'
import { createKernel } from './kernel/kernel.ts'
import { createNames } from './names.ts'
import { named, type Why } from './why.ts'
import { HARDENED } from './options.ts'
import type { Role } from './ratings.ts'
import { createTally, type Placed, type RatingCounts, type SavedTally, type TallyChange } from './tally.ts'

/** A rating that was checked, and where it stands. */
export interface HeardRating {
  author: string
  seq: number
  rating: Rating
  /** what the rated one was in the contract */
  subjectWas: Role
}

/** How an agent stands in one topic, as we see it. */
export interface Standing {
  agent: string
  /** the topic that it counts in here; null: none that is known */
  topic: string | null
  /**
   * How well endorsed it is in this topic, or next door, by those whose word weighs here: 0 (nothing known) to 1; 1/2 is as well as is
   * usual in the topic. Comparable between topics.
   */
  level: number
  /** the same by its own work in this topic alone: what it is known for, not what may be hoped of it */
  record: number
  /** what those whose word weighs here say of its work, -1 to 1, and how much word that is, 0 to 1 */
  opinion: { value: number; weight: number }
  /** ratings of it that are known, whoever wrote them; those that say neither are not counted */
  ratings: { good: number; bad: number }
  /** why it is not considered; null: nothing is against it */
  excluded: 'proven' | 'complaints' | null
}

export interface Book {
  /** Takes ratings in that were checked. @returns how many count now that did not before */
  hear(ratings: readonly HeardRating[]): number
  has(author: string, seq: number): boolean
  /** An author takes an entry of its log back. @param by the sequence number of the withdrawal */
  withdrawn(author: string, seq: number, by: number): void
  /** An agent is proven to have forked its log: what it says counts no more, and those who endorsed it answer for it. */
  forked(agent: string): void
  /** Whose judgement counts besides our own. Replaces what was so before. */
  trust(agents: readonly string[]): void
  /** Works out what is new. @returns whether anything was */
  update(): boolean
  standing(agent: string, topic: string): Standing
  /** How agents are as leaders: those who ask others. */
  asking(agent: string): Standing
  /** How an agent stands in each topic in which it was rated, best first. */
  record(agent: string): Standing[]
  /** Why an agent stands as it does in a topic; null: it was never heard of, or the topic is none that is known. */
  why(agent: string, topic: string): Why | null
  /** How an agent is thought of as a whole, -1 (proven a fraud) over 0 (unknown) to 1. */
  esteem(agent: string): number
  /** Everything that is in it, as typed arrays and plain values that share no memory with it. */
  save(): SavedBook
}

export interface SavedBook {
  version: 1
  agents: string[]
  topics: string[]
  tally: SavedTally
  engine: SavedTrust
  forked: string[]
  trusted: string[]
}

export interface BookInit {
  /** our own agent */
  self: string
  topics: Pick<Topics, 'isKnown' | 'canonical' | 'similarity'>
  /** what `save` gave of the same agent; it is taken over */
  saved?: SavedBook | null
}

/** Where ratings of leaders count: nobody earns trust as a worker by asking others. It has nothing to do with any topic. */
const ASKING = ''
/** Topics that are told apart, of a tree that has some fifteen hundred names. */
const MAX_TOPICS = 2048
/** Half a year ago is half as telling. */
const OPTIONS = { ...HARDENED, halfLifeMs: 182 * 24 * 60 * 60_000 }
/** Raters, paths and other topics that an explanation shows. */
const MAX_SHOWN = 8
/** How agents are thought of against whom complaints prevail. */
const DOUBTFUL = -0.5

export function createBook({ self, topics, saved = null }: BookInit): Book {
  const names = createNames(saved?.agents ?? [self])
  const topicNames = createNames(saved?.topics ?? [ASKING])
  const tally = createTally(saved?.tally)
  const engine: TrustEngine =
    saved === null ? createEngine({ topics: 1, options: OPTIONS, createKernel }) : loadEngine(saved.engine, { options: OPTIONS, createKernel })
  const forked = new Set(saved?.forked)
  let trusted: readonly string[] = saved?.trusted ?? []
  if (saved === null) trustThese([])

  /** What a topic counts as here, as a number; null: it is none that is known, or there are too many. */
  function topicOf(name: string): number | null {
    const canonical = topics.canonical(name)
    const known = topicNames.find(canonical)
    if (known !== undefined) return known
    if (!(topics.isKnown(canonical) || name === UNSORTED_TOPIC) || topicNames.size >= MAX_TOPICS) return null
    const others = topicNames.save().map((other) => (other === ASKING ? 0 : topics.similarity(canonical, other)))
    engine.addTopic(others)
    return topicNames.number(canonical)
  }

  /** What is counted no more goes out as what it came in as. */
  function count(change: TallyChange): void {
    if (change.out !== null) engine.remove([engineRating(change.out)])
    if (change.in !== null) engine.add([engineRating(change.in)])
  }

  function trustThese(agents: readonly string[]): void {
    trusted = [...agents]
    engine.seed(null, new Map([self, ...agents].map((agent) => [names.number(agent), 1])))
  }

  /** @param counts all ratings of the agent that count, where they are known already */
  function standingIn(agent: string, topic: number | null, counts?: ReadonlyMap<number, RatingCounts>): Standing {
    const number = names.find(agent)
    const name = topic === null ? null : topicNames.name(topic)
    const excluded = forked.has(agent) ? 'proven' : null
    if (number === undefined || topic === null) {
      return { agent, topic: name, level: 0, record: 0, opinion: { value: 0, weight: 0 }, ratings: { good: 0, bad: 0 }, excluded }
    }
    return {
      agent,
      topic: name,
      level: engine.level(topic, number),
      record: engine.record(topic, number),
      opinion: engine.opinion(topic, number),
      ratings: (counts ?? tally.ratingsOf(number)).get(topic) ?? { good: 0, bad: 0 },
      excluded: excluded ?? (engine.excluded(topic, number) ? 'complaints' : null)
    }
  }

  function record(agent: string): Standing[] {
    const number = names.find(agent)
    if (number === undefined) return []
    const counts = tally.ratingsOf(number)
    return [...counts.keys()]
      .filter((topic) => topicNames.name(topic) !== ASKING)
      .sort((a, b) => a - b)
      .map((topic) => standingIn(agent, topic, counts))
      .sort((a, b) => b.level - a.level)
  }

  return {
    hear(ratings) {
      let news = 0
      for (const { author, seq, rating, subjectWas } of ratings) {
        const topic = subjectWas === 'leader' ? 0 : topicOf(rating.topic)
        if (topic === null) continue
        const placed: Placed = {
          author: names.number(author),
          seq,
          subject: names.number(rating.subject),
          topic,
          score: rating.score,
          weight: rating.weight,
          time: rating.time
        }
        const change = tally.add(placed, fromHex(rating.contract))
        count(change)
        if (change.in !== null) news++
      }
      return news
    },

    has(author, seq) {
      const number = names.find(author)
      return number !== undefined && tally.has(number, seq)
    },

    withdrawn(author, seq, by) {
      const number = names.find(author)
      if (number !== undefined) count(tally.withdraw(number, seq, by))
    },

    forked(agent) {
      if (forked.has(agent)) return
      forked.add(agent)
      const number = names.number(agent)
      for (const out of tally.drop(number)) count({ out, in: null })
      engine.prove(number)
    },

    trust: trustThese,

    update: () => engine.update().method !== 'none',

    standing: (agent, topic) => standingIn(agent, topicOf(topic)),
    asking: (agent) => standingIn(agent, 0),
    record,

    why(agent, topic) {
      const [number, of] = [names.find(agent), topicOf(topic)]
      return number === undefined || of === null ? null : named(engine.explain(of, number, MAX_SHOWN), names.name, topicNames.name)
    },

    esteem(agent) {
      if (forked.has(agent)) return -1
      const standings = record(agent)
      const [best] = standings
      if (best === undefined) return 0
      return best.excluded === null && best.level > 0 ? best.level : standings.some(({ excluded }) => excluded !== null) ? DOUBTFUL : 0
    },

    save: () => ({
      version: 1,
      agents: names.save(),
      topics: topicNames.save(),
      tally: tally.save(),
      engine: engine.save(),
      forked: [...forked],
      trusted: [...trusted]
    })
  }
}

function engineRating({ author, subject, topic, score, weight, time }: Placed) {
  return { from: author, to: subject, topic, value: score / 100, weight: weight / 100, time }
}
