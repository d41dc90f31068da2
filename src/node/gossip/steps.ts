/**
 * Streams of gossip: values of a schema go out and come in, and the other side has a pace to keep by the clock that is handed in. When it
 * is too slow, or we stop, the stream is broken off.
 */
import type { FramedStream, Network, ProtocolOptions } from '../net/network.ts'
import { decode, encode } from '../schema/codec.ts'
import type { ZodMiniType } from 'zod/mini'
import type { Clock } from '../support/clock.ts'
import { createPace, type PaceInit } from './pace.ts'

/** The other side took longer than it may. */
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
  /** What follows is another piece of work: its time begins now. */
  renew(): void
  close(): Promise<void>
  abort(reason: Error): void
}

/** @param init how slow the other side may be, counted from now on */
export function inSteps(stream: FramedStream, clock: Clock, init: PaceInit): Steps {
  const pace = createPace(() => clock.now(), init)
  let tooSlow: TooSlowError | null = null

  async function step<T>(what: Promise<T>): Promise<T> {
    const began = clock.now()
    const ms = Math.max(0, Math.ceil(pace.left()))
    const cancel = clock.after(ms, () => {
      tooSlow = new TooSlowError(`expected ${stream.peer} to go on within ${ms} ms`)
      stream.abort(tooSlow)
    })
    try {
      return await what
    } catch (error) {
      throw tooSlow ?? error
    } finally {
      cancel()
      pace.waited(clock.now() - began)
    }
  }

  return {
    peer: stream.peer,
    async say(value) {
      const message = encode(value)
      await step(stream.write(message))
      pace.said(message.length)
    },
    async hear(schema, limit) {
      const message = await step(stream.read())
      if (message === null) return null
      pace.heard(message.length)
      return decode(message, schema, limit)
    },
    renew: () => pace.renew(),
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
  pace: PaceInit
}

/**
 * Opens a stream.
 *
 * @param opening what breaks it off while it is not open yet
 * @throws TooSlowError, or whatever keeps the stream from being opened
 */
export async function openStream(
  { network, clock }: Pick<OpenComponents, 'network' | 'clock'>,
  { peer, protocol, options, pace: { patienceMs } }: StreamTarget,
  opening: AbortController
): Promise<FramedStream> {
  const cancel = clock.after(patienceMs, () => opening.abort(new TooSlowError(`expected ${peer} to answer within ${patienceMs} ms`)))
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
      const result = await work(inSteps(stream, clock, target.pace))
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
