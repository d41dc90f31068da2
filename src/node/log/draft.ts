/** What one commit is to change of other agents' logs, as it grows; and the commit. */
import type { Condition, Operation, Store } from '../store/store.ts'
import type { Goer, Line } from './first-to-go.ts'
import type { Known } from './known.ts'
import { ACCOUNTS, NOBODY } from './accounts.ts'
import { factsOf } from './parse-header.ts'
import {
  HEADER_USAGE,
  NO_HEAD,
  entryKey,
  headerRecord,
  revisionAfter,
  unchanged,
  type HeadRecord,
  type HeaderUsage,
  type StoredHeader
} from './records.ts'

/** One log as it is known, and as it will be. */
export interface LogDraft {
  readonly author: string
  /** the account that it is on; what it is after the commit is worked out then */
  readonly account: number
  readonly before: HeadRecord | undefined
  /** without the new revision */
  readonly after: HeadRecord
  readonly added: Map<number, StoredHeader>
  readonly removed: Set<number>
  proof: Uint8Array | null
  /** the account of whoever brought the proof */
  proofOn: number
  /** whether the proof that it is forked makes room for another */
  unproven: boolean
  /** its headers that are the next to go, the very next last; empty when nobody has asked yet */
  next: Goer[]
  /** the sequence numbers that are held now, once somebody has asked */
  seqs: Float64Array | null
}

export interface Draft {
  readonly logs: Map<string, LogDraft>
  /** when what is new has come */
  readonly now: number
  /** the account of whoever brought a header */
  readonly accountOf: (stored: StoredHeader) => number
  /** how many headers there will be on each account, and how many of those will be there that are held now */
  readonly held: Int32Array
  readonly left: Int32Array
  /** how many fork proofs there will be more on each account */
  readonly moreForks: Map<number, number>
  /** how many headers of others there will be more */
  headers: number
  /** how many fork proofs there will be more */
  forks: number
  /** up to what time headers had to go: lapsed ones, if any had, and others by account */
  lapsedFloor: number | null
  readonly floors: Map<number, number>
  /** headers that are to make room, the first to go last; null when nobody has asked yet */
  line: Line | null
  /** how many have gone, and how many had when the line was asked for */
  gone: number
  goneAtLine: number
  /** whether room was wanted when no header was known that could go */
  starved: boolean
}

export interface DraftWriter {
  known: Known
  /** writes, and makes room first when the device is full */
  write: (operations: Operation[], conditions: Condition[]) => ReturnType<Store['commit']>
  /** called in the order of the log, once a header is durable */
  onAccepted: (stored: StoredHeader) => void
  onFork: (author: string, proof: Uint8Array) => void
  onUnforked: (author: string) => void
}

export function newDraft({ index }: Pick<Known, 'index'>, now: number, accountOf: (stored: StoredHeader) => number = () => NOBODY): Draft {
  const held = Int32Array.from({ length: ACCOUNTS }, (_, account) => index.held(account))
  return {
    logs: new Map(),
    now,
    accountOf,
    held,
    left: held.slice(),
    moreForks: new Map(),
    headers: 0,
    forks: 0,
    lapsedFloor: null,
    floors: new Map(),
    line: null,
    gone: 0,
    goneAtLine: 0,
    starved: false
  }
}

/** What is to become of an author's log. @param account that it is on if nothing is held of it */
export function draftOf(known: Known, draft: Draft, author: string, account = NOBODY): LogDraft {
  const drafted = draft.logs.get(author)
  if (drafted !== undefined) return drafted
  const before = known.head(author)
  const made: LogDraft = {
    author,
    account: known.index.accountOf(author) ?? account,
    before,
    after: { ...(before ?? NO_HEAD) },
    added: new Map(),
    removed: new Set(),
    proof: null,
    proofOn: NOBODY,
    unproven: false,
    seqs: null,
    next: []
  }
  draft.logs.set(author, made)
  return made
}

/** The hash of an author's header at this number, held or about to be. */
export function hashAt(known: Known, { author, added }: LogDraft, seq: number): Uint8Array | null {
  return (added.size > 0 ? added.get(seq)?.hash : undefined) ?? known.index.hashAt(author, seq)
}

/** @returns false, with nothing written, when another tab was faster */
export async function writeDraft({ known, write, onAccepted, onFork, onUnforked }: DraftWriter, draft: Draft): Promise<boolean> {
  const changed = [...draft.logs.values()].filter(isChanged)
  if (changed.length === 0) return true
  const { usage } = known
  const nextUsage: HeaderUsage = {
    revision: (usage?.revision ?? 0) + 1,
    headers: (usage?.headers ?? 0) + draft.headers,
    forks: (usage?.forks ?? 0) + draft.forks
  }
  const operations: Operation[] = []
  const conditions: Condition[] = [unchanged('settings', HEADER_USAGE, usage)]
  for (const { author, before, after, added, removed, proof, unproven } of changed) {
    for (const [seq, stored] of added) {
      operations.push({ put: 'headers', key: entryKey(author, seq), value: headerRecord(stored) })
    }
    for (const seq of removed) {
      const key = entryKey(author, seq)
      operations.push({ delete: 'headers', key }, { delete: 'dropped', key })
    }
    if (proof !== null) operations.push({ put: 'forks', key: author, value: proof })
    else if (unproven) operations.push({ delete: 'forks', key: author })
    after.revision = revisionAfter(before, usage)
    if (before === undefined || removed.size > 0) after.since = after.revision
    if (before === undefined) after.came = after.revision
    operations.push(isGone(after) ? { delete: 'heads', key: author } : { put: 'heads', key: author, value: after })
    if (!known.isCertain(author)) conditions.push(unchanged('heads', author, before))
  }
  operations.push({ put: 'settings', key: HEADER_USAGE, value: nextUsage })
  if (!(await write(operations, conditions))) return false

  known.usage = nextUsage
  known.floors.lapsed = draft.lapsedFloor ?? known.floors.lapsed
  for (const [account, time] of draft.floors) known.floors.live.set(account, time)
  for (const { author, after, added, removed, proof, proofOn } of changed) {
    for (const seq of removed) known.index.remove(author, seq)
    for (const stored of added.values()) {
      const rank = Math.min(stored.header.time, draft.now)
      known.index.add(author, factsOf(stored.header), stored.hash, { account: draft.accountOf(stored), rank, came: after.came ?? 0 })
    }
    if (proof !== null) known.forkers.add(author, proofOn)
    if (isGone(after)) known.forget(author)
    else known.setHead(author, after)
  }
  for (const { author, added, proof, unproven } of changed) {
    for (const stored of added.values()) onAccepted(stored)
    if (proof !== null) onFork(author, proof)
    else if (unproven) onUnforked(author)
  }
  return true
}

/** Nothing is left of this log that should be remembered. */
function isGone({ count, own, forked }: HeadRecord): boolean {
  return count === 0 && !own && !forked
}

function isChanged({ added, removed, proof, unproven }: LogDraft): boolean {
  return added.size > 0 || removed.size > 0 || proof !== null || unproven
}
