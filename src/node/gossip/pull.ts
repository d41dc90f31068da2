/**
 * Bodies on demand: wanted by whoever finds a header interesting, asked for from whoever announced it, then from whoever
 * passed it on, then from others of its shard, and believed only when the log finds that they are what the header says.
 */
import { digest, equalBytes } from '../crypto/hash.ts'
import type { Logs } from '../log/log.ts'
import type { StoredHeader } from '../log/records.ts'
import type { Network } from '../net/network.ts'
import { InvalidBytesError } from '../schema/codec.ts'
import type { Clock } from '../support/clock.ts'
import { fetchBody, type Part } from './body-stream.ts'
import { idKey } from './negentropy.ts'
import { createReliability } from './reliability.ts'

/** Bodies that are being fetched at a time, in all and from one peer. */
const IN_FLIGHT = 24
const PER_PEER = 4
const MAX_WANTED = 4096
/** Wishes that are looked at for one that can go on. */
const MAX_LOOKS = 128
/** Entries that are known to want one body. */
const MAX_ENTRIES = 64
/** Bodies of which a part is kept while nobody gives the rest. */
const MAX_PARTIAL = 16

/** Peers asked in a round, and the pauses before the next rounds: whoever passed a header on may have its body a moment later. */
const MAX_SOURCES = 8
const ROUND_PAUSES_MS = [250, 1_000, 5_000, 30_000]
/** How long a step may take, round by round. */
const STEPS_MS = [2_500, 5_000, 10_000]
/** A peer that has given nothing for so long is not waited for alone. */
const HEDGE_MS = 1_200
/** How long we make others wait for what we are still fetching, and how many of them. */
const SOON_MS = 2_000
const MAX_WAITING = 64
/** Headers whose bodies we don't want but would fetch for a neighbour that does. */
const MAX_NOTED = 128

const BAD_REPLY_POINTS = 20
const NOT_DELIVERED_POINTS = 5
const BROKEN_OFF_POINTS = 1

/** Where a header came from. */
export interface Origin {
  /** the peer that announced it, if it was announced */
  publisher?: string | undefined
  /** the peer that gave it to us */
  from?: string | undefined
  /** the topic that it came on, whose other subscribers may have the body too */
  topic?: string | undefined
}

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

export interface PullInit {
  /** the peers that can be asked at this moment */
  connected: ReadonlySet<string>
  /** Whether peers that give what is wrong are held to account. */
  penalties: boolean
  /** Whether others than the publisher are asked. */
  otherSources: boolean
}

interface Ask {
  peer: string
  ending: AbortController
}

interface Wish {
  hash: Uint8Array
  entries: Array<{ author: string; seq: number; size: number }>
  origin: Origin
  /** peers to be asked in this round */
  sources: string[]
  asks: Set<Ask>
  /** whether it has just been announced, and we want it ourselves */
  hurry: boolean
  /** whether a second peer may be asked while the first is silent */
  hedged: boolean
  rounds: number
  cancelRound: (() => void) | null
  begun: (Part & { by: Set<string> }) | null
  /** a body put together from several peers' pieces was wrong: pieces are not put together any more */
  distrusted: boolean
  /** neighbours that wait for it, too */
  waiting: Set<() => void>
}

export function createPuller({ network, logs, clock, random, report }: PullComponents, init: PullInit): Puller {
  const { connected, penalties, otherSources } = init
  const wishes = new Map<string, Wish>()
  const noted = new Map<string, { stored: StoredHeader; origin: Origin }>()
  /** how many wishes each peer has caused */
  const caused = new Map<string | undefined, number>()
  /** wishes with somebody to ask */
  const ready = new Set<Wish>()
  const busy = new Map<string, number>()
  const reliability = createReliability()
  let running = 0
  let waiting = 0
  let closed = false

  function penalise(peer: string, reason: string, points: number): void {
    if (penalties) network.penalise(peer, reason, points)
  }

  async function ask(wish: Wish, peer: string): Promise<void> {
    const asking: Ask = { peer, ending: new AbortController() }
    wish.asks.add(asking)
    running++
    busy.set(peer, (busy.get(peer) ?? 0) + 1)
    const hedge = () => {
      wish.hedged = true
      prepare(wish)
    }
    const cancelHedge = wish.hurry ? clock.after(HEDGE_MS, hedge) : () => undefined
    const begun = wish.distrusted ? null : wish.begun
    let partial: Part | null = null
    try {
      const got = await fetchBody(
        { network, clock, closing: asking.ending.signal },
        {
          peer,
          hash: wish.hash,
          begun,
          fits: (size) => wish.entries.some((entry) => entry.size === size),
          stepMs: STEPS_MS[Math.min(wish.rounds, STEPS_MS.length - 1)] ?? 0,
          onPiece(now) {
            cancelHedge()
            partial = now
          }
        }
      )
      if (typeof got !== 'string') await take(wish, got, peer, begun)
      else if (got === 'none' && peer === wish.origin.publisher) {
        reliability.failed(peer)
        penalise(peer, 'it announced a body that it does not give', NOT_DELIVERED_POINTS)
      }
    } catch (error) {
      if (!asking.ending.signal.aborted) fail(wish, peer, error, partial, begun)
    } finally {
      cancelHedge()
      running--
      const left = (busy.get(peer) ?? 1) - 1
      if (left === 0) busy.delete(peer)
      else busy.set(peer, left)
      wish.asks.delete(asking)
      prepare(wish)
    }
  }

  /** Checks what has come; what is right ends the wish. */
  async function take(wish: Wish, bytes: Uint8Array, peer: string, begun: Wish['begun']): Promise<void> {
    if (!equalBytes(await digest(bytes), wish.hash)) {
      wish.begun = null
      const alone = begun === null || [...begun.by].every((one) => one === peer)
      if (alone) throw new InvalidBytesError('expected a body with the hash that was asked for')
      // one of several has lied: from now on each gives all of it, and the liar is found
      wish.distrusted = true
      wish.sources.unshift(peer)
      return
    }
    reliability.gave(peer)
    if (!wishes.has(idKey(wish.hash))) return
    try {
      // if it still is not what a header says, then that header's author has lied, not this peer
      // other entries may want it while it is kept for the first
      for (let kept = 0; kept < wish.entries.length; ) {
        const entries = wish.entries.slice(kept)
        kept += entries.length
        const { status } = await logs.putBody(bytes, entries)
        if (status === 'new') network.useful(peer)
      }
    } catch (error) {
      if (!closed) report(error)
    }
    forget(wish)
  }

  function fail(wish: Wish, peer: string, error: unknown, partial: Part | null, begun: Wish['begun']): void {
    reliability.failed(peer)
    if (error instanceof InvalidBytesError) {
      penalise(peer, `a body: ${error.message}`, BAD_REPLY_POINTS)
      return
    }
    // slow, or gone, or it does not give bodies; what it gave is kept, and another may go on there
    if (partial === null) return
    if (connected.has(peer)) penalise(peer, 'it broke a body off', BROKEN_OFF_POINTS)
    if (wish.distrusted || partial.filled <= (wish.begun?.filled ?? 0)) return
    wish.begun = { ...partial, by: new Set([...(begun?.by ?? []), peer]) }
    const kept = [...wishes.values()].filter(({ begun }) => begun !== null)
    if (kept.length > MAX_PARTIAL && kept[0] !== undefined) kept[0].begun = null
  }

  function forget(wish: Wish): void {
    if (wishes.delete(idKey(wish.hash))) count(wish, -1)
    ready.delete(wish)
    wish.cancelRound?.()
    for (const { ending } of wish.asks) ending.abort(new Error('the body is not wanted any more'))
    for (const done of [...wish.waiting]) done()
  }

  function count({ origin }: Wish, change: 1 | -1): void {
    const now = (caused.get(origin.from) ?? 0) + change
    if (now === 0) caused.delete(origin.from)
    else caused.set(origin.from, now)
  }

  /** Lets a wish go on: there is somebody to ask, or the next round is waited for. */
  function prepare(wish: Wish): void {
    if (closed || wishes.get(idKey(wish.hash)) !== wish) {
      next()
      return
    }
    if (wish.sources.length > 0) ready.add(wish)
    else if (wish.asks.size === 0) waitForRound(wish)
    next()
  }

  function waitForRound(wish: Wish): void {
    const pause = ROUND_PAUSES_MS[wish.rounds]
    if (wish.cancelRound !== null || pause === undefined) return
    wish.rounds++
    wish.cancelRound = clock.after(pause, () => {
      wish.cancelRound = null
      wish.hedged = false
      findSources(wish)
      prepare(wish)
    })
  }

  function next(): void {
    let looks = 0
    for (const wish of ready) {
      if (running >= IN_FLIGHT || looks++ >= MAX_LOOKS || closed) return
      // it goes to the end of the line: those behind it have their turn before it is looked at again
      ready.delete(wish)
      const places = wish.hedged ? 2 : 1
      const at = wish.sources.findIndex((peer) => !connected.has(peer) || (busy.get(peer) ?? 0) < PER_PEER)
      const [peer] = at === -1 || wish.asks.size >= places ? [] : wish.sources.splice(at, 1)
      if (wish.sources.length > 0) ready.add(wish)
      if (peer === undefined) continue
      if (connected.has(peer)) void ask(wish, peer)
      else if (wish.sources.length === 0 && wish.asks.size === 0) waitForRound(wish)
    }
  }

  /** Whom to ask in this round: those who should have it, then those who may. The doubtful come last. */
  function findSources(wish: Wish): void {
    const { publisher, from, topic } = wish.origin
    const asked = new Set([...wish.asks].map(({ peer }) => peer))
    const likely = otherSources ? [publisher, from] : [publisher ?? from]
    const near = topic === undefined ? [] : network.subscribers(topic)
    const anybody = near.length === 0 || wish.rounds > 0 ? [...connected] : []
    // who has given bodies before is interested in the like of it
    const others = otherSources ? [...byGiven(near), ...byGiven(anybody)] : []
    const all = [...new Set([...likely, ...others])].filter(
      (peer): peer is string => peer !== undefined && connected.has(peer) && !asked.has(peer)
    )
    const sure = all.filter((peer) => !reliability.doubtful(peer))
    wish.sources = [...sure, ...all.filter((peer) => reliability.doubtful(peer))].slice(0, MAX_SOURCES)
  }

  function byGiven(peers: string[]): string[] {
    return shuffled(peers).sort((a, b) => reliability.given(b) - reliability.given(a))
  }

  function shuffled(peers: string[]): string[] {
    for (let i = peers.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1))
      const [a, b] = [peers[i] ?? '', peers[j] ?? '']
      peers[i] = b
      peers[j] = a
    }
    return peers
  }

  /** Gives up a wish of the peer that has caused the most: a flood of headers drives out its own. */
  function makeRoom(): void {
    const [most] = [...caused].reduce((a, b) => (b[1] > a[1] ? b : a))
    for (const wish of wishes.values()) {
      if (wish.origin.from !== most) continue
      forget(wish)
      return
    }
  }

  function want({ author, header }: StoredHeader, origin: Origin, hurry = origin.publisher !== undefined): void {
    const key = idKey(header.bodyHash)
    const entry = { author, seq: header.seq, size: header.bodySize }
    noted.delete(key)
    const known = wishes.get(key)
    if (known !== undefined) {
      if (known.entries.length >= MAX_ENTRIES) return
      if (!known.entries.some(({ author: of, seq }) => of === author && seq === header.seq)) known.entries.push(entry)
      if (origin.from !== undefined && !known.sources.includes(origin.from)) known.sources.push(origin.from)
      prepare(known)
      return
    }
    if (wishes.size >= MAX_WANTED) makeRoom()
    const wish: Wish = {
      hash: header.bodyHash.slice(),
      entries: [entry],
      origin,
      sources: [],
      asks: new Set(),
      hurry,
      hedged: false,
      rounds: 0,
      cancelRound: null,
      begun: null,
      distrusted: false,
      waiting: new Set()
    }
    wishes.set(key, wish)
    count(wish, 1)
    findSources(wish)
    prepare(wish)
  }

  /** Fetches for a neighbour what does not interest us: the header came to it through us. */
  async function lend({ stored, origin }: { stored: StoredHeader; origin: Origin }): Promise<void> {
    noted.delete(idKey(stored.header.bodyHash))
    if (closed || !(await logs.wanted(stored))) return
    want(stored, origin, false)
    const wish = wishes.get(idKey(stored.header.bodyHash))
    if (wish !== undefined) await arrival(wish)
  }

  /** Resolves when a wish is over, or after a while. */
  function arrival(wish: Wish): Promise<void> {
    waiting++
    return new Promise((resolve) => {
      const done = () => {
        cancel()
        waiting--
        wish.waiting.delete(done)
        resolve()
      }
      const cancel = clock.after(SOON_MS, done)
      wish.waiting.add(done)
    })
  }

  return {
    want: (stored, origin) => want(stored, origin),
    note(stored, origin) {
      const key = idKey(stored.header.bodyHash)
      if (wishes.has(key)) return
      noted.delete(key)
      noted.set(key, { stored, origin })
      const [oldest] = noted.keys()
      if (noted.size > MAX_NOTED && oldest !== undefined) noted.delete(oldest)
    },
    soon(hash) {
      const key = idKey(hash)
      const known = noted.get(key)
      if (waiting >= MAX_WAITING) return null
      if (known !== undefined && otherSources) return lend(known)
      const wish = wishes.get(key)
      return wish === undefined ? null : arrival(wish)
    },
    pending: () => wishes.size,
    tryPeer(peer) {
      for (const wish of wishes.values()) {
        if (wish.sources.length < MAX_SOURCES && !wish.sources.includes(peer) && (otherSources || peer === wish.origin.publisher)) {
          wish.sources.push(peer)
          ready.add(wish)
        }
      }
      next()
    },
    close() {
      closed = true
      for (const wish of [...wishes.values()]) forget(wish)
    }
  }
}
