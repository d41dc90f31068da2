/** What attackers do: where they offer work, when they cheat, and what they say of whom. */
import { below, type Random } from '../random.ts'
import type { StrategyName } from './options.ts'
import { NEVER, TARGET, type World } from './world.ts'

/** A rating by an attacker, over a contract that both have signed. */
export interface Claim {
  from: number
  to: number
  topic: number
  value: number
}

interface Place {
  random: Random
  topics: number
  attackFrom: number
  disguised: boolean
}

export interface Strategy {
  /** takes a new identity when one is known for a cheat */
  changesIdentity: boolean
  /** posts real tasks in the target topic to whomever, and says the worst of each who did one */
  badMouths: boolean
  /** posts real tasks in the target topic, and pays: honest followers say the best of it */
  patron: boolean
  /** where an attacker offers work, and from which round on */
  offers(place: Place): { topic: number; from: number }[]
  /** whether it cheats in a task that it has got; `small`: the task is one of those that are checked */
  cheats(world: World, agent: number, topic: number, round: number, small: boolean, random: Random): boolean
  /** what attackers say of one another in a round, with no work behind it */
  claims(world: World, round: number, random: Random): Claim[]
}

/** Endorsements that an attacker gives in a round, while it colludes. */
const ENDORSEMENTS = 2

const disguise: Strategy = {
  changesIdentity: false,
  badMouths: false,
  patron: false,
  offers({ random, topics, attackFrom, disguised }) {
    if (!disguised) return plainOffers(random, topics)
    return [...new Set([1 % topics, topics - 1])].map((topic) => ({ topic, from: 0 })).concat({ topic: TARGET, from: attackFrom })
  },
  cheats: (world, agent, topic) => world.disguised[agent] === 0 || topic === TARGET,
  claims: (world, round, random) => (round < world.attackFrom ? [] : endorse(world, world.attackers, random, ENDORSEMENTS))
}

/** From the first round on in the target topic, half of the work honest, and ten times the endorsements. */
const ballotStuffing: Strategy = {
  ...disguise,
  offers: ({ random, topics }) => plainOffers(random, topics),
  cheats: (_world, _agent, topic, _round, _small, random) => topic !== TARGET || random() < 0.5,
  claims: (world, _round, random) => endorse(world, world.attackers, random, 10 * ENDORSEMENTS)
}

const badMouthing: Strategy = { ...disguise, badMouths: true }

const PERIOD = 40
/** Honest for three quarters of a period, to be trusted, and cheating for a quarter. */
const onOff: Strategy = {
  ...disguise,
  offers: () => [{ topic: TARGET, from: 0 }],
  cheats: (world, _agent, _topic, round) => round >= world.attackFrom && round % PERIOD >= PERIOD * 0.75
}

const whitewashing: Strategy = { ...disguise, changesIdentity: true }

/** One in ten works honestly in the target topic and vouches for all the others, who only cheat. */
const sybilRing: Strategy = {
  ...disguise,
  offers: () => [{ topic: TARGET, from: 0 }],
  cheats: (world, agent) => !isGate(world, agent),
  claims(world, round, random) {
    if (round < world.attackFrom) return []
    const sybils = world.attackers.filter((agent) => !isGate(world, agent))
    const gates = world.attackers.filter((agent) => isGate(world, agent))
    const vouched = gates.flatMap((from) => Array.from({ length: ENDORSEMENTS }, () => praise(from, pick(sybils, random))))
    return [...endorse(world, sybils, random, ENDORSEMENTS), ...vouched]
  }
}

/** Honest in the target topic for long, then cheating more and more, and never in what is checked. */
const slowInfiltration: Strategy = {
  ...disguise,
  offers: () => [{ topic: TARGET, from: 0 }],
  cheats(world, _agent, _topic, round, small, random) {
    const [from] = world.window
    const since = round - (world.attackFrom + from) / 2
    return !small && since > 0 && random() < Math.min(0.5, since / (2 * from))
  }
}

/** The disguised work honestly in every topic but the target. */
const selfPromotion: Strategy = {
  ...disguise,
  offers({ random, topics, attackFrom, disguised }) {
    if (!disguised) return plainOffers(random, topics)
    return Array.from({ length: topics }, (_, topic) => ({ topic, from: topic === TARGET ? attackFrom : 0 }))
  }
}

/** The disguised buy praise: they post tasks in the target topic to honest agents, who say the best of those who pay. */
const patronage: Strategy = { ...disguise, patron: true }

const strategies: Record<StrategyName, Strategy> = {
  disguise,
  'ballot-stuffing': ballotStuffing,
  'bad-mouthing': badMouthing,
  'on-off': onOff,
  whitewashing,
  'sybil-ring': sybilRing,
  'slow-infiltration': slowInfiltration,
  'self-promotion': selfPromotion,
  patronage
}

export function strategyOf(name: StrategyName): Strategy {
  return strategies[name]
}

/** In the target topic and one of the others. */
function plainOffers(random: Random, topics: number): { topic: number; from: number }[] {
  return [{ topic: TARGET, from: 0 }, { topic: 1 + below(random, topics - 1), from: 0 }]
}

function isGate(world: World, agent: number): boolean {
  return (world.rank[agent] ?? -1) % 10 === 0
}

function endorse(world: World, among: readonly number[], random: Random, count: number): Claim[] {
  return among.flatMap((from) => {
    const fellows = world.fellows.get(from) ?? []
    return Array.from({ length: fellows.length === 0 ? 0 : count }, () => praise(from, pick(fellows, random)))
  })
}

function praise(from: number, to: number): Claim {
  return { from, to, topic: TARGET, value: 1 }
}

function pick(agents: readonly number[], random: Random): number {
  return agents[below(random, agents.length)] ?? NEVER
}
