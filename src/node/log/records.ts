/**
 * How logs lie in the store. Authors are did:key text everywhere. Sequence numbers in keys have leading
 * zeros, so that keys sort as numbers do.
 *
 * - `headers`: `<author>/<seq>` → the hash of the header (32 bytes) and the encoded header, as one byte string
 * - `heads`: `<author>` → which of a log is held; its revision changes whenever that changes; none when nothing is held
 * - `bodies`: `<body hash>` → the encoded body of another agent's entry, and its kind
 * - `ownBodies`: the same of our own entries: they never make room for others
 * - `references`: `<body hash>/<author>/<seq>` → the entries whose body is held
 * - `dropped`: `<author>/<seq>` → the entries whose body is not wanted any more
 * - `forks`: `<author>` → the encoded fork proof
 * - `settings`: `log-usage`, `body-usage` → what other agents' logs take up; `leaves-checked` → by what all leaves were checked
 */
import { toHex } from '../crypto/hash.ts'
import type { Header } from '../schema/header.ts'
import type { Collection, Condition } from '../store/store.ts'
import { readHeader } from './header.ts'
import { parseFacts, type HeaderFacts } from './parse-header.ts'

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

export interface HeadRecord {
  /** raised by every change of what is held of this log */
  revision: number
  /** the highest sequence number held; 0: none */
  seq: number
  /** of the header at that number */
  hash: Uint8Array | null
  /** how many headers are held */
  count: number
  /** the revision since which none of its headers has had to make room */
  since: number
  /** the revision at which the first of its headers came; not there where nobody knows any more */
  came?: number
  /** whether we write this log */
  own: boolean
  forked: boolean
}

export const NO_HEAD: HeadRecord = {
  revision: 0,
  seq: 0,
  hash: null,
  count: 0,
  since: 0,
  own: false,
  forked: false
}

/** An entry whose body is held. */
export interface ReferenceRecord {
  kind: string
  size: number
  /** of the entry; null: never */
  expiry: number | null
  /** when the body was kept here */
  at: number
  own: boolean
}

export interface DroppedRecord {
  /** the sequence number of the entry that has withdrawn it; 0: it was dropped here */
  by: number
}

export interface BodyRecord {
  kind: string
  bytes: Uint8Array
}

export interface HeaderUsage {
  revision: number
  /** number of headers of other agents */
  headers: number
  /** number of fork proofs */
  forks: number
}

export interface BodyUsage {
  revision: number
  /** bytes of other agents' bodies */
  bytes: number
}

export interface LeavesCheckedRecord {
  /** of the check */
  name: string
}

export const LEAVES_CHECKED = 'leaves-checked'
export const HEADER_USAGE = 'log-usage'
export const BODY_USAGE = 'body-usage'

const HASH_BYTES = 32
/** digits of the largest safe integer */
const SEQ_DIGITS = 16

export function seqKey(seq: number): string {
  return String(seq).padStart(SEQ_DIGITS, '0')
}

/** The key of an entry in `headers` and in `dropped`. */
export function entryKey(author: string, seq: number): string {
  return `${author}/${seqKey(seq)}`
}

/** The author and sequence number in the key of an entry. */
export function parseEntryKey(key: string): { author: string; seq: number } {
  const [author = '', seq = ''] = key.split('/')
  return { author, seq: Number(seq) }
}

export function bodyKey(bodyHash: Uint8Array): string {
  return toHex(bodyHash)
}

export function referencePrefix(body: string): string {
  return `${body}/`
}

export function referenceKey(body: string, author: string, seq: number): string {
  return `${referencePrefix(body)}${entryKey(author, seq)}`
}

/** The body, author and sequence number in a key of `references`. */
export function parseReferenceKey(key: string): { body: string; author: string; seq: number } {
  const at = key.indexOf('/')
  return { body: key.slice(0, at), ...parseEntryKey(key.slice(at + 1)) }
}

/** That nobody has changed a record since it was read. */
export function unchanged(collection: Collection, key: string, record: { revision: number } | undefined): Condition {
  return record ? { revision: collection, key, is: record.revision } : { absent: collection, key }
}

/**
 * The next revision of a head. When all of a log has had to make room its head goes too; one that is made later has no
 * revision that the log had before, because the usage's have gone on with every change.
 */
export function revisionAfter(head: HeadRecord | undefined, usage: HeaderUsage | undefined): number {
  return Math.max(head?.revision ?? 0, usage?.revision ?? 0) + 1
}

/** A header as it is kept. */
export function headerRecord({ hash, bytes }: Pick<StoredHeader, 'hash' | 'bytes'>): Uint8Array {
  const record = new Uint8Array(HASH_BYTES + bytes.length)
  record.set(hash)
  record.set(bytes, HASH_BYTES)
  return record
}

/** The hash in what is kept of a header. */
export function hashIn(record: Uint8Array): Uint8Array {
  return record.subarray(0, HASH_BYTES)
}

export function factsIn(record: Uint8Array): HeaderFacts {
  return parseFacts(record, HASH_BYTES)
}

export function storedHeader(author: string, record: Uint8Array): StoredHeader {
  // a copy, and one that is no Buffer
  const bytes = new Uint8Array(record.subarray(HASH_BYTES))
  return { author, header: readHeader(bytes), hash: new Uint8Array(hashIn(record)), bytes }
}
