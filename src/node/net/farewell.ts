/**
 * Goodbyes that arrive in time. Whoever dialled a connection opens one stream over it that stays open and silent.
 * Its end says goodbye, and since it is open already the word goes out at once, even from a page that is going. When
 * it breaks instead, the connection under it is dead, which libp2p would notice much later.
 */
import type { Connection, Logger } from '@libp2p/interface'
import type { Clock } from '../support/clock.ts'
import { StreamAbortedError } from './errors.ts'
import type { FramedStream } from './network.ts'
import { OFFENCES } from './offences.ts'
import type { Streams } from './streams.ts'

export const FAREWELL_PROTOCOL = '/starling/goodbye/1.0.0'
const options = { maxMessageBytes: 0, maxStreamsPerPeer: 4, background: true }
const OPEN_MS = 10_000
/** How long those who are told may take to go. */
const PARTING_MS = 250

export interface FarewellComponents {
  streams: Pick<Streams, 'handle' | 'open'>
  clock: Clock
  log: Logger
  penalise(peer: string, reason: string, points: number): void
}

export interface FarewellInit {
  /** A peer has said goodbye. */
  onGoodbye(peer: string): void
}

export interface Farewell {
  /** A connection has opened. */
  watch(connection: Connection): void
  /** Says goodbye over all connections and waits a moment for them to go. */
  part(): Promise<void>
}

export function createFarewell({ streams, clock, log, penalise }: FarewellComponents, { onGoodbye }: FarewellInit): Farewell {
  const open = new Set<{ stream: FramedStream; over: Promise<void> }>()
  let parting = false

  async function stay(stream: FramedStream, connection: Connection): Promise<void> {
    try {
      const message = await stream.read()
      if (message !== null) {
        penalise(stream.peer, `${FAREWELL_PROTOCOL}: expected no message`, OFFENCES.badMessage)
        connection.abort(new StreamAbortedError('expected no message with a goodbye'))
        return
      }
    } catch (error) {
      log('the connection to %s is dead: %e', stream.peer, error)
      connection.abort(error as Error)
      return
    }
    if (!parting) onGoodbye(stream.peer)
  }

  async function keep(stream: FramedStream, connection: Connection): Promise<void> {
    const entry = { stream, over: stay(stream, connection) }
    open.add(entry)
    await entry.over
    open.delete(entry)
  }

  streams.handle(FAREWELL_PROTOCOL, options, (stream, _signal, connection) => keep(stream, connection))

  return {
    watch(connection) {
      if (connection.direction !== 'outbound') return
      streams
        .open(connection, FAREWELL_PROTOCOL, { ...options, signal: AbortSignal.timeout(OPEN_MS) })
        .then((stream) => keep(stream, connection))
        // it speaks other protocols only, or has gone already
        .catch((error: unknown) => log('no goodbye over %a: %e', connection.remoteAddr, error))
    },
    async part() {
      parting = true
      const told = [...open].map(({ stream, over }) => Promise.all([stream.close(), over]))
      if (told.length === 0) return
      const { promise: impatient, resolve } = Promise.withResolvers<null>()
      const cancel = clock.after(PARTING_MS, () => resolve(null))
      await Promise.race([Promise.allSettled(told), impatient])
      cancel()
    }
  }
}
