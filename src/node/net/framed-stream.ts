/**
 * Framed streams over libp2p streams. A frame is a varint length, one byte that says what it is, and the rest:
 *
 * | kind | rest |
 * | --- | --- |
 * | 0 message | the message |
 * | 1 credit | bytes that may be sent more, 4 bytes, big-endian |
 * | 2 end | nothing: no more messages come from this side |
 *
 * Data channels have no back-pressure from reader to writer, so there is credit: each side starts with 192 KiB and
 * may send a message while it has any left; what the reader takes is given back. How much of it a sender uses goes by
 * how long what it says is on its way (see `reach.ts`). So no more than that and one
 * message wait to be read, and since each message costs 128 bytes besides its own, not many small ones, either. With an
 * end of its own a stream that broke is not taken for one that is over.
 */
import type { Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import { LengthPrefixedDecoder } from '@libp2p/utils'
import { GIVE_BACK_BYTES, WINDOW_BYTES, costOf } from './credit.ts'
import { MessageTooLongError, StreamAbortedError } from './errors.ts'
import type { FramedStream } from './network.ts'
import { createReach } from './reach.ts'
import { createWaiters } from './waiters.ts'

const MESSAGE = 0
const CREDIT = 1
const END = 2

/** What one chunk of the transport may add to an unfinished frame. */
const CHUNK_BYTES = 1024 * 1024
const CLOSE_MS = 5_000
const MAX_LENGTH_BYTES = 5

export interface FramedStreamInit {
  peer: string
  maxMessageBytes: number
  /** The other side broke the rules: a message over the limit, more than its credit, or no frame at all. */
  onOffence(reason: string): void
}

export interface FramedStreamWithEnd extends FramedStream {
  /** Aborts when the stream is over: ended by both sides, aborted, or broken. */
  readonly ended: AbortSignal
}

export function frameStream(stream: Stream, init: FramedStreamInit): FramedStreamWithEnd {
  const ended = new AbortController()
  const waiters = createWaiters()
  const decoder = new LengthPrefixedDecoder({
    maxDataLength: init.maxMessageBytes + 1,
    maxBufferSize: init.maxMessageBytes + CHUNK_BYTES,
    lengthDecoder: readLength
  })
  const queue: Uint8Array[] = []
  /** what we may send, what the other side may send, and what it has to be told that it may send more */
  let credit = WINDOW_BYTES
  const reach = createReach(() => performance.now())
  let allowance = WINDOW_BYTES
  let owed = 0
  let sentEnd = false
  let gotEnd = false
  let failure: Error | null = null

  function fail(error: Error): void {
    if (ended.signal.aborted) return
    failure = error
    settle(error)
  }

  function settle(reason: Error): void {
    stream.removeEventListener('message', onMessage)
    stream.removeEventListener('close', onClose)
    ended.abort(reason)
    waiters.wake()
  }

  function offend(error: Error): void {
    init.onOffence(error.message)
    queue.length = 0
    gotEnd = false
    fail(error)
    stream.abort(error)
  }

  function finishIfOver(): void {
    if (!sentEnd || !gotEnd || ended.signal.aborted) return
    settle(new StreamAbortedError('the stream has ended'))
    stream.close({ signal: AbortSignal.timeout(CLOSE_MS) }).catch((error: unknown) => stream.abort(error as Error))
  }

  function take(frame: Uint8Array): void {
    if (gotEnd && frame[0] !== CREDIT) throw new StreamAbortedError('expected nothing after the end')
    switch (frame[0]) {
      case MESSAGE:
        if (allowance <= 0) throw new StreamAbortedError('expected no message without credit')
        allowance -= costOf(frame.length - 1)
        queue.push(frame.subarray(1))
        return
      case CREDIT: {
        if (frame.length !== 5) throw new StreamAbortedError(`expected credit of 4 bytes, got ${frame.length - 1}`)
        const given = new DataView(frame.buffer, frame.byteOffset).getUint32(1)
        credit += given
        reach.taken(given)
        if (credit > WINDOW_BYTES) throw new StreamAbortedError('expected no more credit than was used')
        return
      }
      case END:
        gotEnd = true
        return
      default:
        throw new StreamAbortedError(`expected a frame of kind 0 to 2, got ${frame[0]}`)
    }
  }

  function onMessage({ data }: StreamMessageEvent): void {
    try {
      for (const frame of decoder.decode(data)) take(frame.slice())
    } catch (error) {
      offend(
        error instanceof StreamAbortedError
          ? error
          : new MessageTooLongError(`expected at most ${init.maxMessageBytes} bytes in a message of ${init.peer}`, {
              cause: error
            })
      )
      return
    }
    waiters.wake()
    finishIfOver()
  }

  function onClose(event: StreamCloseEvent): void {
    fail(new StreamAbortedError(`the stream to ${init.peer} is broken`, { cause: event.error }))
  }

  async function send(kind: number, rest: Uint8Array, signal?: AbortSignal): Promise<void> {
    const frame = new Uint8Array(rest.length + 1)
    frame[0] = kind
    frame.set(rest, 1)
    try {
      const prefix = varint(frame.length)
      const whole = new Uint8Array(prefix.length + frame.length)
      whole.set(prefix)
      whole.set(frame, prefix.length)
      if (!stream.send(whole)) await stream.onDrain(signal === undefined ? {} : { signal })
    } catch (cause) {
      signal?.throwIfAborted()
      throw failure ?? new StreamAbortedError(`the stream to ${init.peer} is broken`, { cause })
    }
  }

  function giveBack(cost: number): void {
    owed += cost
    if (owed < GIVE_BACK_BYTES || gotEnd || ended.signal.aborted) return
    const rest = new Uint8Array(4)
    new DataView(rest.buffer).setUint32(0, owed)
    allowance += owed
    owed = 0
    // when this fails the stream is broken, which its reader and writer are told anyway
    send(CREDIT, rest).catch(() => {})
  }

  stream.addEventListener('message', onMessage)
  stream.addEventListener('close', onClose)
  if (stream.status !== 'open') fail(new StreamAbortedError(`the stream to ${init.peer} is ${stream.status}`))

  return {
    peer: init.peer,
    ended: ended.signal,
    async read({ signal } = {}) {
      for (;;) {
        signal?.throwIfAborted()
        const message = queue.shift()
        if (message !== undefined) {
          giveBack(costOf(message.length))
          return message
        }
        if (gotEnd) return null
        if (failure !== null) throw failure
        await waiters.wait(signal)
      }
    },
    async write(message, { signal } = {}) {
      for (;;) {
        signal?.throwIfAborted()
        if (failure !== null) throw failure
        if (sentEnd) throw new StreamAbortedError('this side of the stream is closed')
        if (credit > 0 && !reach.isFull()) break
        await waiters.wait(signal)
      }
      const cost = costOf(message.length)
      credit -= cost
      reach.sent(cost)
      await send(MESSAGE, message, signal)
    },
    async close() {
      if (sentEnd || ended.signal.aborted) return
      sentEnd = true
      waiters.wake()
      try {
        await send(END, new Uint8Array(0), AbortSignal.timeout(CLOSE_MS))
      } catch (error) {
        // what was not sent is lost with the stream, and the other side is told so by its breaking
        stream.abort(error as Error)
      }
      finishIfOver()
    },
    abort(reason) {
      const error = new StreamAbortedError(`the stream was ended: ${reason.message}`, { cause: reason })
      queue.length = 0
      gotEnd = false
      failure ??= error
      settle(error)
      stream.abort(error)
    }
  }
}

/** @throws RangeError when more bytes are needed, StreamAbortedError when no length begins like this */
function readLength(data: { byteLength: number; slice(start: number, end: number): Uint8Array }): number {
  const bytes = data.slice(0, Math.min(data.byteLength, MAX_LENGTH_BYTES))
  let length = 0
  for (const [i, byte] of bytes.entries()) {
    length += (byte & 127) * 128 ** i
    if (byte >= 128) continue
    if (byte === 0 && i > 0) break
    return length
  }
  if (bytes.length < MAX_LENGTH_BYTES && (bytes.at(-1) ?? 128) >= 128) throw new RangeError('expected more bytes')
  throw new StreamAbortedError(`expected a length of at most ${MAX_LENGTH_BYTES} bytes`)
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  return Uint8Array.from([...bytes, rest])
}
