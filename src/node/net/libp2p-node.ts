/** libp2p put together for this network: in a browser's worker or in Node, behind relays. */
import './polyfill.ts'
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { generateKeyPair, generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { GossipSub } from '@libp2p/gossipsub'
import { identify, type Identify } from '@libp2p/identify'
import type { Libp2p, PeerId, Transport } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { ping, type Ping } from '@libp2p/ping'
import { webRTC } from '@libp2p/webrtc'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { createByteMetrics } from './byte-metrics.ts'
import { NODE_INFO } from './node-info.ts'
import { PINGS_AT_ONCE, PING_MS, PING_PATIENCE_MS } from './pings.ts'
import { createPubsub } from './pubsub.ts'
import type { TopicStreams } from './topic-streams.ts'
import type { Traffic } from './traffic.ts'
import { closingWebSockets } from './web-sockets.ts'

/** A STUN or TURN server, as browsers take it. */
export interface IceServer {
  urls: string | string[]
  username?: string
  credential?: string
}

export interface NodeComponents {
  traffic: Traffic
  topicStreams: TopicStreams
  /** Whether a peer is not to be connected to. */
  refuses(peer: string): boolean
  /** Whether there is no place for one more peer that connects to us. */
  isFull(peer: string): boolean
  /** What is held against a peer, in points up to 100. */
  points(peer: string): number
  /** How well thought of a peer is, -1 to 1. */
  esteem(peer: string): number
}

export interface NodeInit {
  privateKeySeed?: Uint8Array
  iceServers: IceServer[]
  maxConnections: number
}

/** Reservations on relays, as circuit relay v2 keeps and renews them. */
export interface Reservations {
  addRelay(peer: PeerId, type: 'configured'): Promise<unknown>
  hasReservation(peer: PeerId): boolean
  reserveRelay(): string
  addEventListener(event: 'relay:removed', listener: () => void): void
  removeEventListener(event: 'relay:removed', listener: () => void): void
}

interface Services extends Record<string, unknown> {
  identify: Identify
  ping: Ping
  pubsub: GossipSub
}
export type StarlingLibp2p = Libp2p<Services>

/** Connections inbound in a second: they count as their relay's, so this is for all peers behind it together. */
const INBOUND_PER_SECOND = 64
/** Time for one address, ms: a direct connection takes a few round trips through the relay, and checks of paths. */
const DIAL_MS = 12_000

/** A libp2p peer that is not started, and its reservations. */
export async function createNode(
  { traffic, topicStreams, refuses, isFull, points, esteem }: NodeComponents,
  { privateKeySeed, iceServers, maxConnections }: NodeInit
): Promise<{ node: StarlingLibp2p; reservations: Reservations }> {
  let circuit: Transport | null = null
  const denies = (peer: PeerId): boolean => refuses(peer.toString()) || isFull(peer.toString())
  const node = await createLibp2p<Services>({
    privateKey: await (privateKeySeed === undefined
      ? generateKeyPair('Ed25519')
      : generateKeyPairFromSeed('Ed25519', privateKeySeed)),
    start: false,
    nodeInfo: NODE_INFO,
    addresses: { listen: ['/webrtc'] },
    transports: [
      closingWebSockets(),
      (components) => (circuit = circuitRelayTransport()(components)),
      webRTC({ rtcConfiguration: { iceServers } })
    ],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: {
      // relays on this machine and in this house are as good as any
      denyDialMultiaddr: () => false,
      denyDialPeer: (peer) => refuses(peer.toString()),
      denyInboundEncryptedConnection: denies,
      denyInboundRelayedConnection: (_relay, peer) => denies(peer)
    },
    connectionManager: {
      maxConnections,
      maxIncomingPendingConnections: INBOUND_PER_SECOND,
      inboundConnectionThreshold: INBOUND_PER_SECOND,
      addressDialTimeout: DIAL_MS,
      // relays are kept by their keepers, and nobody else is kept
      reconnectRetries: 0
    },
    connectionMonitor: { pingInterval: PING_MS, pingTimeout: PING_PATIENCE_MS },
    metrics: () => createByteMetrics(traffic),
    services: {
      // not on every connection by itself: most relayed ones are but a step to a direct one
      identify: identify({ runOnConnectionOpen: false }),
      ping: ping(PINGS_AT_ONCE),
      pubsub: (components): GossipSub =>
        createPubsub(
          {
            privateKey: components.privateKey,
            peerId: components.peerId,
            peerStore: components.peerStore,
            registrar: topicStreams.registrar(components.registrar),
            connectionManager: components.connectionManager,
            logger: components.logger
          },
          { points, esteem, options: { runOnLimitedConnection: true } }
        )
    }
  })
  return { node, reservations: reservationsOf(circuit) }
}

function reservationsOf(transport: unknown): Reservations {
  if (!hasReservations(transport)) throw new TypeError('expected a circuit relay transport with its reservations')
  return transport.reservationStore
}

const hasReservations = (transport: unknown): transport is { reservationStore: Reservations } =>
  typeof transport === 'object' &&
  transport !== null &&
  'reservationStore' in transport &&
  typeof transport.reservationStore === 'object' &&
  transport.reservationStore !== null &&
  'addRelay' in transport.reservationStore
