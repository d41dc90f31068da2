/**
 * Keeping headers whose signatures were checked: what each is to those that are held, what must make room for it, and
 * one commit for all of them. It is worked out from what is known in memory, and the commit says that it is still so.
 */
import { equalBytes } from '../crypto/hash.ts'
import { MAX_CLOCK_SKEW_MS } from '../schema/codec.ts'
import type { Store } from '../store/store.ts'
import type { Clock } from '../support/clock.ts'
import type { ForkVerdict, Verdict } from './accept.ts'
import { draftOf, hashAt, newDraft, writeDraft, type Draft, type DraftWriter, type LogDraft } from './draft.ts'
import { encodeForkProof } from './fork-proof.ts'
import { ranksBelow, type Rank } from './first-to-go.ts'
import type { LogLimits } from './limits.ts'
import { fit, naming } from './links.ts'
import { entryKey, storedHeader, type StoredHeader } from './records.ts'
import { skipTarget } from './skip-link.ts'

export interface AdmissionComponents extends DraftWriter {
  store: Store
  clock: Clock
  limits: LogLimits
}

const MAX_ATTEMPTS = 32
/** The share of all headers that makes room at once. */
const CHUNK = 1 / 64

/** Another tab has changed a log since it was read. */
class OutdatedError extends Error {
  override readonly name = 'OutdatedError'
}

/** Puts checked headers where they belong. Those without a verdict found others writing all the time. */
export async function admit(
  components: AdmissionComponents,
  batch: StoredHeader[]
): Promise<Map<StoredHeader, Verdict>> {
  const logs = byAuthor(batch)
  const written = await attempt(components, logs.keys(), async (draft) => {
    const verdicts = new Map<StoredHeader, Verdict>()
    for (const [author, headers] of logs) {
      const log = draftOf(components.known, draft, author)
      for (const stored of headers) verdicts.set(stored, await judge(components, draft, log, stored))
    }
    return verdicts
  })
  return written ?? new Map()
}

/** Keeps a fork proof that was checked. */
export async function admitFork(
  components: AdmissionComponents,
  author: string,
  proof: Uint8Array
): Promise<ForkVerdict> {
  const verdict = await attempt(components, [author], async (draft): Promise<ForkVerdict> => {
    const log = draftOf(components.known, draft, author)
    if (log.after.forked) return { status: 'known', author }
    return putFork(components, draft, log, proof) ? { status: 'new', author } : { status: 'full' }
  })
  // others write all the time: it comes again
  return verdict ?? { status: 'full' }
}

/** Drops headers of others until no more are held than the limit says. @returns how many went */
export async function dropExcess(components: AdmissionComponents): Promise<number> {
  const { known, limits } = components
  await known.refresh([])
  for (let dropped = 0; ; ) {
    const excess = (known.usage?.headers ?? 0) - limits.maxHeaders
    if (excess <= 0) return dropped
    const gone = await attempt(components, [], async (draft) => {
      makeRoom(components, draft, { live: true, time: Infinity }, Math.min(excess, chunkOf(limits)))
      return -draft.headers
    })
    if (gone === null || gone === 0) return dropped
    dropped += gone
  }
}

/** Drafts and writes until nobody else was faster. @returns null when others always were */
async function attempt<T>(
  components: AdmissionComponents,
  authors: Iterable<string>,
  fill: (draft: Draft) => Promise<T>
): Promise<T | null> {
  const concerned = new Set(authors)
  for (let tries = 0; tries < MAX_ATTEMPTS; tries++) {
    const draft = newDraft()
    try {
      const result = await fill(draft)
      if (draft.starved && components.known.isPartial()) {
        // what could go was kept by another tab
        await components.known.reload()
        continue
      }
      if (await writeDraft(components, draft)) return result
    } catch (error) {
      if (!(error instanceof OutdatedError)) throw error
    }
    for (const author of draft.logs.keys()) concerned.add(author)
    await components.known.refresh(concerned)
  }
  return null
}

async function judge(
  components: AdmissionComponents,
  draft: Draft,
  log: LogDraft,
  stored: StoredHeader
): Promise<Verdict> {
  const { clock, known, limits } = components
  const { author, header, hash, bytes } = stored
  const { seq } = header
  const held = hashAt(known, log, seq)
  if (held !== null && equalBytes(held, hash)) return { status: 'known', author }
  const { after: head } = log
  if (head.forked) return { status: 'fork', author, proof: null }
  const before = seq === 1 ? null : hashAt(known, log, seq - 1)
  const rival = held === null ? await findRival(components, log, stored, before) : await read(components, log, seq)
  if (rival !== null) {
    const proof = encodeForkProof(rival.bytes, bytes)
    return putFork(components, draft, log, proof) ? { status: 'fork', author, proof } : { status: 'full', author }
  }
  const now = clock.now()
  if (header.time > now + MAX_CLOCK_SKEW_MS) return { status: 'future', author }

  if (!head.own) {
    const rank: Rank = { live: (header.expiry ?? Infinity) > now, time: header.time }
    const tooMany = head.count >= limits.maxHeadersPerAuthor
    if (tooMany && !makeRoom(components, draft, rank, 1, log)) return { status: 'full', author }
    if (!hasRoom(components, draft, rank)) return { status: 'full', author }
    draft.headers++
  }
  const below = seq === 1 || before !== null ? null : highestBelow(components, log, seq)
  log.added.set(seq, stored)
  head.count++
  if (seq > head.seq) {
    head.seq = seq
    head.hash = hash
  }
  return { status: 'new', stored, below }
}

/** A held header that names, or is named by, this one, but can't be in one log with it. Most of the time there is none. */
async function findRival(
  components: AdmissionComponents,
  log: LogDraft,
  stored: StoredHeader,
  before: Uint8Array | null
): Promise<StoredHeader | null> {
  const { known } = components
  const { seq, previous, skip } = stored.header
  if (before !== null && previous !== null && !equalBytes(previous, before)) return read(components, log, seq - 1)
  if (skip !== null) {
    const target = skipTarget(seq)
    const held = hashAt(known, log, target)
    if (held !== null && !equalBytes(skip, held)) return read(components, log, target)
  }
  for (const later of naming(seq, log.after.seq)) {
    if (hashAt(known, log, later) === null) continue
    const other = await read(components, log, later)
    if (!fit(stored, other)) return other
  }
  return null
}

/** A header that is held, with its bytes. @throws OutdatedError when it is not held any more */
async function read({ store }: AdmissionComponents, { author, added }: LogDraft, seq: number): Promise<StoredHeader> {
  const drafted = added.get(seq)
  if (drafted !== undefined) return drafted
  const record = await store.get<Uint8Array>('headers', entryKey(author, seq))
  if (record === undefined) throw new OutdatedError(`entry ${seq} of ${author} is not held any more`)
  return storedHeader(author, record)
}

/** @returns false when there is no more room for proofs */
function putFork({ known, limits }: AdmissionComponents, draft: Draft, log: LogDraft, proof: Uint8Array): boolean {
  if ((known.usage?.forks ?? 0) + draft.forks >= limits.maxForks) return false
  draft.forks++
  log.proof = proof
  log.after.forked = true
  return true
}

/** Whether one more header has room, now or after others went. */
function hasRoom(components: AdmissionComponents, draft: Draft, rank: Rank): boolean {
  const { known, limits } = components
  const held = (known.usage?.headers ?? 0) + draft.headers
  const floor = draft.floor ?? known.floor
  // what is as old as what had to go would soon have to go again, only to be fetched once more
  const isCrowded = held + 2 * chunkOf(limits) > limits.maxHeaders
  if (isCrowded && floor !== null && !ranksBelow(floor, rank)) return false
  return held < limits.maxHeaders || makeRoom(components, draft, rank, chunkOf(limits))
}

/** Lets up to `count` headers go that rank below this one, of one log or of all. @returns false when there are none */
function makeRoom(
  { known, clock }: AdmissionComponents,
  draft: Draft,
  under: Rank,
  count: number,
  log?: LogDraft
): boolean {
  const line = log ?? draft
  if (line.next.length === 0) {
    let going = 0
    for (const { removed } of log === undefined ? draft.logs.values() : [log]) going += removed.size
    // more each time that it is asked, so that it is seldom asked
    line.next = known.index.first(Math.max(count, going) + going, clock.now(), log?.author).reverse()
    if (log === undefined && line.next.length === 0) draft.starved = true
  }
  let last: Rank | null = null
  for (let left = count; left > 0; ) {
    const next = line.next.at(-1)
    if (next === undefined || !ranksBelow(next, under)) break
    line.next.pop()
    if (!remove(draftOf(known, draft, next.author), next.seq)) continue
    draft.headers--
    left--
    last = { live: next.live, time: next.time }
  }
  if (log === undefined && last !== null) draft.floor = last
  return last !== null
}

/** @returns false when it went before, or is the newest and others have come that go first */
function remove({ removed, after }: LogDraft, seq: number): boolean {
  if (removed.has(seq) || (seq === after.seq && after.count > 1)) return false
  removed.add(seq)
  after.count--
  if (after.count === 0) Object.assign(after, { seq: 0, hash: null })
  return true
}

function chunkOf({ maxHeaders }: LogLimits): number {
  return Math.max(1, Math.floor(maxHeaders * CHUNK))
}

function highestBelow({ known }: AdmissionComponents, log: LogDraft, seq: number): number {
  let highest = log.before?.seq ?? 0
  if (highest >= seq) {
    log.seqs ??= known.index.seqsOf(log.author)
    highest = log.seqs[countBelow(log.seqs, seq) - 1] ?? 0
  }
  for (const other of log.added.keys()) if (other < seq && other > highest) highest = other
  return highest
}

/** How many of these numbers, which are in order, are below this one. */
function countBelow(numbers: Float64Array, limit: number): number {
  let low = 0
  let high = numbers.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((numbers[middle] ?? 0) < limit) low = middle + 1
    else high = middle
  }
  return low
}

/** The headers of each author, in the order of its log. */
function byAuthor(batch: StoredHeader[]): Map<string, StoredHeader[]> {
  const logs = new Map<string, StoredHeader[]>()
  for (const stored of batch) {
    const log = logs.get(stored.author)
    if (log === undefined) logs.set(stored.author, [stored])
    else log.push(stored)
  }
  for (const log of logs.values()) log.sort((a, b) => a.header.seq - b.header.seq)
  return logs
}
