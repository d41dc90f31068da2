/**
 * Bodyless gossip: headers are announced on a topic, checked before they are passed on, kept in order, and
 * caught up on when peers meet; bodies are pulled for those that interest us.
 *
 * ```js
 * const gossip = createGossip({ network, logs, now, report }, { interested: ({ kind }) => kind === 'capability' })
 * await gossip.start()
 * await gossip.announce(entry.bytes)
 * ```
 */
import type { Verdict as LogVerdict } from '../log/accept.ts'
import { everyHeader } from '../log/every-header.ts'
import type { Logs } from '../log/log.ts'
import type { StoredHeader } from '../log/records.ts'
import type { Network, Verdict } from '../net/network.ts'
import { InvalidBytesError } from '../schema/codec.ts'
import type { Header } from '../schema/header.ts'
import { StoreFullError, StoreUnavailableError } from '../store/store.ts'
import { createRateLimit } from '../support/rate-limit.ts'
import { delay } from '../support/wait-for.ts'
import { catchUp, serveCatchUp } from './catch-up.ts'
import { createPuller, servePull } from './pull.ts'

export const HEADERS_TOPIC = 'starling/1/headers'

/** Headers a second, and at once, that are looked at from one peer, and that are passed on of one author. */
const PEER_RATE = { rate: 100, burst: 400, keys: 1024 }
const AUTHOR_RATE = { rate: 10, burst: 100, keys: 4096 }

/** Peers that are caught up with at a time; how long one exchange may take; the pause before the next with the same peer. */
const MAX_CATCH_UPS = 4
const CATCH_UP_MS = 60_000
const CATCH_UP_PAUSE_MS = 2_000

const BAD_HEADER_POINTS = 10
const BAD_ANSWER_POINTS = 20

export interface GossipComponents {
  network: Network
  logs: Logs
  now: () => number
  /** a failure of our own that nobody waits for, such as of the store */
  report: (error: unknown) => void
}

export interface GossipInit {
  /** Whether the body of such an entry should be held here. */
  interested: (header: Header) => boolean
}

export interface Gossip {
  /** Takes part from now on. Which bodies are missing is looked up meanwhile. */
  start(): void
  /** Announces one of our own headers. With nobody there it waits in the log until somebody catches up. */
  announce(header: Uint8Array): Promise<void>
  stop(): void
}

export function createGossip(components: GossipComponents, { interested }: GossipInit): Gossip {
  const { network, logs, now, report } = components
  const closing = new AbortController()
  const connected = new Set<string>()
  const puller = createPuller({ network, logs, report }, connected)
  const peerMay = createRateLimit(PEER_RATE)
  const authorMay = createRateLimit(AUTHOR_RATE)
  /** peers that wait for an exchange, and those that are in one or rest after it */
  const queue = new Set<string>()
  const engaged = new Map<string, { again: boolean }>()
  let running = 0

  async function take(bytes: Uint8Array, from: string): Promise<LogVerdict> {
    const verdict = await logs.accept(bytes)
    if (verdict.status === 'new') await wantBody(verdict.stored, from)
    return verdict
  }

  async function wantBody(stored: StoredHeader, from?: string): Promise<void> {
    const { expiry, bodyHash } = stored.header
    const lapsed = expiry !== null && expiry <= now()
    if (lapsed || !interested(stored.header)) return
    if ((await logs.bodyBytes(bodyHash)) === null) puller.want(stored, from)
  }

  async function judge(bytes: Uint8Array, from: string): Promise<Verdict> {
    if (!peerMay(from, now())) return 'ignore'
    try {
      const verdict = await take(bytes, from)
      switch (verdict.status) {
        case 'new':
          return authorMay(verdict.stored.author, now()) ? 'accept' : 'ignore'
        case 'gap':
          // signed, so worth passing on; what comes before it is with whoever had this
          scheduleCatchUp(from)
          return authorMay(verdict.author, now()) ? 'accept' : 'ignore'
        case 'invalid':
          return 'reject'
        default:
          return 'ignore'
      }
    } catch (error) {
      report(error)
      return 'ignore'
    }
  }

  function scheduleCatchUp(peer: string): void {
    const state = engaged.get(peer)
    if (state === undefined) queue.add(peer)
    else state.again = true
    nextCatchUp()
  }

  function nextCatchUp(): void {
    for (const peer of queue) {
      if (running >= MAX_CATCH_UPS || closing.signal.aborted) return
      queue.delete(peer)
      if (connected.has(peer)) void engage(peer)
    }
  }

  async function engage(peer: string): Promise<void> {
    const state = { again: false }
    engaged.set(peer, state)
    running++
    const more = await catchUpWith(peer)
    running--
    nextCatchUp()
    try {
      await delay(CATCH_UP_PAUSE_MS, closing.signal)
    } catch {
      return // we stop
    }
    engaged.delete(peer)
    if (state.again || more) scheduleCatchUp(peer)
  }

  /** @returns whether there is more to be had */
  async function catchUpWith(peer: string): Promise<boolean> {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(CATCH_UP_MS)])
    const accept = async (bytes: Uint8Array) => {
      const verdict = await take(bytes, peer)
      if (verdict.status === 'invalid') network.penalise(peer, `a header: ${verdict.reason}`, BAD_HEADER_POINTS)
      return verdict
    }
    try {
      const { fresh, more } = await catchUp({ network, logs }, peer, accept, signal)
      return more && fresh > 0
    } catch (error) {
      if (error instanceof InvalidBytesError) {
        network.penalise(peer, `its headers: ${error.message}`, BAD_ANSWER_POINTS)
      } else if (error instanceof StoreFullError || error instanceof StoreUnavailableError) {
        if (!closing.signal.aborted) report(error)
      }
      // otherwise it is slow or went away: the next meeting starts afresh
      return false
    }
  }

  async function lookForMissing(): Promise<void> {
    for await (const stored of everyHeader(logs)) {
      if (closing.signal.aborted) return
      await wantBody(stored)
    }
  }

  const stopConnect = network.on('connect', ({ peer }) => {
    const first = !connected.has(peer)
    connected.add(peer)
    if (!first) return
    scheduleCatchUp(peer)
    puller.tryPeer(peer)
  })
  const stopDisconnect = network.on('disconnect', ({ peer }) => connected.delete(peer))

  return {
    start() {
      serveCatchUp({ network, logs, now })
      servePull({ network, logs, now })
      network.subscribe(HEADERS_TOPIC, judge)
      lookForMissing().catch((error: unknown) => {
        if (!closing.signal.aborted) report(error)
      })
    },
    async announce(header) {
      try {
        await network.publish(HEADERS_TOPIC, header)
      } catch (error) {
        // it is in the log, and whoever catches up gets it
        report(error)
      }
    },
    stop() {
      closing.abort(new Error('the node stops'))
      stopConnect()
      stopDisconnect()
      puller.close()
    }
  }
}
