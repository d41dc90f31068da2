/** The relay's part in presence: it passes on who is there, within bounds, and reads none of it. */
import { TopicValidatorResult, type GossipSub, type GossipSubComponents } from '@libp2p/gossipsub'
import { createPubsub } from '../src/node/net/pubsub.ts'
import { createRateLimit } from '../src/node/support/rate-limit.ts'
import { MAX_PRESENCE_BYTES, PRESENCE_TOPIC } from '../src/node/schema/presence.ts'

/** Several messages with what gossipsub adds to them. */
const MAX_RPC_BYTES = 64 * 1024
/** What waits for a peer that does not read. */
const MAX_QUEUE_BYTES = 1024 * 1024
/** Messages that one peer may give us: it also passes on those of others. */
const perPeer = { rate: 64, burst: 512, keys: 4096 }

/**
 * Gossipsub for the one topic. The mesh is wide: newcomers know nobody but the relay, and are to hear of the others
 * at once rather than at the next heartbeat.
 */
export function createPresence(): (components: GossipSubComponents) => GossipSub {
  const take = createRateLimit(perPeer)
  return (components) => {
    const pubsub = createPubsub(components, {
      options: {
        allowedTopics: [PRESENCE_TOPIC],
        maxInboundDataLength: MAX_RPC_BYTES,
        maxOutboundBufferSize: MAX_QUEUE_BYTES,
        D: 32,
        Dlo: 16,
        Dhi: 64
      }
    })
    pubsub.topicValidators.set(PRESENCE_TOPIC, (peer, { data }) => {
      if (data.length > MAX_PRESENCE_BYTES) return TopicValidatorResult.Reject
      return take(peer.toString(), Date.now()) ? TopicValidatorResult.Accept : TopicValidatorResult.Ignore
    })
    return pubsub
  }
}
