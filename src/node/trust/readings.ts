/** What can be read from the engine's state: voice, prospect, level, opinion, and who is excluded. */
import { endorsement } from './flow.ts'
import { emptyRow } from './opinions.ts'
import { severityOf } from './penalties.ts'
import { approvalOf, standingOf, type Standing } from './prospect.ts'
import type { TrustState } from './state.ts'

/** What those with voice say of an agent's work in a topic. */
export interface Opinion {
  /** mean of the ratings, weighed by the voice of who rates, -1 to 1; 0 when nobody with voice has rated */
  value: number
  /** voice of all who have rated, 0 to 1 */
  weight: number
}

export interface Readings {
  /** What an agent's ratings weigh in a topic: those of a topic sum to one. */
  voice(topic: number, agent: number): number
  /**
   * How far an agent is to be considered for work in a topic, in units of voice. Only what was earned by endorsements counts, not
   * what an agent has as a seed.
   */
  prospect(topic: number, agent: number): number
  /**
   * Prospect for people, comparable between topics: p / (p + t), with t the voice that is usual among those who have earned any
   * in the topic. 0: nothing known; 1/2: as well endorsed as is usual; towards 1: far better. Below TRUST_THRESHOLD an agent
   * is a stranger. As prospect, it counts what was earned nearby: enough to try somebody with small, verified work.
   */
  level(topic: number, agent: number): number
  /** The same of what an agent has earned in this topic alone: whom to give full work. */
  record(topic: number, agent: number): number
  /** The voice that is usual among those who have earned any in a topic: 0 when nobody has. */
  usual(topic: number): number
  /** What those with voice say of an agent's work in a topic. */
  opinion(topic: number, agent: number): Opinion
  /**
   * How likely one with voice is content with an agent's work in a topic, 0 to 1: the share of voice that is, each rater with one
   * word however many ratings, and as long as little was heard what is thought of strangers. It tells of later ratings
   * (`npm run trust:otc`); how much anybody has heard is not in it.
   */
  approval(topic: number, agent: number): number
  /** All approvals in a topic, by agent. */
  approvals(topic: number): Float64Array
  /** Whether an agent is not considered: something is proven against it, or complaints with voice outweigh its endorsements. */
  excluded(topic: number, agent: number): boolean
  /** Agents against whom complaints with voice prevail in any topic, each once; what is proven aside. */
  complainedOf(): Iterable<number>
  /** All that are excluded in a topic, by agent: 1, else 0. */
  exclusions(topic: number): Uint8Array
  /** All opinions in a topic, by agent. */
  opinions(topic: number): { values: Float64Array; weights: Float64Array }
  /** All voices in a topic, by agent. */
  voices(topic: number): Float64Array
  /** All prospects in a topic, by agent. */
  prospects(topic: number): Float64Array
  /** What those with voice say of an agent. */
  standing(topic: number, agent: number): Standing
  /** The share of an agent's word in a topic that is about agents found bad. */
  doubt(topic: number, agent: number): number
  /** What an agent has earned in topics next to one, and what that adds to its prospect; the most first. */
  nearby(topic: number, agent: number): Array<{ topic: number; voice: number; prospect: number }>
}

/** Levels below it are strangers': what an agent needs to count as trusted in a topic. */
export const TRUST_THRESHOLD = 0.02

interface SlotReading {
  /** approval times earned voice */
  approved: number
  /** approval times earned voice, as far as it counts next door */
  lent: number
  excluded: boolean
  /** whether anybody with voice has said anything of it */
  heard: boolean
}

/** The same of all slots. */
interface AllReadings {
  approved: Float64Array
  lent: Float64Array
  excluded: Uint8Array
  heard: Uint8Array
  /** share of each slot's word that is about agents found bad */
  doubts: Float64Array
}

export function createReadings(state: TrustState): Readings {
  const { options, kinship, slots } = state
  const { defences } = options
  const received = emptyRow()
  const given = emptyRow()
  let readAt = -1
  let typicals = new Map<number, number>()
  /** of all slots, worked out when a whole vector is wanted */
  let all: AllReadings | null = null

  /** Forgets what was worked out from an earlier state. */
  function refresh(): void {
    if (readAt === state.version) return
    readAt = state.version
    typicals = new Map()
    all = null
  }

  function voiceAt(slot: number): number {
    const mass = state.masses[slots.topics[slot] as number] as number
    return mass > 0 ? Math.max(0, (state.voices[slot] as number) / mass) : 0
  }

  /** What a slot has earned by endorsements: its voice less what it has as a seed. */
  function earnedAt(slot: number): number {
    const topic = slots.topics[slot] as number
    const seeded = ((state.gains[topic] ?? 0) * (state.teleport[slot] as number)) / (state.masses[topic] as number)
    return Math.max(0, voiceAt(slot) - seeded)
  }

  /**
   * Voices are as unequal as wealth, and any number of agents can be made up that have next to none. So what is usual is told by
   * entropy: earned voice, divided by the number of equal voices that would be as spread out.
   */
  function measureTypicals(): void {
    const topics = kinship.topics
    const sums = new Float64Array(topics)
    const logs = new Float64Array(topics)
    for (let slot = 0; slot < slots.size; slot++) {
      const topic = slots.topics[slot] as number
      const earned = earnedAt(slot)
      if (earned <= 0) continue
      sums[topic] = (sums[topic] as number) + earned
      logs[topic] = (logs[topic] as number) + earned * Math.log(earned)
    }
    for (let topic = 0; topic < topics; topic++) {
      const sum = sums[topic] as number
      // Σ ê ln ê of shares ê = e / Σe is (Σ e ln e) / Σe - ln Σe
      typicals.set(topic, sum > 0 ? sum * Math.exp((logs[topic] as number) / sum - Math.log(sum)) : 0)
    }
  }

  function usual(topic: number): number {
    refresh()
    if (typicals.size === 0) measureTypicals()
    return typicals.get(topic) ?? 0
  }

  function standingAt(slot: number): Standing {
    const topic = slots.topics[slot] as number
    return standingOf(state.flow.opinions, options.blame, state.voices, 1 / (state.masses[topic] as number), slot)
  }

  /** For work counts what was earned: who is trusted to judge others is not thereby good at anything. */
  function readSlot(slot: number): SlotReading {
    const topic = slots.topics[slot] as number
    const earned = earnedAt(slot)
    const typical = usual(topic)
    const cap = options.cap * typical
    const standing = standingAt(slot)
    const isHeard = standing.praised + standing.blamed > 0
    if (!defences.negative) return { approved: earned, lent: Math.min(earned, cap), excluded: false, heard: isHeard }
    const approval = approvalOf(standing)
    const counts = standing.blamed > options.hearing * typical
    return {
      approved: approval * earned,
      lent: approval * Math.min(earned, cap),
      excluded: counts && standing.blamed > options.complaintRatio * standing.praised,
      heard: isHeard
    }
  }

  function readAll(): AllReadings {
    refresh()
    if (all !== null) return all
    const size = slots.size
    const read: AllReadings = {
      approved: new Float64Array(size),
      lent: new Float64Array(size),
      excluded: new Uint8Array(size),
      heard: new Uint8Array(size),
      doubts: new Float64Array(size)
    }
    for (let slot = 0; slot < size; slot++) {
      const one = readSlot(slot)
      read.approved[slot] = one.approved
      read.lent[slot] = one.lent
      read.excluded[slot] = one.excluded ? 1 : 0
      read.heard[slot] = one.heard ? 1 : 0
    }
    all = read
    for (let slot = 0; slot < size; slot++) read.doubts[slot] = doubtAt(slot)
    return read
  }

  /**
   * The share of a slot's word that is about agents found bad, among all of whom those with voice have spoken. Who vouches for
   * cheats inherits no work: the ring that praises itself is discredited with the first of it that is found out.
   */
  function doubtAt(slot: number): number {
    if (!defences.penalties) return 0
    const { opinions, blame: heavier } = state.flow
    const { others, praise, blame, start, end } = opinions.given.row(slot, given)
    let bad = 0
    let known = 0
    for (let i = start; i < end; i++) {
      const endorsed = endorsement(praise[i] as number, blame[i] as number, heavier)
      if (endorsed === 0) continue
      const other = others[i] as number
      const isProven = state.proofs.size > 0 && state.proofs.has(slots.agents[other] as number)
      const { excluded, heard } = readOne(other)
      if (excluded || isProven) bad += endorsed
      if (heard || isProven) known += endorsed
    }
    return known > 0 ? bad / known : 0
  }

  /** What `readAll` has worked out, if it has. */
  function allIfRead(): AllReadings | null {
    refresh()
    return all
  }

  /** A slot's reading, looked up where all have been worked out. */
  function readOne(slot: number): SlotReading {
    const all = allIfRead()
    if (all === null) return readSlot(slot)
    return {
      approved: all.approved[slot] as number,
      lent: all.lent[slot] as number,
      excluded: all.excluded[slot] === 1,
      heard: all.heard[slot] === 1
    }
  }

  function levelOf(topic: number, score: number): number {
    return score === 0 ? 0 : score / (score + usual(topic))
  }

  function opinionAt(slot: number): Opinion {
    const { others, praise, blame, weight, start, end } = state.flow.opinions.received.row(slot, received)
    let voice = 0
    let sum = 0
    for (let i = start; i < end; i++) {
      const weighed = weight[i] as number
      if (weighed === 0) continue
      const heard = voiceAt(others[i] as number)
      voice += heard
      sum += (heard * ((praise[i] as number) - (blame[i] as number))) / weighed
    }
    return { value: voice > 0 ? sum / voice : 0, weight: voice }
  }

  /** A share among few is moved towards what is thought of strangers. */
  function approvalAt(slot: number): number {
    const { praised, blamed } = standingAt(slot)
    const prior = options.priorWeight * usual(slots.topics[slot] as number)
    const all = praised + blamed + prior
    return all > 0 ? (praised + prior * options.priorApproval) / all : options.priorApproval
  }

  function prospect(topic: number, agent: number): number {
    const own = slots.find(topic, agent)
    const here = own < 0 ? null : readOne(own)
    const severity = severityOf(state.proofs, agent)
    if (here?.excluded === true || severity === 1) return 0
    let nearby = 0
    if (defences.prospect) {
      for (const { topic: other, share } of kinship.neighbours(topic)) {
        const slot = slots.find(other, agent)
        if (slot >= 0) nearby += share * readOne(slot).lent
      }
    }
    const doubt = own < 0 || nearby === 0 ? 0 : (allIfRead()?.doubts[own] ?? doubtAt(own))
    return (here?.approved ?? 0) + (1 - severity) * (1 - doubt) * options.beta * nearby
  }

  function prospects(topic: number): Float64Array {
    const { approved, lent, excluded, doubts } = readAll()
    const scores = new Float64Array(state.agents)
    const shares = new Float64Array(kinship.topics)
    if (defences.prospect) for (const { topic: other, share } of kinship.neighbours(topic)) shares[other] = options.beta * share
    const own = new Float64Array(state.agents)
    const doubted = new Float64Array(state.agents)
    for (let slot = 0; slot < slots.size; slot++) {
      const of = slots.topics[slot] as number
      const agent = slots.agents[slot] as number
      if (of === topic) {
        own[agent] = excluded[slot] === 1 ? -Infinity : (approved[slot] as number)
        doubted[agent] = doubts[slot] as number
      } else scores[agent] = (scores[agent] as number) + (shares[of] as number) * (lent[slot] as number)
    }
    for (const agent of state.proofs.keys()) {
      if (agent >= state.agents) continue
      const severity = severityOf(state.proofs, agent)
      if (severity === 1) own[agent] = -Infinity
      scores[agent] = (1 - severity) * (scores[agent] as number)
    }
    for (let agent = 0; agent < scores.length; agent++) {
      const inherited = (1 - (doubted[agent] as number)) * (scores[agent] as number)
      scores[agent] = Math.max(0, (own[agent] as number) + inherited)
    }
    return scores
  }

  return {
    voice(topic, agent) {
      const slot = slots.find(topic, agent)
      return slot < 0 ? 0 : voiceAt(slot)
    },
    prospect,
    level: (topic, agent) => levelOf(topic, prospect(topic, agent)),
    record(topic, agent) {
      const slot = slots.find(topic, agent)
      if (slot < 0) return 0
      const { excluded, approved } = readOne(slot)
      return excluded || state.proofs.has(agent) ? 0 : levelOf(topic, approved)
    },
    opinion(topic, agent) {
      const slot = slots.find(topic, agent)
      return slot < 0 ? { value: 0, weight: 0 } : opinionAt(slot)
    },
    opinions(topic) {
      const all = { values: new Float64Array(state.agents), weights: new Float64Array(state.agents) }
      for (let slot = 0; slot < slots.size; slot++) {
        if (slots.topics[slot] !== topic) continue
        const { value, weight } = opinionAt(slot)
        all.values[slots.agents[slot] as number] = value
        all.weights[slots.agents[slot] as number] = weight
      }
      return all
    },
    complainedOf() {
      const agents = new Set<number>()
      const { excluded } = readAll()
      for (let slot = 0; slot < slots.size; slot++) if (excluded[slot] === 1) agents.add(slots.agents[slot] as number)
      return agents
    },
    exclusions(topic) {
      const all = new Uint8Array(state.agents)
      const { excluded } = readAll()
      for (let slot = 0; slot < slots.size; slot++) {
        if (slots.topics[slot] === topic) all[slots.agents[slot] as number] = excluded[slot] as number
      }
      for (const agent of state.proofs.keys()) if (agent < all.length) all[agent] = 1
      return all
    },
    approval(topic, agent) {
      const slot = slots.find(topic, agent)
      return slot < 0 ? options.priorApproval : approvalAt(slot)
    },
    approvals(topic) {
      const all = new Float64Array(state.agents).fill(options.priorApproval)
      for (let slot = 0; slot < slots.size; slot++) {
        if (slots.topics[slot] === topic) all[slots.agents[slot] as number] = approvalAt(slot)
      }
      return all
    },
    excluded(topic, agent) {
      if (state.proofs.has(agent)) return true
      const slot = slots.find(topic, agent)
      return slot >= 0 && readOne(slot).excluded
    },
    voices(topic) {
      const values = new Float64Array(state.agents)
      for (let slot = 0; slot < slots.size; slot++) {
        if (slots.topics[slot] === topic) values[slots.agents[slot] as number] = voiceAt(slot)
      }
      return values
    },
    prospects,
    usual,
    doubt(topic, agent) {
      const slot = slots.find(topic, agent)
      return slot < 0 ? 0 : (allIfRead()?.doubts[slot] ?? doubtAt(slot))
    },
    nearby(topic, agent) {
      if (!defences.prospect) return []
      return kinship
        .neighbours(topic)
        .map(({ topic: other, share }) => {
          const slot = slots.find(other, agent)
          return {
            topic: other,
            voice: slot < 0 ? 0 : voiceAt(slot),
            prospect: slot < 0 ? 0 : options.beta * share * readOne(slot).lent
          }
        })
        .filter(({ prospect: adds }) => adds > 0)
        .sort((a, b) => b.prospect - a.prospect || a.topic - b.topic)
    },
    standing(topic, agent) {
      const slot = slots.find(topic, agent)
      return slot < 0 ? { praised: 0, blamed: 0 } : standingAt(slot)
    }
  }
}
