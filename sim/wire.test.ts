import { RPC } from '@libp2p/gossipsub/message'
import { expect, test } from 'vitest'
import { rpc } from './wire.ts'

const ID = new Uint8Array(20)
const TOPICS = ['starling/1/control', 'starling/1/meaning/9/010110', 'starling/1/record/0110100101']
const none = { ihave: [], iwant: [], graft: [], prune: [], idontwant: [] }
const size = (of: Partial<RPC>): number => RPC.encode({ subscriptions: [], messages: [], ...of }).length

test.for(TOPICS)('sizes on %s are those of gossipsub’s own encoder', (topic) => {
  for (const bytes of [100, 330, 2400]) {
    const message = {
      from: new Uint8Array(38),
      data: new Uint8Array(bytes),
      seqno: new Uint8Array(8),
      topic,
      signature: new Uint8Array(64)
    }
    expect(Math.abs(size({ messages: [message] }) - rpc.message(topic.length, bytes))).toBeLessThanOrEqual(1)
  }
  for (const count of [1, 3, 10, 100]) {
    const messageIDs = Array.from({ length: count }, () => ID)
    expect(size({ control: { ...none, ihave: [{ topicID: topic, messageIDs }] } })).toBe(rpc.ihave(topic.length, count))
    expect(size({ control: { ...none, iwant: [{ messageIDs }] } })).toBe(rpc.iwant(count))
    expect(size({ control: { ...none, idontwant: [{ messageIDs }] } })).toBe(rpc.idontwant(count))
  }
  expect(size({ control: { ...none, graft: [{ topicID: topic }] } })).toBe(rpc.graft(topic.length))
  expect(size({ control: { ...none, prune: [{ topicID: topic, peers: [], backoff: 60 }] } })).toBe(rpc.prune(topic.length))
  expect(size({ subscriptions: [{ subscribe: true, topic }] })).toBe(rpc.subscription(topic.length))
})
