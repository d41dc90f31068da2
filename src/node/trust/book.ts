/**
 * A node's own book of trust: every rating that it has heard of and that counts, once, and what follows from them in its own view.
 * The view is from the node's own agent and from those whose judgement its operator trusts, so no two nodes need agree. Pure.
 */
import { fromHex } from '../crypto/hash.ts'
import type { Rating } from '../schema/rating.ts'
import type { Topics } from '../semantic/topics/topics.ts'
import { createEngine, loadEngine, type SavedTrust, type TrustEngine } from './engine.ts'
import { averageOf, createTrials, expectation, footingOf, isHeard, type Footing, type SavedTrials, type Trials } from './exploration.ts'
import { createKernel } from './kernel/kernel.ts'
import { createNames } from './names.ts'
import { named, type Why } from './why.ts'
import { HARDENED } from './options.ts'
import type { Role } from './ratings.ts'
import type { Weights } from './whose-word.ts'
import { createTally, type Placed, type RatingCounts, type SavedTally, type TallyChange } from './tally.ts'
import { ASKING, createTopicNumbers } from './topic-numbers.ts'

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
  /** what kind of work it may be given in this topic */
  footing: Footing
  /** how good its work will be, -1 to 1, as those whose word weighs here say; of whom they have said little, what they say of all */
  expectation: number
  /** strangers' share, 0 to 1, of what is tried in this topic: the smaller, the worse those did who were tried before */
  strangers: number
}

export interface Book {
  /** Takes ratings in that were checked. @returns how many count now that did not before */
  hear(ratings: readonly HeardRating[]): number
  has(author: string, seq: number): boolean
  /** An author takes an entry of its log back. @param by the sequence number of the withdrawal */
  withdrawn(author: string, seq: number, by: number): void
  /** An agent is proven to have forked its log: what it says counts no more, and those who endorsed it answer for it. */
  forked(agent: string): void
  /** How much whose judgement weighs beside our own, which weighs 1. Replaces what was so before. */
  trust(weights: Weights): void
  /**
   * What names of topics count as has changed: what was said in them counts where they do now, from the next update on.
   *
   * @param byUse names that are known by use, or count as others by use
   */
  sortAnew(byUse: readonly string[]): Resorted
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
  /** Agents of whose work those whose word counts complain, and who are good at nothing else: so many at most. Forkers are another matter. */
  doubtful(limit: number): string[]
  /** Everything that is in it, as typed arrays and plain values that share no memory with it. */
  save(): SavedBook
}

export interface Resorted {
  /** whether any rating counts elsewhere than before */
  moved: boolean
  /** names that are new here: what was said in them was passed over until now */
  fresh: string[]
}

export interface SavedBook {
  version: 1
  agents: string[]
  topics: string[]
  /** topics that count as others, and as which; books of earlier versions have none */
  counted?: Array<[number, number]>
  tally: SavedTally
  engine: SavedTrust
  forked: string[]
  /** how strangers did that were tried, by topic; books of earlier versions have none */
  trials?: Array<[topic: number, ...SavedTrials]>
}

export interface BookInit {
  /** our own agent */
  self: string
  topics: Pick<Topics, 'isKnown' | 'isOfSeed' | 'canonical' | 'similarity'>
  /** what `save` gave of the same agent; it is taken over */
  saved?: SavedBook | null
}

/** Half a year ago is half as telling. */
const OPTIONS = { ...HARDENED, halfLifeMs: 182 * 24 * 60 * 60_000 }
/** Raters, paths and other topics that an explanation shows. */
const MAX_SHOWN = 8
/** How agents are thought of against whom complaints prevail. */
const DOUBTFUL = -0.5

export function createBook({ self, topics, saved = null }: BookInit): Book {
  const names = createNames(saved?.agents ?? [self])
  const tally = createTally(saved?.tally)
  const engine: TrustEngine =
    saved === null ? createEngine({ topics: 1, options: OPTIONS, createKernel }) : loadEngine(saved.engine, { options: OPTIONS, createKernel })
  const numbers = createTopicNumbers({
    topics,
    saved: saved === null ? undefined : { names: saved.topics, counted: saved.counted ?? [] },
    add: (similarities) => engine.addTopic(similarities)
  })
  const forked = new Set(saved?.forked)
  const trials = new Map<number, Trials>(saved?.trials?.map(([topic, ...counts]) => [topic, createTrials(counts)]))
  /** what is said of all agents' work in a topic, until something is new */
  let averages = new Map<number, number>()
  if (saved === null) trustThese(new Map())
  else likenSeedAnew()

  /** What a topic counts as here, as a number; null: it is none that is known, or there are too many. */
  function topicOf(name: string): number | null {
    const kept = numbers.find(name)
    return kept === null ? null : numbers.counted(kept)
  }

  /** A rating where it counts. */
  const counted = (placed: Placed): Placed => ({ ...placed, topic: numbers.counted(placed.topic) })

  /** How many ratings of an agent count, by the topic in which they do. */
  function ratingsOf(subject: number): ReadonlyMap<number, RatingCounts> {
    const all = new Map<number, RatingCounts>()
    for (const [kept, counts] of tally.ratingsOf(subject)) {
      const topic = numbers.counted(kept)
      const { good, bad } = all.get(topic) ?? { good: 0, bad: 0 }
      all.set(topic, { good: good + counts.good, bad: bad + counts.bad })
    }
    return all
  }

  /** What is counted no more goes out as what it came in as. */
  function count(change: TallyChange): void {
    if (change.out !== null) engine.remove([engineRating(counted(change.out))])
    if (change.in !== null) engine.add([engineRating(counted(change.in))])
  }

  /** What counts as another has nothing to do with any topic, and by itself again what it had. */
  function likenAnew(topic: number): void {
    const byItself = (one: number): boolean => one !== 0 && numbers.counted(one) === one
    for (const [other, name] of numbers.save().names.entries()) {
      if (other === topic) continue
      engine.setSimilarity(topic, other, byItself(topic) && byItself(other) ? topics.similarity(numbers.name(topic), name) : 0)
    }
  }

  /** The seed may have been another when the book was saved, and trust between its topics is the same in each book. */
  function likenSeedAnew(): void {
    const ofSeed = [...numbers.save().names.entries()].filter(([number, name]) => topics.isOfSeed(name) && numbers.counted(number) === number)
    for (const [i, [topic, name]] of ofSeed.entries()) {
      for (const [other, otherName] of ofSeed.slice(0, i)) engine.setSimilarity(topic, other, topics.similarity(name, otherName))
    }
  }

  function trustThese(weights: Weights): void {
    engine.seed(null, new Map([[self, 1] as const, ...weights].map(([agent, weight]) => [names.number(agent), weight])))
  }

  /** A rating of a stranger by somebody who is heard says how trying strangers goes. */
  function noteTrial({ author, subject, topic, score }: Placed): void {
    if (topic === 0 || score === 0 || !isHeard(engine.voice(topic, author), engine.agents)) return
    if (footingIn(topic, subject) !== 'stranger') return
    const tried = trials.get(topic) ?? createTrials()
    trials.set(topic, tried)
    tried.record(score > 0)
  }

  function footingIn(topic: number, agent: number): Footing {
    return footingOf({ excluded: engine.excluded(topic, agent), record: engine.record(topic, agent), level: engine.level(topic, agent) })
  }

  function averageIn(topic: number): number {
    const average = averages.get(topic) ?? averageOf(engine.opinions(topic))
    averages.set(topic, average)
    return average
  }

  function whyExcluded(agent: string, topic: number | null): Standing['excluded'] {
    const number = names.find(agent)
    if (forked.has(agent)) return 'proven'
    return number !== undefined && topic !== null && engine.excluded(topic, number) ? 'complaints' : null
  }

  /** @param counts all ratings of the agent that count, where they are known already */
  function standingIn(agent: string, topic: number | null, counts?: ReadonlyMap<number, RatingCounts>): Standing {
    const number = names.find(agent)
    const name = topic === null ? null : numbers.name(topic)
    const excluded = whyExcluded(agent, topic)
    const heard =
      number === undefined || topic === null
        ? { level: 0, record: 0, opinion: { value: 0, weight: 0 }, ratings: { good: 0, bad: 0 } }
        : {
            level: engine.level(topic, number),
            record: engine.record(topic, number),
            opinion: engine.opinion(topic, number),
            ratings: (counts ?? ratingsOf(number)).get(topic) ?? { good: 0, bad: 0 }
          }
    const { level, record } = heard
    return {
      agent,
      topic: name,
      ...heard,
      excluded,
      footing: footingOf({ excluded: excluded !== null, record, level }),
      expectation: topic === null ? 0 : expectation(heard.opinion, averageIn(topic), engine.usual(topic)),
      strangers: ((topic === null ? undefined : trials.get(topic)) ?? createTrials()).share()
    }
  }

  /** The topics in which an agent was rated, in order. */
  const ratedIn = (counts: ReadonlyMap<number, RatingCounts>): number[] =>
    [...counts.keys()].filter((topic) => numbers.name(topic) !== ASKING).sort((a, b) => a - b)

  function record(agent: string): Standing[] {
    const number = names.find(agent)
    if (number === undefined) return []
    const counts = ratingsOf(number)
    return ratedIn(counts)
      .map((topic) => standingIn(agent, topic, counts))
      .sort((a, b) => b.level - a.level)
  }

  function esteem(agent: string): number {
    if (forked.has(agent)) return -1
    const number = names.find(agent)
    if (number === undefined) return 0
    const rated = ratedIn(ratingsOf(number)).map((topic) => ({ level: engine.level(topic, number), excluded: engine.excluded(topic, number) }))
    const best = rated.reduce((one, other) => (other.level > one.level ? other : one), { level: 0, excluded: true })
    return !best.excluded ? best.level : rated.some(({ excluded }) => excluded) ? DOUBTFUL : 0
  }

  return {
    hear(ratings) {
      let news = 0
      for (const { author, seq, rating, subjectWas } of ratings) {
        const topic = subjectWas === 'leader' ? 0 : numbers.find(rating.topic)
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
        if (change.in === null) continue
        noteTrial(counted(change.in))
        news++
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

    sortAnew(byUse) {
      const { before, fresh } = numbers.sortAnew(byUse)
      const moved = [...tally.counted()].filter(({ topic }) => before.has(topic))
      engine.remove(moved.map((placed) => engineRating({ ...placed, topic: before.get(placed.topic) ?? placed.topic })))
      engine.add(moved.map((placed) => engineRating(counted(placed))))
      for (const topic of before.keys()) likenAnew(topic)
      return { moved: moved.length > 0, fresh }
    },

    update() {
      const isNew = engine.update().method !== 'none'
      if (isNew) averages = new Map()
      return isNew
    },

    standing: (agent, topic) => standingIn(agent, topicOf(topic)),
    asking: (agent) => standingIn(agent, 0),
    record,

    why(agent, topic) {
      const [number, of] = [names.find(agent), topicOf(topic)]
      return number === undefined || of === null ? null : named(engine.explain(of, number, MAX_SHOWN), names.name, numbers.name)
    },

    esteem,

    doubtful(limit) {
      const some: string[] = []
      for (const number of engine.complainedOf()) {
        if (some.length >= limit) break
        const agent = names.name(number)
        if (esteem(agent) === DOUBTFUL) some.push(agent)
      }
      return some
    },

    save: () => ({
      version: 1,
      agents: names.save(),
      topics: numbers.save().names,
      counted: numbers.save().counted,
      tally: tally.save(),
      engine: engine.save(),
      forked: [...forked],
      trials: [...trials].map(([topic, counts]) => [topic, ...counts.save()])
    })
  }
}

function engineRating({ author, subject, topic, score, weight, time }: Placed) {
  return { from: author, to: subject, topic, value: score / 100, weight: weight / 100, time }
}
