/** How leaders choose: by chance, by mean rating, by EigenTrust in one graph or one a topic, or as the product does. */
import { createEngine, type Rating, type TrustEngine } from '../../src/node/trust/engine.ts'
import { averageOf, createTrials, expectation, footingOf, isHeard } from '../../src/node/trust/exploration.ts'
import { HARDENED, PLAIN } from '../../src/node/trust/options.ts'
import type { PolicyName } from './options.ts'
import { NEVER, type World } from './world.ts'

export interface View {
  /** of each agent: the higher, the sooner it is given work */
  scores: Float64Array
  /** the score from which on an agent has standing */
  threshold: number
  /** how likely each of those without is to be tried, in proportion; null: all alike */
  chances: Float64Array | null
  /** share of what is explored that goes to those without chances who are not known for bad work */
  strangers: number
}

export interface Policy {
  /** a follower's praise of its leader counts as if it were for work */
  countsLeaders: boolean
  /** Takes in the ratings of a round, and returns the iterations that it took. */
  learn(ratings: readonly Rating[]): number
  /** A cheat in a topic is proven. */
  prove(agent: number, topic: number): void
  view(topic: number): View
}

/** Standing for EigenTrust, in equal shares of the trust among all agents: with less, an agent is a stranger. */
const STRANGER_BELOW = 0.1

const policies: Record<PolicyName, (world: World) => Policy> = {
  random: createRandomPolicy,
  mean: createMeanPolicy,
  eigentrust: (world) => createEigenTrustPolicy(world, false),
  perTopic: (world) => createEigenTrustPolicy(world, true),
  mg: createMgPolicy
}

export function createPolicy(name: PolicyName, world: World): Policy {
  return policies[name](world)
}

const deaf = { countsLeaders: false, prove: () => undefined }

function createRandomPolicy({ size }: World): Policy {
  const view = { scores: new Float64Array(size), threshold: Infinity, chances: null, strangers: 0 }
  return { ...deaf, learn: () => 0, view: () => view }
}

/** By the mean of the ratings in the topic, whoever gave them. */
function createMeanPolicy({ size, options: { topics } }: World): Policy {
  const sums = Array.from({ length: topics }, () => new Float64Array(size))
  const counts = Array.from({ length: topics }, () => new Float64Array(size))
  return {
    ...deaf,
    learn(ratings) {
      for (const { to, topic, value } of ratings) {
        add(sums[topic], to, value)
        add(counts[topic], to, 1)
      }
      return 0
    },
    view(topic) {
      const scores = new Float64Array(size)
      for (let agent = 0; agent < size; agent++) scores[agent] = (sums[topic]?.[agent] ?? 0) / Math.max(1, counts[topic]?.[agent] ?? 0)
      return { scores, threshold: 1e-9, chances: null, strangers: 0 }
    }
  }
}

/** EigenTrust (Kamvar, Schlosser and Garcia-Molina, WWW 2003), by praise less complaint, from the same seeds. */
function createEigenTrustPolicy(world: World, perTopic: boolean): Policy {
  const { size, seeds, options: { topics, agents } } = world
  // local trust is max(praise - complaint, 0), as the paper has it: `negative` is what goes beyond that
  const engine = createEngine({ topics: perTopic ? topics : 1, options: { defences: PLAIN } })
  pin(engine, seeds)
  return {
    ...deaf,
    learn(ratings) {
      engine.add(perTopic ? ratings : ratings.map((rating) => ({ ...rating, topic: 0 })))
      return engine.update().iterations
    },
    view: (topic) => ({ scores: padded(engine.voices(perTopic ? topic : 0), size), threshold: STRANGER_BELOW / agents, chances: null, strangers: 0 })
  }
}

/** MG-EigenTrust, with what of it is on. */
function createMgPolicy(world: World): Policy {
  const { size, seeds, similarity, offersFrom, options: { topics, agents, without } } = world
  const merged = without.has('topics')
  const engine = createEngine({
    topics: merged ? 1 : topics,
    ...(merged ? {} : { similarity }),
    options: {
      ...HARDENED,
      ...(without.has('cap') ? { cap: Infinity } : {}),
      defences: {
        prospect: !without.has('prospect'),
        negative: !without.has('negative'),
        penalties: !without.has('penalties'),
        rings: !without.has('rings')
      }
    }
  })
  pin(engine, seeds)
  const { hear, isExcluded: alike } = without.has('voice') ? createEqualComplaints(world) : { hear: null, isExcluded: null }
  const trials = Array.from({ length: topics }, () => createTrials())
  const strangers = Array.from({ length: topics }, () => new Uint8Array(size))
  return {
    countsLeaders: without.has('roles'),
    learn(ratings) {
      engine.add(merged ? ratings.map((rating) => ({ ...rating, topic: 0 })) : ratings)
      hear?.(ratings)
      for (const { from, to, topic, value } of ratings) {
        const counts = isHeard(engine.voice(merged ? 0 : topic, from), agents)
        if (counts && strangers[topic]?.[to] === 1) trials[topic]?.record(value > 0)
      }
      return engine.update().iterations
    },
    prove(agent, topic) {
      if (!without.has('proofs')) engine.prove(agent, 1, merged ? 0 : topic)
    },
    view(named) {
      const topic = merged ? 0 : named
      // trust is read before opinions: the engine works both out for all agents at once
      const prospects = engine.prospects(topic)
      const excluded = engine.exclusions(topic)
      const opinions = engine.opinions(topic)
      const usual = engine.usual(topic)
      const average = averageOf(opinions)
      const scores = new Float64Array(size)
      const chances = new Float64Array(size)
      const unknown = strangers[named]?.fill(0) ?? new Uint8Array(size)
      for (let agent = 0; agent < size; agent++) {
        if (agent < agents && offersFrom[agent * topics + named] === NEVER) continue
        const footing = footingOf({
          excluded: alike === null ? excluded[agent] === 1 : alike(named, agent),
          record: engine.record(topic, agent),
          level: engine.level(topic, agent)
        })
        if (footing === 'excluded') scores[agent] = -1
        else if (footing === 'known') {
          const opinion = { value: opinions.values[agent] ?? 0, weight: opinions.weights[agent] ?? 0 }
          scores[agent] = 1 + expectation(opinion, average, usual)
        } else if (footing === 'promising') chances[agent] = prospects[agent] ?? 0
        else unknown[agent] = 1
      }
      if (without.has('exploration')) return { scores, threshold: 0.5, chances: null, strangers: 0 }
      return { scores, threshold: 0.5, chances, strangers: trials[named]?.share() ?? 0 }
    }
  }
}

/** Exclusion as the product has it, but with all complaints and all praise weighing alike. */
function createEqualComplaints({ size, options: { topics } }: World) {
  const sums = Array.from({ length: topics }, () => new Float64Array(size))
  return {
    hear(ratings: readonly Rating[]): void {
      for (const { to, topic, value } of ratings) add(sums[topic], to, value)
    },
    isExcluded: (topic: number, agent: number): boolean => (sums[topic]?.[agent] ?? 0) < 0
  }
}

function pin(engine: TrustEngine, seeds: readonly number[]): void {
  engine.seed(null, new Map(seeds.map((agent) => [agent, 1 / seeds.length])))
}

/** Agents whom nobody has named yet have nothing. */
function padded(values: Float64Array, size: number): Float64Array {
  if (values.length >= size) return values
  const all = new Float64Array(size)
  all.set(values)
  return all
}

function add(values: Float64Array | undefined, at: number, amount: number): void {
  if (values !== undefined) values[at] = (values[at] ?? 0) + amount
}
