/**
 * The relay as a libp2p peer. It introduces peers: it lets them reserve a place (circuit relay v2), carries the
 * first messages between two of them until they meet directly, and passes presence on, so that they hear of each
 * other. It takes part in nothing else and keeps nothing.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { RELAY_V2_STOP_CODEC, circuitRelayServer } from '@libp2p/circuit-relay-v2'
import { identify } from '@libp2p/identify'
import type { Connection, PeerId, PrivateKey } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { NODE_INFO } from '../src/node/net/node-info.ts'
import { PINGS_AT_ONCE } from '../src/node/net/pings.ts'
import { PRESENCE_TOPIC } from '../src/node/schema/presence.ts'
import type { RelayLimits } from './options.ts'
import { createPresence } from './presence.ts'
import { createUpgrades } from './upgrades.ts'

export interface RelayInit {
  privateKey: PrivateKey
  limits: RelayLimits
  onBytes: (direction: 'received' | 'sent', bytes: number) => void
}

export interface RelayStatus {
  /** peers connected now */
  connections: number
  /** peers reachable through this relay now */
  reservations: number
  /** relayed connections open now */
  circuits: number
}

export interface Relay {
  /** the relay's peer id */
  readonly peer: string
  status(): RelayStatus
  /** Takes over a request to become a WebSocket. `address` is the peer's IP address. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, address: string): void
  /** Ends all connections. */
  stop(): Promise<void>
}

/** A browser that sleeps or lost its network is noticed after two of these, ms. */
const PING_INTERVAL = 20_000

/** Connections that have not shown yet who they are. */
const MAX_PENDING = 128
/** Relayed connections that one peer may have begun, and as many that others began with it. */
const CIRCUITS_PER_PEER = 64

/** Starts a relay. It listens on nothing: give it sockets with `accept`. */
export async function createRelay({ privateKey, limits, onBytes }: RelayInit): Promise<Relay> {
  const upgrades = createUpgrades({ pingInterval: PING_INTERVAL, onBytes })
  const node = await createLibp2p({
    privateKey,
    nodeInfo: NODE_INFO,
    addresses: {
      // names the transport's listener only; nothing binds it and nobody is told of it
      listen: ['/ip4/127.0.0.1/tcp/0/ws'],
      announceFilter: () => []
    },
    transports: [upgrades.transport],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: {
      maxConnections: limits.maxConnections,
      maxIncomingPendingConnections: Math.min(limits.maxConnections, MAX_PENDING),
      inboundConnectionThreshold: limits.connectionsPerSecond
    },
    // dead sockets are found by WebSocket pings, which a busy tab answers while its worker computes
    connectionMonitor: { enabled: false },
    services: {
      identify: identify(),
      ping: ping(PINGS_AT_ONCE),
      circuit: circuitRelayServer({
        maxInboundHopStreams: CIRCUITS_PER_PEER,
        maxOutboundStopStreams: CIRCUITS_PER_PEER,
        reservations: {
          maxReservations: limits.maxReservations,
          reservationTtl: limits.reservationTtl,
          defaultDurationLimit: limits.circuitDuration,
          defaultDataLimit: BigInt(limits.circuitBytes)
        }
      }),
      presence: createPresence()
    }
  })
  const { circuit, presence } = node.services
  const log = node.logger.forComponent('starling:relay')

  // each tab is a peer of its own: without this, closed tabs would hold places until their time is over
  const release = ({ detail: peer }: CustomEvent<PeerId>) => {
    circuit.reservations.get(peer)?.signal.clear()
    circuit.reservations.delete(peer)
    node.peerStore.delete(peer).catch((error: unknown) => log('could not forget %p - %e', peer, error))
  }
  // who comes again has given up its earlier connection; others would be led to it while its socket seems open
  const replace = ({ detail: connection }: CustomEvent<Connection>) => {
    for (const earlier of node.getConnections(connection.remotePeer)) {
      if (earlier !== connection) earlier.abort(new Error('its peer has come again'))
    }
  }
  node.addEventListener('connection:open', replace)
  node.addEventListener('peer:disconnect', release)
  presence.subscribe(PRESENCE_TOPIC)

  return {
    peer: node.peerId.toString(),
    status: () => ({
      connections: node.getPeers().length,
      reservations: circuit.reservations.size,
      circuits: node
        .getConnections()
        .flatMap(({ streams }) => streams)
        .filter(({ protocol, direction }) => protocol === RELAY_V2_STOP_CODEC && direction === 'outbound').length
    }),
    accept: (request, socket, head, address) => upgrades.accept(request, socket, head, address),
    async stop() {
      await node.stop()
      node.removeEventListener('connection:open', replace)
      node.removeEventListener('peer:disconnect', release)
    }
  }
}

