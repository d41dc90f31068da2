/** In what order headers go when there is no more room. Pure, over the columns of the header index. */
import type { HeaderColumns } from './header-columns.ts'

export interface Place {
  author: string
  seq: number
}

/** Lapsed headers go first, then the oldest. */
export interface Rank {
  live: boolean
  time: number
}

export function ranksBelow(one: Rank, other: Rank): boolean {
  return one.live === other.live ? one.time < other.time : other.live
}

/** What has to be known of a log. */
export interface LogSlots {
  readonly name: string
  own: boolean
  count: number
  /** the highest sequence number */
  highest: number
}

const NONE = -1

/** The first to go of slots that are in order of time; ours never do, and the newest of a log after its others. */
export function firstToGo(
  { expiries, times, seqs }: HeaderColumns,
  logOf: (slot: number) => LogSlots,
  slots: Iterable<number>,
  count: number,
  now: number
): Array<Place & Rank> {
  const found: Array<Place & Rank> = []
  /** how many were found of each log, and the slot of the newest, which has to wait for the others */
  const passed = new Map<LogSlots, { found: number; newest: number }>()
  for (const live of [false, true]) {
    for (const slot of slots) {
      if (found.length >= count) return found.slice(0, count)
      if ((expiries[slot] ?? 0) > now !== live) continue
      const log = logOf(slot)
      if (log.own) continue
      const { name: author, highest } = log
      const before = passed.get(log) ?? { found: 0, newest: NONE }
      passed.set(log, before)
      if (seqs[slot] === highest && before.found < log.count - 1) {
        before.newest = slot
        continue
      }
      const rank: Rank = { live, time: times[slot] ?? 0 }
      found.push({ author, seq: seqs[slot] ?? 0, ...rank })
      if (++before.found === log.count - 1 && before.newest !== NONE) found.push({ author, seq: highest, ...rank })
    }
  }
  return found.slice(0, count)
}

/** The first to go of one log's slots, in whatever order, but for its newest; -1 when there is no other. */
export function lowestSlot(
  { expiries, times, seqs }: HeaderColumns,
  slots: Iterable<number>,
  highest: number,
  now: number
): number {
  let lowest = NONE
  let rank: Rank = { live: true, time: Infinity }
  for (const slot of slots) {
    const live = (expiries[slot] ?? 0) > now
    const time = times[slot] ?? 0
    if (seqs[slot] === highest || (live === rank.live ? time >= rank.time : live)) continue
    lowest = slot
    rank = { live, time }
  }
  return lowest
}
