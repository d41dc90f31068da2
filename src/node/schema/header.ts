/**
 * A log entry's header: the small signed part that is gossiped and chained. The body is apart and is
 * committed to by hash and size.
 *
 * On the wire a header is a DAG-CBOR array in the order of `headerFields`: under 256 bytes without a
 * sketch and under 320 with one. The signature is over the same array without its last item, after the
 * domain separator of `crypto/keys.ts`.
 */
import * as z from 'zod/mini'
import { bytes, count, time } from './codec.ts'

export const HEADER_VERSION = 1
export const MAX_HEADER_BYTES = 320
export const MAX_BODY_BYTES = 64 * 1024

/** What an entry says. Whether its body is for everybody or for the parties only is in `publicKinds`. */
export const entryKind = z.enum(['capability', 'intention', 'withdrawal', 'contract', 'outcome'])
export type EntryKind = z.infer<typeof entryKind>

/** Bodies of these kinds are given to whoever asks; the others to nobody: a contract's parties each write their own. */
export const publicKinds: ReadonlySet<EntryKind> = new Set(['capability', 'intention', 'withdrawal'])

/** Sign bits of the declaration's embedding, and one to four topic numbers: enough to decide on a pull. */
export const sketch = z.tuple([bytes(32), z.array(count).check(z.minLength(1), z.maxLength(4))])
export type Sketch = z.infer<typeof sketch>

export const headerTuple = z.tuple([
  z.literal(HEADER_VERSION),
  bytes(32), // author: Ed25519 public key
  z.int().check(z.minimum(1)), // sequence number, from 1, no gaps
  z.nullable(bytes(32)), // hash of the previous header; null at 1
  z.null(), // skip link (lipmaa): its place, empty in version 1
  entryKind,
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
  skip: null
  kind: EntryKind
  bodyHash: Uint8Array
  bodySize: number
  time: number
  expiry: number | null
  sketch: Sketch | null
  signature: Uint8Array
}
