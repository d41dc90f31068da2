/**
 * Keeping headers whose signatures were checked: what each is to those that are held, what must make room for it, and
 * one commit for all of them. It is worked out from what is known in memory, and the commit says that it is still so.
 */
import { equalBytes } from '../crypto/hash.ts'
import { MAX_CLOCK_SKEW_MS } from '../schema/codec.ts'
import type { Store } from '../store/store.ts'
import type { Clock } from '../support/clock.ts'
import type { ForkVerdict, Verdict } from './accept.ts'
import { ACQUAINTANCES, NOBODY } from './accounts.ts'
import { draftOf, hashAt, newDraft, writeDraft, type Draft, type DraftWriter, type LogDraft } from './draft.ts'
import { encodeForkProof } from './fork-proof.ts'
import type { Place, Rank } from './first-to-go.ts'
import type { LogLimits } from './limits.ts'
import { fit, naming } from './links.ts'
import { chunkOf, hasRoom, makeRoom, replace } from './make-room.ts'
import { entryKey, storedHeader, type StoredHeader } from './records.ts'
import { skipTarget } from './skip-link.ts'

export interface AdmissionComponents extends DraftWriter {
  store: Store
  clock: Clock
  limits: LogLimits
  /** whether an author is nobody that we have to do with: what is of strangers makes room for what is not */
  isStranger: (author: string) => boolean
}

const MAX_ATTEMPTS = 32
/** The share of all fork proofs that may be of strangers. */
const STRANGERS_SHARE = 1 / 2

/** Another tab has changed a log since it was read. */
class OutdatedError extends Error {
  override readonly name = 'OutdatedError'
}

/**
 * Puts checked headers where they belong. Those without a verdict found others writing all the time.
 *
 * @param batch the headers, and the peers that brought them, if any did
 */
export async function admit(
  components: AdmissionComponents,
  batch: ReadonlyMap<StoredHeader, string | undefined>
): Promise<Map<StoredHeader, Verdict>> {
  const { known, isStranger } = components
  const logs = byAuthor(batch.keys())
  const accounts = new Map([...batch].map(([stored, peer]) => [stored, known.accounts.of(peer)]))
  const accountOf = (stored: StoredHeader): number => accounts.get(stored) ?? NOBODY
  const written = await attempt(
    components,
    logs.keys(),
    async (draft) => {
      const verdicts = new Map<StoredHeader, Verdict>()
      for (const [author, headers] of logs) {
        const [first] = headers
        const account = first !== undefined && isStranger(author) ? accountOf(first) : ACQUAINTANCES
        const log = draftOf(known, draft, author, account)
        for (const stored of headers) verdicts.set(stored, await judge(components, draft, log, stored))
      }
      return verdicts
    },
    accountOf
  )
  return written ?? new Map()
}

/** Keeps a fork proof that was checked. */
export async function admitFork(
  components: AdmissionComponents,
  author: string,
  proof: Uint8Array,
  peer: string | undefined
): Promise<ForkVerdict> {
  const account = components.known.accounts.of(peer)
  const verdict = await attempt(components, [author], async (draft): Promise<ForkVerdict> => {
    const log = draftOf(components.known, draft, author)
    if (log.after.forked) return { status: 'known', author }
    return putFork(components, draft, log, proof, account) ? { status: 'new', author } : { status: 'full', author }
  })
  // others write all the time: it comes again
  return verdict ?? { status: 'busy' }
}

/** Drops these headers, those of them that are held. */
export async function dropHeaders(components: AdmissionComponents, places: readonly Place[]): Promise<void> {
  const { known } = components
  await attempt(components, places.map(({ author }) => author), async (draft) => {
    for (const { author, seq } of places) {
      const log = draftOf(known, draft, author)
      if (log.removed.has(seq) || known.index.hashAt(author, seq) === null) continue
      log.removed.add(seq)
      log.after.count--
      draft.headers--
      const newest = known.index.seqsOf(author).findLast((one) => !log.removed.has(one)) ?? 0
      log.after.seq = newest
      log.after.hash = newest === 0 ? null : known.index.hashAt(author, newest)
    }
  })
}

/** Drops headers of others until no more are held than the limit says. @returns how many went */
export async function dropExcess(components: AdmissionComponents): Promise<number> {
  const { known, limits } = components
  await known.refresh([])
  for (let dropped = 0; ; ) {
    const excess = (known.usage?.headers ?? 0) - limits.maxHeaders
    if (excess <= 0) return dropped
    const gone = await attempt(components, [], async (draft) => {
      makeRoom(components, draft, null, Math.min(excess, chunkOf(limits)))
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
  fill: (draft: Draft) => Promise<T>,
  accountOf?: (stored: StoredHeader) => number
): Promise<T | null> {
  const concerned = new Set(authors)
  for (let tries = 0; tries < MAX_ATTEMPTS; tries++) {
    const draft = newDraft(components.known, components.clock.now(), accountOf)
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
    return putFork(components, draft, log, proof, draft.accountOf(stored)) ? { status: 'fork', author, proof } : { status: 'full', author }
  }
  const now = clock.now()
  if (header.time > now + MAX_CLOCK_SKEW_MS) return { status: 'future', author }

  if (!head.own) {
    const rank: Rank = { live: (header.expiry ?? Infinity) > now, time: Math.min(header.time, now) }
    const tooMany = head.count >= limits.maxHeadersPerAuthor
    if (tooMany && !replace(components, draft, rank, log)) return { status: 'full', author }
    if (!hasRoom(components, draft, { account: log.account, ...rank })) return { status: 'full', author }
    draft.headers++
    draft.held[log.account] = (draft.held[log.account] ?? 0) + 1
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

/** @returns false when there is no more room for this proof, and none that would make room for it */
function putFork(
  { known, limits, isStranger }: AdmissionComponents,
  draft: Draft,
  log: LogDraft,
  proof: Uint8Array,
  account: number
): boolean {
  const stranger = isStranger(log.author)
  const held = (known.usage?.forks ?? 0) + draft.forks
  if (held >= (stranger ? Math.floor(limits.maxForks * STRANGERS_SHARE) : limits.maxForks)) {
    const more = stranger ? known.forkers.held(account) + (draft.moreForks.get(account) ?? 0) + 1 : 0
    const going = known.forkers.first(more, (author) => draft.logs.get(author)?.unproven === true)
    if (going === null) {
      draft.starved = true
      return false
    }
    const other = draftOf(known, draft, going)
    other.unproven = true
    other.after.forked = false
    draft.forks--
  }
  draft.forks++
  draft.moreForks.set(account, (draft.moreForks.get(account) ?? 0) + 1)
  log.proof = proof
  log.proofOn = account
  log.after.forked = true
  return true
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
function byAuthor(batch: Iterable<StoredHeader>): Map<string, StoredHeader[]> {
  const logs = new Map<string, StoredHeader[]>()
  for (const stored of batch) {
    const log = logs.get(stored.author)
    if (log === undefined) logs.set(stored.author, [stored])
    else log.push(stored)
  }
  for (const log of logs.values()) log.sort((a, b) => a.header.seq - b.header.seq)
  return logs
}
