/**
 * What peers say to each other over streams and topics, one schema a message. Limits are of the encoded
 * message, in bytes.
 */
import * as z from 'zod/mini'
import { bytes, bytesUpTo, count, hexDigest, text, time } from './codec.ts'
import { contract, outcome } from './contract.ts'
import { constraint } from './declaration.ts'
import { progress } from './result.ts'

const signature = bytes(64)
const publicKey = bytes(32)

/**
 * Who stands behind a peer: the agent key's certificate for it, and what that agent is and insists on, if anything. Sent both ways
 * when two peers meet, and with presence, so that who can't work with each other need not meet.
 */
export const hello = z.object({
  version: z.literal(1),
  certificate: bytesUpTo(512),
  stands: z.optional(z.pick(constraint, { facts: true, insists: true }))
})
export type Hello = z.infer<typeof hello>
export const MAX_HELLO_BYTES = 1024

/** 32-byte ids, one after the other. */
const ids = (most: number) =>
  bytesUpTo(32 * most).check(z.refine((b) => b.length % 32 === 0, 'expected ids of 32 bytes each'))

/** What two peers that reconcile say and answer at most, and how much of it one message of Negentropy takes. */
export const MAX_RECONCILE_BYTES = 64 * 1024
export const MAX_COMPARISON_BYTES = 60_000
/** Ids of headers (their hashes) and of fork proofs in one message, and how many of either come in one batch. */
export const MAX_IDS = 1024
export const MAX_BATCH_ITEMS = 64
const MAX_SHARDS = 32

const encodedHeader = bytesUpTo(320)
/** Headers and fork proofs, each encoded; whether another batch of what was wanted follows. */
const batch = {
  headers: z.array(encodedHeader).check(z.maxLength(MAX_BATCH_ITEMS)),
  forks: z.array(bytesUpTo(700)).check(z.maxLength(MAX_BATCH_ITEMS)),
  more: z.boolean()
}
/** Shards as [model, depth, prefix]; model 0 is the record. */
const shardList = z
  .array(
    z.tuple([
      z.int().check(z.minimum(0), z.maximum(0xffff)),
      z.int().check(z.minimum(0), z.maximum(16)),
      z.int().check(z.minimum(0), z.maximum(0xffff))
    ])
  )
  .check(z.maxLength(MAX_SHARDS))

/** What the peer that opened a reconciliation says. */
export const reconcileRequest = z.discriminatedUnion('type', [
  /** the shards that it keeps, and the time by which both judge what has lapsed */
  z.object({ type: z.literal('open'), version: z.literal(1), at: time, shards: shardList }),
  z.object({ type: z.literal('compare'), message: bytesUpTo(MAX_COMPARISON_BYTES) }),
  z.object({ type: z.literal('want'), ids: ids(MAX_IDS) }),
  z.object({ type: z.literal('offer'), ids: ids(MAX_IDS) }),
  z.object({ type: z.literal('give'), ...batch })
])
export type ReconcileRequest = z.infer<typeof reconcileRequest>

/** What the other answers: to `open` `opened` or `busy`, to `compare` `compare`, to `want` `give`s, to `offer` `choose`. */
export const reconcileReply = z.discriminatedUnion('type', [
  /** the shards that it keeps, and the fingerprint of what it holds of those that both keep */
  z.object({ type: z.literal('opened'), shards: shardList, fingerprint: bytes(16) }),
  z.object({ type: z.literal('busy') }),
  z.object({ type: z.literal('compare'), message: bytesUpTo(MAX_COMPARISON_BYTES) }),
  z.object({ type: z.literal('give'), ...batch }),
  /** a bit for each id that was offered, the first one highest: 1 where it is still wanted */
  z.object({ type: z.literal('choose'), chosen: bytesUpTo(MAX_IDS / 8) })
])
export type ReconcileReply = z.infer<typeof reconcileReply>

/** Headers of one author, wanted by sequence number: ranges, first to last, lowest first. */
export const MAX_RANGES = 64
export const headersRequest = z.object({
  author: publicKey,
  ranges: z.array(z.tuple([count, count])).check(z.minLength(1), z.maxLength(MAX_RANGES))
})
export const MAX_HEADERS_REQUEST_BYTES = 2048
/** Headers in answer, each encoded, in order. An empty batch ends the answer. */
export const MAX_BATCH_HEADERS = 128
export const headerBatch = z.object({ headers: z.array(encodedHeader).check(z.maxLength(MAX_BATCH_HEADERS)) })
export const MAX_BATCH_BYTES = 64 * 1024

/** Bodies by their hashes that one may ask at once whether they are held. */
export const MAX_SURVEYED = 64
/**
 * One body, wanted by hash, from a byte of it on, and whether who does not hold it may fetch it first, or wait for it; or
 * the hashes of several, of which one asks whether they are held.
 */
export const bodyRequest = z.union([
  z.object({ hash: bytes(32), offset: count, fetch: z.boolean() }),
  z.object({ held: ids(MAX_SURVEYED) })
])
export const MAX_BODY_REQUEST_BYTES = 32 * MAX_SURVEYED + 64
/** A piece of it, and how many bytes come after that; null when it is not held, or not for everybody. */
export const BODY_PIECE_BYTES = 32 * 1024
export const bodyReply = z.object({ piece: z.nullable(bytesUpTo(BODY_PIECE_BYTES)), rest: count })
export const MAX_BODY_REPLY_BYTES = BODY_PIECE_BYTES + 64
/** A bit for each body that was asked about, the first one highest: 1 where it is held and for everybody. */
export const heldReply = z.object({ held: bytesUpTo(MAX_SURVEYED / 8) })
export const MAX_HELD_REPLY_BYTES = 64

/** A contract's file or result, wanted by hash. */
export const dataRequest = z.object({ contract: hexDigest, hash: hexDigest, offset: count })
export const MAX_DATA_REQUEST_BYTES = 256
/** A piece of it, full but for the last; null instead of bytes when it is not held, or not for whoever asks. */
export const dataReply = z.object({ piece: z.nullable(z.instanceof(Uint8Array)) })
export const DATA_PIECE_BYTES = 64 * 1024
export const MAX_DATA_REPLY_BYTES = DATA_PIECE_BYTES + 64

/** The most that a reason may have on a contract's control stream, in UTF-16 units. */
export const MAX_REASON = 500

/** The leader's words on a contract's control stream. The first is always the offer; it also resumes. */
export const leaderMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('offer'), contract, signature }),
  z.object({ type: z.literal('cancel') }),
  z.object({ type: z.literal('accepted'), signature }),
  z.object({ type: z.literal('disputed'), reason: text(MAX_REASON) })
])
export type LeaderMessage = z.infer<typeof leaderMessage>

/** The follower's words. */
export const followerMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('pending') }),
  z.object({ type: z.literal('approved'), signature }),
  z.object({ type: z.literal('declined'), reason: text(MAX_REASON) }),
  z.object({ type: z.literal('progress'), progress }),
  z.object({ type: z.literal('finished'), outcome, signature })
])
export type FollowerMessage = z.infer<typeof followerMessage>
export const MAX_CONTROL_BYTES = 32 * 1024
