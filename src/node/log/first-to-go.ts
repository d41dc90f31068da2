/** In what order headers go when there is no more room. Pure, over the columns of the header index. */
import { ACQUAINTANCES } from './accounts.ts'
import type { HeaderColumns } from './header-columns.ts'

export interface Place {
  author: string
  seq: number
}

/** Lapsed headers go first, then the oldest. */
export interface Rank {
  live: boolean
  /** when it was written, or came, if that was before: to be dated ahead is of no use */
  time: number
}

export function ranksBelow(one: Rank, other: Rank): boolean {
  return one.live === other.live ? one.time < other.time : other.live
}

/** What has to be known of a log. */
export interface LogSlots {
  readonly name: string
  own: boolean
  /** on which it is held */
  account: number
  count: number
  /** the highest sequence number */
  highest: number
  /** in what order logs came: lower is earlier */
  readonly came: number
}

export type Goer = Place & Rank

/** Headers that are to make room, the first to go first. */
export interface Line {
  /** whose time is over: they go before all others, whoever brought them */
  lapsed: Goer[]
  /** whether there are more of them than were asked for */
  moreLapsed: boolean
  /** the others, by account; of acquaintances the lapsed ones, too, for they make no room for strangers */
  live: Map<number, Goer[]>
}

const NONE = -1
/** So many headers of a settled log stay, its newest. */
const SETTLED_OF_LOG = 8

/**
 * At most `count` of each account, of slots that are in order of time; ours never go, and the newest of a log after its others.
 * The newest headers of settled logs are not among them, unless they have lapsed.
 */
export function lineUp(
  { expiries, ranks, seqs }: HeaderColumns,
  logOf: (slot: number) => LogSlots,
  slots: Iterable<number>,
  count: number,
  now: number,
  settled: ReadonlySet<LogSlots>
): Line {
  const line: Line = { lapsed: [], moreLapsed: false, live: new Map() }
  /** how many were passed of each log of several, and the slot of the newest, which has to wait for the others */
  const passed = new Map<LogSlots, { count: number; newest: number }>()

  function queueOf({ account }: LogSlots, live: boolean): Goer[] {
    if (!live && account !== ACQUAINTANCES) return line.lapsed
    const queue = line.live.get(account) ?? []
    line.live.set(account, queue)
    return queue
  }

  for (const live of [false, true]) {
    for (const slot of slots) {
      if ((expiries[slot] ?? 0) > now !== live) continue
      const log = logOf(slot)
      if (log.own) continue
      const { name: author, highest } = log
      const before = log.count > 1 ? (passed.get(log) ?? { count: 0, newest: NONE }) : null
      if (before !== null) passed.set(log, before)
      if (before !== null && seqs[slot] === highest && before.count < log.count - 1) {
        before.newest = slot
        continue
      }
      if (live && settled.has(log) && (before?.count ?? 0) >= log.count - SETTLED_OF_LOG) continue
      const queue = queueOf(log, live)
      const rank: Rank = { live, time: ranks[slot] ?? 0 }
      if (queue.length < count) queue.push({ author, seq: seqs[slot] ?? 0, ...rank })
      else line.moreLapsed ||= queue === line.lapsed
      if (before === null || ++before.count < log.count - 1 || before.newest === NONE) continue
      if (queue.length < count) queue.push({ author, seq: highest, ...rank })
    }
  }
  // what is dated ahead came before some that is not
  for (const queue of [line.lapsed, ...line.live.values()]) queue.sort((a, b) => Number(a.live) - Number(b.live) || a.time - b.time)
  return line
}

/**
 * The logs that are settled: of each account the first that came, so that what comes in a flood makes room for itself.
 *
 * @param mostOf headers of settled logs that an account may have
 */
export function settledAmong(logs: Iterable<LogSlots>, mostOf: (account: number) => number): Set<LogSlots> {
  const byAccount = new Map<number, LogSlots[]>()
  for (const log of logs) {
    const there = byAccount.get(log.account)
    if (there === undefined) byAccount.set(log.account, [log])
    else there.push(log)
  }
  const settled = new Set<LogSlots>()
  for (const [account, there] of byAccount) {
    let left = mostOf(account)
    if (left === 0) continue
    there.sort((a, b) => a.came - b.came)
    for (const log of there) {
      left -= Math.min(log.count, SETTLED_OF_LOG)
      if (left < 0) break
      settled.add(log)
    }
  }
  return settled
}

/** The first to go of one log's slots, in whatever order, but for its newest; -1 when there is no other. */
export function lowestSlot(
  { expiries, ranks, seqs }: HeaderColumns,
  slots: Iterable<number>,
  highest: number,
  now: number
): number {
  let lowest = NONE
  let rank: Rank = { live: true, time: Infinity }
  for (const slot of slots) {
    const live = (expiries[slot] ?? 0) > now
    const time = ranks[slot] ?? 0
    if (seqs[slot] === highest || (live === rank.live ? time >= rank.time : live)) continue
    lowest = slot
    rank = { live, time }
  }
  return lowest
}
