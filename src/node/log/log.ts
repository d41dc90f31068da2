/**
 * Sequential logs: one writer each, append-only, headers chained by hash and signed, bodies apart. Our own
 * log grows by `append`; other agents' logs grow by `accept`, header by header, always as an unbroken
 * piece from sequence number 1. A log that was seen to fork is final. Authors are did:key text.
 *
 * All state is in the store and is read from there, so several tabs of one profile may share it.
 *
 * ```js
 * const logs = createLogs({ store, clock: Date.now })
 * const entry = await logs.append(key, 'intention', { kind: 'intention', goal: 'Tea', tags: [] })
 * const verdict = await logs.accept(bytes)
 * if (verdict.status === 'gap') ask(verdict.author, verdict.from, verdict.to)
 * ```
 */
import * as z from 'zod/mini'
import { digest, equalBytes } from '../crypto/hash.ts'
import type { AgentKey } from '../crypto/keys.ts'
import { InvalidBytesError, decode, encode } from '../schema/codec.ts'
import { MAX_BODY_BYTES, entryKind, publicKinds, type EntryKind, type Header, type Sketch } from '../schema/header.ts'
import type { Condition, Operation, Store } from '../store/store.ts'
import { createAcceptance, defaultLimits, type LogLimits, type Verdict } from './accept.ts'
import { createEmitter } from '../support/emitter.ts'
import { encodeHeader, headerHash, signHeader } from './header.ts'
import {
  USAGE_KEY,
  bodyKey,
  headUnchanged,
  headerKey,
  headerOperations,
  parseReferenceKey,
  referencePrefix,
  storedHeader,
  usageUnchanged,
  type BodyRecord,
  type ForkRecord,
  type HeadRecord,
  type HeaderRecord,
  type ReferenceRecord,
  type StoredHeader,
  type UsageRecord
} from './records.ts'

export interface Entry extends StoredHeader {
  /** null when it is not held; decoded but not checked against its kind's schema */
  body: unknown
}

export interface LogEvents {
  /** our own log has grown, through this `Logs` */
  appended: Entry
  /** another agent's log has grown by a header */
  accepted: StoredHeader
  /** the body of an entry of another agent is here now */
  body: Entry
  /** an author was seen to fork its log */
  fork: { author: string }
}

/** Runs `task` while nobody else of this profile holds `name`. In browsers: Web Locks. */
export type Lock = <T>(name: string, task: () => Promise<T>) => Promise<T>

export interface LogsComponents {
  store: Store
  /** milliseconds since 1970 */
  clock: () => number
  /** Spares appends of several tabs their retries. They don't need it to be right. */
  lock?: Lock
}

export interface AppendOptions {
  /** when the entry lapses, in milliseconds since 1970 */
  expiry?: number
  sketch?: Sketch
  /**
   * What else is written in the same commit, now that the entry's sequence number is known, and what must
   * hold for it. Asked again at each attempt; when it throws, nothing is appended.
   */
  also?: (entry: Entry) => Promise<{ operations: Operation[]; conditions: Condition[] }>
}

/** What became of a body that was offered. */
export type BodyVerdict =
  | { status: 'new' | 'known' }
  /** it is not what the hash, or the header, says */
  | { status: 'invalid'; reason: string }
  /** no header held here refers to it */
  | { status: 'unreferenced' }
  /** there is no more room for other agents' bodies */
  | { status: 'full' }

export interface Logs {
  /**
   * Adds an entry to the log of `key`. Resolves when it is durable. However many tabs append at once, the
   * log never forks.
   *
   * @param body plain values whose `kind` is `kind`; at most 64 KiB as DAG-CBOR
   * @throws BodyError when the body is too large or of another kind
   * @throws ForkedLogError when this log has been seen to fork
   * @throws LogBusyError when others appended each time that it was tried
   */
  append(key: AgentKey, kind: EntryKind, body: unknown, options?: AppendOptions): Promise<Entry>
  /** Checks a header of another agent and keeps it if it is the next of its log. Never throws for bad bytes. */
  accept(bytes: Uint8Array): Promise<Verdict>
  /** Checks a body against the headers that refer to it and keeps it. Never throws for bad bytes. */
  putBody(hash: Uint8Array, bytes: Uint8Array): Promise<BodyVerdict>
  /** The decoded body of an entry; null when it is not held. */
  body(author: string, seq: number): Promise<unknown>
  /** A body as it is encoded; null when it is not held. */
  bodyBytes(hash: Uint8Array): Promise<Uint8Array | null>
  /** The same, but null also when its kind is not for everybody. */
  publicBodyBytes(hash: Uint8Array): Promise<Uint8Array | null>
  /** The newest header that is held of a log. */
  head(author: string): Promise<{ seq: number; hash: Uint8Array } | null>
  header(author: string, seq: number): Promise<StoredHeader | null>
  /** Headers of a log in order, those after a sequence number. */
  headers(author: string, page?: { after?: number; limit?: number }): Promise<StoredHeader[]>
  /** The same with the bodies that are held. */
  entries(author: string, page?: { after?: number; limit?: number }): Promise<Entry[]>
  /** The highest sequence number held of each log, ordered by author; `after` an author, to page. */
  frontier(page?: { after?: string; limit?: number }): Promise<Array<[author: string, seq: number]>>
  /** Two headers that prove that an author has forked its log; null when none are known. */
  forked(author: string): Promise<ForkRecord | null>
  on<K extends keyof LogEvents>(event: K, listener: (detail: LogEvents[K]) => void): () => void
}

/** A body that can't be appended. */
export class BodyError extends Error {
  override readonly name = 'BodyError'
}

/** The log has two branches: nobody would believe another entry. */
export class ForkedLogError extends Error {
  override readonly name = 'ForkedLogError'
}

/** Others wrote each time that we tried. Nothing was written; it can be tried again. */
export class LogBusyError extends Error {
  override readonly name = 'LogBusyError'
}

/** Limits; `accept.ts` says what they are unless told. */
export type LogsInit = Partial<LogLimits>

const MAX_APPEND_ATTEMPTS = 64

const someBody = z.looseObject({ kind: entryKind })

function encodeBody(kind: EntryKind, body: unknown): Uint8Array {
  const { success, data } = z.safeParse(someBody, body)
  if (!success || data.kind !== kind) throw new BodyError(`expected a body whose kind is "${kind}"`)
  const bytes = encode(body)
  if (bytes.length > MAX_BODY_BYTES) {
    throw new BodyError(`expected a body of at most ${MAX_BODY_BYTES} bytes, got ${bytes.length}`)
  }
  return bytes
}

function invalid(reason: string): BodyVerdict {
  return { status: 'invalid', reason }
}

/** Logs over a store. */
export function createLogs({ store, clock, lock }: LogsComponents, init: LogsInit = {}): Logs {
  const { on, emit } = createEmitter<LogEvents>()
  const limits = { ...defaultLimits, ...init }
  const acceptance = createAcceptance({
    store,
    clock,
    limits,
    async onAccepted(stored) {
      emit('accepted', stored)
      // another entry may have brought the same body before
      const body = await bodyOf(stored.header)
      if (body !== null) emit('body', { ...stored, body })
    },
    onFork: (author) => emit('fork', { author })
  })

  async function append(key: AgentKey, kind: EntryKind, body: unknown, options: AppendOptions): Promise<Entry> {
    const bodyBytes = encodeBody(kind, body)
    const bodyHash = await digest(bodyBytes)
    for (let attempt = 0; attempt < MAX_APPEND_ATTEMPTS; attempt++) {
      if (await store.get('forks', key.agent)) {
        throw new ForkedLogError(`the log of ${key.agent} has two branches, so nothing can be appended to it`)
      }
      const head = await store.get<HeadRecord>('heads', key.agent)
      const seq = (head?.revision ?? 0) + 1
      const header = await signHeader(key, {
        seq,
        previous: head?.hash ?? null,
        kind,
        bodyHash,
        bodySize: bodyBytes.length,
        time: clock(),
        expiry: options.expiry ?? null,
        sketch: options.sketch ?? null
      })
      const bytes = encodeHeader(header)
      const hash = await headerHash(bytes)
      const entry: Entry = { author: key.agent, header, hash, bytes, body }
      const bodyRecord: BodyRecord = { kind, bytes: bodyBytes }
      const also = await options.also?.(entry)
      const written = await store.commit(
        [
          ...headerOperations(header, { bytes, hash }),
          { put: 'bodies', key: bodyKey(bodyHash), value: bodyRecord },
          ...(also?.operations ?? [])
        ],
        [
          { absent: 'headers', key: headerKey(key.agent, seq) },
          { absent: 'forks', key: key.agent },
          headUnchanged(key.agent, head),
          ...(also?.conditions ?? [])
        ]
      )
      if (written) {
        emit('appended', entry)
        return entry
      }
    }
    throw new LogBusyError(`the log grew at each of ${MAX_APPEND_ATTEMPTS} attempts to append to it; try again`)
  }

  async function putBody(hash: Uint8Array, bytes: Uint8Array): Promise<BodyVerdict> {
    if (bytes.length > MAX_BODY_BYTES) return invalid(`expected at most ${MAX_BODY_BYTES} bytes, got ${bytes.length}`)
    if (!equalBytes(await digest(bytes), hash)) return invalid('expected a body with the hash that was asked for')
    const references = await store.list<ReferenceRecord>('references', { prefix: referencePrefix(hash) })
    if (references.length === 0) return { status: 'unreferenced' }
    let body: z.infer<typeof someBody>
    try {
      body = decode(bytes, someBody, MAX_BODY_BYTES)
    } catch (error) {
      if (error instanceof InvalidBytesError) return invalid(error.message)
      throw error
    }
    const fitting = references.filter(([, { kind, size }]) => kind === body.kind && size === bytes.length)
    if (fitting.length === 0) return invalid('expected the kind and the size that the header says')

    const record: BodyRecord = { kind: body.kind, bytes: new Uint8Array(bytes) }
    const status = await keepBody(bodyKey(hash), record)
    if (status !== 'new') return { status }
    for (const [key] of fitting) {
      const { author, seq } = parseReferenceKey(key)
      const stored = await header(author, seq)
      if (stored) emit('body', { ...stored, body })
    }
    return { status: 'new' }
  }

  async function keepBody(key: string, record: BodyRecord): Promise<'new' | 'known' | 'full'> {
    for (let attempt = 0; attempt < MAX_APPEND_ATTEMPTS; attempt++) {
      if (await store.get('bodies', key)) return 'known'
      const usage = await store.get<UsageRecord>('settings', USAGE_KEY)
      const bodyBytes = (usage?.bodyBytes ?? 0) + record.bytes.length
      if (bodyBytes > limits.maxBodyBytes) return 'full'
      const next: UsageRecord = { revision: (usage?.revision ?? 0) + 1, headers: usage?.headers ?? 0, bodyBytes }
      const written = await store.commit(
        [
          { put: 'bodies', key, value: record },
          { put: 'settings', key: USAGE_KEY, value: next }
        ],
        [{ absent: 'bodies', key }, usageUnchanged(usage)]
      )
      if (written) return 'new'
    }
    throw new LogBusyError(`the store changed at each of ${MAX_APPEND_ATTEMPTS} attempts to keep a body; try again`)
  }

  async function bodyOf({ bodyHash, bodySize, kind }: Header): Promise<unknown> {
    const record = await store.get<BodyRecord>('bodies', bodyKey(bodyHash))
    // the body may be there for another entry, and this one's header may lie about it
    if (!record || record.kind !== kind || record.bytes.length !== bodySize) return null
    return decode(record.bytes, someBody, MAX_BODY_BYTES)
  }

  async function header(author: string, seq: number): Promise<StoredHeader | null> {
    const record = await store.get<HeaderRecord>('headers', headerKey(author, seq))
    return record ? storedHeader(author, record) : null
  }

  async function headers(author: string, { after = 0, limit }: { after?: number; limit?: number } = {}) {
    const records = await store.list<HeaderRecord>('headers', {
      prefix: `${author}/`,
      after: headerKey(author, after),
      ...(limit === undefined ? {} : { limit })
    })
    return records.map(([, record]) => storedHeader(author, record))
  }

  return {
    append(key, kind, body, options = {}) {
      const run = () => append(key, kind, body, options)
      return lock ? lock(`starling-log-${key.agent}`, run) : run()
    },
    accept: (bytes) => acceptance.accept(bytes),
    putBody,
    async body(author, seq) {
      const stored = await header(author, seq)
      return stored ? bodyOf(stored.header) : null
    },
    async bodyBytes(hash) {
      return (await store.get<BodyRecord>('bodies', bodyKey(hash)))?.bytes ?? null
    },
    async publicBodyBytes(hash) {
      // the body's own kind decides: a stranger's header may call a private body's hash a capability
      const record = await store.get<BodyRecord>('bodies', bodyKey(hash))
      return record && publicKinds.has(record.kind) ? record.bytes : null
    },
    async head(author) {
      const record = await store.get<HeadRecord>('heads', author)
      return record ? { seq: record.revision, hash: record.hash } : null
    },
    header,
    headers,
    async entries(author, page) {
      const stored = await headers(author, page)
      return Promise.all(stored.map(async (one): Promise<Entry> => ({ ...one, body: await bodyOf(one.header) })))
    },
    async frontier(page = {}) {
      const heads = await store.list<HeadRecord>('heads', page)
      return heads.map(([author, { revision }]) => [author, revision])
    },
    async forked(author) {
      return (await store.get<ForkRecord>('forks', author)) ?? null
    },
    on
  }
}
