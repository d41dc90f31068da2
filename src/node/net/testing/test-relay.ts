/** A relay for tests: libp2p's own, on loopback, with nothing of ours but the presence topic. */
import { circuitRelayServer, type CircuitRelayService } from '@libp2p/circuit-relay-v2'
import type { GossipSub, GossipSubComponents } from '@libp2p/gossipsub'
import { identify, type Identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { ping, type Ping } from '@libp2p/ping'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { PRESENCE_TOPIC } from '../../schema/presence.ts'
import { createPubsub } from '../pubsub.ts'
import type { RelaySource } from '../relay-source.ts'

export interface TestRelay {
  source: RelaySource
  /** Stops it and starts another one, with another peer id, at the same port. */
  restart(): Promise<void>
  stop(): Promise<void>
}

interface Services extends Record<string, unknown> {
  identify: Identify
  ping: Ping
  circuit: CircuitRelayService
  pubsub: GossipSub
}

export async function createTestRelay(): Promise<TestRelay> {
  let node = await createRelay(0)
  const address = () => node.getMultiaddrs()[0]?.toString() ?? ''
  const port = Number(/tcp\/(\d+)/.exec(address())?.[1])
  return {
    source: { name: 'http://the.test.relay', find: async () => address() },
    async restart() {
      await node.stop()
      node = await createRelay(port)
    },
    stop: async () => {
      await node.stop()
    }
  }
}

async function createRelay(port: number) {
  const node = await createLibp2p<Services>({
    addresses: { listen: [`/ip4/127.0.0.1/tcp/${port}/ws`] },
    transports: [webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { inboundConnectionThreshold: 100, maxIncomingPendingConnections: 100 },
    services: {
      identify: identify(),
      ping: ping(),
      circuit: circuitRelayServer({ reservations: { maxReservations: 64, defaultDataLimit: 64n << 20n } }),
      pubsub: (components: GossipSubComponents) =>
        createPubsub(components, { options: { allowedTopics: [PRESENCE_TOPIC] } })
    }
  })
  node.services.pubsub.subscribe(PRESENCE_TOPIC)
  return node
}
