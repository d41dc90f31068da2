/**
 * Proven fraud. It counts against the culprit in every topic, and backwards: who endorsed the culprit loses in proportion to
 * that endorsement, and so do those who endorsed these, with decay.
 */
import { endorsement, type Flow } from './flow.ts'
import { emptyRow } from './opinions.ts'
import type { Slots } from './slots.ts'

export interface Proof {
  /** share of its standing that the culprit loses, above 0 to 1 */
  severity: number
  /** the topic in which who endorsed the culprit is to blame too; null: in all */
  topic: number | null
}

/** Proofs by culprit. Of several against one agent the heaviest counts against it, and each topic's backwards. */
export type Proofs = ReadonlyMap<number, readonly Proof[]>

/** What stands against an agent in every topic, 0 to 1. */
export function severityOf(proofs: Proofs, agent: number): number {
  return (proofs.get(agent) ?? []).reduce((most, { severity }) => Math.max(most, severity), 0)
}

/**
 * What each slot loses, 0 to 1.
 *
 * @param flow its penalties are not looked at
 */
export function penaltiesOf(flow: Flow, slots: Slots, topics: number, proofs: Proofs, decay: number, depth: number): Float64Array {
  const penalties = new Float64Array(slots.size)
  for (let topic = 0; topic < topics; topic++) {
    let layer = new Map<number, number>()
    for (const agent of [...proofs.keys()].sort((a, b) => a - b)) {
      const slot = slots.find(topic, agent)
      if (slot < 0) continue
      add(penalties, slot, severityOf(proofs, agent))
      const here = (proofs.get(agent) ?? []).filter((proof) => proof.topic === null || proof.topic === topic)
      const most = here.reduce((worst, { severity }) => Math.max(worst, severity), 0)
      if (most > 0) layer.set(slot, most)
    }
    for (let step = 0; step < depth && layer.size > 0; step++) {
      layer = stepBack(flow, layer, decay)
      for (const [slot, penalty] of layer) add(penalties, slot, penalty)
    }
  }
  return penalties
}

/** From those who are to blame to those who endorsed them, by share of their endorsements. */
function stepBack({ opinions, totals, blame }: Flow, layer: ReadonlyMap<number, number>, decay: number): Map<number, number> {
  const back = new Map<number, number>()
  const row = emptyRow()
  for (const [slot, penalty] of layer) {
    opinions.received.row(slot, row)
    for (let i = row.start; i < row.end; i++) {
      const endorsed = endorsement(row.praise[i] as number, row.blame[i] as number, blame)
      if (endorsed === 0) continue
      const from = row.others[i] as number
      back.set(from, (back.get(from) ?? 0) + (decay * penalty * endorsed) / (totals[from] as number))
    }
  }
  return back
}

function add(penalties: Float64Array, slot: number, penalty: number): void {
  penalties[slot] = Math.min(1, (penalties[slot] as number) + penalty)
}
