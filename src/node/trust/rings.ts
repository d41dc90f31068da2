/**
 * Rings: groups that endorse one another and hardly anybody else, so that what voice comes in goes round. A group is an agent
 * and those with whom endorsement is mutual; how closed it is, is the share of its endorsements, weighed by voice, that stay
 * inside (one minus its conductance, as in Andersen, Chung and Lang, FOCS 2006). A group whose voice comes straight from the
 * seeds is none, however closed.
 */
import { endorsement, endorses, shareOf, type Flow } from './flow.ts'
import { emptyRow } from './opinions.ts'

export interface Voiced {
  /** voices without ring discount, by slot; each topic's sum to one */
  voices: Float64Array
  teleport: Float64Array
  /** what each topic's seeds get at each step */
  gains: Float64Array
  topics: Uint32Array
  alpha: number
}

/** Larger groups are no rings for whom they are too large to be looked through: it bounds the cost of an agent. */
const LARGEST_GROUP = 256

/**
 * The share that each slot's mutual endorsements lose.
 *
 * @param flow without ring discount
 * @param discount that of a perfect ring, 0 to 1
 * @param threshold how closed a group may be without any
 */
export function ringsOf(flow: Flow, voiced: Voiced, discount: number, threshold: number): Float64Array {
  const { voices } = voiced
  const rings = new Float64Array(voices.length)
  const marks = new Uint32Array(voices.length)
  for (let slot = 0; slot < voices.length; slot++) {
    if (voices[slot] === 0) continue
    const group = mutual(flow, slot)
    if (group.length < 2 || group.length > LARGEST_GROUP) continue
    for (const member of group) marks[member] = slot + 1
    const closed = closure(flow, voiced, group, (other) => marks[other] === slot + 1)
    if (closed > threshold) rings[slot] = (discount * (closed - threshold)) / (1 - threshold)
  }
  return rings
}

const own = emptyRow()
const theirs = emptyRow()

/** A slot and those whom it endorses and who endorse it. */
function mutual(flow: Flow, slot: number): number[] {
  const group = [slot]
  const row = flow.opinions.given.row(slot, own)
  // a row is much longer than a group may be only where others' rows are short: not looked through
  for (let i = row.start; i < row.end && group.length <= LARGEST_GROUP; i++) {
    const other = row.others[i] as number
    const endorsed = endorsement(row.praise[i] as number, row.blame[i] as number, flow.blame)
    if (endorsed > 0 && endorses(flow, other, slot)) group.push(other)
  }
  return group
}

/** How much of a group's voice goes round in it, 0 to 1; 0 when all that comes in is straight from the seeds. */
function closure(flow: Flow, { voices, teleport, gains, topics, alpha }: Voiced, group: number[], isIn: (slot: number) => boolean): number {
  let voice = 0
  let inside = 0
  let seeded = 0
  for (const member of group) {
    const weight = voices[member] as number
    voice += weight
    seeded += (gains[topics[member] as number] as number) * (teleport[member] as number)
    const row = flow.opinions.given.row(member, theirs)
    for (let i = row.start; i < row.end; i++) {
      const other = row.others[i] as number
      if (!isIn(other)) continue
      inside += weight * shareOf(flow, member, other, endorsement(row.praise[i] as number, row.blame[i] as number, flow.blame))
    }
  }
  const incoming = voice - (1 - alpha) * inside
  const fromSeeds = incoming > 0 ? Math.min(1, seeded / incoming) : 0
  return voice > 0 ? (inside / voice) * (1 - fromSeeds) : 0
}
