/**
 * What peers say to each other over streams and topics, one schema a message. Limits are of the encoded
 * message, in bytes.
 */
import * as z from 'zod/mini'
import { bytes, bytesUpTo, count, hexDigest, text } from './codec.ts'
import { contract, outcome } from './contract.ts'
import { progress } from './result.ts'

const signature = bytes(64)
const publicKey = bytes(32)

/** Who stands behind a peer: the agent key's certificate for it. Sent both ways when two peers meet. */
export const hello = z.object({ version: z.literal(1), certificate: bytesUpTo(512) })
export const MAX_HELLO_BYTES = 1024

/**
 * What the asking peer holds of each author's log, for the authors after one did:key and up to another (null:
 * from the first, to the last): all later headers of these, and all of those that it does not name, are wanted.
 */
export const MAX_FRONTIER_AUTHORS = 1024
export const frontier = z.object({
  version: z.literal(1),
  after: z.nullable(publicKey),
  upTo: z.nullable(publicKey),
  have: z.array(z.tuple([publicKey, count])).check(z.maxLength(MAX_FRONTIER_AUTHORS))
})
export const MAX_FRONTIER_BYTES = 64 * 1024

/** Headers in answer to one frontier, each encoded, of one author in order. An empty batch ends the answer. */
export const MAX_BATCH_HEADERS = 128
export const headerBatch = z.object({ headers: z.array(bytesUpTo(320)).check(z.maxLength(MAX_BATCH_HEADERS)) })
export const MAX_BATCH_BYTES = 64 * 1024

/** One body, wanted by hash. */
export const bodyRequest = z.object({ hash: bytes(32) })
export const MAX_BODY_REQUEST_BYTES = 64
/** The body, or null when it is not held or not for everybody. */
export const bodyReply = z.object({ body: z.nullable(z.instanceof(Uint8Array)) })

/** A contract's file or result, wanted by hash. */
export const dataRequest = z.object({ contract: hexDigest, hash: hexDigest, offset: count })
export const MAX_DATA_REQUEST_BYTES = 256
/** A piece of it, full but for the last; null instead of bytes when it is not held, or not for whoever asks. */
export const dataReply = z.object({ piece: z.nullable(z.instanceof(Uint8Array)) })
export const DATA_PIECE_BYTES = 64 * 1024
export const MAX_DATA_REPLY_BYTES = DATA_PIECE_BYTES + 64

/** The leader's words on a contract's control stream. The first is always the offer; it also resumes. */
export const leaderMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('offer'), contract, signature }),
  z.object({ type: z.literal('cancel') }),
  z.object({ type: z.literal('accepted'), signature }),
  z.object({ type: z.literal('disputed'), reason: text(500) })
])
export type LeaderMessage = z.infer<typeof leaderMessage>

/** The follower's words. */
export const followerMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('pending') }),
  z.object({ type: z.literal('approved'), signature }),
  z.object({ type: z.literal('declined'), reason: text(500) }),
  z.object({ type: z.literal('progress'), progress }),
  z.object({ type: z.literal('finished'), outcome, signature })
])
export type FollowerMessage = z.infer<typeof followerMessage>
export const MAX_CONTROL_BYTES = 32 * 1024
