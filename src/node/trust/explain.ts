/**
 * Why an agent has the trust that it has in a topic: whose ratings, along which paths from the seeds, what was discounted and why,
 * and what would change it. Data only, of bounded size; numbers are in units of voice, or shares where it says so.
 */
import { endorsement, shareOf } from './flow.ts'
import { emptyRow } from './opinions.ts'
import { strongestPaths, type Sources } from './paths.ts'
import { severityOf } from './penalties.ts'
import type { Readings } from './readings.ts'
import type { TrustState } from './state.ts'

export interface Explanation {
  topic: number
  agent: number
  voice: number
  prospect: number
  /** 0 to 1, see `TrustEngine` */
  level: number
  record: number
  approval: number
  excluded: boolean
  /** voice that is usual in the topic: what the others are to be held against */
  usual: number
  /** what of its voice it has as a seed of this view */
  seeded: number
  /** who has rated it, those with the most voice first */
  raters: Rater[]
  /** how many more there are */
  moreRaters: number
  /** the strongest paths by which voice comes from the seeds */
  paths: Array<{ agents: number[]; /** of its voice */ share: number }>
  /** what it brings along from topics nearby, before discounts */
  nearby: Array<{ topic: number; voice: number; prospect: number }>
  discounts: Discount[]
  changes: Change[]
}

export interface Rater {
  agent: number
  voice: number
  /** mean of its ratings, -1 to 1 */
  value: number
  /** what of its voice reaches the agent */
  passed: number
  /** what was kept from passing, because of a ring or a penalty */
  withheld: number
}

export type Discount =
  /** something is proven against it: share of its standing that it loses */
  | { kind: 'proven'; severity: number }
  /** it has endorsed somebody against whom something is proven, or somebody who did: share of what it gets that is lost */
  | { kind: 'penalty'; share: number }
  /** it and these endorse one another and hardly anybody else: share of what they pass on among them that is lost */
  | { kind: 'ring'; agents: number[]; share: number }
  /** those who have complained have so much voice, of all who have rated it */
  | { kind: 'complaints'; agents: number[]; share: number }
  /** it vouches for agents that were found bad: share of what it would bring along from nearby that is lost */
  | { kind: 'vouching'; share: number }

export type Change =
  /** if this agent endorsed it as it endorses others: what its voice would gain */
  | { kind: 'endorsement'; by: number; voice: number }
  /** if this agent's endorsement were gone: what its voice would lose */
  | { kind: 'loss'; by: number; voice: number }
  /** if these took their complaints back it would be considered again */
  | { kind: 'forgiveness'; by: number[] }
  /** nobody with voice has rated it here: work that is rated well would give it a record */
  | { kind: 'first-work' }

/** What is told of a rater. */
function raterOf({ agent, voice, value, passed, withheld }: Rater): Rater {
  return { agent, voice, value, passed, withheld }
}

export function createExplaining(state: TrustState, readings: Readings): (topic: number, agent: number, limit: number) => Explanation {
  const { slots, flow, options } = state
  const { alpha } = options

  const scaleOf = (slot: number): number => {
    const mass = state.masses[slots.topics[slot] as number] as number
    return mass > 0 ? 1 / mass : 0
  }
  const voiceAt = (slot: number): number => Math.max(0, scaleOf(slot) * (state.voices[slot] as number))
  const seededAt = (slot: number): number =>
    scaleOf(slot) * (state.gains[slots.topics[slot] as number] as number) * (state.teleport[slot] as number)
  const sources: Sources = { flow, alpha, voice: voiceAt, seeded: seededAt }
  const agentOf = (slot: number): number => slots.agents[slot] as number

  interface RaterAt extends Rater {
    slot: number
    /** part of its word that is complaint */
    complaint: number
  }

  /** All who have rated a slot, those with the most voice first. */
  function ratersOf(slot: number): RaterAt[] {
    const { others, praise, blame, weight, start, end } = flow.opinions.received.row(slot, emptyRow())
    const raters: RaterAt[] = []
    for (let i = start; i < end; i++) {
      const [good, bad, weighed] = [praise[i] as number, blame[i] as number, weight[i] as number]
      if (weighed === 0) continue
      const from = others[i] as number
      const endorsed = endorsement(good, bad, flow.blame)
      const whole = endorsed === 0 ? 0 : endorsed / (flow.totals[from] as number)
      const passed = shareOf(flow, from, slot, endorsed)
      const through = (1 - alpha) * voiceAt(from)
      const said = good + options.blame * bad
      raters.push({
        slot: from,
        agent: agentOf(from),
        voice: voiceAt(from),
        value: (good - bad) / weighed,
        passed: through * passed,
        withheld: through * (whole - passed),
        complaint: said > 0 ? (options.blame * bad) / said : 0
      })
    }
    return raters.sort((a, b) => b.voice - a.voice || a.agent - b.agent)
  }

  function discountsOf(slot: number, agent: number, raters: readonly RaterAt[], limit: number): Discount[] {
    const discounts: Discount[] = []
    const severity = severityOf(state.proofs, agent)
    if (severity > 0) discounts.push({ kind: 'proven', severity })
    if (slot < 0) return discounts
    const penalty = flow.penalties[slot] as number
    if (penalty > severity) discounts.push({ kind: 'penalty', share: penalty })
    const ring = raters.filter(({ slot: from, passed }) => (flow.rings[from] as number) > 0 && passed > 0)
    const withheld = ring.filter((rater) => rater.withheld > 0)
    if (withheld.length > 0) {
      const share = Math.max(...withheld.map(({ slot: from }) => flow.rings[from] as number))
      discounts.push({ kind: 'ring', agents: withheld.slice(0, limit).map((rater) => rater.agent), share })
    }
    const { praised, blamed } = readings.standing(slots.topics[slot] as number, agent)
    if (blamed > 0) {
      const agents = complainers(raters).slice(0, limit)
      discounts.push({ kind: 'complaints', agents: agents.map((rater) => rater.agent), share: blamed / (praised + blamed) })
    }
    const doubt = readings.doubt(slots.topics[slot] as number, agent)
    if (doubt > 0) discounts.push({ kind: 'vouching', share: doubt })
    return discounts
  }

  /** Those whose complaints weigh most first. */
  function complainers(raters: readonly RaterAt[]): RaterAt[] {
    const weight = ({ voice, complaint }: RaterAt): number => voice * complaint
    return raters.filter((rater) => weight(rater) > 0).sort((a, b) => weight(b) - weight(a) || a.agent - b.agent)
  }

  /** The fewest whose complaints, taken back, would have an agent considered again; none when that is not what keeps it out. */
  function forgivers(topic: number, agent: number, raters: readonly RaterAt[]): number[] {
    if (state.proofs.has(agent) || !readings.excluded(topic, agent)) return []
    let { blamed } = readings.standing(topic, agent)
    const { praised } = readings.standing(topic, agent)
    const least = Math.max(options.hearing * readings.usual(topic), options.complaintRatio * praised)
    const by: number[] = []
    for (const rater of complainers(raters)) {
      if (blamed <= least) break
      blamed -= rater.voice * rater.complaint
      by.push(rater.agent)
    }
    return by
  }

  /** What a further endorsement would bring from those with the most voice that have not rated the agent. */
  function endorsements(topic: number, agent: number, raters: readonly RaterAt[], limit: number): Change[] {
    const known = new Set(raters.map((rater) => rater.slot))
    const best: Array<{ slot: number; voice: number }> = []
    for (let slot = 0; slot < slots.size; slot++) {
      if (slots.topics[slot] !== topic || agentOf(slot) === agent || known.has(slot)) continue
      const voice = voiceAt(slot)
      if (voice === 0 || (best.length === limit && voice <= (best[limit - 1]?.voice ?? 0))) continue
      best.push({ slot, voice })
      best.sort((a, b) => b.voice - a.voice || a.slot - b.slot)
      best.length = Math.min(best.length, limit)
    }
    return best.map(({ slot, voice }) => {
      const row = flow.opinions.given.row(slot, emptyRow())
      let count = 0
      for (let i = row.start; i < row.end; i++) {
        if (endorsement(row.praise[i] as number, row.blame[i] as number, flow.blame) > 0) count++
      }
      return { kind: 'endorsement', by: agentOf(slot), voice: ((1 - alpha) * voice) / (count + 1) }
    })
  }

  return (topic, agent, limit) => {
    const slot = slots.find(topic, agent)
    const raters = slot < 0 ? [] : ratersOf(slot)
    const voice = readings.voice(topic, agent)
    const strongest = [...raters].sort((a, b) => b.passed - a.passed || a.agent - b.agent)[0]
    const changes: Change[] = endorsements(topic, agent, raters, Math.min(3, limit))
    if (strongest !== undefined && strongest.passed > 0) changes.push({ kind: 'loss', by: strongest.agent, voice: strongest.passed })
    const forgiving = forgivers(topic, agent, raters)
    if (forgiving.length > 0 && forgiving.length <= limit) changes.push({ kind: 'forgiveness', by: forgiving })
    if (!raters.some((rater) => rater.voice > 0)) changes.push({ kind: 'first-work' })
    return {
      topic,
      agent,
      voice,
      prospect: readings.prospect(topic, agent),
      level: readings.level(topic, agent),
      record: readings.record(topic, agent),
      approval: readings.approval(topic, agent),
      excluded: readings.excluded(topic, agent),
      usual: readings.usual(topic),
      seeded: slot < 0 ? 0 : seededAt(slot),
      raters: raters.slice(0, limit).map(raterOf),
      moreRaters: Math.max(0, raters.length - limit),
      paths:
        slot < 0 || voice === 0
          ? []
          : strongestPaths(sources, slot, limit).map((path) => ({ agents: path.slots.map(agentOf), share: path.voice / voice })),
      nearby: readings.nearby(topic, agent).slice(0, limit),
      discounts: discountsOf(slot, agent, raters, limit),
      changes
    }
  }
}
