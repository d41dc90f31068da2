/**
 * How logs lie in the store. Authors are did:key text everywhere. Sequence numbers in keys have leading
 * zeros, so that keys sort as numbers do.
 *
 * - `headers`: `<author>/<seq>` → the encoded header and its hash
 * - `heads`: `<author>` → the highest sequence number (as the revision) and that header's hash
 * - `references`: `<body hash>/<author>/<seq>` → what the header says of its body
 * - `bodies`: `<body hash>` → the encoded body and its kind
 * - `forks`: `<author>` → two headers of the author that can't both be in one log
 * - `settings`: `log-usage` → what other agents' logs take up
 */
import { didOf } from '../crypto/did.ts'
import { toHex } from '../crypto/hash.ts'
import type { EntryKind, Header } from '../schema/header.ts'
import type { Condition, Operation } from '../store/store.ts'
import { decodeHeader } from './header.ts'

/** A header that is held, in its place in its author's log. */
export interface StoredHeader {
  /** did:key */
  author: string
  header: Header
  /** of the encoded header */
  hash: Uint8Array
  /** the encoded header */
  bytes: Uint8Array
}

export interface HeaderRecord {
  bytes: Uint8Array
  hash: Uint8Array
}

export interface HeadRecord {
  /** the sequence number */
  revision: number
  hash: Uint8Array
}

export interface ReferenceRecord {
  kind: EntryKind
  size: number
}

export interface BodyRecord {
  kind: EntryKind
  bytes: Uint8Array
}

/** Two headers, both signed by the author, that can't be in one log: anybody can check it. */
export interface ForkRecord {
  one: Uint8Array
  other: Uint8Array
}

export interface UsageRecord {
  revision: number
  /** number of headers of other agents */
  headers: number
  /** bytes of other agents' bodies */
  bodyBytes: number
}

export const USAGE_KEY = 'log-usage'

/** digits of the largest safe integer */
const SEQ_DIGITS = 16

function seqKey(seq: number): string {
  return String(seq).padStart(SEQ_DIGITS, '0')
}

export function headerKey(author: string, seq: number): string {
  return `${author}/${seqKey(seq)}`
}

export function bodyKey(bodyHash: Uint8Array): string {
  return toHex(bodyHash)
}

export function referencePrefix(bodyHash: Uint8Array): string {
  return `${bodyKey(bodyHash)}/`
}

/** The author and sequence number in a key of `references`. */
export function parseReferenceKey(key: string): { author: string; seq: number } {
  const [, author = '', seq = ''] = key.split('/')
  return { author, seq: Number(seq) }
}

/** Keeps a header as the newest of its log. */
export function headerOperations(header: Header, record: HeaderRecord): Operation[] {
  const author = didOf(header.author)
  const head: HeadRecord = { revision: header.seq, hash: record.hash }
  const reference: ReferenceRecord = { kind: header.kind, size: header.bodySize }
  return [
    { put: 'headers', key: headerKey(author, header.seq), value: record },
    { put: 'heads', key: author, value: head },
    {
      put: 'references',
      key: `${referencePrefix(header.bodyHash)}${author}/${seqKey(header.seq)}`,
      value: reference
    }
  ]
}

/** That nobody has changed the usage since it was read. */
export function usageUnchanged(usage: UsageRecord | undefined): Condition {
  return usage
    ? { revision: 'settings', key: USAGE_KEY, is: usage.revision }
    : { absent: 'settings', key: USAGE_KEY }
}

export function headUnchanged(author: string, head: HeadRecord | undefined): Condition {
  return head ? { revision: 'heads', key: author, is: head.revision } : { absent: 'heads', key: author }
}

export function storedHeader(author: string, { bytes, hash }: HeaderRecord): StoredHeader {
  return { author, header: decodeHeader(bytes), hash, bytes }
}
