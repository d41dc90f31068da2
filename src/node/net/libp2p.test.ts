import '../../../headless/web-socket.ts'
import './polyfill.ts'
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import type { GossipSubComponents } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { peerIdFromString } from '@libp2p/peer-id'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PRESENCE_TOPIC } from '../schema/presence.ts'
import { createLibp2pNetwork, type Libp2pNetworkInit } from './libp2p.ts'
import { connected, networkConformance, nextEvent } from './testing/network-conformance.ts'
import type { Network } from './network.ts'
import { createPubsub } from './pubsub.ts'
import { createTestRelay, type TestRelay } from './testing/test-relay.ts'

networkConformance('libp2p', async () => {
  const relay = await createTestRelay()
  return {
    network: () => createLibp2pNetwork({ relays: [relay.source] }),
    close: () => relay.stop()
  }
})

const ECHO = '/test/echo/1.0.0'
const options = { maxMessageBytes: 1000, maxStreamsPerPeer: 4 }

describe('libp2p behind a relay', () => {
  let relay: TestRelay
  let networks: Network[]

  beforeEach(async () => {
    relay = await createTestRelay()
    networks = []
  })
  afterEach(async () => {
    await Promise.all(networks.map((network) => network.stop()))
    await relay.stop()
  })

  async function network(init: Partial<Libp2pNetworkInit> = {}): Promise<Network> {
    const made = await createLibp2pNetwork({ relays: [relay.source], ...init })
    made.handle(ECHO, options, async (stream, signal) => {
      for (let m = await stream.read({ signal }); m !== null; m = await stream.read({ signal })) {
        await stream.write(m, { signal })
      }
    })
    networks.push(made)
    return made
  }

  async function echoes(from: Network, to: Network): Promise<void> {
    const signal = AbortSignal.timeout(5_000)
    const stream = await from.open(to.peer, ECHO, { ...options, signal })
    await stream.write(Uint8Array.of(1, 2, 3), { signal })
    expect(await stream.read({ signal })).toEqual(Uint8Array.of(1, 2, 3))
    await stream.close()
  }

  const direct = (from: Network, to: Network): Promise<unknown> =>
    from.status().connections.some(({ peer, direct }) => peer === to.peer && direct)
      ? Promise.resolve()
      : nextEvent(from, 'connect', ({ peer, direct }) => peer === to.peer && direct)

  it('has the peer id of its seed', async () => {
    const seeded = { privateKeySeed: new Uint8Array(32).fill(7) }
    expect((await network(seeded)).peer).toBe((await network(seeded)).peer)
    expect((await network()).peer).not.toBe((await network()).peer)
  })

  it('meets directly, and goes on when the relay is gone', async () => {
    const [a, b] = [await network(), await network()]
    const heard: string[] = []
    const got = Promise.withResolvers<null>()
    b.subscribe('test/1/topic', async (message) => {
      heard.push(new TextDecoder().decode(message))
      got.resolve(null)
      return 'accept'
    })
    await Promise.all([a.start(), b.start(), direct(a, b), direct(b, a)])
    expect(a.status()).toMatchObject({ state: 'direct', reason: '', relay: true })
    expect(a.status().connections).toMatchObject([{ address: expect.stringContaining('/webrtc') as string }])

    const away = nextEvent(a, 'status', () => !a.status().relay)
    await relay.stop()
    await away
    await nextEvent(a, 'status', () => a.status().reason.includes('trying again'))
    expect(a.status()).toMatchObject({ state: 'direct', reason: expect.stringContaining('the.test.relay') as string })
    await echoes(a, b)
    while ((await a.publish('test/1/topic', new TextEncoder().encode('still'))) === 0) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    await got.promise
    expect(heard).toEqual(['still'])
  })

  it('goes through the relay, gossip too, when there is no direct way', async () => {
    // nothing that WebRTC could start with
    const init = { iceServers: [{ urls: 'nowhere' }] }
    const [a, b] = [await network(init), await network(init)]
    const got = Promise.withResolvers<string>()
    b.subscribe('test/1/topic', async (_message, { from }) => {
      got.resolve(from)
      return 'accept'
    })
    await Promise.all([a.start(), b.start(), connected(a, b)])
    expect(a.status()).toMatchObject({ state: 'relayed', connections: [{ peer: b.peer, direct: false }] })
    expect(a.status().reason).toContain('relay')
    await echoes(a, b)
    await echoes(b, a)
    while ((await a.publish('test/1/topic', Uint8Array.of(1))) === 0) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(await got.promise).toBe(a.peer)
  })

  it('finds a relay again that comes back as somebody else, and meets newcomers', async () => {
    const a = await network()
    await a.start()
    await nextEvent(a, 'status', () => a.status().relay)
    const lost = nextEvent(a, 'status', () => !a.status().relay)
    const back = lost.then(() => nextEvent(a, 'status', () => a.status().relay))
    await relay.restart()
    await back
    const b = await network()
    const both = connected(a, b)
    await b.start()
    await both
    await echoes(a, b)
  })

  it('does not blame the relay for the garbage of others that it passes on', async () => {
    const a = await network()
    await a.start()
    await nextEvent(a, 'status', () => a.status().relay)
    const rude = await createLibp2p({
      transports: [webSockets()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      services: { identify: identify(), pubsub: (components: GossipSubComponents) => createPubsub(components) }
    })
    try {
      const { pubsub } = rude.services
      await rude.dial(multiaddr(await relay.source.find({ signal: AbortSignal.timeout(1000) })))
      pubsub.subscribe(PRESENCE_TOPIC)
      // so much that whoever passes it on would be listened to no more, were it held against that one
      for (let given = 0; given < 30; ) {
        const garbage = crypto.getRandomValues(new Uint8Array(100))
        const known = pubsub.getSubscribers(PRESENCE_TOPIC).length > 0
        if (known && (await pubsub.publish(PRESENCE_TOPIC, garbage)).recipients.length > 0) given++
        else await new Promise((resolve) => setTimeout(resolve, 20))
      }
      // scores are worked out anew with each heartbeat
      await new Promise((resolve) => pubsub.addEventListener('gossipsub:heartbeat', resolve, { once: true }))
      await new Promise((resolve) => pubsub.addEventListener('gossipsub:heartbeat', resolve, { once: true }))
      const b = await network()
      const both = connected(a, b)
      await b.start()
      await both
    } finally {
      await rude.stop()
    }
  })

  it('says what is wrong when there is no relay', async () => {
    await relay.stop()
    const a = await network()
    await a.start()
    await nextEvent(a, 'status', () => a.status().state === 'offline')
    expect(a.status().reason).toMatch(/^The relay at http:\/\/the.test.relay .*; trying again in \d s\.$/)
  })

  it('tells whoever asks what it is nothing of the device, nor the version of what it is made of', async () => {
    const a = await network()
    await a.start()
    await nextEvent(a, 'status', () => a.status().relay)
    const asking = await createLibp2p({
      transports: [webSockets(), circuitRelayTransport()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      services: { identify: identify({ runOnConnectionOpen: false }) }
    })
    try {
      const through = `${await relay.source.find({ signal: AbortSignal.timeout(1000) })}/p2p-circuit`
      const told = await asking.services.identify.identify(await asking.dial(multiaddr(`${through}/p2p/${a.peer}`)))
      const { agentVersion, protocolVersion, listenAddrs, signedPeerRecord, observedAddr, protocols, ...others } = told
      expect([agentVersion, protocolVersion]).toEqual(['starling/1.0.0', 'ipfs/0.1.0'])
      // where it is reached, if that is said: through the relay, as its presence says, too
      const addresses = [...listenAddrs, ...(signedPeerRecord?.addresses ?? [])].map(String)
      expect(addresses.filter((address) => !address.startsWith(through))).toEqual([])
      // how the one who asks is seen: nothing of the one who answers
      expect(String(observedAddr)).toBe(`${through}/p2p/${asking.peerId.toString()}`)
      expect(protocols.filter((protocol) => !/^\/(ipfs|libp2p|meshsub|floodsub|starling|test|webrtc-signaling)\//.test(protocol))).toEqual([])
      expect(Object.keys(others).sort()).toEqual(['connection', 'peerId', 'publicKey'])
    } finally {
      await asking.stop()
    }
  })

  it('outlives garbage on every protocol that it speaks', async () => {
    const [a, b] = [await network(), await network()]
    await Promise.all([a.start(), b.start(), connected(a, b)])
    const rude = await createLibp2p({
      transports: [webSockets(), circuitRelayTransport()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      services: { identify: identify() }
    })
    try {
      const target = peerIdFromString(a.peer)
      const dial = async () => {
        const address = await relay.source.find({ signal: AbortSignal.timeout(1000) })
        return rude.dial(multiaddr(`${address}/p2p-circuit/p2p/${a.peer}`))
      }
      const identified = new Promise((resolve) =>
        rude.addEventListener('peer:identify', ({ detail }) => {
          if (detail.peerId.equals(target)) resolve(detail)
        })
      )
      await dial()
      await identified
      const { protocols } = await rude.peerStore.get(target)
      expect(protocols).toEqual(expect.arrayContaining([ECHO, '/starling/goodbye/1.0.0', '/meshsub/1.2.0']))
      for (const protocol of [...protocols, '/nobody/speaks/this']) {
        // it may have had enough of us by now
        const connection = rude.getConnections(target)[0] ?? (await dial().catch(() => null))
        const stream = await connection
          ?.newStream(protocol, { runOnLimitedConnection: true, signal: AbortSignal.timeout(2000) })
          .catch(() => null)
        try {
          stream?.send(crypto.getRandomValues(new Uint8Array(5000)))
          await stream?.close({ signal: AbortSignal.timeout(500) })
        } catch {
          // ended by the other side, as it should be
        }
      }
    } finally {
      await rude.stop()
    }
    await echoes(a, b)
    await echoes(b, a)
  })
})
