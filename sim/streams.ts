/**
 * Framed streams between simulated peers, as `net/streams.ts` and `net/framed-stream.ts` make them: a round trip to
 * open one, messages in order, what is lost is sent again, and a writer waits when 192 KiB are not read.
 */
import { InvalidBytesError } from '../src/node/schema/codec.ts'
import { GIVE_BACK_BYTES, WINDOW_BYTES, costOf } from '../src/node/net/credit.ts'
import {
  MessageTooLongError,
  PeerUnreachableError,
  ProtocolUnsupportedError,
  StreamAbortedError,
  TooManyStreamsError
} from '../src/node/net/errors.ts'
import type { FramedStream, Network, ProtocolOptions } from '../src/node/net/network.ts'
import { OFFENCES } from '../src/node/net/offences.ts'
import { createWaiters } from '../src/node/net/waiters.ts'
import { STREAM_END, chunks, framed, streamOpen } from './wire.ts'
import type { Link, Member, StreamOnLink, World } from './world.ts'

/** One end of a stream. */
interface End {
  readonly stream: FramedStream
  readonly over: AbortSignal
}

export function createStreams(world: World): (member: Member) => Network['open'] {
  const { engine } = world

  const count = (link: Link, protocol: string, outbound: boolean): number => {
    let open = 0
    for (const stream of link.streams) if (stream.protocol === protocol && stream.outbound === outbound) open++
    return open
  }

  return (member) => async (peer, protocol, { signal, ...options }) => {
    signal.throwIfAborted()
    const link = findLink(member, peer)
    if (link === null) throw new PeerUnreachableError(`no connection to ${peer}`)
    if (count(link, protocol, true) >= options.maxStreamsPerPeer) {
      throw new TooManyStreamsError(`expected at most ${options.maxStreamsPerPeer} streams to ${peer}`)
    }
    return new Promise((resolve, reject) => {
      const place: StreamOnLink = {
        protocol,
        outbound: true,
        broke: () => fail(new PeerUnreachableError(`the connection to ${peer} is gone`))
      }
      const stop = (): void => fail(signal.reason)
      const settle = (): void => {
        signal.removeEventListener('abort', stop)
        link.streams.delete(place)
        engine.touch()
      }
      const fail = (reason: unknown): void => {
        settle()
        reject(reason)
      }
      signal.addEventListener('abort', stop, { once: true })
      link.streams.add(place)

      world.count(member, protocol, streamOpen.there(protocol))
      engine.after(world.reliable(link, 2), () => {
        const back = link.other.links.get(member.index)
        if (!link.up || back === undefined) return
        world.count(link.other, protocol, streamOpen.back(protocol))
        const entry = link.other.handlers.get(protocol)
        const full = entry !== undefined && count(back, protocol, false) >= entry.options.maxStreamsPerPeer
        if (full) world.penalise(link.other, member, OFFENCES.tooManyStreams)
        const ends = entry === undefined || full ? null : createPair(member, link, back, protocol, options, entry.options)
        if (ends !== null && entry !== undefined) void run(link.other, member, entry.handler, ends[1])
        engine.after(world.reliable(back, 2), () => {
          if (!link.streams.has(place)) {
            ends?.[0].stream.abort(new StreamAbortedError('nobody waits for it'))
          } else if (ends === null) {
            fail(
              full
                ? new StreamAbortedError(`${peer} has too many streams of ${protocol}`)
                : new ProtocolUnsupportedError(`${peer} does not speak ${protocol}`)
            )
          } else {
            settle()
            resolve(ends[0].stream)
          }
        })
      })
    })
  }

  async function run(member: Member, other: Member, handler: Handler, end: End): Promise<void> {
    engine.touch()
    try {
      await handler(end.stream, end.over)
      await end.stream.close()
    } catch (error) {
      if (error instanceof InvalidBytesError) world.penalise(member, other, OFFENCES.badMessage)
      end.stream.abort(error instanceof Error ? error : new Error(String(error)))
    }
  }

  function createPair(
    member: Member,
    link: Link,
    back: Link,
    protocol: string,
    ours: ProtocolOptions,
    theirs: ProtocolOptions
  ): [End, End] {
    const there = createPipe(member, link, protocol, theirs.maxMessageBytes)
    const here = createPipe(link.other, back, protocol, ours.maxMessageBytes)
    const places = [place(link, true), place(back, false)] as const

    function place(on: Link, outbound: boolean): StreamOnLink {
      const made: StreamOnLink = {
        protocol,
        outbound,
        broke: () => end(new StreamAbortedError(`the connection to ${on.other.peer} is gone`))
      }
      on.streams.add(made)
      return made
    }
    function end(reason: Error): void {
      there.fail(reason)
      here.fail(reason)
      settle()
    }
    const over = new AbortController()
    function settle(): void {
      if (!there.over() || !here.over()) return
      link.streams.delete(places[0])
      back.streams.delete(places[1])
      if (!over.signal.aborted) over.abort(new StreamAbortedError('the stream has ended'))
    }
    function endOf(on: Link, inbound: Pipe, outbound: Pipe): FramedStream {
      return {
        peer: on.other.peer,
        async read({ signal } = {}) {
          const message = await inbound.next(signal)
          if (message === 'too long') {
            world.penalise(on === link ? member : link.other, on.other, OFFENCES.badFrame)
            const error = new MessageTooLongError(`expected a shorter message from ${on.other.peer}`)
            end(error)
            throw error
          }
          return message
        },
        write: (message, { signal } = {}) => outbound.push(message, signal),
        async close() {
          outbound.end(settle)
        },
        abort(reason) {
          const error = new StreamAbortedError(`the stream was ended: ${reason.message}`, { cause: reason })
          inbound.fail(error)
          outbound.fail(error)
          world.count(on === link ? member : link.other, protocol, STREAM_END)
          engine.after(on.latency, () => end(error))
        }
      }
    }
    return [
      { stream: endOf(link, here, there), over: over.signal },
      { stream: endOf(back, there, here), over: over.signal }
    ]
  }

  interface Pipe {
    push(message: Uint8Array, signal: AbortSignal | undefined): Promise<void>
    next(signal: AbortSignal | undefined): Promise<Uint8Array | 'too long' | null>
    end(then: () => void): void
    fail(error: Error): void
    over(): boolean
  }

  /** One direction: what `from` writes comes out at the other end of the link. */
  function createPipe(from: Member, link: Link, protocol: string, maxMessageBytes: number): Pipe {
    const arrived: Uint8Array[] = []
    const readers = createWaiters()
    const writers = createWaiters()
    let credit = WINDOW_BYTES
    let owed = 0
    let lastArrival = 0
    let closed = false
    let ended = false
    let failure: Error | null = null

    /** Plans what happens when this, after all that was sent before, is there. */
    function send(bytes: number, action: () => void): void {
      world.count(from, protocol, bytes)
      const at = Math.max(lastArrival, engine.now() + world.reliable(link, chunks(bytes)))
      lastArrival = at
      engine.after(at - engine.now(), () => {
        if (failure !== null || !link.up) return
        engine.touch()
        action()
      })
    }

    function giveBack(cost: number): void {
      owed += cost
      if (owed < GIVE_BACK_BYTES || closed) return
      const given = owed
      owed = 0
      world.count(link.other, protocol, framed(4))
      engine.after(link.latency, () => {
        credit += given
        engine.touch()
        writers.wake()
      })
    }

    return {
      async push(message, signal) {
        for (;;) {
          signal?.throwIfAborted()
          if (failure !== null) throw failure
          if (closed) throw new StreamAbortedError('this side of the stream is closed')
          if (credit > 0) break
          await writers.wait(signal)
        }
        credit -= costOf(message.length)
        send(framed(message.length), () => {
          arrived.push(message)
          readers.wake()
        })
      },
      async next(signal) {
        for (;;) {
          signal?.throwIfAborted()
          const message = arrived.shift()
          if (message !== undefined) {
            if (message.length > maxMessageBytes) return 'too long'
            giveBack(costOf(message.length))
            return message
          }
          if (failure !== null) throw failure
          if (ended) return null
          await readers.wait(signal)
        }
      },
      end(then) {
        if (closed || failure !== null) return
        closed = true
        send(STREAM_END, () => {
          ended = true
          readers.wake()
          then()
        })
      },
      fail(error) {
        if (failure !== null || ended) return
        failure = error
        arrived.length = 0
        engine.touch()
        readers.wake()
        writers.wake()
      },
      over: () => ended || failure !== null
    }
  }
}

type Handler = (stream: FramedStream, signal: AbortSignal) => Promise<void>

function findLink(member: Member, peer: string): Link | null {
  const link = member.links.get(indexOf(peer))
  return link?.other.peer === peer ? link : null
}

/** The number in a simulated peer's name. */
export function indexOf(peer: string): number {
  return Number(peer.slice(1))
}
