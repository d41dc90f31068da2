import './polyfill.ts'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { TopicValidatorResult, gossipsub, type GossipSub, type GossipSubComponents } from '@libp2p/gossipsub'
import type { RPC } from '@libp2p/gossipsub/message'
import type { PeerScore } from '@libp2p/gossipsub/score'
import type { PeerId } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { afterEach, describe, expect, it } from 'vitest'
import { createPubsub } from './pubsub.ts'

const TOPIC = 'test/1/topic'
interface Open extends GossipSub {
  score: PeerScore
  handleReceivedRpc(from: PeerId, rpc: RPC): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

const running: Array<{ stop(): unknown }> = []
afterEach(async () => {
  for (const gossip of running.splice(0)) await gossip.stop()
})

/** Gossipsub as `make` makes it, with nobody around, and a peer that it is made to hear. */
async function setUp(make: (components: GossipSubComponents) => GossipSub) {
  const privateKey = await generateKeyPair('Ed25519')
  const log = Object.assign(() => {}, { error: () => {}, trace: () => {}, enabled: false })
  const components = {
    privateKey,
    peerId: peerIdFromPrivateKey(privateKey),
    peerStore: {},
    registrar: { handle: async () => {}, unhandle: async () => {}, register: async () => '', unregister: () => {} },
    connectionManager: { getConnections: () => [] },
    logger: { forComponent: () => log }
  }
  const gossip = make(components as unknown as GossipSubComponents) as Open
  await gossip.start()
  running.push(gossip)
  const peer = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
  gossip.score.addPeer(peer.toString())
  const hear = (message: RPC.Message) => gossip.handleReceivedRpc(peer, { subscriptions: [], messages: [message] })
  const soon = () => new Promise((resolve) => setTimeout(resolve, 20))
  return {
    gossip,
    peer: peer.toString(),
    async hears(message: RPC.Message) {
      await hear(message)
      await soon()
    }
  }
}

const unsigned = (topic: string): RPC.Message => ({ topic, data: Uint8Array.of(1, 2, 3) })

/** The same messages as they are on the wire, signed by somebody. */
async function signed(topic: string, ...datas: Uint8Array[]): Promise<RPC.Message[]> {
  const { gossip } = await setUp((components) => gossipsub({ allowPublishToZeroTopicPeers: true })(components))
  const caught: RPC.Message[] = []
  const cache = (gossip as unknown as { mcache: { put(id: unknown, message: RPC.Message): void } }).mcache
  cache.put = (_, message) => caught.push(message)
  for (const data of datas) await gossip.publish(topic, data)
  return caught
}

describe('gossipsub as it is set up here', () => {
  it('scores topics that come and go', async () => {
    const { gossip, peer, hears } = await setUp((components) => createPubsub(components))
    expect(gossip.score.params.topics[TOPIC]).toBeUndefined()
    gossip.subscribe(TOPIC)
    await hears(unsigned(TOPIC))
    await hears(unsigned(TOPIC))
    expect(gossip.score.peerStats.get(peer)?.topics[TOPIC]?.invalidMessageDeliveries).toBe(2)
    // it works a score out once a heartbeat
    gossip.score.scoreCache.clear()
    expect(gossip.score.score(peer)).toBeCloseTo(-1.2)
    gossip.unsubscribe(TOPIC)
    // counters fade, and a peer can go, when its topic has been left
    gossip.score.refreshScores()
    gossip.score.removePeer(peer)
    expect(gossip.score.score(peer)).toBeLessThan(0)
  })

  it('looks at no message on a topic that it has no part in, or has left', async () => {
    const { gossip, peer, hears } = await setUp((components) => createPubsub(components))
    const judged: string[] = []
    gossip.topicValidators.set(TOPIC, (_, { topic }) => {
      judged.push(topic)
      return TopicValidatorResult.Accept
    })
    const [first, second, third] = await signed(TOPIC, Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3))
    if (first === undefined || second === undefined || third === undefined) throw new Error('expected three messages')
    await hears(first)
    expect(judged).toEqual([])
    gossip.subscribe(TOPIC)
    await hears(second)
    await hears(second)
    expect(judged).toEqual([TOPIC])
    gossip.unsubscribe(TOPIC)
    await hears(third)
    await hears(unsigned(TOPIC))
    expect(judged).toEqual([TOPIC])
    expect(gossip.score.score(peer)).toBeGreaterThanOrEqual(0)
  })

  it('takes a message with a wrong signature for no message at all: the right one still comes through', async () => {
    const { gossip, hears } = await setUp((components) => createPubsub(components))
    const heard: Uint8Array[] = []
    gossip.addEventListener('message', ({ detail }) => heard.push(detail.data))
    gossip.subscribe(TOPIC)
    const [message] = await signed(TOPIC, Uint8Array.of(9))
    if (message === undefined) throw new Error('expected a message')
    await hears({ ...message, signature: new Uint8Array(64) })
    expect(heard).toEqual([])
    await hears(message)
    expect(heard).toEqual([Uint8Array.of(9)])
  })

  it('lets nobody touch the prototype of all objects, as it would by itself', async () => {
    const hostile = unsigned('__proto__')
    const name = 'invalidMessageDeliveries'
    const here = await setUp((components) => createPubsub(components))
    await here.hears(hostile)
    expect(name in {}).toBe(false)

    const bare = await setUp((components) => gossipsub()(components))
    try {
      await bare.hears(hostile)
      expect(name in {}).toBe(true)
    } finally {
      Reflect.deleteProperty(Object.prototype, name)
    }
  })
})
