/**
 * How voice flows from those who rate to those whom they rate: the matrix C of EigenTrust, with what the defences take off.
 *
 * Of what an agent i passes on in a topic, j gets the share
 *
 *     max(s_ij, 0) / Σ_j max(s_ij, 0)  ×  (1 - ring_i, if j endorses i too)  ×  (1 - penalty_j)
 *
 * What is taken off, and all that an agent without endorsements would pass on, goes back to the seeds.
 */
import { emptyRow, indexIn, type Opinions, type Row } from './opinions.ts'
import type { Sparse } from './sparse.ts'

export interface Flow {
  opinions: Opinions
  /** how much heavier a complaint is than praise */
  blame: number
  /** Σ_j max(s_ij, 0) of each slot */
  totals: Float64Array
  /** share that a slot's mutual endorsements lose, 0 to 1 */
  rings: Float64Array
  /** share that what flows into a slot loses, 0 to 1 */
  penalties: Float64Array
  /** whether any of the penalties is above 0 */
  isPenalizing: boolean
}

/** What one agent's ratings of another come to, if good: max(s_ij, 0). */
export function endorsement(praise: number, complaint: number, blame: number): number {
  const sum = praise - blame * complaint
  return sum > 0 ? sum : 0
}

/** Sum of the endorsements in a row. */
export function totalOf({ praise, blame, start, end }: Row, heavier: number): number {
  let total = 0
  for (let i = start; i < end; i++) total += endorsement(praise[i] as number, blame[i] as number, heavier)
  return total
}

/** Sums of endorsements of so many slots. */
export function totalsOf(opinions: Opinions, size: number, blame: number): Float64Array {
  const totals = new Float64Array(size)
  const row = emptyRow()
  for (let slot = 0; slot < size; slot++) totals[slot] = totalOf(opinions.given.row(slot, row), blame)
  return totals
}

const probe = emptyRow()

/** Whether a slot endorses another. */
export function endorses({ opinions, blame }: Flow, from: number, to: number): boolean {
  const row = opinions.given.row(from, probe)
  const at = indexIn(row, to)
  return at >= 0 && endorsement(row.praise[at] as number, row.blame[at] as number, blame) > 0
}

/** Whether nothing is taken off what a slot passes on. */
export function passesWhole({ isPenalizing, rings }: Flow, slot: number): boolean {
  return !isPenalizing && rings[slot] === 0
}

/** The share of what one slot passes on that reaches another, when the one endorses the other so much. */
export function shareOf(flow: Flow, from: number, to: number, endorsed: number): number {
  if (endorsed === 0) return 0
  const plain = (endorsed / (flow.totals[from] as number)) * (1 - (flow.penalties[to] as number))
  const ring = flow.rings[from] as number
  return ring > 0 && endorses(flow, to, from) ? plain * (1 - ring) : plain
}

/** All shares by those whom they reach, of rows that have just been laid out: y = S x is what reaches each. */
export function incomingShares(flow: Flow, size: number): Sparse {
  const { starts, others, praise, blame } = flow.opinions.received.table()
  const shares: Sparse = {
    size,
    starts: new Uint32Array(size + 1),
    others: new Uint32Array(others.length),
    values: new Float64Array(others.length)
  }
  let at = 0
  for (let to = 0; to < size; to++) {
    const end = starts[to + 1] as number
    for (let i = starts[to] as number; i < end; i++) {
      const from = others[i] as number
      const share = shareOf(flow, from, to, endorsement(praise[i] as number, blame[i] as number, flow.blame))
      if (share === 0) continue
      shares.others[at] = from
      shares.values[at] = share
      at++
    }
    shares.starts[to + 1] = at
  }
  if (at < others.length) {
    shares.others = shares.others.slice(0, at)
    shares.values = shares.values.slice(0, at)
  }
  return shares
}
