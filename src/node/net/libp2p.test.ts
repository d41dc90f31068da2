import '../../../headless/web-socket.ts'
import './polyfill.ts'
import { circuitRelayServer } from '@libp2p/circuit-relay-v2'
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { PRESENCE_TOPIC } from '../schema/presence.ts'
import { createLibp2pNetwork } from './libp2p.ts'
import { networkConformance } from './network-conformance.ts'
import type { RelaySource } from './relay-source.ts'

async function createTestRelay(port = 0) {
  const node = await createLibp2p({
    addresses: { listen: [`/ip4/127.0.0.1/tcp/${port}/ws`] },
    transports: [webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { inboundConnectionThreshold: 100, maxIncomingPendingConnections: 100 },
    services: {
      identify: identify(),
      ping: ping(),
      circuit: circuitRelayServer({ reservations: { maxReservations: 64, defaultDataLimit: 64n << 20n } }),
      pubsub: gossipsub({ allowedTopics: [PRESENCE_TOPIC] })
    }
  })
  node.services.pubsub.subscribe(PRESENCE_TOPIC)
  const source: RelaySource = { name: 'the test relay', find: async () => node.getMultiaddrs()[0]?.toString() ?? '' }
  return { node, source }
}

networkConformance('libp2p', async () => {
  const relay = await createTestRelay()
  return {
    network: () => createLibp2pNetwork({ relays: [relay.source] }),
    close: async () => {
      await relay.node.stop()
    }
  }
})
