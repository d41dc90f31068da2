/**
 * Accepting other agents' headers. Headers that come while a commit is under way wait and go into the
 * next one together: a durable commit takes milliseconds, a burst of gossip is hundreds of headers.
 */
import { didOf } from '../crypto/did.ts'
import { equalBytes } from '../crypto/hash.ts'
import { InvalidBytesError, MAX_CLOCK_SKEW_MS } from '../schema/codec.ts'
import type { Header } from '../schema/header.ts'
import { StoreUnavailableError, type Condition, type Operation, type Store } from '../store/store.ts'
import { NO_HEAD, placeOf, type Head } from './chain.ts'
import { decodeHeader, headerHash, verifyHeader } from './header.ts'
import {
  USAGE_KEY,
  headUnchanged,
  headerKey,
  headerOperations,
  usageUnchanged,
  type ForkRecord,
  type HeadRecord,
  type HeaderRecord,
  type StoredHeader,
  type UsageRecord
} from './records.ts'

/** What other agents' logs may take up here at most. */
export interface LogLimits {
  /** headers of one author */
  maxHeadersPerAuthor: number
  /** headers of all other agents together */
  maxHeaders: number
  /** bytes of all other agents' bodies together */
  maxBodyBytes: number
  /** headers that are being looked at or wait for it */
  maxWaiting: number
}

export const defaultLimits: LogLimits = {
  maxHeadersPerAuthor: 10_000,
  maxHeaders: 100_000,
  maxBodyBytes: 256 * 1024 * 1024,
  maxWaiting: 4096
}

/** What became of a header that was offered. Only a `new` one was kept, only an `invalid` one is the sender's fault. */
export type Verdict =
  | { status: 'new'; stored: StoredHeader }
  | { status: 'known'; author: string }
  /** signed, but the entries `from` to `to` (both included) of its author have to come first */
  | { status: 'gap'; author: string; from: number; to: number }
  /** the author has forked its log: nothing more of it is accepted */
  | { status: 'fork'; author: string }
  /** not a header, or not signed by its author */
  | { status: 'invalid'; reason: string }
  /** written more than ten minutes from now: one of the two clocks is wrong */
  | { status: 'future'; author: string }
  /** there is no more room for this author, or for anybody */
  | { status: 'full'; author: string }
  /** too many headers are waiting, or others write all the time: it was not kept, and may be offered again */
  | { status: 'busy' }

export interface AcceptanceComponents {
  store: Store
  clock: () => number
  limits: LogLimits
  /** called in the order of the log, once a header is durable */
  onAccepted: (stored: StoredHeader) => Promise<void>
  onFork: (author: string) => void
}

const BATCH = 128
const MAX_ATTEMPTS = 32

/** Bytes that were offered, and whoever waits for the verdict. */
interface Offer {
  bytes: Uint8Array
  settle: (verdict: Verdict) => void
  fail: (error: unknown) => void
}

interface Plan {
  verdicts: Map<StoredHeader, Verdict>
  operations: Operation[]
  conditions: Condition[]
  forks: string[]
}

/** @returns `accept`, which never throws for bad bytes, only when the store fails */
export function createAcceptance({ store, clock, limits, onAccepted, onFork }: AcceptanceComponents): {
  accept: (bytes: Uint8Array) => Promise<Verdict>
} {
  const queue: Offer[] = []
  let waiting = 0
  let draining = false

  async function drain(): Promise<void> {
    // what is offered together is looked at together
    await Promise.resolve()
    while (queue.length > 0) {
      const offers = queue.splice(0, BATCH)
      try {
        const checked = await Promise.all(offers.map(({ bytes }) => check(bytes)))
        const verdicts = await admit(checked.filter(isHeader))
        offers.forEach(({ settle }, i) => {
          const one = checked[i]
          if (one !== undefined) settle(isHeader(one) ? (verdicts.get(one) ?? { status: 'busy' }) : one)
        })
      } catch (error) {
        for (const { fail } of offers) fail(error)
      }
    }
    draining = false
  }

  /** The header in these bytes, if it is signed by its author and not held yet; otherwise the verdict. */
  async function check(bytes: Uint8Array): Promise<StoredHeader | Verdict> {
    let header: Header
    try {
      header = decodeHeader(bytes)
    } catch (error) {
      if (error instanceof InvalidBytesError) return { status: 'invalid', reason: error.message }
      throw error
    }
    const author = didOf(header.author)
    const hash = await headerHash(bytes)
    // gossip brings most headers more than once, and a signature is the dear part
    const held = await store.get<HeaderRecord>('headers', headerKey(author, header.seq))
    if (held && equalBytes(held.hash, hash)) return { status: 'known', author }
    if (!(await verifyHeader(header))) {
      return { status: 'invalid', reason: 'expected the signature of the author that the header names' }
    }
    return { author, header, hash, bytes }
  }

  /** Puts checked headers where they belong. Those without a verdict found others writing all the time. */
  async function admit(batch: StoredHeader[]): Promise<Map<StoredHeader, Verdict>> {
    const ordered = [...batch].sort((a, b) => compare(a.author, b.author) || a.header.seq - b.header.seq)
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { verdicts, operations, conditions, forks } = await plan(ordered)
      if (operations.length > 0 && !(await store.commit(operations, conditions))) continue
      for (const stored of ordered) {
        const verdict = verdicts.get(stored)
        if (verdict?.status === 'new') await onAccepted(verdict.stored)
      }
      for (const author of forks) onFork(author)
      return verdicts
    }
    return new Map()
  }

  /** What would have to be written for these headers, as the store is now. */
  async function plan(ordered: StoredHeader[]): Promise<Plan> {
    const result: Plan = { verdicts: new Map(), operations: [], conditions: [], forks: [] }
    const usage = await store.get<UsageRecord>('settings', USAGE_KEY)
    const room = Math.max(0, limits.maxHeaders - (usage?.headers ?? 0))
    let added = 0
    for (const [author, headers] of byAuthor(ordered)) {
      const planned = await planAuthor(author, headers, room - added)
      for (const [stored, verdict] of planned.verdicts) result.verdicts.set(stored, verdict)
      result.operations.push(...planned.operations)
      result.conditions.push(...planned.conditions)
      result.forks.push(...planned.forks)
      added += planned.added
    }
    if (added > 0) {
      const next: UsageRecord = {
        revision: (usage?.revision ?? 0) + 1,
        headers: (usage?.headers ?? 0) + added,
        bodyBytes: usage?.bodyBytes ?? 0
      }
      result.operations.push({ put: 'settings', key: USAGE_KEY, value: next })
      result.conditions.push(usageUnchanged(usage))
    }
    return result
  }

  async function planAuthor(author: string, headers: StoredHeader[], room: number): Promise<Plan & { added: number }> {
    const verdicts: Plan['verdicts'] = new Map()
    const operations: Operation[] = []
    const [headRecord, fork] = await Promise.all([
      store.get<HeadRecord>('heads', author),
      store.get<ForkRecord>('forks', author)
    ])
    const accepted = new Map<number, HeaderRecord>()
    const held = async (seq: number): Promise<HeaderRecord> => {
      const record = accepted.get(seq) ?? (await store.get<HeaderRecord>('headers', headerKey(author, seq)))
      // to go on would call an honest author a forger
      if (!record) throw new StoreUnavailableError(`expected entry ${seq} of ${author} in the store, found nothing`)
      return record
    }
    let head: Head = headRecord ? { seq: headRecord.revision, hash: headRecord.hash } : NO_HEAD
    const forks: string[] = []

    const judge = async ({ header, hash, bytes }: StoredHeader): Promise<Verdict> => {
      const heldHash = header.seq <= head.seq ? (await held(header.seq)).hash : null
      const place = placeOf(header, hash, head, heldHash)
      if (place.is === 'known') return { status: 'known', author }
      if (fork !== undefined || forks.length > 0) return { status: 'fork', author }
      if (place.is === 'fork') {
        const evidence: ForkRecord = { one: (await held(place.with)).bytes, other: bytes }
        operations.push({ put: 'forks', key: author, value: evidence })
        forks.push(author)
        return { status: 'fork', author }
      }
      if (header.time > clock() + MAX_CLOCK_SKEW_MS) return { status: 'future', author }
      if (place.is === 'gap') return { status: 'gap', author, from: place.from, to: place.to }
      if (header.seq > limits.maxHeadersPerAuthor || accepted.size >= room) return { status: 'full', author }
      accepted.set(header.seq, { bytes, hash })
      operations.push(...headerOperations(header, { bytes, hash }))
      head = { seq: header.seq, hash }
      return { status: 'new', stored: { author, header, hash, bytes } }
    }

    for (const stored of headers) verdicts.set(stored, await judge(stored))
    return {
      verdicts,
      operations,
      conditions:
        operations.length > 0 ? [headUnchanged(author, headRecord), { absent: 'forks', key: author }] : [],
      forks,
      added: accepted.size
    }
  }

  return {
    async accept(bytes) {
      if (waiting >= limits.maxWaiting) return { status: 'busy' }
      waiting++
      try {
        return await new Promise((settle, fail) => {
          // a copy, because whoever gave it may use the buffer again
          queue.push({ bytes: new Uint8Array(bytes), settle, fail })
          if (draining) return
          draining = true
          void drain()
        })
      } finally {
        waiting--
      }
    }
  }
}

function isHeader(checked: StoredHeader | Verdict): checked is StoredHeader {
  return !('status' in checked)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function byAuthor(ordered: StoredHeader[]): Map<string, StoredHeader[]> {
  const groups = new Map<string, StoredHeader[]>()
  for (const stored of ordered) {
    const group = groups.get(stored.author)
    if (group) group.push(stored)
    else groups.set(stored.author, [stored])
  }
  return groups
}
