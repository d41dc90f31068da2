/**
 * Bodies on demand: wanted by whoever finds a header interesting, asked for from whoever announced it, then from whoever
 * passed it on, then from others of its shard, and believed only when the log finds that they are what the header says.
 */
import type { Logs } from '../log/log.ts'
import type { StoredHeader } from '../log/records.ts'
import type { Network } from '../net/network.ts'
import type { Clock } from '../support/clock.ts'
import { createAnswers } from './answers.ts'
import { createAskPlaces } from './ask-places.ts'
import { createBodyFetcher, type Part } from './body-stream.ts'
import type { Interests } from './interests.ts'
import { createLending } from './lending.ts'
import { idKey } from './negentropy.ts'
import { createReliability } from './reliability.ts'
import { MAX_SOURCES, createSources, type Origin } from './sources.ts'
import { createSurvey } from './survey.ts'
import { createTurns } from './turns.ts'
import { createWishes, wantedEntry, type Ask, type WantedEntry, type Wish } from './wishes.ts'

/** Bodies that are being fetched at a time: in all, of these such as nobody gave before, and from one peer. */
const IN_FLIGHT = 24
const AGAIN_IN_FLIGHT = 12
const PER_PEER = 4
/** The line of what nobody gave before, the last. */
const AGAIN = 2
/** Wishes that are looked at for one that can go on. */
const MAX_LOOKS = 128

/** Pauses before the next rounds: whoever passed a header on may have its body a moment later. */
const ROUND_PAUSES_MS = [250, 1_000, 3_000, 6_000, 8_000, 10_000, 30_000]
/** The round from which on those who don't hold a body are to fetch it for us. */
const FETCH_ROUND = 1
/** From this round on so many are asked at a time: each may first have to ask its own neighbours. */
const LATE_ROUND = 2
const LATE_PLACES = 3
/** Peers that are asked for one that they may hold, before somebody has to fetch it. */
const GUESSES = 4
/** How long a peer may give nothing, round by round. */
const PATIENCES_MS = [2_500, 5_000, 10_000]
/** A peer that has given nothing for so long is not waited for alone. */
const HEDGE_MS = 1_200

export interface Puller {
  /** Wants this entry's body. Over the bound on wishes, one of the peer that has caused the most is given up. */
  want(stored: StoredHeader, origin: Origin): void
  /** Knows of this entry, in case that a neighbour asks us for the body. */
  note(stored: StoredHeader, origin: Origin): void
  /** Resolves when a body that we are fetching, or can fetch, has come, or won't soon; null: we can't fetch it. */
  soon(hash: Uint8Array): Promise<void> | null
  /** How many bodies are wanted and not here. */
  pending(): number
  /** Another peer came: whatever is still wanted may be had there. */
  tryPeer(peer: string): void
  close(): void
}

export interface PullComponents {
  network: Network
  logs: Logs
  clock: Clock
  random: () => number
  /** a failure of our own that nobody waits for, such as of the store */
  report: (error: unknown) => void
}

/** `refuses` and `lends` are asked again before each request and when a body has come: they may answer otherwise by then. */
export interface PullInit extends Pick<Interests, 'refuses' | 'lends' | 'favours'> {
  /** the peers that can be asked at this moment, and since when, milliseconds since 1970 */
  connected: ReadonlyMap<string, number>
  /** Whether peers that give what is wrong are held to account. */
  penalties: boolean
  /** Whether others than the publisher are asked. */
  otherSources: boolean
}

export function createPuller({ network, logs, clock, random, report }: PullComponents, init: PullInit): Puller {
  const { connected, penalties, otherSources, refuses, lends, favours } = init
  const wishes = createWishes()
  /** wishes with somebody to ask */
  const ready = createTurns<Wish>(AGAIN + 1, lineOf)
  const reliability = createReliability()
  const closing = new AbortController()
  const bodies = createBodyFetcher({ network, clock })
  const sourcesFor = createSources({ network, random, reliability }, { connected, otherSources })
  const survey = createSurvey(
    { clock, random, ask: whichHeld },
    {
      found: (key, peer) =>
        goOn(key, (wish) => {
          wish.holder = peer
          wish.sources.unshift(peer)
        }),
      lost: (key, asked) =>
        goOn(key, (wish) => {
          if (asked) haveFetched(wish)
          findSources(wish)
          if (!asked) wish.sources = wish.sources.slice(0, GUESSES)
        })
    }
  )
  const lending = createLending(
    { clock },
    {
      isWanted(key) {
        const wish = wishes.get(key)
        return wish !== undefined && isAllowed(wish)
      },
      mayLend: (stored) => mayCome(wantedEntry(stored, true)),
      fetch: fetchFor
    }
  )
  const answers = createAnswers({ network, logs, clock, reliability, wishes, report }, { connected, penalties, mayCome, isWanted, closing: closing.signal })
  const places = createAskPlaces({ all: IN_FLIGHT, again: AGAIN_IN_FLIGHT, perPeer: PER_PEER })

  async function whichHeld(peer: string, hashes: readonly Uint8Array[]): Promise<boolean[]> {
    try {
      return await bodies.whichHeld(peer, hashes)
    } catch (error) {
      if (closing.signal.aborted) return []
      answers.unheard(peer, error)
      return []
    }
  }

  async function ask(wish: Wish, peer: string): Promise<void> {
    const asking: Ask = { peer, silent: false, ending: new AbortController() }
    wish.asks.add(asking)
    const begun = wish.distrusted ? null : wish.begun
    let partial: Part | null = null
    const place = places.take(peer, lineOf(wish) === AGAIN)
    const hedge = () =>
      clock.after(HEDGE_MS, () => {
        asking.silent = true
        place.silent()
        if (wish.hurry && partial === null) wish.hedged = true
        prepare(wish)
      })
    let cancelHedge = hedge()
    try {
      const got = await bodies.fetch({
        peer,
        hash: wish.hash,
        begun,
        fetch: wish.fetch,
        fits: (size) => wish.entries.some((entry) => entry.size === size),
        patienceMs: PATIENCES_MS[Math.min(wish.rounds, PATIENCES_MS.length - 1)] ?? 0,
        signal: asking.ending.signal,
        onPiece(now) {
          cancelHedge()
          cancelHedge = hedge()
          asking.silent = false
          place.heard()
          partial = now
        }
      })
      if (typeof got === 'string') answers.none(wish, peer, got)
      else if (await answers.body(wish, got, peer, begun)) forget(wish)
    } catch (error) {
      if (!asking.ending.signal.aborted) answers.failed(wish, peer, error, partial, begun)
      // somebody else was faster, by far
      else if (asking.silent) reliability.failed(peer)
    } finally {
      cancelHedge()
      place.leave()
      wish.asks.delete(asking)
      prepare(wish)
    }
  }

  /** The line that it waits in: what is of agents whom we favour is first, what nobody gave before is last. */
  function lineOf({ entries, rounds }: Wish): number {
    if (entries.some(({ author }) => favours(author))) return 0
    return rounds > 0 ? AGAIN : 1
  }

  function forget(wish: Wish): void {
    wishes.delete(wish)
    ready.delete(wish)
    survey.giveUp(wish.key)
    wish.cancelRound?.()
    for (const { ending } of wish.asks) ending.abort(new Error('the body is not wanted any more'))
    lending.settled(wish.key)
  }

  function isWanted(wish: Wish): boolean {
    return !closing.signal.aborted && wishes.get(wish.key) === wish
  }

  function mayCome(entry: WantedEntry): boolean {
    return !refuses(entry) && (!entry.lent || lends())
  }

  function isAllowed({ entries }: Wish): boolean {
    return entries.some(mayCome)
  }

  /** Lets a wish go on: there is somebody to ask, or the next round is waited for. */
  function prepare(wish: Wish): void {
    if (!isWanted(wish)) {
      next()
      return
    }
    if (wish.sources.length > 0) ready.add(wish)
    else if (wish.asks.size === 0 && !wish.sought) waitForRound(wish)
    next()
  }

  function waitForRound(wish: Wish): void {
    const pause = ROUND_PAUSES_MS[wish.rounds]
    if (wish.cancelRound !== null || pause === undefined) return
    wish.rounds++
    wish.cancelRound = clock.after(pause, () => {
      wish.cancelRound = null
      if (!isAllowed(wish)) {
        forget(wish)
        return
      }
      wish.hedged = false
      if (wish.rounds >= FETCH_ROUND) haveFetched(wish)
      seekHolders(wish)
      findSources(wish)
      prepare(wish)
    })
  }

  function next(): void {
    for (let looks = 0; places.isFree(false) && looks < MAX_LOOKS && !closing.signal.aborted; looks++) {
      // it goes to the end of its line: those behind it have their turn before it is looked at again
      const wish = ready.take(places.isFree(true) ? AGAIN + 1 : AGAIN)
      if (wish === undefined) return
      const atOnce = wish.rounds >= LATE_ROUND ? LATE_PLACES : wish.hedged ? 2 : 1
      // what there is no hurry for comes one after the other, on one stream
      const most = wish.fetch ? undefined : 1
      const at = wish.asks.size < atOnce ? wish.sources.findIndex((peer) => !connected.has(peer) || places.isFreeAt(peer, most)) : -1
      const [peer] = at === -1 ? [] : wish.sources.splice(at, 1)
      if (wish.sources.length > 0) ready.add(wish)
      if (peer === undefined) continue
      if (!isAllowed(wish)) forget(wish)
      else if (connected.has(peer)) void ask(wish, peer)
      else if (wish.sources.length === 0 && wish.asks.size === 0) waitForRound(wish)
    }
  }

  /** Peers have been asked who holds it. */
  function goOn(key: string, change: (wish: Wish) => void): void {
    const wish = wishes.get(key)
    if (wish === undefined) return
    wish.sought = false
    change(wish)
    prepare(wish)
  }

  /** From now on who does not hold it is to fetch it: those who had nothing may be asked again. */
  function haveFetched(wish: Wish): void {
    if (!wish.fetch) wish.without.clear()
    wish.fetch = true
  }

  /** What is near to our interests may lie in a shard that is not ours, and that none of those we know takes part in. */
  function seekHolders({ origin: { home } }: Wish): void {
    const topic = otherSources ? home?.() : undefined
    if (topic !== undefined && network.subscribers(topic).length === 0) network.seek(topic)
  }

  function findSources(wish: Wish): void {
    const asking = new Set([...wish.asks].map(({ peer }) => peer))
    wish.sources = sourcesFor({ ...wish, asking })
  }

  /** @param lent whether it is for a neighbour that waits for it */
  function want(stored: StoredHeader, origin: Origin, lent: boolean): void {
    const key = idKey(stored.header.bodyHash)
    lending.forget(key)
    const known = wishes.get(key)
    if (known !== undefined) {
      wantToo(known, stored, origin, lent)
      return
    }
    const surplus = wishes.surplus()
    if (surplus !== undefined) forget(surplus)
    const sought = origin.publisher === undefined && !lent && otherSources
    const wish = wishes.add(stored, origin, { lent, sought })
    if (sought) {
      const candidates = (without: ReadonlySet<string>, rounds: number) =>
        sourcesFor({ ...wish, rounds, without, asking: new Set() })
      survey.seek({ key, hash: wish.hash, candidates })
    } else {
      findSources(wish)
      prepare(wish)
    }
  }

  function wantToo(wish: Wish, stored: StoredHeader, { from }: Origin, lent: boolean): void {
    if (!wishes.join(wish, stored, lent)) return
    if (!wish.sought && from !== undefined && !wish.sources.includes(from)) wish.sources.push(from)
    prepare(wish)
  }

  /**
   * Fetches for a neighbour what does not interest us. It is kept, and heard like all else that comes: its author is none that we
   * avoid, and that we find here what we could find later does no harm. It is no interest of ours: we don't tell it again.
   */
  async function fetchFor(stored: StoredHeader, origin: Origin): Promise<boolean> {
    if (!otherSources || closing.signal.aborted || !(await logs.wanted(stored))) return false
    want(stored, origin, true)
    return true
  }

  return {
    want: (stored, origin) => want(stored, origin, false),
    note: lending.note,
    soon: lending.soon,
    pending: () => wishes.size,
    tryPeer(peer) {
      for (const wish of wishes.values()) {
        if (wish.sought || wish.sources.length >= MAX_SOURCES || wish.sources.includes(peer)) continue
        if (!otherSources && peer !== wish.origin.publisher) continue
        wish.sources.push(peer)
        ready.add(wish)
      }
      next()
    },
    close() {
      closing.abort(new Error('the node stops'))
      survey.close()
      bodies.close()
      for (const wish of [...wishes.values()]) forget(wish)
    }
  }
}
