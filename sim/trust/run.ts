/** One run: the rounds of a world under one policy, and what came of it. The draws are the same for every policy. */
import type { Rating } from '../../src/node/trust/engine.ts'
import { drawAnybody, drawByProspect, drawTrial, type Untried } from '../../src/node/trust/exploration.ts'
import { below, createRandom, gaussian, type Random } from '../random.ts'
import type { Policy } from './policies.ts'
import { auc } from './statistics.ts'
import { GOOD_QUALITY, CAPACITY, NEVER, TARGET, type World } from './world.ts'

/** Tasks of an agent in a round. */
const TASK_RATE = 0.3
/** Rounds in which an agent is there to work. */
const PRESENT = 0.5
/** Tasks that are in one of the leader's own topics. */
const OWN_TOPIC = 0.5
/** Tasks that are given to somebody to find out about: small, and checked. */
const EXPLORED = 0.05
/** What is at stake in them, beside 1 in the others. */
const SMALL_STAKE = 0.2
const SHORTLIST = 8
/** Honest work that comes to nothing. Of half of it everybody sees that it is nobody's fault, and nobody says anything. */
const FAILURES = 0.02
/** Work from here on is accepted. */
const ACCEPTED = 0.5
/** Cheats that a leader doesn't notice, when nothing is checked. */
const UNNOTICED = 0.1
/** Full tasks that are checked, too, once they are done. */
const AUDITED = 0.05
/** Checks that give a proof; the others are second opinions. */
const PROVING_CHECKS = 0.5
const QUALITY_NOISE = 0.1
const RATING_NOISE = 0.15
/** What a follower's praise of a leader weighs, where that is counted as if it were of work. */
const LEADER_WEIGHT = 0.25
/** Time of a round, for what decays in time. */
export const ROUND_MS = 60 * 60 * 1000

export interface RunResult {
  /** share of the tasks in the target topic that attackers got, in the window */
  attackerShare: number
  /** after it */
  attackerShareLate: number
  /** of these tasks without those that explore, in the window */
  attackerShareChosen: number
  /** share of the tasks in the target topic that were cheated, in the window and after */
  cheated: number
  /** honest against attackers, of those who offer the target topic, by their score at the end */
  auc: number
  /** rounds until an honest newcomer to a topic got work in it, on average */
  newcomerRounds: number
  /** share of honest specialists with too little trust to be given work at the end, who had it once */
  honestLost: number
  /** share of those who never had it */
  honestUnfound: number
  /** outcome of a task of honest leaders, 0 to 1, by stake, in all topics, in the window and after */
  utility: number
  /** share of all tasks for which nobody was found, in the window and after: they gain nothing */
  unserved: number
  /** share of attackers in the target topic, in each of `TIMELINE` parts of the run */
  timeline: number[]
  /** iterations of an update, on average */
  iterations: number
}

export const TIMELINE = 40

export function run(world: World, policy: Policy, seed: number): RunResult {
  const { options: { agents, topics, rounds }, size, attacker, strategy } = world
  const tasks = createRandom(seed, 'tasks')
  const attack = createRandom(seed, 'attack')
  const presence = createRandom(seed, 'presence')
  const present = new Uint8Array(agents)
  const tally = createTally(world)
  const identities = createIdentities(world)
  const busy = new Uint8Array(size)
  const hasBeenTrusted = new Uint8Array(size * topics)
  let iterations = 0

  for (let round = 0; round < rounds; round++) {
    busy.fill(0)
    for (let person = 0; person < agents; person++) present[person] = presence() < PRESENT ? 1 : 0
    const time = round * ROUND_MS
    const ratings: Rating[] = []
    const market = createMarket(world, policy, identities.current, round, present)
    for (const [topic, { trusted }] of market.entries()) for (const agent of trusted) hasBeenTrusted[agent * topics + topic] = 1
    const proven: { culprit: number; topic: number }[] = []

    for (let person = 0; person < agents; person++) {
      if (tasks() >= TASK_RATE) continue
      // as many draws for each task, whatever comes of it
      const own = tasks() < OWN_TOPIC
      const topicDraw = tasks()
      const explores = tasks() < EXPLORED
      const random = createRandom(Math.floor(tasks() * 2 ** 32))
      const leader = identities.current[person] ?? person
      const isAttacker = attacker[leader] === 1
      let topic = own ? ownTopic(world, person, round, topicDraw) : Math.floor(topicDraw * topics)
      if (isAttacker) {
        if (!strategy.badMouths && !strategy.patron) continue
        topic = TARGET
      }
      const place = market[topic]
      if (place === undefined) continue
      const choice = explores ? explore(place, leader, random) ?? choose(place, leader, busy, random) : choose(place, leader, busy, random)
      if (choice === null) {
        if (!isAttacker) tally.unserved(round)
        continue
      }
      const { agent: follower, small } = choice
      const isHonest = attacker[follower] === 0
      const cheats = !isHonest && strategy.cheats(world, follower, topic, round, small, random)
      // work takes time, cheating doesn't
      if (!cheats) busy[follower] = (busy[follower] ?? 0) + 1
      const quality = world.quality[identities.origin(follower) * topics + topic] ?? 0
      const fails = random() < FAILURES
      const isExcused = fails && !cheats && random() < 0.5
      const outcome = cheats || fails ? 0 : clamp(quality + QUALITY_NOISE * gaussian(random), 0, 1)
      const isChecked = small || (random() < AUDITED && !world.options.without.has('audits'))
      const unnoticed = cheats && !isChecked && random() < UNNOTICED
      const said = word(unnoticed ? 0.75 : outcome, random)
      const value = isAttacker && strategy.badMouths && topic === TARGET ? (isHonest ? -1 : 1) : said
      if (!isExcused) ratings.push({ from: leader, to: follower, topic, value, time })
      if (policy.countsLeaders && isHonest) ratings.push({ from: follower, to: leader, topic, value: 1, weight: LEADER_WEIGHT, time })
      if (cheats && isChecked && random() < PROVING_CHECKS && !isAttacker) proven.push({ culprit: follower, topic })
      if (cheats && !unnoticed) identities.spoil(follower)
      if (!isAttacker) tally.add({ round, topic, follower, small, cheats, outcome })
    }
    for (const { from, to, topic, value } of strategy.claims(world, round, attack)) {
      ratings.push({ from: identities.current[from] ?? from, to: identities.current[to] ?? to, topic, value, time })
    }
    identities.renew()
    for (const { culprit, topic } of proven) policy.prove(culprit, topic)
    iterations += policy.learn(ratings)
  }
  const market = createMarket(world, policy, identities.current, rounds, present.fill(1))
  return { ...tally.result(), ...standing(world, policy, market, hasBeenTrusted), iterations: iterations / rounds }
}

interface Place {
  /** who offers work in the topic and has standing there */
  trusted: number[]
  /** the others */
  others: number[]
  untried: Untried
  scores: Float64Array
  /** share of what is explored that goes to strangers */
  strangers: number
}

/** Who offers what, and stands how, in a round; by topic. */
function createMarket(world: World, policy: Policy, current: Int32Array, round: number, present: Uint8Array): Place[] {
  const { options: { agents, topics }, offersFrom } = world
  return Array.from({ length: topics }, (_, topic) => {
    const { scores, threshold, chances: weights, strangers } = policy.view(topic)
    const trusted: number[] = []
    const others: number[] = []
    for (let person = 0; person < agents; person++) {
      if (present[person] === 0 || (offersFrom[person * topics + topic] ?? NEVER) > round) continue
      const agent = current[person] ?? person
      const score = scores[agent] ?? 0
      if (score >= threshold) trusted.push(agent)
      else others.push(agent)
    }
    const chances = new Float64Array(others.length)
    let sum = 0
    for (let i = 0; i < others.length; i++) chances[i] = sum += weights === null ? 1 : weights[others[i] ?? 0] ?? 0
    const unexcluded = () => others.flatMap((agent, place) => ((scores[agent] ?? 0) >= 0 ? place : []))
    return { trusted, others, untried: { prospects: chances, unexcluded }, scores, strangers }
  })
}

interface Choice {
  agent: number
  small: boolean
}

/** The best of a shortlist of those with standing who have time; when there are none, somebody, with something small. */
function choose({ trusted, others, untried, scores }: Place, leader: number, busy: Uint8Array, random: Random): Choice | null {
  let best = -1
  let listed = 0
  // those without time are passed over, as far as one looks
  for (let looked = 0; looked < 4 * SHORTLIST && listed < SHORTLIST && trusted.length > 0; looked++) {
    const agent = trusted[below(random, trusted.length)] ?? -1
    if (agent === leader || (busy[agent] ?? 0) >= CAPACITY) continue
    listed++
    if (best === -1 || (scores[agent] ?? 0) > (scores[best] ?? 0)) best = agent
  }
  if (best !== -1) return { agent: best, small: false }
  const agent = others[drawByProspect(untried, random) ?? drawAnybody(untried, random) ?? -1] ?? null
  return agent === null || agent === leader ? null : { agent, small: true }
}

/** One of those without standing, by their chances; null: nobody is to be tried. */
function explore({ others, untried, strangers }: Place, leader: number, random: Random): Choice | null {
  const agent = others[drawTrial(untried, strangers, random) ?? -1] ?? null
  return agent === null || agent === leader ? null : { agent, small: true }
}

function ownTopic({ options: { topics }, offersFrom }: World, agent: number, round: number, draw: number): number {
  const own: number[] = []
  for (let topic = 0; topic < topics; topic++) if ((offersFrom[agent * topics + topic] ?? NEVER) <= round) own.push(topic)
  return own[Math.floor(draw * own.length)] ?? Math.floor(draw * topics)
}

/** What a leader says of what it got, -1 to 1: praise when it accepts it, a complaint when it doesn't. */
function word(outcome: number, random: Random): number {
  const noise = RATING_NOISE * gaussian(random)
  return outcome >= ACCEPTED ? clamp(outcome + noise, 0.05, 1) : clamp(outcome - 1 + noise, -1, -0.05)
}

/** Who an attacker is at present: a spoilt identity is left for a new one, where the strategy does that. */
function createIdentities({ options: { agents }, size, strategy }: World) {
  const current = Int32Array.from({ length: agents }, (_, person) => person)
  const origins = Int32Array.from({ length: size }, (_, agent) => agent)
  const spoilt = new Set<number>()
  let next = agents
  return {
    current,
    origin: (agent: number): number => origins[agent] ?? agent,
    spoil(agent: number): void {
      if (strategy.changesIdentity) spoilt.add(agent)
    },
    renew(): void {
      for (const agent of spoilt) {
        if (next >= size) break
        const person = origins[agent] ?? agent
        origins[next] = person
        current[person] = next++
      }
      spoilt.clear()
    }
  }
}

interface Done {
  round: number
  topic: number
  follower: number
  small: boolean
  cheats: boolean
  outcome: number
}

/** Counts the tasks of honest leaders. */
function createTally({ options: { rounds, topics }, attacker, window: [from, to], newcomers }: World) {
  const counts = { window: 0, windowAttackers: 0, chosen: 0, chosenAttackers: 0, late: 0, lateAttackers: 0, cheated: 0 }
  const timeline = Array.from({ length: TIMELINE }, () => ({ tasks: 0, attackers: 0 }))
  const waiting = new Map(newcomers.map((newcomer) => [newcomer.agent * topics + newcomer.topic, newcomer]))
  let waited = 0
  let tasks = 0
  let refused = 0
  let stake = 0
  let gained = 0
  return {
    add({ round, topic, follower, small, cheats, outcome }: Done): void {
      const newcomer = waiting.get(follower * topics + topic)
      if (newcomer !== undefined) {
        waited += round - newcomer.from
        waiting.delete(follower * topics + topic)
      }
      if (round >= from) {
        tasks++
        const weight = small ? SMALL_STAKE : 1
        stake += weight
        gained += weight * outcome
      }
      if (topic !== TARGET) return
      const bad = attacker[follower] ?? 0
      const part = timeline[Math.floor((round * TIMELINE) / rounds)]
      if (part !== undefined) {
        part.tasks++
        part.attackers += bad
      }
      if (round < from) return
      if (cheats) counts.cheated++
      if (round >= to) {
        counts.late++
        counts.lateAttackers += bad
        return
      }
      counts.window++
      counts.windowAttackers += bad
      if (small) return
      counts.chosen++
      counts.chosenAttackers += bad
    },
    /** Nobody was there whom the leader would have taken: nothing gained. */
    unserved(round: number): void {
      if (round < from) return
      tasks++
      refused++
      stake++
    },
    result() {
      // who is still waiting has waited until now
      for (const { from: joined } of waiting.values()) waited += rounds - joined
      return {
        attackerShare: counts.windowAttackers / counts.window,
        attackerShareLate: counts.lateAttackers / counts.late,
        attackerShareChosen: counts.chosenAttackers / counts.chosen,
        cheated: counts.cheated / (counts.window + counts.late),
        newcomerRounds: waited / newcomers.length,
        utility: gained / stake,
        unserved: refused / tasks,
        timeline: timeline.map(({ tasks, attackers }) => attackers / tasks)
      }
    }
  }
}

/** How honest and attackers stand at the end. */
function standing(world: World, policy: Policy, market: readonly Place[], hasBeenTrusted: Uint8Array) {
  const { options: { topics }, attacker, offersFrom, quality } = world
  let specialists = 0
  let lost = 0
  let unfound = 0
  for (const [topic, { others, trusted }] of market.entries()) {
    const isSpecialist = (agent: number): boolean => {
      const at = agent * topics + topic
      return attacker[agent] === 0 && offersFrom[at] === 0 && (quality[at] ?? 0) >= GOOD_QUALITY
    }
    specialists += trusted.filter(isSpecialist).length
    for (const agent of others.filter(isSpecialist)) {
      specialists++
      if (hasBeenTrusted[agent * topics + topic] === 1) lost++
      else unfound++
    }
  }
  const target = market[TARGET]
  const { scores } = policy.view(TARGET)
  const offering = target === undefined ? [] : [...target.trusted, ...target.others]
  const of = (kind: number): number[] => offering.filter((agent) => attacker[agent] === kind).map((agent) => scores[agent] ?? 0)
  return { auc: auc(of(0), of(1)), honestLost: lost / specialists, honestUnfound: unfound / specialists }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
