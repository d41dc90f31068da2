/**
 * MG-EigenTrust: whom to trust with what, from ratings. One graph of ratings a topic; in each, *voice* says what an agent's
 * ratings weigh (EigenTrust from the seeds of whose view it is), and *prospect* whom to consider for work (voice, and what was
 * earned in topics nearby). Pure: no I/O, no clock, no chance, and the same to the last bit everywhere.
 *
 *     const engine = createEngine({ topics: 2, similarity: [1, 0.5, 0.5, 1] })
 *     engine.seed(null, new Map([[0, 1]]))
 *     engine.add([{ from: 0, to: 1, topic: 0, value: 0.9 }])
 *     engine.update()
 *     engine.prospect(1, 1)   // agent 1 in topic 1: from what it has earned in topic 0
 */
import { TrustInputError } from './errors.ts'
import { createEvidence, MAX_AGENTS, type Rating } from './evidence.ts'
import { createExplaining, type Explanation } from './explain.ts'
import { kinshipOf, loadKinship } from './kinship.ts'
import { createOpinions } from './opinions.ts'
import { trustOptions, type TrustOptions, type TrustOptionsInit } from './options.ts'
import type { Proof, Proofs } from './penalties.ts'
import { createReadings, type Readings } from './readings.ts'
import { packProofs, packSeeds, unpackProofs, unpackSeeds, checkSaved, type SavedTrust } from './saved.ts'
import { checkSeeds } from './seeds.ts'
import { createSlots } from './slots.ts'
import { createSolver, type Update } from './solver.ts'
import { createPlainKernel, type Kernel, type Sparse } from './sparse.ts'
import type { TrustState } from './state.ts'

export type { Rating } from './evidence.ts'
export type { Explanation } from './explain.ts'
export type { SavedTrust } from './saved.ts'
export type { Update } from './solver.ts'

export interface EngineInit {
  /** number of topics at first; 1 when not said */
  topics?: number
  /** how alike topics are, row by row, topics × topics, each 0 to 1; when not said, they have nothing to do with each other */
  similarity?: ArrayLike<number>
  options?: TrustOptionsInit
  /** prepares a matrix of incoming shares to be multiplied by; by default in plain code, the same everywhere */
  createKernel?: (incoming: Sparse) => Kernel
}

export interface TrustEngine extends Omit<Readings, 'standing' | 'doubt' | 'nearby'> {
  readonly options: Readonly<TrustOptions>
  readonly topics: number
  /** agents are numbered below this: one more than the largest that was named */
  readonly agents: number
  /** pairs of agents that a rating is held of, in all topics */
  readonly entries: number
  /** Adds a topic, and returns its number. @param similarity to each of the topics before it, 0 to 1; 0 when not said */
  addTopic(similarity?: ArrayLike<number>): number
  /** Says anew how alike two topics are. */
  setSimilarity(a: number, b: number, similarity: number): void
  /**
   * Takes ratings, all or none; they count from the next update on. An agent's ratings of itself are left out.
   *
   * @returns how many were taken
   * @throws RatingError when a number is not as it has to be
   */
  add(ratings: Iterable<Rating>): number
  /**
   * Takes back ratings that were added just so: withdrawn ones, or some in place of which others count. No sum falls below 0.
   *
   * @returns how many were taken back
   * @throws RatingError when a number is not as it has to be
   */
  remove(ratings: Iterable<Rating>): number
  /**
   * Says whom the view is from: shares by agent, in one topic or, with null, in all; replaces what was said of the same before.
   * In a topic both count together, in proportion. Without any, all agents of a topic are its seeds.
   *
   * @throws TrustInputError when a share is no number from 0
   */
  seed(topic: number | null, seeds: ReadonlyMap<number, number>): void
  /**
   * Something is proven against an agent: it counts in every topic, and backwards against those who endorsed it.
   *
   * @param severity share of its standing that it loses, above 0 to 1
   * @param topic in which those who endorsed it are to blame too; null: in all
   */
  prove(agent: number, severity?: number, topic?: number | null): void
  /** Counts what is new, from where it stands: by pushing what has changed when that is little, else by iteration. */
  update(): Update
  /** Works everything out anew, to the last digits that doubles have. */
  exact(): Update
  /**
   * Why an agent stands as it does in a topic.
   *
   * @param limit most raters, paths and the like that are told; 8 when not said
   */
  explain(topic: number, agent: number, limit?: number): Explanation
  /**
   * Everything it holds, as typed arrays and numbers that share no memory with it.
   *
   * @param cursor whatever says up to where ratings have been taken in; it comes back with the rest
   */
  save(cursor?: Float64Array): SavedTrust
}

export function createEngine(init: EngineInit = {}): TrustEngine {
  return build(init)
}

/** An engine as it was saved. @throws TrustInputError when it was saved by another version, or is damaged */
export function loadEngine(saved: SavedTrust, init: Omit<EngineInit, 'topics' | 'similarity'> = {}): TrustEngine {
  checkSaved(saved)
  return build(init, saved)
}

function build(init: EngineInit, saved?: SavedTrust): TrustEngine {
  const options = trustOptions(init.options)
  const kinship =
    saved === undefined
      ? kinshipOf(options.similarityThreshold, init.topics ?? 1, init.similarity)
      : loadKinship(options.similarityThreshold, saved.topics, saved.similarity)
  const slots = createSlots(saved?.slots)
  const opinions = createOpinions(saved?.opinions)
  const evidence = createEvidence({
    topics: () => kinship.topics,
    halfLifeMs: options.halfLifeMs,
    ...(saved === undefined ? {} : { epoch: saved.epoch, waiting: saved.waiting }),
    onRebase: (factor) => {
      opinions.scale(factor)
      solver.scale(factor)
    }
  })
  const seeds = unpackSeeds(saved?.seeds)
  const proofs = unpackProofs(saved?.proofs)
  let agents = saved?.agents ?? 0
  let likenessChanges = 0

  /** nobody, when penalties are switched off */
  const culprits: Proofs = options.defences.penalties ? proofs : new Map()
  const createKernel = init.createKernel ?? createPlainKernel
  const solver = createSolver({ options, kinship, slots, opinions, seeds, proofs: culprits, createKernel, saved })
  const state: TrustState = {
    options,
    kinship,
    slots,
    flow: solver.flow,
    proofs: culprits,
    get voices() {
      return solver.voices
    },
    get teleport() {
      return solver.teleport
    },
    get gains() {
      return solver.gains
    },
    get masses() {
      return solver.masses
    },
    get agents() {
      return agents
    },
    get version() {
      return likenessChanges + solver.version
    }
  }
  const readings: Readings = createReadings(state)
  const explaining = createExplaining(state, readings)

  function name(agent: number): void {
    if (!Number.isInteger(agent) || agent < 0 || agent >= MAX_AGENTS) {
      throw new TrustInputError(`expected agents to be whole numbers from 0 to ${MAX_AGENTS - 1}, got ${agent}`)
    }
    agents = Math.max(agents, agent + 1)
  }

  return {
    options,
    get topics() {
      return kinship.topics
    },
    get agents() {
      return agents
    },
    get entries() {
      return opinions.entries
    },
    addTopic(similarity) {
      const topic = kinship.add(similarity ?? new Float64Array(kinship.topics))
      solver.grow()
      return topic
    },
    setSimilarity(a, b, similarity) {
      kinship.set(a, b, similarity)
      likenessChanges++
    },
    add(ratings) {
      let most = agents
      const seen = function* (): Iterable<Rating> {
        for (const rating of ratings) {
          yield rating
          most = Math.max(most, rating.from + 1, rating.to + 1)
        }
      }
      const taken = evidence.add(seen())
      agents = most
      return taken
    },
    remove: evidence.remove,
    seed(topic, shares) {
      if (topic !== null) checkTopic(topic)
      checkSeeds(shares)
      if (isSame(seeds.get(topic), shares)) return
      for (const agent of shares.keys()) name(agent)
      seeds.set(topic, new Map(shares))
      solver.makeStale()
    },
    prove(agent, severity = 1, topic = null) {
      if (topic !== null) checkTopic(topic)
      if (!(severity > 0 && severity <= 1)) throw new TrustInputError(`expected a severity above 0 and up to 1, got ${severity}`)
      name(agent)
      const proof: Proof = { severity, topic }
      proofs.set(agent, [...(proofs.get(agent) ?? []), proof])
      solver.makeStale()
    },
    update: () => (evidence.waiting === 0 && solver.isCurrent ? solver.goOn() : solver.update(evidence.take())),
    exact: () => solver.exact(evidence.take()),
    voice: readings.voice,
    prospect: readings.prospect,
    level: readings.level,
    record: readings.record,
    usual: readings.usual,
    complainedOf: readings.complainedOf,
    exclusions: readings.exclusions,
    opinions: readings.opinions,
    opinion: readings.opinion,
    approval: readings.approval,
    approvals: readings.approvals,
    excluded: readings.excluded,
    voices: readings.voices,
    prospects: readings.prospects,
    explain: (topic, agent, limit = 8) => explaining(topic, agent, limit),
    save(cursor = new Float64Array(0)) {
      const size = slots.size
      return {
        version: 1,
        topics: kinship.topics,
        similarity: kinship.save(),
        agents,
        epoch: evidence.epoch,
        waiting: evidence.save(),
        slots: { topics: slots.topics.slice(0, size), agents: slots.agents.slice(0, size) },
        opinions: opinions.save(size),
        seeds: packSeeds(seeds),
        proofs: packProofs(proofs),
        ...solver.save(),
        cursor: cursor.slice()
      }
    }
  }

  function checkTopic(topic: number): void {
    if (Number.isInteger(topic) && topic >= 0 && topic < kinship.topics) return
    throw new TrustInputError(`expected a topic from 0 to ${kinship.topics - 1}, got ${topic}`)
  }
}

function isSame(a: ReadonlyMap<number, number> | undefined, b: ReadonlyMap<number, number>): boolean {
  return a?.size === b.size && [...b].every(([key, value]) => a.get(key) === value)
}
