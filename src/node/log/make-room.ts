/**
 * What must go so that a header has room. Room is shared out among the accounts of those who bring headers in: lapsed
 * headers go first, then those of the account that holds most. So whoever brings many, of however many keys, makes room
 * for others and never the other way round.
 */
import { ACCOUNTS, ACQUAINTANCES, OWN } from './accounts.ts'
import { draftOf, type Draft, type LogDraft } from './draft.ts'
import { ranksBelow, type Goer, type Line, type Rank } from './first-to-go.ts'
import type { Known } from './known.ts'
import type { LogLimits } from './limits.ts'
import type { Clock } from '../support/clock.ts'

export interface RoomComponents {
  known: Known
  limits: LogLimits
  clock: Clock
}

/** A header that wants room: on which account, and how it ranks there. */
export interface Newcomer extends Rank {
  account: number
}

/** The share of all headers that makes room at once. */
const CHUNK = 1 / 64
/** The share of all headers up to which those of acquaintances make no room for strangers'. */
const ACQUAINTANCES_SHARE = 1 / 2
const NONE = -1

/** Whether one more header has room, now or after others went. */
export function hasRoom(components: RoomComponents, draft: Draft, newcomer: Newcomer): boolean {
  const { known, limits } = components
  const held = (known.usage?.headers ?? 0) + draft.headers
  // what is as old as what had to go would soon have to go again, only to be fetched once more
  const isCrowded = held + 2 * chunkOf(limits) > limits.maxHeaders
  if (isCrowded && !isAboveFloor(components, draft, newcomer)) return false
  return held < limits.maxHeaders || makeRoom(components, draft, newcomer, chunkOf(limits))
}

/**
 * Lets up to `count` headers go, or as many as may for this newcomer; for nobody, whichever go first.
 *
 * @returns false when there are none
 */
export function makeRoom(components: RoomComponents, draft: Draft, newcomer: Newcomer | null, count: number): boolean {
  let gone = 0
  while (gone < count && makeOneGo(components, draft, newcomer, count)) gone++
  return gone > 0
}

/** Lets a header of the same log go that ranks below this one. @returns false when there is none */
export function replace({ known, clock }: RoomComponents, draft: Draft, rank: Rank, log: LogDraft): boolean {
  if (log.next.length === 0) {
    const going = log.removed.size
    // more each time that it is asked, so that it is seldom asked
    log.next = known.index.first(2 * going + 1, clock.now(), log.author).reverse()
  }
  return take(known, draft, log.next, (next) => ranksBelow(next, rank)) !== null
}

/** How many headers make room at once. */
export function chunkOf({ maxHeaders }: LogLimits): number {
  return Math.max(1, Math.floor(maxHeaders * CHUNK))
}

function makeOneGo(components: RoomComponents, draft: Draft, newcomer: Newcomer | null, count: number): boolean {
  const { known } = components
  const lapsed = take(known, draft, lapsedOf(components, draft, count, newcomer), (next) => newcomer === null || ranksBelow(next, newcomer))
  if (lapsed !== null) {
    draft.lapsedFloor = lapsed.time
    return true
  }
  if (newcomer?.live === false) return false
  const { account, freely } = accountToGo(components, draft, newcomer)
  const older = (next: Goer): boolean => newcomer === null || ranksBelow(next, newcomer)
  const from = (one: number, may: (next: Goer) => boolean) => {
    while ((draft.left[one] ?? 0) > 0) {
      const queue = queueOf(components, draft, one, count, newcomer)
      const gone = take(known, draft, queue, may)
      // those in line may have gone before, and others be next now
      if (gone !== null || queue.length > 0 || draft.goneAtLine === draft.gone) return gone
    }
    return null
  }
  const gone = from(account, freely ? () => true : older) ?? (newcomer === null ? null : from(newcomer.account, older))
  if (gone === null) {
    // another tab may have kept what could go
    if (draft.left.every((left, one) => left === 0 || one === OWN)) draft.starved = true
    return false
  }
  if (gone.live) {
    draft.lapsedFloor = Infinity
    draft.floors.set(gone.account, gone.time)
  }
  return true
}

/**
 * The account that makes room: the one that holds most, if that is more than the newcomer's holds, or the newcomer's own.
 * `freely`: whatever is first in line there; else only what ranks below the newcomer.
 */
function accountToGo({ limits }: RoomComponents, draft: Draft, newcomer: Newcomer | null): { account: number; freely: boolean } {
  let [most, account] = [newcomer === null ? -1 : 0, NONE]
  for (let one = 0; one < ACCOUNTS; one++) {
    if (one === OWN || (draft.left[one] ?? 0) === 0) continue
    const size = sizeOf(limits, draft, one)
    if (size > most) [most, account] = [size, one]
  }
  if (newcomer === null || newcomer.account === account) return { account, freely: newcomer === null }
  const own = sizeOf(limits, draft, newcomer.account)
  if (most <= own) return { account: newcomer.account, freely: false }
  // with one more here and one less there two would take turns
  return { account, freely: newcomer.account === ACQUAINTANCES || most > own + 1 }
}

/** How much an account takes up, as far as it makes room: acquaintances only with what they have more than their share. */
function sizeOf({ maxHeaders }: LogLimits, { held }: Draft, account: number): number {
  const size = held[account] ?? 0
  return account === ACQUAINTANCES && size <= maxHeaders * ACQUAINTANCES_SHARE ? 0 : size
}

function isAboveFloor({ known, limits }: RoomComponents, draft: Draft, { live, time, account }: Newcomer): boolean {
  if (!live) return time > (draft.lapsedFloor ?? known.floors.lapsed)
  const floor = draft.floors.get(account) ?? known.floors.live.get(account)
  if (floor === undefined || time > floor) return true
  // whose account has become smaller than others has room again
  const enough = sizeOf(limits, draft, account) + chunkOf(limits)
  return draft.held.some((_, one) => one !== OWN && sizeOf(limits, draft, one) > enough)
}

function lapsedOf(components: RoomComponents, draft: Draft, count: number, newcomer: Newcomer | null): Goer[] {
  if (draft.line === null || (draft.line.lapsed.length === 0 && draft.line.moreLapsed)) draft.line = lineUp(components, draft, count, newcomer)
  return draft.line.lapsed
}

/** Those of an account that are to go, the first one last. */
function queueOf(components: RoomComponents, draft: Draft, account: number, count: number, newcomer: Newcomer | null): Goer[] {
  const queue = draft.line?.live.get(account)
  if (queue !== undefined && queue.length > 0) return queue
  // all that was asked for has gone
  if (draft.line === null || draft.goneAtLine < draft.gone) draft.line = lineUp(components, draft, count, newcomer)
  return draft.line.live.get(account) ?? []
}

function lineUp({ known, limits, clock }: RoomComponents, draft: Draft, count: number, newcomer: Newcomer | null): Line {
  draft.goneAtLine = draft.gone
  // more each time that it is asked, so that it is seldom asked
  const line = known.index.line(Math.max(count, draft.gone) + draft.gone, clock.now(), (account) =>
    newcomer === null || account === ACQUAINTANCES ? 0 : Math.floor((draft.held[account] ?? 0) * limits.settledShare)
  )
  for (const queue of [line.lapsed, ...line.live.values()]) queue.reverse()
  return line
}

/** Lets the first in line go that may. @returns null when there is none */
function take(known: Known, draft: Draft, queue: Goer[], may: (next: Goer) => boolean): (Goer & { account: number }) | null {
  for (;;) {
    const next = queue.at(-1)
    if (next === undefined || !may(next)) return null
    queue.pop()
    const log = draftOf(known, draft, next.author)
    if (!remove(log, next.seq)) continue
    draft.headers--
    draft.gone++
    draft.held[log.account] = (draft.held[log.account] ?? 0) - 1
    draft.left[log.account] = (draft.left[log.account] ?? 0) - 1
    return { ...next, account: log.account }
  }
}

/** @returns false when it went before, or is the newest and others have come that go first */
function remove({ removed, after }: LogDraft, seq: number): boolean {
  if (removed.has(seq) || (seq === after.seq && after.count > 1)) return false
  removed.add(seq)
  after.count--
  if (after.count === 0) Object.assign(after, { seq: 0, hash: null })
  return true
}
