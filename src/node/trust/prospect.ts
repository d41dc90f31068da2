/**
 * Prospect: whom to consider for work in a topic. What an agent has earned there, and what it has earned in topics next to it, so
 * that a newcomer to a topic gets its first work from its record next door. It inherits work, never voice.
 *
 *     prospect_k = approval_k e_k + beta Σ_l S_kl approval_l min(e_l, cap_l)
 *
 * with e the voice that was earned by endorsements, without what an agent has as a seed: who is trusted to judge others is not
 * thereby good at the work.
 *
 * Not considered at all is against whom somebody with voice in the topic has complained, unless more voice endorses it.
 */
import { emptyRow, type Opinions } from './opinions.ts'

export interface Standing {
  /** voice of those who are content with an agent in a topic; one that has both praised and complained counts in part */
  praised: number
  /** voice of those who have complained */
  blamed: number
}

/**
 * What those with voice say of a slot.
 *
 * @param scale what voices are multiplied by to sum to one
 */
export function standingOf(opinions: Opinions, heavier: number, voices: Float64Array, scale: number, slot: number): Standing {
  const { others, praise, blame, start, end } = opinions.received.row(slot, heard)
  let praised = 0
  let blamed = 0
  for (let i = start; i < end; i++) {
    const voice = scale * (voices[others[i] as number] as number)
    const complaint = heavier * (blame[i] as number)
    const said = complaint + (praise[i] as number)
    if (said === 0) continue
    const share = complaint / said
    praised += voice * (1 - share)
    blamed += voice * share
  }
  return { praised, blamed }
}

const heard = emptyRow()

/** The part of an agent's record that stands in spite of complaints, 0 to 1; 1 when nobody with voice has said anything. */
export function approvalOf({ praised, blamed }: Standing): number {
  return praised + blamed > 0 ? praised / (praised + blamed) : 1
}
