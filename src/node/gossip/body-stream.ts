/**
 * Bodies over streams: asked for by hash from a byte on, given in pieces. Nobody pushes bodies.
 */
import type { Logs } from '../log/log.ts'
import { StreamAbortedError } from '../net/errors.ts'
import type { FramedStream, Network, ProtocolOptions } from '../net/network.ts'
import { InvalidBytesError } from '../schema/codec.ts'
import {
  BODY_PIECE_BYTES,
  MAX_BODY_REPLY_BYTES,
  MAX_BODY_REQUEST_BYTES,
  MAX_HELD_REPLY_BYTES,
  bodyReply,
  bodyRequest,
  heldReply
} from '../schema/messages.ts'
import type { Clock } from '../support/clock.ts'
import { createRateLimit } from '../support/rate-limit.ts'
import { delay } from '../support/wait-for.ts'
import { bitsOf, idsIn, isSet, joinIds } from './ids.ts'
import type { PaceInit } from './pace.ts'
import { createPlaces } from './places.ts'
import { inSteps, openStream, type Steps } from './steps.ts'

export const BODY_PROTOCOL = '/starling/body/1.0.0'
const options: ProtocolOptions = { maxMessageBytes: MAX_BODY_REPLY_BYTES, maxStreamsPerPeer: 8 }
/** How slow the other side of a request may be. At this pace the longest body takes 262 s. */
const PACE: PaceInit = { patienceMs: 10_000, bytesPerSecond: 4_000, wholeMs: 300_000 }

/** Bodies that a peer gets in a second; it waits for more. */
const SERVE_RATE = { rate: 100, burst: 1000, keys: 1024 }
const SERVE_PAUSE_MS = 50
/** Questions about what is held, each about some tens of bodies, that a peer is answered in a second. */
const SURVEY_RATE = { rate: 4, burst: 32, keys: 1024 }
const SURVEY_PATIENCE_MS = 5_000
/** Bodies that are being given at a time, of which each is in memory as a whole: one to each peer that is connected, and these. */
const PLACES = { shared: 16, perPeer: 4, waitMs: 10_000 }

export interface ServeBodiesInit {
  /** Resolves when a body that is on its way may have come, soon in any case; null: there is nothing to wait for. */
  soon(hash: Uint8Array): Promise<void> | null
}

/** Gives bodies to whoever asks, if they are for everybody. */
export function serveBodies(
  { network, logs, clock }: { network: Network; logs: Logs; clock: Clock },
  { soon }: ServeBodiesInit
): void {
  const may = createRateLimit(SERVE_RATE)
  const maySurvey = createRateLimit(SURVEY_RATE)
  const places = createPlaces(clock, PLACES)

  async function survey(steps: Steps, hashes: Uint8Array[], signal: AbortSignal): Promise<void> {
    while (!maySurvey(steps.peer, clock.now())) await delay(SERVE_PAUSE_MS, signal, clock)
    await steps.say({ held: bitsOf(await logs.publicBodiesHeld(hashes)) })
  }

  async function give(steps: Steps, hash: Uint8Array, from: number): Promise<void> {
    const bytes = (await logs.publicBody(hash))?.bytes ?? null
    if (bytes === null || from >= bytes.length) {
      await steps.say({ piece: null, rest: 0 })
      return
    }
    for (let offset = from; offset < bytes.length; ) {
      const piece = bytes.subarray(offset, offset + BODY_PIECE_BYTES)
      offset += piece.length
      await steps.say({ piece, rest: bytes.length - offset })
    }
  }

  network.handle(BODY_PROTOCOL, options, async (stream, signal) => {
    const steps = inSteps(stream, clock, PACE)
    for (;;) {
      steps.renew()
      const request = await steps.hear(bodyRequest, MAX_BODY_REQUEST_BYTES)
      if (request === null) return
      if ('held' in request) {
        await survey(steps, idsIn(request.held), signal)
        continue
      }
      if (request.fetch) await soon(request.hash)
      // so many streams of one peer wait for no longer than its rate allows
      while (!may(stream.peer, clock.now())) await delay(SERVE_PAUSE_MS, signal, clock)
      const leave = await places.take(stream.peer, signal)
      // an end would say that it is not held
      if (leave === null) throw new StreamAbortedError(`${stream.peer} is slow to take what else it has asked for`)
      try {
        await give(steps, request.hash, request.offset)
      } finally {
        leave()
      }
    }
  })
}

/** As much of a body as has come. */
export interface Part {
  bytes: Uint8Array
  filled: number
}

export interface BodyWanted {
  peer: string
  hash: Uint8Array
  /** what came of it before; the rest is asked for */
  begun: Part | null
  /** whether the peer may fetch it first, if it does not hold it */
  fetch: boolean
  /** Whether a body of so many bytes is wanted. */
  fits(size: number): boolean
  patienceMs: number
  /** aborts when it is not wanted any more */
  signal: AbortSignal
  /** Told as each piece comes, with all that has come. */
  onPiece(partial: Part): void
}

export interface BodyFetcher {
  /**
   * Asks a peer for a body.
   *
   * @returns its bytes, which nobody has checked; `none`: the peer does not give it; `unfit`: it is of another size
   * @throws InvalidBytesError when what comes is no answer; other errors when the peer is slow or gone, or it is not wanted
   *   any more
   */
  fetch(wanted: BodyWanted): Promise<Uint8Array | 'none' | 'unfit'>
  /**
   * Asks a peer which of some bodies it holds, of which there may be `MAX_SURVEYED`. @returns for each, whether it says so
   *
   * @throws InvalidBytesError when what comes is no answer; other errors when the peer is slow or gone
   */
  whichHeld(peer: string, hashes: readonly Uint8Array[]): Promise<boolean[]>
  /** Breaks everything off. */
  close(): void
}

/** Streams that nothing is asked for on, for a while: to open one takes a round trip, and more bytes than to ask. */
const IDLE_MS = 5_000
const MAX_IDLE_PER_PEER = 2

/** Asks for bodies, one after the other on a stream, and closes streams that are not used for some seconds. */
export function createBodyFetcher({ network, clock }: { network: Pick<Network, 'open'>; clock: Clock }): BodyFetcher {
  const opening = new Set<AbortController>()
  const open = new Set<FramedStream>()
  /** those of them that nothing is asked for on, by peer, and what keeps them from being closed */
  const idle = new Map<string, Array<{ stream: FramedStream; cancelClose: () => void }>>()
  let closed = false

  function takeIdle(peer: string): FramedStream | null {
    const streams = idle.get(peer)
    const last = streams?.pop()
    if (streams?.length === 0) idle.delete(peer)
    last?.cancelClose()
    return last?.stream ?? null
  }

  function keepIdle(stream: FramedStream): void {
    const streams = idle.get(stream.peer) ?? []
    if (closed || streams.length >= MAX_IDLE_PER_PEER) {
      close(stream)
      return
    }
    idle.set(stream.peer, streams)
    const cancelClose = clock.after(IDLE_MS, () => {
      const at = streams.findIndex((other) => other.stream === stream)
      streams.splice(at, 1)
      if (streams.length === 0) idle.delete(stream.peer)
      close(stream)
    })
    streams.push({ stream, cancelClose })
  }

  function close(stream: FramedStream): void {
    open.delete(stream)
    stream.close().catch((error: unknown) => breakOff(stream, error))
  }

  function breakOff(stream: FramedStream, reason: unknown): void {
    open.delete(stream)
    stream.abort(reason instanceof Error ? reason : new Error(String(reason)))
  }

  /** @returns null when the peer had ended the stream */
  async function use<T>(stream: FramedStream, patienceMs: number, work: (steps: Steps) => Promise<T | null>): Promise<T | null> {
    try {
      const got = await work(inSteps(stream, clock, { ...PACE, patienceMs }))
      if (got === null) breakOff(stream, new StreamAbortedError(`${stream.peer} has ended it`))
      else keepIdle(stream)
      return got
    } catch (error) {
      breakOff(stream, error)
      throw error
    }
  }

  async function useIdle<T>(peer: string, patienceMs: number, work: (steps: Steps) => Promise<T | null>): Promise<T | null> {
    const stream = takeIdle(peer)
    if (stream === null) return null
    try {
      return await use(stream, patienceMs, work)
    } catch (error) {
      // it was broken before
      if (error instanceof StreamAbortedError && !closed) return null
      throw error
    }
  }

  async function openTo(peer: string, patienceMs: number): Promise<FramedStream> {
    if (closed) throw new Error('the node stops')
    const begun = new AbortController()
    opening.add(begun)
    try {
      const target = { peer, protocol: BODY_PROTOCOL, options, pace: { ...PACE, patienceMs } }
      const stream = await openStream({ network, clock }, target, begun)
      open.add(stream)
      return stream
    } finally {
      opening.delete(begun)
    }
  }

  /** Uses a stream to a peer, an open one if there is any. @returns null when the peer ends it without an answer */
  async function withPeer<T>(peer: string, patienceMs: number, work: (steps: Steps) => Promise<T | null>): Promise<T | null> {
    const got = await useIdle(peer, patienceMs, work)
    if (got !== null) return got
    return use(await openTo(peer, patienceMs), patienceMs, work)
  }

  return {
    async fetch(wanted) {
      const { peer, patienceMs, signal } = wanted
      const got = await withPeer(peer, patienceMs, async (steps) => {
        const stop = () => steps.abort(signal.reason as Error)
        signal.throwIfAborted()
        signal.addEventListener('abort', stop, { once: true })
        try {
          return await receive(steps, wanted)
        } finally {
          signal.removeEventListener('abort', stop)
        }
      })
      return got ?? 'none'
    },

    async whichHeld(peer, hashes) {
      const reply = await withPeer(peer, SURVEY_PATIENCE_MS, async (steps) => {
        await steps.say({ held: joinIds(hashes, hashes.length) })
        return steps.hear(heldReply, MAX_HELD_REPLY_BYTES)
      })
      return hashes.map((_, i) => reply !== null && isSet(reply.held, i))
    },

    close() {
      closed = true
      const reason = new Error('the node stops')
      for (const begun of opening) begun.abort(reason)
      for (const streams of idle.values()) for (const { cancelClose } of streams) cancelClose()
      idle.clear()
      for (const stream of [...open]) breakOff(stream, reason)
    }
  }
}

/** @returns null when the peer has ended the stream */
async function receive(
  stream: Steps,
  { hash, begun, fetch, fits, onPiece }: BodyWanted
): Promise<Uint8Array | 'none' | 'unfit' | null> {
  let partial = begun === null ? null : { bytes: begun.bytes.slice(), filled: begun.filled }
  await stream.say({ hash, offset: partial?.filled ?? 0, fetch })
  for (;;) {
    const reply = await stream.hear(bodyReply, MAX_BODY_REPLY_BYTES)
    if (reply === null) return null
    if (reply.piece === null) return 'none'
    const { piece, rest } = reply
    if (rest > 0 ? piece.length !== BODY_PIECE_BYTES : piece.length === 0) {
      throw new InvalidBytesError(`expected a whole piece of a body, got ${piece.length} bytes`)
    }
    const size = (partial?.filled ?? 0) + piece.length + rest
    if (partial === null) {
      if (!fits(size)) {
        // more of it may be on its way
        stream.abort(new Error('the body is of another size'))
        return 'unfit'
      }
      partial = { bytes: new Uint8Array(size), filled: 0 }
    } else if (size !== partial.bytes.length) {
      throw new InvalidBytesError(`expected a body of ${partial.bytes.length} bytes, got one of ${size}`)
    }
    partial.bytes.set(piece, partial.filled)
    partial.filled += piece.length
    onPiece(partial)
    if (rest === 0) return partial.bytes
  }
}
