/** Framed streams between two networks in one process. */
import { MessageTooLongError, StreamAbortedError } from './errors.ts'
import type { FramedStream } from './network.ts'
import { createWaiters } from './waiters.ts'

/** Messages that wait to be read before a writer has to wait. */
const ROOM = 16

export interface MemoryStreamEnd {
  stream: FramedStream
  /** Aborts when this end is over: closed both ways, or aborted. */
  ended: AbortSignal
}

export interface MemoryStreamEndInit {
  /** the peer at the other end */
  peer: string
  /** the longest message that is read here */
  maxMessageBytes: number
  onSent(bytes: number): void
  onReceived(bytes: number): void
  onTooLong(): void
}

/** A stream as its two ends see it. */
export function createMemoryStreams(
  a: MemoryStreamEndInit,
  b: MemoryStreamEndInit
): [MemoryStreamEnd, MemoryStreamEnd] {
  const over = [new AbortController(), new AbortController()] as const
  const toA = createPipe()
  const toB = createPipe()

  function fail(reason: Error): void {
    toA.fail(reason)
    toB.fail(reason)
    settle()
  }
  function settle(): void {
    if (!toA.over || !toB.over) return
    for (const controller of over) controller.abort(new StreamAbortedError('the stream has ended'))
  }
  function end(init: MemoryStreamEndInit, inbound: Pipe, outbound: Pipe): FramedStream {
    return {
      peer: init.peer,
      async read({ signal } = {}) {
        const message = await inbound.next(signal)
        if (message === null) return null
        if (message.length > init.maxMessageBytes) {
          init.onTooLong()
          const error = new MessageTooLongError(
            `expected at most ${init.maxMessageBytes} bytes from ${init.peer}, got ${message.length}`
          )
          fail(new StreamAbortedError(error.message, { cause: error }))
          throw error
        }
        init.onReceived(message.length)
        return message
      },
      async write(message, { signal } = {}) {
        init.onSent(message.length)
        await outbound.push(message.slice(), signal)
      },
      async close() {
        outbound.end()
        settle()
      },
      abort: (reason) => fail(new StreamAbortedError(`the stream was ended: ${reason.message}`, { cause: reason }))
    }
  }
  return [
    { stream: end(a, toA, toB), ended: over[0].signal },
    { stream: end(b, toB, toA), ended: over[1].signal }
  ]
}

interface Pipe {
  readonly over: boolean
  push(message: Uint8Array, signal: AbortSignal | undefined): Promise<void>
  next(signal: AbortSignal | undefined): Promise<Uint8Array | null>
  end(): void
  fail(error: Error): void
}

function createPipe(): Pipe {
  const messages: Uint8Array[] = []
  let ended = false
  let failure: Error | null = null
  const waiters = createWaiters()

  function throwIfFailed(): void {
    if (failure !== null) throw failure
  }

  return {
    get over() {
      return ended || failure !== null
    },
    async push(message, signal) {
      signal?.throwIfAborted()
      if (failure !== null) throw failure
      if (ended) throw new StreamAbortedError('this side of the stream is closed')
      messages.push(message)
      waiters.wake()
      while (messages.length > ROOM) {
        await waiters.wait(signal)
        throwIfFailed()
      }
    },
    async next(signal) {
      for (;;) {
        signal?.throwIfAborted()
        if (failure !== null) throw failure
        const message = messages.shift()
        if (message !== undefined) {
          waiters.wake()
          return message
        }
        if (ended) return null
        await waiters.wait(signal)
      }
    },
    end() {
      ended = true
      waiters.wake()
    },
    fail(error) {
      failure ??= error
      messages.length = 0
      waiters.wake()
    }
  }
}
