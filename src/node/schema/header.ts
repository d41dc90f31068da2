/**
 * A log entry's header: the small signed part that is gossiped and chained. The body is apart and is
 * committed to by hash and size.
 *
 * On the wire a header is a DAG-CBOR array in the order of `headerFields`: under 256 bytes without a
 * sketch and under 320 with one. The signature is over the same array without its last item, after the
 * domain separator of `crypto/keys.ts`.
 */
import * as z from 'zod/mini'
import { bytes, time } from './codec.ts'

export const HEADER_VERSION = 1
export const MAX_HEADER_BYTES = 320
export const MAX_BODY_BYTES = 1024 * 1024

/** The kinds of entries that are written here. Whether a body is for everybody or for the parties only is in `publicKinds`. */
export const entryKind = z.enum(['capability', 'intention', 'constraint', 'withdrawal', 'contract', 'outcome', 'rating', 'judges'])
export type EntryKind = z.infer<typeof entryKind>

/** Bodies of these kinds are given to whoever asks; the others to nobody: a contract's parties each write their own. */
export const publicKinds: ReadonlySet<string> = new Set<EntryKind>(['capability', 'intention', 'constraint', 'withdrawal', 'rating', 'judges'])

/** A header may name a kind that is not known here: a log has to stay whole for those who don't understand all of it. */
export const kindName = z.string().check(z.regex(/^[a-z][a-z-]{0,15}$/, 'expected a kind of entry'))

/**
 * What a declaration is about, for those who don't have its body: which model made the sketch, the sign bits of its
 * embedding, and the one to four leaves of the model's codebook that it is nearest to, nearest first.
 */
export const sketch = z.tuple([
  z.int().check(z.minimum(1), z.maximum(0xffff)),
  bytes(32),
  z.array(z.int().check(z.minimum(0), z.maximum(0xffff))).check(z.minLength(1), z.maxLength(4))
])
export type Sketch = z.infer<typeof sketch>

export const headerTuple = z.tuple([
  z.literal(HEADER_VERSION),
  bytes(32), // author: Ed25519 public key
  z.int().check(z.minimum(1)), // sequence number, from 1, no gaps
  z.nullable(bytes(32)), // hash of the previous header; null at 1
  z.nullable(bytes(32)), // hash of the header that the skip link names; null where that is the previous one
  kindName,
  bytes(32), // body hash
  z.int().check(z.minimum(1), z.maximum(MAX_BODY_BYTES)), // body size in bytes
  time, // when it was written, by the author's clock
  z.nullable(time), // when it lapses; null: never
  z.nullable(sketch),
  bytes(64) // Ed25519 signature
])
export type HeaderTuple = z.infer<typeof headerTuple>

/** A header as code speaks of it. */
export interface Header {
  version: typeof HEADER_VERSION
  author: Uint8Array
  seq: number
  previous: Uint8Array | null
  skip: Uint8Array | null
  kind: string
  bodyHash: Uint8Array
  bodySize: number
  time: number
  expiry: number | null
  sketch: Sketch | null
  signature: Uint8Array
}
