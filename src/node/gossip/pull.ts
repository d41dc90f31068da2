/**
 * Bodies on demand: asked for by hash from whoever announced the header, then from others, and believed only
 * when the log finds that they are what the header says. Nobody pushes bodies.
 */
import { digest, equalBytes, toHex } from '../crypto/hash.ts'
import type { StoredHeader } from '../log/records.ts'
import type { Logs } from '../log/log.ts'
import type { Network, ProtocolOptions } from '../net/network.ts'
import { InvalidBytesError, decode, encode } from '../schema/codec.ts'
import { MAX_BODY_BYTES } from '../schema/header.ts'
import { MAX_BODY_REQUEST_BYTES, bodyReply, bodyRequest } from '../schema/messages.ts'
import { createRateLimit } from '../support/rate-limit.ts'
import { delay } from '../support/wait-for.ts'

export const BODY_PROTOCOL = '/starling/body/1.0.0'
const MAX_REPLY_BYTES = MAX_BODY_BYTES + 64
const options: ProtocolOptions = { maxMessageBytes: MAX_REPLY_BYTES, maxStreamsPerPeer: 8 }
const STEP_MS = 10_000
const IN_FLIGHT = 4
const MAX_WANTED = 4096

/** Peers asked for one body in a round, and the rounds: whoever announced a header may have its body a moment later. */
const MAX_SOURCES = 8
const ROUND_PAUSES_MS = [250, 1_000, 5_000, 30_000]

/** Bodies that a peer gets in a second; it waits for more. */
const SERVE_RATE = { rate: 100, burst: 1000, keys: 1024 }
const SERVE_PAUSE_MS = 50

const BAD_REPLY_POINTS = 20

export interface PullComponents {
  network: Network
  logs: Logs
}

/** Gives bodies to whoever asks, if they are for everybody. */
export function servePull({ network, logs, now }: PullComponents & { now: () => number }): void {
  const may = createRateLimit(SERVE_RATE)
  network.handle(BODY_PROTOCOL, options, async (stream, signal) => {
    for (;;) {
      const step = AbortSignal.any([signal, AbortSignal.timeout(STEP_MS)])
      const request = await stream.read({ signal: step })
      if (request === null) return
      const { hash } = decode(request, bodyRequest, MAX_BODY_REQUEST_BYTES)
      while (!may(stream.peer, now())) await delay(SERVE_PAUSE_MS, step)
      await stream.write(encode({ body: await logs.publicBodyBytes(hash) }), { signal: step })
    }
  })
}

export interface Puller {
  /** Wants this header's body, first from `peer` if one is named. Over its bound the wish that has waited longest is given up. */
  want(stored: StoredHeader, peer?: string): void
  /** Another peer came: whatever is still wanted may be had there. */
  tryPeer(peer: string): void
  close(): void
}

interface Wish {
  stored: StoredHeader
  /** peers to be asked */
  sources: string[]
  busy: boolean
  rounds: number
  timer: ReturnType<typeof setTimeout> | null
}

/** What came of asking one peer: the wish is over, or the next peer may do. */
type Answer = 'over' | 'next'

/** @param connected the peers that can be asked at this moment */
export function createPuller(
  { network, logs, report }: PullComponents & { report: (error: unknown) => void },
  connected: ReadonlySet<string>
): Puller {
  const wishes = new Map<string, Wish>()
  const closing = new AbortController()
  let running = 0

  /** The body as a peer gives it, null when it gives none. @throws InvalidBytesError when it is another */
  async function fetch(peer: string, hash: Uint8Array): Promise<Uint8Array | null> {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(STEP_MS)])
    const stream = await network.open(peer, BODY_PROTOCOL, { ...options, signal })
    try {
      await stream.write(encode({ hash }), { signal })
      const reply = await stream.read({ signal })
      if (reply === null) return null
      const { body } = decode(reply, bodyReply, MAX_REPLY_BYTES)
      if (body !== null && !equalBytes(await digest(body), hash)) {
        throw new InvalidBytesError('expected a body with the hash that was asked for')
      }
      return body
    } finally {
      await stream.close()
    }
  }

  async function ask(peer: string, { header }: StoredHeader): Promise<Answer> {
    let body: Uint8Array | null
    try {
      body = await fetch(peer, header.bodyHash)
    } catch (error) {
      if (error instanceof InvalidBytesError) network.penalise(peer, `a body: ${error.message}`, BAD_REPLY_POINTS)
      // otherwise it is slow or gone
      return 'next'
    }
    if (body === null) return 'next'
    try {
      // if it still is not what its header says, then the header's author has lied, not this peer
      await logs.putBody(header.bodyHash, body)
    } catch (error) {
      if (!closing.signal.aborted) report(error)
    }
    return 'over'
  }

  async function pursue(key: string, wish: Wish): Promise<void> {
    for (let peer = wish.sources.shift(); peer !== undefined; peer = wish.sources.shift()) {
      if (closing.signal.aborted) return
      if (connected.has(peer) && (await ask(peer, wish.stored)) === 'over') {
        forget(key, wish)
        return
      }
    }
    if (wish.timer !== null || closing.signal.aborted || wishes.get(key) !== wish) return
    const pause = ROUND_PAUSES_MS[wish.rounds++]
    if (pause === undefined) return
    wish.timer = setTimeout(() => {
      wish.timer = null
      askEverybody(wish)
      next()
    }, pause)
  }

  function forget(key: string, wish: Wish): void {
    if (wish.timer !== null) clearTimeout(wish.timer)
    if (wishes.get(key) === wish) wishes.delete(key)
  }

  function next(): void {
    for (const [key, wish] of wishes) {
      if (running >= IN_FLIGHT || closing.signal.aborted) return
      if (wish.busy || wish.sources.length === 0) continue
      wish.busy = true
      running++
      void pursue(key, wish).finally(() => {
        wish.busy = false
        running--
        next()
      })
    }
  }

  function addSource(wish: Wish, peer: string): void {
    if (wish.sources.length < MAX_SOURCES && !wish.sources.includes(peer)) wish.sources.push(peer)
  }

  function askEverybody(wish: Wish): void {
    for (const peer of connected) addSource(wish, peer)
  }

  function makeRoom(): void {
    const [oldest] = wishes
    if (wishes.size >= MAX_WANTED && oldest !== undefined) forget(...oldest)
  }

  return {
    want(stored, peer) {
      const key = toHex(stored.header.bodyHash)
      let wish = wishes.get(key)
      if (wish === undefined) {
        makeRoom()
        wish = { stored, sources: [], busy: false, rounds: 0, timer: null }
        wishes.set(key, wish)
      }
      if (peer !== undefined) addSource(wish, peer)
      else askEverybody(wish)
      next()
    },
    tryPeer(peer) {
      for (const wish of wishes.values()) addSource(wish, peer)
      next()
    },
    close() {
      closing.abort(new Error('the node stops'))
      for (const [key, wish] of wishes) forget(key, wish)
    }
  }
}
