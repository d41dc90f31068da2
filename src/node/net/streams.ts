/** Framed streams of our own protocols: who may open how many, and over which connection. */
import type { Connection, Libp2p, Logger, Stream } from '@libp2p/interface'
import { InvalidBytesError } from '../schema/codec.ts'
import { PeerUnreachableError, ProtocolUnsupportedError, StreamAbortedError, TooManyStreamsError } from './errors.ts'
import { frameStream, type FramedStreamWithEnd } from './framed-stream.ts'
import type { FramedStream, ProtocolOptions } from './network.ts'
import { OFFENCES } from './offences.ts'

/** `background`: the stream is no reason to keep a connection. */
export type StreamOptions = ProtocolOptions & { background?: boolean }

/** A handler that also learns which connection the stream runs over. */
export type ConnectionStreamHandler = (
  stream: FramedStreamWithEnd,
  signal: AbortSignal,
  connection: Connection
) => Promise<void>

export interface StreamsComponents {
  node: Pick<Libp2p, 'handle'>
  log: Logger
  penalise(peer: string, reason: string, points: number): void
}

export interface Streams {
  handle(protocol: string, options: StreamOptions, handler: ConnectionStreamHandler): void
  /** @throws PeerUnreachableError, ProtocolUnsupportedError, TooManyStreamsError */
  open(
    connection: Connection,
    protocol: string,
    options: StreamOptions & { signal: AbortSignal }
  ): Promise<FramedStreamWithEnd>
  /** Whether streams of our protocols, other than in the background, run over this connection. */
  inUse(connection: Connection): boolean
}

/** A stream that we have ended and the other side has not is kept this long after its handler has returned. */
const LINGER_MS = 10_000

/** libp2p counts by connection and direction and until it has closed a stream: our own count comes first. */
const slack = (streams: number): number => 4 * streams

export function createStreams({ node, log, penalise }: StreamsComponents): Streams {
  /** streams that are open, by direction, peer and protocol */
  const counts = new Map<string, number>()
  const framed = new WeakMap<Stream, FramedStreamWithEnd>()

  /** Takes a place among a peer's streams; null when there is none left. */
  function take(key: string, max: number): { free(): void } | null {
    const count = counts.get(key) ?? 0
    if (count >= max) return null
    counts.set(key, count + 1)
    let taken = true
    return {
      free() {
        if (!taken) return
        taken = false
        const left = (counts.get(key) ?? 1) - 1
        if (left === 0) counts.delete(key)
        else counts.set(key, left)
      }
    }
  }

  function frame(stream: Stream, peer: string, { maxMessageBytes, background }: StreamOptions): FramedStreamWithEnd {
    const made = frameStream(stream, {
      peer,
      maxMessageBytes,
      onOffence: (reason) => penalise(peer, `${stream.protocol}: ${reason}`, OFFENCES.badFrame)
    })
    if (background !== true) framed.set(stream, made)
    return made
  }

  async function run(
    stream: FramedStreamWithEnd,
    connection: Connection,
    handler: ConnectionStreamHandler
  ): Promise<void> {
    try {
      await handler(stream, stream.ended, connection)
      await stream.close()
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause))
      if (error instanceof InvalidBytesError) penalise(stream.peer, error.message, OFFENCES.badMessage)
      log.error('a stream of %s was ended: %e', stream.peer, error)
      stream.abort(error)
      return
    }
    const linger = setTimeout(() => stream.abort(new StreamAbortedError('the other side did not end it')), LINGER_MS)
    onceAborted(stream.ended, () => clearTimeout(linger))
  }

  return {
    handle(protocol, options, handler) {
      const accept = (stream: Stream, connection: Connection): void => {
        const peer = connection.remotePeer.toString()
        const place = take(`in ${peer} ${protocol}`, options.maxStreamsPerPeer)
        if (place === null) {
          penalise(peer, `more than ${options.maxStreamsPerPeer} streams of ${protocol}`, OFFENCES.tooManyStreams)
          stream.abort(new TooManyStreamsError(`expected at most ${options.maxStreamsPerPeer} streams of ${protocol}`))
          return
        }
        const made = frame(stream, peer, options)
        onceAborted(made.ended, place.free)
        void run(made, connection, handler)
      }
      node
        .handle(protocol, accept, {
          runOnLimitedConnection: true,
          maxInboundStreams: slack(options.maxStreamsPerPeer),
          maxOutboundStreams: slack(options.maxStreamsPerPeer),
          force: true
        })
        .catch((error: unknown) => log.error('could not announce %s: %e', protocol, error))
    },

    async open(connection, protocol, { signal, ...options }) {
      signal.throwIfAborted()
      const peer = connection.remotePeer.toString()
      const place = take(`out ${peer} ${protocol}`, options.maxStreamsPerPeer)
      if (place === null) {
        throw new TooManyStreamsError(`expected at most ${options.maxStreamsPerPeer} streams of ${protocol} to ${peer}`)
      }
      try {
        const stream = await connection.newStream([protocol], {
          signal,
          runOnLimitedConnection: true,
          maxOutboundStreams: slack(options.maxStreamsPerPeer)
        })
        const made = frame(stream, peer, options)
        onceAborted(made.ended, place.free)
        return made
      } catch (cause) {
        place.free()
        signal.throwIfAborted()
        if (cause instanceof Error && cause.name === 'UnsupportedProtocolError') {
          throw new ProtocolUnsupportedError(`${peer} does not speak ${protocol}`, { cause })
        }
        throw new PeerUnreachableError(`could not open ${protocol} to ${peer}`, { cause })
      }
    },

    inUse: (connection) =>
      connection.streams.some((stream) => {
        const made = framed.get(stream)
        return made !== undefined && !made.ended.aborted
      })
  }
}

function onceAborted(signal: AbortSignal, action: () => void): void {
  if (signal.aborted) action()
  else signal.addEventListener('abort', action, { once: true })
}

/** The stream without what only the network needs. */
export function plainStream({ peer, read, write, close, abort }: FramedStream): FramedStream {
  return { peer, read, write, close, abort }
}
