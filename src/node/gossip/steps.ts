/**
 * Streams of gossip: values of a schema go out and come in, and each step has a time by the clock that is handed in. When
 * it is over, or we stop, the stream is broken off.
 */
import type { FramedStream, Network, ProtocolOptions } from '../net/network.ts'
import { decode, encode } from '../schema/codec.ts'
import type { ZodMiniType } from 'zod/mini'
import type { Clock } from '../support/clock.ts'

/** The other side took longer than a step may. */
export class TooSlowError extends Error {
  override readonly name = 'TooSlowError'
}

export interface Steps {
  readonly peer: string
  /** @throws TooSlowError, or whatever broke the stream */
  say(value: unknown): Promise<void>
  /**
   * The next message; null when the other side has ended the stream.
   *
   * @throws InvalidBytesError when it is none of `schema`; TooSlowError, or whatever broke the stream
   */
  hear<T>(schema: ZodMiniType<T>, limit: number): Promise<T | null>
  close(): Promise<void>
  abort(reason: Error): void
}

/** @param stepMs how long each step may take */
export function inSteps(stream: FramedStream, clock: Clock, stepMs: number): Steps {
  let tooSlow: TooSlowError | null = null

  async function step<T>(what: Promise<T>): Promise<T> {
    const cancel = clock.after(stepMs, () => {
      tooSlow = new TooSlowError(`expected an answer of ${stream.peer} within ${stepMs} ms`)
      stream.abort(tooSlow)
    })
    try {
      return await what
    } catch (error) {
      throw tooSlow ?? error
    } finally {
      cancel()
    }
  }

  return {
    peer: stream.peer,
    say: (value) => step(stream.write(encode(value))),
    async hear(schema, limit) {
      const message = await step(stream.read())
      return message === null ? null : decode(message, schema, limit)
    },
    close: () => stream.close(),
    abort: (reason) => stream.abort(reason)
  }
}

export interface OpenComponents {
  network: Pick<Network, 'open'>
  clock: Clock
  /** aborts when we stop */
  closing: AbortSignal
}

export interface StreamTarget {
  peer: string
  protocol: string
  options: ProtocolOptions
  stepMs: number
}

/**
 * Opens a stream.
 *
 * @param opening what breaks it off while it is not open yet
 * @throws TooSlowError, or whatever keeps the stream from being opened
 */
export async function openStream(
  { network, clock }: Pick<OpenComponents, 'network' | 'clock'>,
  { peer, protocol, options, stepMs }: StreamTarget,
  opening: AbortController
): Promise<FramedStream> {
  const cancel = clock.after(stepMs, () => opening.abort(new TooSlowError(`expected ${peer} to answer within ${stepMs} ms`)))
  try {
    return await network.open(peer, protocol, { ...options, signal: opening.signal })
  } finally {
    cancel()
  }
}

/**
 * Opens a stream, lets `work` use it and closes it; when `work` fails, or we stop, it is broken off.
 *
 * @throws whatever `work` throws, and whatever keeps the stream from being opened
 */
export async function withStream<T>(
  { network, clock, closing }: OpenComponents,
  target: StreamTarget,
  work: (stream: Steps) => Promise<T>
): Promise<T> {
  closing.throwIfAborted()
  const opening = new AbortController()
  let stop = (reason: Error) => opening.abort(reason)
  const stopped = () => stop(new Error('the node stops'))
  closing.addEventListener('abort', stopped, { once: true })
  try {
    const stream = await openStream({ network, clock }, target, opening)
    stop = (reason) => stream.abort(reason)
    try {
      const result = await work(inSteps(stream, clock, target.stepMs))
      await stream.close()
      return result
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error(String(error)))
      throw error
    }
  } finally {
    closing.removeEventListener('abort', stopped)
  }
}
