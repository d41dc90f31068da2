/**
 * What a peer says of itself on the presence topic: that it is there, which relays it can be reached through, and which
 * shards of gossip it takes part in.
 */
import * as z from 'zod/mini'
import { bytesUpTo, text, time } from './codec.ts'
import { MAX_HELLO_BYTES } from './messages.ts'

export const PRESENCE_TOPIC = 'starling/1/presence'
export const MAX_PRESENCE_BYTES = 2048
export const MAX_RELAYS = 4
export const MAX_SHARDS = 12
const MAX_SHARD_CHARACTERS = 64
/** Seconds between what a peer says of itself: as often as that where there are few, and as rarely where there are many. */
export const MIN_EVERY_S = 10
export const MAX_EVERY_S = 3600

/** Whether a topic is a part of gossip that not everybody takes part in, so that others are to be told of it. */
export const isShardTopic = (topic: string): boolean =>
  /^starling\/1\/(meaning|record)\//.test(topic) && topic.length <= MAX_SHARD_CHARACTERS

/** A libp2p peer id of an Ed25519 key, as text. */
export const peerIdText = z.string().check(z.regex(/^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/, 'expected a peer id'))

export const presence = z.object({
  version: z.literal(1),
  peer: peerIdText,
  /** relays on which it has a reservation: multiaddr of the relay's WebSocket, ending in its peer id */
  relays: z
    .array(text(300).check(z.regex(/^\/[^ ]+\/wss?\/p2p\/12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/, 'expected a relay')))
    .check(z.maxLength(MAX_RELAYS)),
  /** topics of gossip that it takes part in, those with the fewest peers first */
  shards: z.optional(z.array(text(MAX_SHARD_CHARACTERS)).check(z.maxLength(MAX_SHARDS))),
  /** it says so again in about so many seconds; when it has not for several times as long, it is gone */
  every: z.optional(z.int().check(z.minimum(MIN_EVERY_S), z.maximum(MAX_EVERY_S))),
  /** who stands behind it, and what that agent insists on: a hello, as peers that meet say it to each other */
  card: z.optional(bytesUpTo(MAX_HELLO_BYTES)),
  /** it knows of few, and would hear of others */
  asks: z.optional(z.boolean()),
  /** it leaves; the connection to it is gone */
  bye: z.boolean(),
  at: time
})
export type Presence = z.infer<typeof presence>
