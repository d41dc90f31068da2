/**
 * Bodies on demand: asked for by hash from whoever announced the header, and believed only when the log
 * finds that they are what the header says. Nobody pushes bodies.
 */
import type { StoredHeader } from '../log/records.ts'
import type { Logs } from '../log/log.ts'
import type { Network, ProtocolOptions } from '../net/network.ts'
import { decode, encode } from '../schema/codec.ts'
import { MAX_BODY_BYTES } from '../schema/header.ts'
import { MAX_BODY_REQUEST_BYTES, bodyReply, bodyRequest } from '../schema/messages.ts'
import { toHex } from '../crypto/hash.ts'

export const BODY_PROTOCOL = '/starling/body/1.0.0'
const MAX_REPLY_BYTES = MAX_BODY_BYTES + 64
const options: ProtocolOptions = { maxMessageBytes: MAX_REPLY_BYTES, maxStreamsPerPeer: 8 }
const STEP_MS = 10_000
const IN_FLIGHT = 4
const MAX_WANTED = 4096
const MAX_SOURCES = 8

export interface PullComponents {
  network: Network
  logs: Logs
}

/** Gives bodies to whoever asks, if they are for everybody. */
export function servePull({ network, logs }: PullComponents): void {
  network.handle(BODY_PROTOCOL, options, async (stream, signal) => {
    for (;;) {
      const step = AbortSignal.any([signal, AbortSignal.timeout(STEP_MS)])
      const request = await stream.read({ signal: step })
      if (request === null) return
      const { hash } = decode(request, bodyRequest, MAX_BODY_REQUEST_BYTES)
      await stream.write(encode({ body: await logs.publicBodyBytes(hash) }), { signal: step })
    }
  })
}

export interface Puller {
  /** Wants this header's body, from `peer` if one is named. Over its bound a new wish is dropped; a restart renews it. */
  want(stored: StoredHeader, peer?: string): void
  /** Another peer came: whatever is still wanted may be had there. */
  tryPeer(peer: string): void
  close(): void
}

interface Wish {
  stored: StoredHeader
  /** peers not yet asked */
  sources: string[]
  asked: Set<string>
  busy: boolean
}

/** @param isConnected whether a peer can be asked at this moment */
export function createPuller({ network, logs }: PullComponents, isConnected: (peer: string) => boolean): Puller {
  const wishes = new Map<string, Wish>()
  const closing = new AbortController()
  let running = 0

  async function ask(peer: string, { header }: StoredHeader): Promise<boolean> {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(STEP_MS)])
    const stream = await network.open(peer, BODY_PROTOCOL, { ...options, signal })
    try {
      await stream.write(encode({ hash: header.bodyHash }), { signal })
      const reply = await stream.read({ signal })
      if (reply === null) return false
      const { body } = decode(reply, bodyReply, MAX_REPLY_BYTES)
      if (body === null) return false
      const verdict = await logs.putBody(header.bodyHash, body)
      if (verdict.status === 'invalid') {
        network.penalise(peer, `a body that is not what its header says: ${verdict.reason}`, 20)
        return false
      }
      return true
    } finally {
      await stream.close()
    }
  }

  async function pursue(key: string, wish: Wish): Promise<void> {
    for (let peer = wish.sources.shift(); peer !== undefined; peer = wish.sources.shift()) {
      wish.asked.add(peer)
      if (closing.signal.aborted) return
      if (!isConnected(peer)) continue
      try {
        if (await ask(peer, wish.stored)) {
          wishes.delete(key)
          return
        }
      } catch {
        // this peer is slow, gone, or speaks badly (which the network holds against it): the next may do
      }
    }
  }

  function next(): void {
    for (const [key, wish] of wishes) {
      if (running >= IN_FLIGHT) return
      if (wish.busy || wish.sources.length === 0) continue
      wish.busy = true
      running++
      void pursue(key, wish).finally(() => {
        wish.busy = false
        running--
        if (!closing.signal.aborted) next()
      })
    }
  }

  function addSource(wish: Wish, peer: string): void {
    if (wish.sources.length < MAX_SOURCES && !wish.sources.includes(peer)) wish.sources.push(peer)
  }

  return {
    want(stored, peer) {
      const key = toHex(stored.header.bodyHash)
      const wish = wishes.get(key) ?? { stored, sources: [], asked: new Set<string>(), busy: false }
      if (!wishes.has(key) && wishes.size >= MAX_WANTED) return
      wishes.set(key, wish)
      if (peer !== undefined) addSource(wish, peer)
      next()
    },
    tryPeer(peer) {
      for (const wish of wishes.values()) addSource(wish, peer)
      next()
    },
    close() {
      closing.abort(new Error('the node stops'))
      wishes.clear()
    }
  }
}
