/**
 * Where the voices stand, and how they are brought up to date: by pushing what a few ratings have changed, or by laying everything out
 * anew and iterating over all.
 */
import type { Batch } from './evidence.ts'
import { incomingShares, totalOf, totalsOf, type Flow } from './flow.ts'
import type { Kinship } from './kinship.ts'
import { columnsOf, emptyRow, summed, turned, type Additions, type Opinions } from './opinions.ts'
import type { TrustOptions } from './options.ts'
import { penaltiesOf, type Proofs } from './penalties.ts'
import { passOn, push } from './push.ts'
import { ringsOf } from './rings.ts'
import type { SavedTrust } from './saved.ts'
import { hasSeeds, placeSeeds, teleportOf, type Seeds } from './seeds.ts'
import { rearranged, type Slots } from './slots.ts'
import type { Kernel, Sparse } from './sparse.ts'
import { solveVoices, type Precision, type Problem, type Solution } from './voice.ts'

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

export interface Solver {
  readonly flow: Flow
  /** each topic's voices times a number */
  readonly voices: Float64Array
  /** seeds' shares: those of a topic sum to one */
  readonly teleport: Float64Array
  /** by topic: what its seeds get at each step, in units of `voices` */
  readonly gains: Float64Array
  /** by topic: what `voices` sum to */
  readonly masses: Float64Array
  /** another number after each change of the above */
  readonly version: number
  /** nothing has changed that pushing can't follow */
  readonly isCurrent: boolean
  /** There is a topic more. */
  grow(): void
  /** Something has changed that pushing can't follow, as seeds and proofs. */
  makeStale(): void
  /** All amounts were multiplied by a number. */
  scale(factor: number): void
  /** Goes on where it stands, when it had been left unfinished. */
  goOn(): Update
  /** Counts what has come in, from where it stands. */
  update(batch: Batch): Update
  /** Counts what has come in and works everything out anew, to the last digits that doubles have. */
  exact(batch: Batch): Update
  /** Everything it holds, in arrays of its own. */
  save(): SavedSolution
}

type SavedSolution = Pick<
  SavedTrust,
  'voices' | 'residuals' | 'unringed' | 'teleport' | 'rings' | 'penalties' | 'gains' | 'masses' | 'units' | 'isStale' | 'error'
>

export interface SolverParts {
  options: TrustOptions
  kinship: Kinship
  slots: Slots
  opinions: Opinions
  seeds: Seeds
  /** what counts, which is nothing when penalties are switched off */
  proofs: Proofs
  createKernel: (incoming: Sparse) => Kernel
  saved?: SavedSolution | undefined
}

/** So much of the entries in changed rows, and all is laid out anew at the next chance. */
const LARGEST_OVERLAY = 0.25
/** Batches of more than this share of the entries are not pushed. */
const LARGEST_PUSH = 0.1
/** The largest error of `exact`. */
const EXACT = 1e-12

export function createSolver({ options, kinship, slots, opinions, seeds, proofs, createKernel, saved }: SolverParts): Solver {
  const { alpha, defences, blame } = options
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
      penaltiesOf(flow, slots, kinship.topics, proofs, options.penaltyDecay, options.penaltyDepth)
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
      if (proofs.has(slots.agents[slot] as number) || masses[slots.topics[slot] as number] === 0) return false
    }
    return true
  }

  return {
    flow,
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
    get version() {
      return version
    },
    get isCurrent() {
      return !isStale
    },
    grow() {
      gains = longer(gains, kinship.topics)
      masses = longer(masses, kinship.topics)
      units = longer(units, kinship.topics)
      // the seeds of all topics have voice in this one at once
      isStale ||= seeds.has(null)
      version++
    },
    makeStale() {
      isStale = true
    },
    scale(factor) {
      for (let slot = 0; slot < flow.totals.length; slot++) flow.totals[slot] = (flow.totals[slot] as number) * factor
    },
    goOn() {
      if (lastError > options.tolerance) return pushOn()
      return { method: 'none', iterations: 0, pushes: 0, converged: true, error: lastError }
    },
    update(batch) {
      const firstNew = slots.size
      const columns = placed(batch)
      if (!canFollow(columns, firstNew)) return iterate(columns, options, false)
      return follow(columns, firstNew)
    },
    exact(batch) {
      const precision = { ...options, tolerance: EXACT, maxIterations: Math.max(options.maxIterations, 100_000) }
      return iterate(placed(batch), precision, true)
    },
    save() {
      const used = (values: Float64Array): Float64Array => values.slice(0, slots.size)
      return {
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
        error: lastError
      }
    }
  }
}

function longer(values: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const all = new Float64Array(Math.max(length, values.length))
  all.set(values)
  return all
}
