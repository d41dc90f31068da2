/**
 * The agents of a run, drawn from a seed: the scenario, whatever the policy.
 *
 * **Topics** lie on a circle; their similarity falls by 0.6 with each step and is known to all. Topic 0 is the target.
 *
 * **Honest agents** are specialists: each offers a topic (drawn evenly) and half of them a neighbouring one too. Their
 * work is as good as they are (0.7 to 0.98), one in ten is poor at it (0.3 to 0.5). One in twenty is a *newcomer*: the
 * second topic opens to them late, between a quarter and five eighths of the run, when the first has made them a record.
 *
 * **Attackers** (a share of all) want the work of the target topic, and do not do it. The *disguised* of them work
 * honestly, and well, in topics next to it, the likeliest to be taken for related; the *plain* offer the target and one
 * topic of the others, and cheat in both. All endorse one another in the target topic, from an eighth of the run on, when
 * the disguise stands; the disguised do not offer it before. What they do beyond that is their strategy (`strategies.ts`).
 *
 * **Seeds** are who decides from whose view: one in twenty of the honest specialists, evenly over the topics, whom the
 * operator of the node that looks has pinned. One view stands for those of all honest leaders, for every policy that knows of seeds.
 *
 * **Tasks** come from every honest agent, three in ten rounds, half of them in topics that it offers itself, half in any. Agents are
 * there in one round of two and then do one task, but cheat in as many as they get. Of a shortlist of eight who are
 * there, have time and have standing, the leader takes the best (`run.ts`). One in twenty tasks is small and given to
 * somebody without standing; such work is checked, and so is one in twenty of the others, once done. Half of the checks
 * of cheated work give a proof.
 */
import { below, createRandom, shuffle, type Random } from '../random.ts'
import type { Options } from './options.ts'
import type { Strategy } from './strategies.ts'

export const TARGET = 0
export const NEVER = 2 ** 30
/** Tasks that an agent does in a round. */
export const CAPACITY = 1
/** Identities that each attacker may take one after the other, where the strategy wants more than one. */
const SPARE_IDENTITIES = 4
/** Of the honest, as many as EigenTrust's paper has. */
const SEEDS = 0.05
const NEWCOMERS = 0.05
const POOR = 0.1
/** Below it, work is poor: an agent is no specialist. */
export const GOOD_QUALITY = 0.7
/** Attackers whom an attacker endorses. */
const FELLOWS = 12

export interface Newcomer {
  agent: number
  topic: number
  /** the round from which it offers work */
  from: number
}

export interface World {
  options: Options
  strategy: Strategy
  /** agents and the spare identities of attackers, that come after them */
  size: number
  /** row-major, topics × topics, 0 to 1 */
  similarity: Float64Array
  attacker: Uint8Array
  disguised: Uint8Array
  attackers: readonly number[]
  /** place among the attackers, of each of them */
  rank: Int32Array
  /** the round from which an agent offers work in a topic, at agent × topics + topic; `NEVER` */
  offersFrom: Int32Array
  /** how good its honest work is, alike */
  quality: Float64Array
  seeds: readonly number[]
  newcomers: readonly Newcomer[]
  /** those whom an attacker endorses */
  fellows: ReadonlyMap<number, readonly number[]>
  /** the round in which collusion begins */
  attackFrom: number
  /** the rounds that are measured, the last one not among them; what follows is late */
  window: readonly [from: number, to: number]
}

export function createWorld(options: Options, strategy: Strategy, seed: number): World {
  const { agents, topics, rounds } = options
  const random = createRandom(seed, 'world')
  const attackerCount = Math.round(agents * options.attackers)
  const spares = strategy.changesIdentity ? attackerCount * SPARE_IDENTITIES : 0
  const size = agents + spares
  const attackFrom = Math.floor(rounds / 8)

  const order = shuffle(random, [...Array(agents).keys()])
  const attackers = order.slice(0, attackerCount)
  const honest = order.slice(attackerCount)
  const attacker = new Uint8Array(size)
  for (const agent of attackers) attacker[agent] = 1
  attacker.fill(1, agents)
  const rank = new Int32Array(size).fill(-1)
  attackers.forEach((agent, place) => (rank[agent] = place))
  const disguised = new Uint8Array(size)
  for (const agent of attackers.slice(0, Math.round(attackerCount * options.disguised))) disguised[agent] = 1

  const offersFrom = new Int32Array(size * topics).fill(NEVER)
  const quality = new Float64Array(size * topics)
  const offer = (agent: number, topic: number, from: number, good: number): void => {
    offersFrom[agent * topics + topic] = from
    quality[agent * topics + topic] = good
  }
  const newcomers: Newcomer[] = []
  for (const agent of honest) {
    const first = below(random, topics)
    const second = neighbour(random, first, topics)
    const poor = random() < POOR
    const good = poor ? between(random, 0.3, 0.5) : between(random, GOOD_QUALITY, 0.98)
    offer(agent, first, 0, good)
    const draw = random()
    if (!poor && draw < NEWCOMERS) {
      const from = Math.floor(between(random, rounds / 4, rounds * 0.625))
      newcomers.push({ agent, topic: second, from })
      offer(agent, second, from, Math.max(GOOD_QUALITY, good * between(random, 0.9, 1)))
    } else if (draw < 0.5) offer(agent, second, 0, good * between(random, 0.9, 1))
  }
  const fellows = new Map<number, readonly number[]>()
  for (const agent of attackers) {
    fellows.set(agent, shuffle(random, attackers.filter((other) => other !== agent), FELLOWS).slice(0, FELLOWS))
    for (const { topic, from } of strategy.offers({ random, topics, attackFrom, disguised: disguised[agent] === 1 })) {
      offer(agent, topic, from, between(random, 0.8, 0.98))
    }
  }
  return {
    options,
    strategy,
    size,
    similarity: similarities(topics),
    attacker,
    disguised,
    attackers,
    rank,
    offersFrom,
    quality,
    seeds: drawSeeds(random, honest, topics, offersFrom, quality),
    newcomers,
    fellows,
    attackFrom,
    window: [Math.floor(rounds / 2), Math.floor(rounds * 0.75)]
  }
}

/** One of the two topics beside one. */
function neighbour(random: Random, topic: number, topics: number): number {
  return (topic + (random() < 0.5 ? 1 : topics - 1)) % topics
}

function drawSeeds(random: Random, honest: readonly number[], topics: number, offersFrom: Int32Array, quality: Float64Array): number[] {
  const each = Math.max(1, Math.round((honest.length * SEEDS) / topics))
  const seeds = new Set<number>()
  for (let topic = 0; topic < topics; topic++) {
    const good = honest.filter((agent) => {
      const at = agent * topics + topic
      return offersFrom[at] === 0 && (quality[at] ?? 0) >= GOOD_QUALITY && !seeds.has(agent)
    })
    for (const agent of shuffle(random, good, each).slice(0, each)) seeds.add(agent)
  }
  return [...seeds]
}

function similarities(topics: number): Float64Array {
  const similarity = new Float64Array(topics * topics)
  for (let a = 0; a < topics; a++) {
    for (let b = 0; b < topics; b++) {
      const steps = Math.abs(a - b)
      similarity[a * topics + b] = 0.6 ** Math.min(steps, topics - steps)
    }
  }
  return similarity
}

function between(random: Random, least: number, most: number): number {
  return least + (most - least) * random()
}
