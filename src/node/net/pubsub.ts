/** Gossipsub as all Starling peers and relays set it up. */
import { StrictSign, gossipsub, type GossipSub, type GossipSubComponents, type GossipsubOpts } from '@libp2p/gossipsub'
import type { RPC } from '@libp2p/gossipsub/message'
import type { TopicScoreParams } from '@libp2p/gossipsub/score'
import type { PeerId } from '@libp2p/interface'
import { messageId, messageKey } from './message-id.ts'
import { peerScoreParams, scoreThresholds, topicScoreParams } from './topic-scores.ts'

/** Several messages with what gossipsub adds to them. */
const MAX_RPC_BYTES = 512 * 1024
/** What waits for a peer that does not read. */
const MAX_QUEUE_BYTES = 4 * 1024 * 1024
/** What we remember of the topics that one peer takes part in: some sixty. */
const MAX_TOPIC_BYTES = 64 * 1024

export interface PubsubInit {
  /** What is held against a peer, in points up to 100; default: nothing */
  points?: (peer: string) => number
  /** how well thought of a peer is, -1 to 1; default: nobody is known */
  esteem?: (peer: string) => number
  /** what is otherwise than usual */
  options?: Partial<GossipsubOpts>
}

/** Gossipsub that scores each topic that it takes part in, and looks at no message on any other. */
export function createPubsub(components: GossipSubComponents, init: PubsubInit = {}): GossipSub {
  const { points = () => 0, esteem = () => 0, options } = init
  const gossip = gossipsub({
    globalSignaturePolicy: StrictSign,
    msgIdFn: ({ topic, data }) => messageId(topic, data),
    // a repeat is known by it before its signature is checked; only what is rightly signed is remembered
    fastMsgIdFn: ({ topic, data }) => messageKey(topic, data ?? new Uint8Array()),
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    emitSelf: false,
    maxInboundDataLength: MAX_RPC_BYTES,
    maxOutboundBufferSize: MAX_QUEUE_BYTES,
    maxTopicBytesPerPeer: MAX_TOPIC_BYTES,
    scoreParams: peerScoreParams({ points, esteem }),
    scoreThresholds,
    ...options
  })(components)
  const internals = internalsOf(gossip)
  const joined = new Set<string>()

  // by itself it checks, keeps and counts what comes on topics that we have no part in; and it counts in plain objects
  // by the topic's name, which may be `__proto__`
  const receive = internals.handleReceivedRpc.bind(gossip)
  internals.handleReceivedRpc = (from, rpc) =>
    receive(from, { ...rpc, messages: rpc.messages.filter(({ topic }) => joined.has(topic)) })

  const subscribe = gossip.subscribe.bind(gossip)
  gossip.subscribe = (topic) => {
    // it looks parameters up by topic each time, so that a topic may get them now; they stay when it is left, for what
    // peers have done there is still reckoned with
    internals.score.params.topics[topic] = topicScoreParams(topic)
    joined.add(topic)
    subscribe(topic)
  }
  const unsubscribe = gossip.unsubscribe.bind(gossip)
  gossip.unsubscribe = (topic) => {
    joined.delete(topic)
    unsubscribe(topic)
  }
  return gossip
}

/** What the implementation has beyond its interface. */
interface Internals {
  score: { params: { topics: Record<string, TopicScoreParams> } }
  handleReceivedRpc(from: PeerId, rpc: RPC): Promise<void>
}

function internalsOf(gossip: unknown): Internals {
  if (!hasInternals(gossip)) throw new TypeError('expected gossipsub with its scores')
  return gossip
}

const hasInternals = (gossip: unknown): gossip is Internals =>
  typeof gossip === 'object' &&
  gossip !== null &&
  'handleReceivedRpc' in gossip &&
  typeof gossip.handleReceivedRpc === 'function' &&
  'score' in gossip &&
  typeof gossip.score === 'object' &&
  gossip.score !== null &&
  'params' in gossip.score
