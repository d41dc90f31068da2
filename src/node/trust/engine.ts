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
import { createEvidence, MAX_AGENTS, type Batch, type Rating } from './evidence.ts'
import { createExplaining, type Explanation } from './explain.ts'
import { incomingShares, totalOf, totalsOf, type Flow } from './flow.ts'
import { kinshipOf, loadKinship } from './kinship.ts'
import { columnsOf, createOpinions, emptyRow, summed, turned, type Additions } from './opinions.ts'
import { trustOptions, type TrustOptions, type TrustOptionsInit } from './options.ts'
import { penaltiesOf, type Proof, type Proofs } from './penalties.ts'
import { passOn, push } from './push.ts'
import { createReadings, type Readings } from './readings.ts'
import { ringsOf } from './rings.ts'
import { packProofs, packSeeds, unpackProofs, unpackSeeds, checkSaved, type SavedTrust } from './saved.ts'
import { checkSeeds, hasSeeds, placeSeeds, teleportOf } from './seeds.ts'
import { createSlots, rearranged } from './slots.ts'
import { createPlainKernel, type Kernel, type Sparse } from './sparse.ts'
import type { TrustState } from './state.ts'
import { solveVoices, type Precision, type Problem, type Solution } from './voice.ts'

export type { Rating } from './evidence.ts'
export type { Explanation } from './explain.ts'
export type { SavedTrust } from './saved.ts'

export interface EngineInit {
  /** number of topics at first; 1 when not said */
  topics?: number
  /** how alike topics are, row by row, topics × topics, each 0 to 1; when not said, they have nothing to do with each other */
  similarity?: ArrayLike<number>
  options?: TrustOptionsInit
  /** prepares a matrix of incoming shares to be multiplied by; by default in plain code, the same everywhere */
  createKernel?: (incoming: Sparse) => Kernel
}

export interface Update {
  /** how it was done: nothing was new, by pushing what changed, or by iterating over all */
  method: 'none' | 'push' | 'iteration'
  /** steps over all ratings */
  iterations: number
  /** agents from which a change was passed on, each time counted */
  pushes: number
  converged: boolean
  /** bound of how wrong a topic's voices are, summed over its agents */
  error: number
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

/** So much of the entries in changed rows, and all is laid out anew at the next chance. */
const LARGEST_OVERLAY = 0.25
/** Batches of more than this share of the entries are not pushed. */
const LARGEST_PUSH = 0.1
/** The largest error of `exact`. */
const EXACT = 1e-12

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
  const { alpha, defences, blame } = options
  const createKernel = init.createKernel ?? createPlainKernel
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
      scale(flow.totals, factor)
    }
  })
  const seeds = unpackSeeds(saved?.seeds)
  const proofs = unpackProofs(saved?.proofs)
  let agents = saved?.agents ?? 0

  const vector = (from?: Float64Array): Float64Array<ArrayBuffer> => longer(from ?? new Float64Array(0), slots.agents.length)
  let voices: Float64Array = vector(saved?.voices)
  let residuals = vector(saved?.residuals)
  /** voices without ring discount: where the next search for rings starts */
  let unringed: Float64Array = vector(saved?.unringed)
  let teleport = vector(saved?.teleport)
  let gains: Float64Array = saved?.gains.slice() ?? new Float64Array(kinship.topics)
  let masses = saved?.masses.slice() ?? new Float64Array(kinship.topics)
  /** by topic: the share of a new agent as a seed; 0 unless all agents of the topic are */
  let units = saved?.units.slice() ?? new Float64Array(kinship.topics)
  const flow: Flow = {
    opinions,
    blame,
    totals: totalsOf(opinions, slots.agents.length, blame),
    rings: vector(saved?.rings),
    penalties: vector(saved?.penalties),
    isPenalizing: saved?.penalties.some((penalty) => penalty > 0) ?? false
  }
  /** whether something has changed that pushing can't follow */
  let isStale = saved?.isStale ?? true
  let version = 0
  let lastError = saved?.error ?? 0

  const nothingProven: Proofs = new Map()
  const state: TrustState = {
    options,
    kinship,
    slots,
    flow,
    get proofs() {
      return defences.penalties ? proofs : nothingProven
    },
    get voices() {
      return voices
    },
    get teleport() {
      return teleport
    },
    get gains() {
      return gains
    },
    get masses() {
      return masses
    },
    get agents() {
      return agents
    },
    get version() {
      return version
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

  /** Vectors grow with the slots. */
  function makeRoom(): void {
    const capacity = slots.agents.length
    if (voices.length >= capacity) return
    voices = longer(voices, capacity)
    residuals = longer(residuals, capacity)
    unringed = longer(unringed, capacity)
    teleport = longer(teleport, capacity)
    flow.totals = longer(flow.totals, capacity)
    flow.rings = longer(flow.rings, capacity)
    flow.penalties = longer(flow.penalties, capacity)
  }

  /** What has come in, by slot. */
  function placed({ count, topics, from, to, amounts, weights }: Batch): Additions {
    const columns = columnsOf(count)
    for (let i = 0; i < count; i++) {
      const topic = topics[i] as number
      columns.rows[i] = slots.place(topic, from[i] as number)
      columns.others[i] = slots.place(topic, to[i] as number)
      const amount = amounts[i] as number
      const weight = weights[i] as number
      // an amount has the sign of its weight, which is below 0 when taken back, unless its value is a complaint
      columns.praise[i] = amount * weight > 0 ? amount : 0
      columns.blame[i] = amount * weight < 0 ? -amount : 0
      columns.weight[i] = weight
    }
    makeRoom()
    return columns
  }

  /** Lays everything out anew and iterates. @param cold from nothing rather than from where it stands */
  function iterate(more: Additions | null, precision: Precision, cold: boolean): Update {
    placeSeeds(slots, kinship.topics, seeds)
    makeRoom()
    const renumbered = slots.arrange()
    opinions.rebuild(slots.size, renumbered, more)
    if (renumbered !== null) {
      voices = rearranged(voices, renumbered)
      unringed = rearranged(unringed, renumbered)
    }
    const size = slots.size
    const blocks = slots.blocks(kinship.topics)
    flow.totals = vector(totalsOf(opinions, size, blame))
    flow.rings = vector()
    flow.penalties = vector(
      penaltiesOf(flow, slots, kinship.topics, state.proofs, options.penaltyDecay, options.penaltyDepth)
    )
    flow.isPenalizing = flow.penalties.some((penalty) => penalty > 0)
    const seeded = teleportOf(slots, blocks, seeds, flow.penalties)
    teleport = vector(seeded)
    const problem = { blocks, teleport: seeded, alpha, kernel: createKernel(incomingShares(flow, size)) }
    const start = cold ? new Float64Array(size) : (defences.rings ? unringed : voices).subarray(0, size)
    let solved = solveVoices(problem, start, precision)
    let iterations = solved.iterations
    if (defences.rings) {
      unringed = vector(solved.voices)
      const voiced = { ...solved, teleport: seeded, topics: slots.topics, alpha }
      flow.rings = vector(ringsOf(flow, voiced, options.ringDiscount, options.ringThreshold))
      if (flow.rings.some((ring) => ring > 0)) {
        problem.kernel = createKernel(incomingShares(flow, size))
        solved = solveVoices(problem, cold ? solved.voices : voices.subarray(0, size), precision)
        iterations += solved.iterations
      }
    }
    settle(problem, solved)
    return { method: 'iteration', iterations, pushes: 0, converged: solved.converged, error: solved.error }
  }

  /** Takes a solution over. */
  function settle({ kernel, blocks, teleport: seeded }: Problem, solved: Solution): void {
    const size = slots.size
    const reached = new Float64Array(size)
    kernel.multiply(solved.voices, reached)
    voices = vector(solved.voices)
    residuals = vector()
    gains = solved.gains
    for (let slot = 0; slot < size; slot++) {
      const gain = gains[slots.topics[slot] as number] as number
      residuals[slot] =
        (1 - alpha) * (reached[slot] as number) + gain * (seeded[slot] as number) - (solved.voices[slot] as number)
    }
    units = new Float64Array(kinship.topics)
    for (let topic = 0; topic < kinship.topics; topic++) {
      if (hasSeeds(seeds, topic)) continue
      let most = 0
      for (let slot = blocks[topic] as number; slot < (blocks[topic + 1] as number); slot++) most = Math.max(most, seeded[slot] as number)
      units[topic] = most
    }
    measureMasses()
    isStale = false
    version++
    lastError = solved.error
  }

  function measureMasses(): void {
    masses = new Float64Array(kinship.topics)
    for (let slot = 0; slot < slots.size; slot++) {
      const topic = slots.topics[slot] as number
      masses[topic] = (masses[topic] as number) + (voices[slot] as number)
    }
  }

  /** Counts a few ratings by pushing what they change. */
  function follow(columns: Additions, firstNew: number): Update {
    const sums = summed(columns)
    const received = summed(turned(columns))
    // whose mutual endorsements are discounted passes on less as soon as one whom it endorses answers
    const changed = new Set<number>()
    for (let i = 0; i < sums.count; i++) {
      changed.add(sums.rows[i] as number)
      if ((flow.rings[sums.others[i] as number] as number) > 0) changed.add(sums.others[i] as number)
    }
    const approximation = { voices, residuals, masses, topics: slots.topics, alpha }
    for (const slot of changed) passOn(flow, approximation, slot, -1)
    opinions.add(sums, received)
    const row = emptyRow()
    for (const slot of changed) flow.totals[slot] = totalOf(opinions.given.row(slot, row), blame)
    for (const slot of changed) passOn(flow, approximation, slot, 1)
    for (let slot = firstNew; slot < slots.size; slot++) {
      const topic = slots.topics[slot] as number
      teleport[slot] = units[topic] as number
      residuals[slot] = (residuals[slot] as number) + (gains[topic] as number) * (units[topic] as number)
    }
    return pushOn()
  }

  /** Pushes on from where it stands. */
  function pushOn(): Update {
    const least = Math.min(...masses.filter((mass) => mass > 0))
    const goal = alpha * options.tolerance * least
    const { pushes, residual } = push(flow, { voices, residuals, masses, topics: slots.topics, alpha }, slots.size, goal, options.effort)
    version++
    lastError = residual / alpha / least
    return { method: 'push', iterations: 0, pushes, converged: residual <= goal, error: lastError }
  }

  /** Whether what has come in can be followed by pushing. */
  function canFollow({ count, rows, others }: Additions, firstNew: number): boolean {
    if (isStale || count > LARGEST_PUSH * opinions.entries || opinions.overlay > LARGEST_OVERLAY) return false
    for (let i = 0; i < count; i++) {
      // who endorses a culprit is to be looked at again, and everybody behind it
      if ((flow.penalties[others[i] as number] as number) > 0 || (flow.penalties[rows[i] as number] as number) > 0) return false
    }
    for (let slot = firstNew; slot < slots.size; slot++) {
      if (state.proofs.has(slots.agents[slot] as number) || masses[slots.topics[slot] as number] === 0) return false
    }
    return true
  }

  function update(): Update {
    if (evidence.waiting === 0 && !isStale) {
      if (lastError > options.tolerance) return pushOn()
      return { method: 'none', iterations: 0, pushes: 0, converged: true, error: lastError }
    }
    const firstNew = slots.size
    const columns = placed(evidence.take())
    if (!canFollow(columns, firstNew)) return iterate(columns, options, false)
    return follow(columns, firstNew)
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
      gains = longer(gains, topic + 1)
      masses = longer(masses, topic + 1)
      units = longer(units, topic + 1)
      // the seeds of all topics have voice in this one at once
      isStale ||= seeds.has(null)
      version++
      return topic
    },
    setSimilarity(a, b, similarity) {
      kinship.set(a, b, similarity)
      version++
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
      isStale = true
    },
    prove(agent, severity = 1, topic = null) {
      if (topic !== null) checkTopic(topic)
      if (!(severity > 0 && severity <= 1)) throw new TrustInputError(`expected a severity above 0 and up to 1, got ${severity}`)
      name(agent)
      const proof: Proof = { severity, topic }
      proofs.set(agent, [...(proofs.get(agent) ?? []), proof])
      isStale = true
    },
    update,
    exact() {
      const columns = placed(evidence.take())
      const precision = { ...options, tolerance: EXACT, maxIterations: Math.max(options.maxIterations, 100_000) }
      return iterate(columns, precision, true)
    },
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
      const used = (values: Float64Array): Float64Array => values.slice(0, size)
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
        voices: used(voices),
        residuals: used(residuals),
        unringed: used(unringed),
        teleport: used(teleport),
        rings: used(flow.rings),
        penalties: used(flow.penalties),
        gains: gains.slice(),
        masses: masses.slice(),
        units: units.slice(),
        isStale,
        error: lastError,
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

function longer(values: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const all = new Float64Array(Math.max(length, values.length))
  all.set(values)
  return all
}

function scale(values: Float64Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) * factor
}
