/**
 * Bodyless gossip: headers are announced on a topic, checked before they are passed on, kept in order, and
 * caught up on when peers meet; bodies are pulled for those that interest us.
 *
 * ```js
 * const gossip = createGossip({ network, logs, now: Date.now }, { interested: ({ kind }) => kind === 'capability' })
 * await gossip.start()
 * await gossip.announce(entry.bytes)
 * ```
 */
import { didOf } from '../crypto/did.ts'
import type { Verdict as LogVerdict } from '../log/accept.ts'
import { decodeHeader } from '../log/header.ts'
import type { Logs } from '../log/log.ts'
import type { StoredHeader } from '../log/records.ts'
import type { Network, Verdict } from '../net/network.ts'
import type { Header } from '../schema/header.ts'
import { catchUp, serveCatchUp } from './catch-up.ts'
import { createPuller, servePull } from './pull.ts'
import { createRateLimit } from './rate-limit.ts'

export const HEADERS_TOPIC = 'starling/1/headers'

/** Headers a second, and at once, that one peer may hand us, and that one author may write. */
const PEER_RATE = { rate: 100, burst: 400, keys: 1024 }
const AUTHOR_RATE = { rate: 10, burst: 100, keys: 4096 }

/** Several peers of one exchange are caught up with at a time. */
const MAX_CATCH_UPS = 4
const CATCH_UP_MS = 60_000

export interface GossipComponents {
  network: Network
  logs: Logs
  now: () => number
}

export interface GossipInit {
  /** Whether the body of such an entry should be held here. */
  interested: (header: Header) => boolean
}

export interface Gossip {
  /** Takes part from now on, and looks up which bodies are still missing. */
  start(): Promise<void>
  /** Announces one of our own headers. With nobody there it waits in the log until somebody catches up. */
  announce(header: Uint8Array): Promise<void>
  stop(): void
}

export function createGossip({ network, logs, now }: GossipComponents, { interested }: GossipInit): Gossip {
  const closing = new AbortController()
  const connected = new Set<string>()
  const puller = createPuller({ network, logs }, (peer) => connected.has(peer))
  const peerMay = createRateLimit(PEER_RATE)
  const authorMay = createRateLimit(AUTHOR_RATE)
  const catchingUp = new Map<string, { again: boolean }>()
  const queue: string[] = []

  async function take(bytes: Uint8Array, from: string): Promise<LogVerdict> {
    const verdict = await logs.accept(bytes)
    if (verdict.status === 'invalid') network.penalise(from, `a header: ${verdict.reason}`, 10)
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
    let author: string
    try {
      author = didOf(decodeHeader(bytes).author)
    } catch (error) {
      network.penalise(from, `a header: ${(error as Error).message}`, 10)
      return 'reject'
    }
    if (!authorMay(author, now())) return 'ignore'
    const verdict = await take(bytes, from)
    switch (verdict.status) {
      case 'new':
        return 'accept'
      case 'gap':
        // signed, so worth passing on; what comes before it is with whoever had this
        scheduleCatchUp(from)
        return 'accept'
      case 'invalid':
        return 'reject'
      default:
        return 'ignore'
    }
  }

  function scheduleCatchUp(peer: string): void {
    const running = catchingUp.get(peer)
    if (running !== undefined) {
      running.again = true
      return
    }
    if (!queue.includes(peer)) queue.push(peer)
    nextCatchUp()
  }

  function nextCatchUp(): void {
    while (catchingUp.size < MAX_CATCH_UPS) {
      const peer = queue.shift()
      if (peer === undefined) return
      if (!connected.has(peer)) continue
      const state = { again: false }
      catchingUp.set(peer, state)
      void catchUpWith(peer).finally(() => {
        catchingUp.delete(peer)
        if (closing.signal.aborted) return
        if (state.again) scheduleCatchUp(peer)
        else nextCatchUp()
      })
    }
  }

  async function catchUpWith(peer: string): Promise<void> {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(CATCH_UP_MS)])
    try {
      await catchUp({ network, logs }, peer, (bytes) => take(bytes, peer), { signal })
    } catch {
      // it went away or speaks badly, which the network holds against it; the next meeting starts afresh
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
    async start() {
      serveCatchUp({ network, logs })
      servePull({ network, logs })
      network.subscribe(HEADERS_TOPIC, judge)
      for (const [author] of await logs.frontier()) {
        for (const stored of await logs.headers(author)) await wantBody(stored)
      }
    },
    async announce(header) {
      await network.publish(HEADERS_TOPIC, header)
    },
    stop() {
      closing.abort(new Error('the node stops'))
      stopConnect()
      stopDisconnect()
      puller.close()
    }
  }
}
