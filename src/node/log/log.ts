/**
 * Sequential logs: one writer each, append-only, headers chained by hash and signed, bodies apart. Our own log grows by
 * `append`; of other agents' logs any headers may be held, in whatever order they came. Those that are held and name one
 * another are checked against each other; two that can't be in one log are a fork proof, and such a log is final.
 * Authors are did:key text.
 *
 * All state is in the store, so several tabs of one profile may share it.
 *
 * ```js
 * const logs = createLogs({ store, clock: systemClock })
 * const entry = await logs.append(key, 'intention', { kind: 'intention', goal: 'Tea', tags: [] })
 * const verdict = await logs.accept(bytes)
 * if (verdict.status === 'new' && verdict.below !== null) fetchWhatIsBetween(verdict.stored, verdict.below)
 * ```
 */
import type { AgentKey } from '../crypto/keys.ts'
import { createVerifier, type Verifier } from '../crypto/verifier.ts'
import { publicKinds, type EntryKind, type Sketch } from '../schema/header.ts'
import { makingRoom } from '../store/making-room.ts'
import type { Condition, Operation, Store } from '../store/store.ts'
import type { Clock } from '../support/clock.ts'
import { createEmitter } from '../support/emitter.ts'
import { createAcceptance, type ForkVerdict, type Verdict } from './accept.ts'
import { dropExcess } from './admission.ts'
import { createAppender } from './append.ts'
import { createBodies } from './bodies.ts'
import { allReferences, bodyFor, bodyRecord, bodyRecords } from './body-records.ts'
import type { HeaderIndex } from './header-index.ts'
import { createKnown } from './known.ts'
import { defaultLimits, type LogLimits } from './limits.ts'
import {
  LEAVES_CHECKED,
  bodyKey,
  entryKey,
  referenceKey,
  storedHeader,
  type HeadRecord,
  type LeavesCheckedRecord,
  referencePrefix,
  type ReferenceRecord,
  type StoredHeader
} from './records.ts'
import { skipPath } from './skip-link.ts'

export { BodyError, ForkedLogError, IncompleteLogError, LogBusyError } from './errors.ts'

export interface Entry extends StoredHeader {
  /** null when it is not held; decoded but not checked against its kind's schema */
  body: unknown
}

export interface LogEvents {
  /** our own log has grown, through this `Logs` */
  appended: Entry
  /** a header of another agent's log is here now */
  accepted: StoredHeader
  /** the body of an entry of another agent is here now */
  body: Entry
  /** an author is known now to have forked its log; the proof as it is passed on */
  fork: { author: string; proof: Uint8Array }
  /** the proof that an author has forked its log has made room for others */
  unforked: { author: string }
  /** the body of an entry is not here any more */
  dropped: { author: string; seq: number }
}

/** Runs `task` while nobody else of this profile holds `name`. In browsers: Web Locks. */
export type Lock = <T>(name: string, task: () => Promise<T>) => Promise<T>

export interface LogsComponents {
  store: Store
  clock: Clock
  /** checks signatures; here and now, unless it is told where */
  verifier?: Verifier
  /** Spares appends of several tabs their retries. They don't need it to be right. */
  lock?: Lock
  /** Whether an author is nobody that we have to do with; what is of others does not make room for strangers'. All are, unless told. */
  isStranger?: (author: string) => boolean
  leaves?: LeavesCheck
}

/** Whether sketches name the leaves that their bits belong to. */
export interface LeavesCheck {
  /** names what `fits` goes by: when that is another than it was, what is held is checked again */
  name: string
  /** true also when we can't tell */
  fits: (sketch: Sketch) => boolean
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
  /** it is not what any of the headers says */
  | { status: 'invalid'; reason: string }
  /** none of the headers is held, or none of them wants a body any more */
  | { status: 'unreferenced' }
  /** there is no more room for other agents' bodies */
  | { status: 'full' }

/** Which of a log is held: `count` headers up to number `seq`. All of them, when the two are equal. */
export interface LogHead {
  seq: number
  /** of the header at `seq` */
  hash: Uint8Array
  count: number
}

/** What a file of a log brought. */
export interface ImportResult {
  author: string
  headers: number
  bodies: number
  /** how many headers and bodies were not here before */
  fresh: number
  /** how many were refused: there was no room for them or for their header, or they are written ahead of our clock */
  refused: number
  /** whether it has every entry up to its newest */
  whole: boolean
  /** whether the author is known to have forked its log, now if not before */
  forked: boolean
}

export interface Logs {
  /**
   * Adds an entry to the log of `key`. Resolves when it is durable. However many tabs append at once, the
   * log never forks.
   *
   * @param body plain values whose `kind` is `kind`; at most 1 MiB as DAG-CBOR
   * @throws BodyError when the body is too large or of another kind
   * @throws ForkedLogError when this log has been seen to fork
   * @throws IncompleteLogError when an entry that the new one has to name is not held
   * @throws LogBusyError when others appended each time that it was tried
   */
  append(key: AgentKey, kind: EntryKind, body: unknown, options?: AppendOptions): Promise<Entry>
  /**
   * Checks a header of another agent and keeps it, whichever others of its log are held. Never throws for bad bytes.
   *
   * @param peer that brought it: room is shared out among peers
   */
  accept(bytes: Uint8Array, peer?: string): Promise<Verdict>
  /** Checks a fork proof and keeps it: nothing more of that author is accepted. Never throws for bad bytes. `peer`: who brought it */
  acceptFork(proof: Uint8Array, peer?: string): Promise<ForkVerdict>
  /** Checks a body against each of these entries' headers and keeps it for those that it fits. Never throws for bad bytes. */
  putBody(bytes: Uint8Array, of: ReadonlyArray<{ author: string; seq: number }>): Promise<BodyVerdict>
  /** The decoded body of an entry; null when it is not held. */
  body(author: string, seq: number): Promise<unknown>
  /** A body as it is encoded; null when it is not held. */
  bodyBytes(hash: Uint8Array): Promise<Uint8Array | null>
  /** The same, but null also when its kind is not for everybody. */
  publicBody(hash: Uint8Array): Promise<{ bytes: Uint8Array } | null>
  /** Of each of some bodies, whether it is held and its kind is for everybody. */
  publicBodiesHeld(hashes: readonly Uint8Array[]): Promise<boolean[]>
  /**
   * Whether this entry's body should be fetched: not held, not dropped here, not lapsed, not withdrawn, not of an
   * author who forked. If it is held for another entry, it is this one's too from now on (`body` tells it).
   */
  wanted(stored: StoredHeader): Promise<boolean>
  /** Deletes the body of an entry here, our own too. The header stays, the body is not fetched again. */
  dropBody(author: string, seq: number): Promise<void>
  /** The newest header that is held of a log, and how many are. */
  head(author: string): Promise<LogHead | null>
  header(author: string, seq: number): Promise<StoredHeader | null>
  /** Held headers of a log in order, those after a sequence number. */
  headers(author: string, page?: { after?: number; limit?: number }): Promise<StoredHeader[]>
  /** The same with the bodies that are held. */
  entries(author: string, page?: { after?: number; limit?: number }): Promise<Entry[]>
  /** Runs of sequence numbers below the head that are not held, first to last, lowest first; at most `limit` runs. */
  missing(author: string, limit: number): Promise<Array<[from: number, to: number]>>
  /** The headers that tie entry `from` to the earlier entry `to`, both included, newest first; null when not all are held. */
  path(author: string, from: number, to: number): Promise<StoredHeader[] | null>
  /** The highest sequence number held of each log, ordered by author; `after` an author, to page. */
  authors(page?: { after?: string; limit?: number }): Promise<Array<[author: string, seq: number]>>
  /**
   * The entries of public kinds whose body is held, ours and others', that have not lapsed. In no particular order.
   *
   * @param wanted which of them; the others are not read
   */
  declared(wanted?: (place: { author: string; seq: number; kind: string }) => boolean): AsyncIterable<Entry>
  /** The proof that an author has forked its log; null when none is known. */
  forked(author: string): Promise<Uint8Array | null>
  /** All known fork proofs, ordered by author. */
  forks(page?: { after?: string; limit?: number }): Promise<Array<[author: string, proof: Uint8Array]>>
  /** All held headers, in memory. Empty until `ready` was waited for. */
  readonly index: HeaderIndex
  /** Loads the index, the first time; accepting headers does so too. @throws what the store says when it can't be */
  ready(): Promise<void>
  /** A log as one file (CAR, version 1): the held headers in order, then the bodies that may be given away or are ours. */
  exportLog(author: string): AsyncIterable<Uint8Array>
  /**
   * Reads such a file; everything in it is checked as if it came from a stranger.
   *
   * @throws InvalidBytesError when it is no such file, or anything in it is not as its author signed it, or is a header with leaves
   * that its bits don't belong to: nothing is kept
   */
  importLog(chunks: AsyncIterable<Uint8Array>): Promise<ImportResult>
  /** Drops lapsed and withdrawn bodies of others, then what is over the limits. @returns how many of each went */
  sweep(): Promise<{ bodies: number; headers: number }>
  /** On a device that is full: lets some of others' bodies go, oldest first. @returns how many went */
  makeRoom(): Promise<number>
  on<K extends keyof LogEvents>(event: K, listener: (detail: LogEvents[K]) => void): () => void
}

/** Limits; `limits.ts` says what they are unless told. */
export type LogsInit = Partial<LogLimits>

const ANY_LEAVES: LeavesCheck = { name: '', fits: () => true }

/** Entries that are read at a time. */
const PAGE = 256

/** An entry, and the key of its body. */
interface Place {
  author: string
  seq: number
  body: string
}

/** Logs over a store. */
export function createLogs(
  { store, clock, verifier = createVerifier(), lock, isStranger = () => true, leaves = ANY_LEAVES }: LogsComponents,
  init: LogsInit = {}
): Logs {
  const { on, emit } = createEmitter<LogEvents>()
  const limits = { ...defaultLimits, ...init }
  const known = createKnown(store, isStranger)
  const bodies = createBodies({
    store,
    clock,
    known,
    limits,
    onBody: (entry) => emit('body', entry),
    onDropped: (entry) => emit('dropped', entry)
  })
  const makeRoom = () => bodies.makeRoom(0)
  // on a device that is full, others' bodies make room for headers and for what is ours
  const { commit: write } = makingRoom(store, makeRoom)
  const appender = createAppender({ store, clock, known, write, onAppended: (entry) => emit('appended', entry) })
  const admission = {
    store,
    clock,
    known,
    limits,
    isStranger,
    write,
    onAccepted: (stored: StoredHeader) => emit('accepted', stored),
    onFork: (author: string, proof: Uint8Array) => emit('fork', { author, proof }),
    onUnforked: (author: string) => emit('unforked', { author })
  }
  let last: Promise<unknown> = Promise.resolve()
  let checking: Promise<void> | null = null
  const acceptance = createAcceptance({ ...admission, verifier, fits: leaves.fits, inTurn })

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work)
    last = result.catch(() => undefined)
    return result
  }

  function ready(): Promise<void> {
    return (checking ??= known.ready().then(recheck).catch((error: unknown) => {
      checking = null
      throw error
    }))
  }

  async function recheck(): Promise<void> {
    if (leaves === ANY_LEAVES) return
    const record = await store.get<LeavesCheckedRecord>('settings', LEAVES_CHECKED)
    if ((record?.name ?? '') === leaves.name) return
    // once a version: what does it is not loaded otherwise
    const { recheckLeaves } = await import('./recheck.ts')
    await recheckLeaves({ ...admission, leaves, inTurn })
  }

  async function header(author: string, seq: number): Promise<StoredHeader | null> {
    const record = await store.get<Uint8Array>('headers', entryKey(author, seq))
    return record ? storedHeader(author, record) : null
  }

  async function headers(author: string, { after = 0, limit }: { after?: number; limit?: number } = {}) {
    const records = await store.list<Uint8Array>('headers', {
      prefix: `${author}/`,
      after: entryKey(author, after),
      ...(limit === undefined ? {} : { limit })
    })
    return records.map(([, record]) => storedHeader(author, record))
  }

  /** The same headers with their bodies, where those are held. */
  async function withBodies(stored: StoredHeader[]): Promise<Entry[]> {
    const keys = stored.map(({ author, header }) => referenceKey(bodyKey(header.bodyHash), author, header.seq))
    const references = await store.getMany<ReferenceRecord>('references', keys)
    const bodies = await bodyRecords(store, keys.flatMap((key, i) => (references[i] === undefined ? [] : [key])))
    return stored.map((one, i) => ({ ...one, body: bodyFor(one.header, bodies.get(keys[i] ?? '')) }))
  }

  async function* declared(wanted: Parameters<Logs['declared']>[0] = () => true): AsyncGenerator<Entry, void, undefined> {
    const now = clock.now()
    let places: Place[] = []
    for await (const { body, of } of allReferences(store)) {
      for (const { author, seq, kind, expiry } of of) {
        if (publicKinds.has(kind) && (expiry ?? Infinity) > now && wanted({ author, seq, kind })) places.push({ author, seq, body })
      }
      if (places.length < PAGE) continue
      yield* await entriesAt(places)
      places = []
    }
    yield* await entriesAt(places)
  }

  /** Entries of which it is known that their bodies are held. */
  async function entriesAt(places: Place[]): Promise<Entry[]> {
    const references = places.map(({ author, seq, body }) => referenceKey(body, author, seq))
    const [headers, bodies] = await Promise.all([
      store.getMany<Uint8Array>('headers', places.map(({ author, seq }) => entryKey(author, seq))),
      bodyRecords(store, references)
    ])
    return places.flatMap(({ author }, i) => {
      const record = headers[i]
      if (record === undefined) return []
      const stored = storedHeader(author, record)
      const body = bodyFor(stored.header, bodies.get(references[i] ?? ''))
      return body === null ? [] : [{ ...stored, body }]
    })
  }

  const logs: Logs = {
    append(key, kind, body, options = {}) {
      const run = () => appender.append(key, kind, body, options)
      return lock ? lock(`starling-log-${key.agent}`, run) : run()
    },
    accept: acceptance.accept,
    acceptFork: acceptance.acceptFork,
    putBody: bodies.put,
    async body(author, seq) {
      const stored = await header(author, seq)
      const [entry] = stored ? await withBodies([stored]) : []
      return entry?.body ?? null
    },
    async bodyBytes(hash) {
      return (await bodyRecord(store, bodyKey(hash)))?.bytes ?? null
    },
    async publicBody(hash) {
      // the body's own kind decides: a stranger's header may call a private body's hash a capability
      const record = await bodyRecord(store, bodyKey(hash))
      return record && publicKinds.has(record.kind) ? { bytes: record.bytes } : null
    },
    publicBodiesHeld: (hashes) =>
      Promise.all(
        hashes.map(async (hash) => {
          // what refers to a body that is held says its kind, too, and is small
          const [reference] = await store.list<ReferenceRecord>('references', { prefix: referencePrefix(bodyKey(hash)), limit: 1 })
          return reference !== undefined && publicKinds.has(reference[1].kind)
        })
      ),
    wanted: bodies.wanted,
    dropBody: bodies.drop,
    async head(author) {
      const head = await store.get<HeadRecord>('heads', author)
      return head?.hash ? { seq: head.seq, hash: head.hash, count: head.count } : null
    },
    header,
    headers,
    entries: async (author, page) => withBodies(await headers(author, page)),
    async missing(author, limit) {
      await known.ready()
      const seqs = known.index.seqsOf(author)
      // to a log that is full nothing older can be added
      if (seqs.length >= limits.maxHeadersPerAuthor && !(known.head(author)?.own ?? false)) return []
      const runs: Array<[from: number, to: number]> = []
      let next = 1
      for (const seq of seqs) {
        if (runs.length >= limit) break
        if (seq > next) runs.push([next, seq - 1])
        next = seq + 1
      }
      return runs
    },
    async path(author, from, to) {
      if (to < 1 || to > from) return null
      const keys = skipPath(from, to).map((seq) => entryKey(author, seq))
      const records = await store.getMany<Uint8Array>('headers', keys)
      const found = records.flatMap((record) => (record === undefined ? [] : [storedHeader(author, record)]))
      return found.length === keys.length ? found : null
    },
    async authors({ after, limit = Infinity } = {}) {
      const found: Array<[string, number]> = []
      for (let from = after; ; ) {
        const heads = await store.list<HeadRecord>('heads', { limit: PAGE, ...(from === undefined ? {} : { after: from }) })
        // of some authors nothing is held but the proof that they have forked
        for (const [author, { seq }] of heads) if (seq > 0 && found.length < limit) found.push([author, seq])
        from = heads.at(-1)?.[0]
        if (heads.length < PAGE || found.length >= limit) return found
      }
    },
    declared,
    async forked(author) {
      return (await store.get<Uint8Array>('forks', author)) ?? null
    },
    forks: (page = {}) => store.list<Uint8Array>('forks', page),
    index: known.index,
    ready,
    async *exportLog(author) {
      const head = await store.get<HeadRecord>('heads', author)
      // files are rare: what reads and writes them is not loaded at the start
      const { exportLog } = await import('./archive.ts')
      yield* exportLog(logs, author, head?.own ?? false)
    },
    async importLog(chunks) {
      const { importLog } = await import('./archive.ts')
      return importLog(logs, { verifier, fits: leaves.fits }, chunks)
    },
    async sweep() {
      await ready()
      const headers = await inTurn(() => dropExcess(admission))
      return { bodies: await bodies.sweep(), headers }
    },
    makeRoom,
    on
  }
  return logs
}
