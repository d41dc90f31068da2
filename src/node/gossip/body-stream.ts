/**
 * Bodies over streams: asked for by hash from a byte on, given in pieces. Nobody pushes bodies.
 */
import type { Logs } from '../log/log.ts'
import type { Network, ProtocolOptions } from '../net/network.ts'
import { InvalidBytesError } from '../schema/codec.ts'
import {
  BODY_PIECE_BYTES,
  MAX_BODY_REPLY_BYTES,
  MAX_BODY_REQUEST_BYTES,
  bodyReply,
  bodyRequest
} from '../schema/messages.ts'
import type { Clock } from '../support/clock.ts'
import { createRateLimit } from '../support/rate-limit.ts'
import { delay } from '../support/wait-for.ts'
import { inSteps, withStream, type OpenComponents, type Steps } from './steps.ts'

export const BODY_PROTOCOL = '/starling/body/1.0.0'
const options: ProtocolOptions = { maxMessageBytes: MAX_BODY_REPLY_BYTES, maxStreamsPerPeer: 8 }
const SERVE_STEP_MS = 10_000

/** Bodies that a peer gets in a second; it waits for more. */
const SERVE_RATE = { rate: 100, burst: 1000, keys: 1024 }
const SERVE_PAUSE_MS = 50
/** Bodies that are being given at a time: each is in memory as a whole. */
const MAX_SERVED = 32

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
  let served = 0

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
    const steps = inSteps(stream, clock, SERVE_STEP_MS)
    for (;;) {
      const request = await steps.hear(bodyRequest, MAX_BODY_REQUEST_BYTES)
      if (request === null) return
      await soon(request.hash)
      while (served >= MAX_SERVED || !may(stream.peer, clock.now())) await delay(SERVE_PAUSE_MS, signal, clock)
      served++
      try {
        await give(steps, request.hash, request.offset)
      } finally {
        served--
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
  /** Whether a body of so many bytes is wanted. */
  fits(size: number): boolean
  stepMs: number
  /** Told as each piece comes, with all that has come. */
  onPiece(partial: Part): void
}

/**
 * Asks a peer for a body.
 *
 * @returns its bytes, which nobody has checked; `none`: the peer does not give it; `unfit`: it is of another size
 * @throws InvalidBytesError when what comes is no answer; other errors when the peer is slow or gone
 */
export function fetchBody(
  components: OpenComponents,
  { peer, hash, begun, fits, stepMs, onPiece }: BodyWanted
): Promise<Uint8Array | 'none' | 'unfit'> {
  return withStream(components, { peer, protocol: BODY_PROTOCOL, options, stepMs }, async (stream) => {
    let partial = begun === null ? null : { bytes: begun.bytes.slice(), filled: begun.filled }
    await stream.say({ hash, offset: partial?.filled ?? 0 })
    for (;;) {
      const reply = await stream.hear(bodyReply, MAX_BODY_REPLY_BYTES)
      if (reply === null || reply.piece === null) return 'none'
      const { piece, rest } = reply
      if (rest > 0 ? piece.length !== BODY_PIECE_BYTES : piece.length === 0) {
        throw new InvalidBytesError(`expected a whole piece of a body, got ${piece.length} bytes`)
      }
      const size = (partial?.filled ?? 0) + piece.length + rest
      if (partial === null) {
        if (!fits(size)) return 'unfit'
        partial = { bytes: new Uint8Array(size), filled: 0 }
      } else if (size !== partial.bytes.length) {
        throw new InvalidBytesError(`expected a body of ${partial.bytes.length} bytes, got one of ${size}`)
      }
      partial.bytes.set(piece, partial.filled)
      partial.filled += piece.length
      onPiece(partial)
      if (rest === 0) return partial.bytes
    }
  })
}
