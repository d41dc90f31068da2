/**
 * Keeps gossipsub's stream to each peer alive, over the connection that counts. By itself gossipsub opens one stream
 * to a peer when it is identified and none again: when that fails, or the stream goes with a connection while
 * another stays, the peer hears nothing any more. So it is given a registrar that tells it of a peer once that is
 * shown as connected, and again while there is no stream.
 */
import type { gossipsub } from '@libp2p/gossipsub'
import type { Connection, Logger, PeerId, StreamHandler, Topology } from '@libp2p/interface'
import type { Clock } from '../support/clock.ts'

type Registrar = Parameters<ReturnType<typeof gossipsub>>[0]['registrar']

const RETRY_MS = 250
const MAX_RETRY_MS = 8_000

export interface TopicStreamsComponents {
  clock: Clock
  log: Pick<Logger, 'error'>
  /** The connection to use for a peer, or null when gossip with it should not run (yet). */
  connection(peer: string): Connection | null
}

export interface TopicStreams {
  /** The registrar as gossipsub sees it. */
  registrar(real: Registrar): Registrar
  /** Something may have changed for a peer. */
  poke(peer: string): void
  /** Whether there is a stream, so that a peer gets what is published. */
  isOpen(peer: string): boolean
  close(): void
}

interface PeerState {
  id: PeerId
  topology: Topology
  failures: number
  /** cancels the next look */
  look: (() => void) | null
}

export function createTopicStreams({ clock, log, connection }: TopicStreamsComponents): TopicStreams {
  /** identified peers that speak it */
  const peers = new Map<string, PeerState>()
  /** streams that gossipsub has open to a peer */
  const open = new Map<string, number>()

  function poke(peer: string): void {
    const state = peers.get(peer)
    if (state === undefined || state.look !== null || open.has(peer)) return
    const usable = connection(peer)
    if (usable === null) return
    lookAgain(peer, state, Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** state.failures))
    state.failures += 1
    const told = state.topology.onConnect?.(state.id, follow(usable))
    Promise.resolve(told).catch((error: unknown) => log.error('gossip did not take %s: %e', peer, error))
  }

  function lookAgain(peer: string, state: PeerState, ms: number): void {
    state.look?.()
    state.look = clock.after(ms, () => {
      state.look = null
      poke(peer)
    })
  }

  /** The connection as gossipsub sees it: we learn what becomes of the streams that it opens. */
  function follow(real: Connection): Connection {
    const peer = real.remotePeer.toString()
    const newStream: Connection['newStream'] = async (protocols, options) => {
      const stream = await real.newStream(protocols, options)
      open.set(peer, (open.get(peer) ?? 0) + 1)
      const state = peers.get(peer)
      if (state !== undefined) state.failures = 0
      stream.addEventListener(
        'close',
        () => {
          const left = (open.get(peer) ?? 1) - 1
          if (left > 0) open.set(peer, left)
          else open.delete(peer)
          const now = peers.get(peer)
          if (left === 0 && now !== undefined) lookAgain(peer, now, RETRY_MS)
        },
        { once: true }
      )
      return stream
    }
    return Object.create(real, { newStream: { value: newStream } }) as Connection
  }

  function forget(peer: string): void {
    peers.get(peer)?.look?.()
    peers.delete(peer)
  }

  const watch = (topology: Topology): Topology => ({
    notifyOnLimitedConnection: true,
    onConnect(id) {
      const peer = id.toString()
      if (!peers.has(peer)) peers.set(peer, { id, topology, failures: 0, look: null })
      poke(peer)
    },
    onDisconnect(id) {
      forget(id.toString())
      return topology.onDisconnect?.(id)
    }
  })

  return {
    registrar(real) {
      const register: Registrar['register'] = (protocol, topology, options) =>
        real.register(protocol, watch(topology), options)
      // gossipsub also answers an incoming stream with one of its own
      const handle: Registrar['handle'] = (protocol, handler, options) => {
        const following: StreamHandler = (stream, incoming) => handler(stream, follow(incoming))
        return real.handle(protocol, following, options)
      }
      return Object.create(real, { register: { value: register }, handle: { value: handle } }) as Registrar
    },
    poke,
    isOpen: (peer) => open.has(peer),
    close() {
      for (const peer of [...peers.keys()]) forget(peer)
    }
  }
}
