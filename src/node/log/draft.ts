/** What one commit is to change of other agents' logs, as it grows; and the commit. */
import type { Condition, Operation, Store } from '../store/store.ts'
import type { Place, Rank } from './first-to-go.ts'
import type { Known } from './known.ts'
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

/** Which headers are to make room. */
export interface Line {
  /** those that are the next to go, the very next last; empty when nobody has asked yet */
  next: Array<Place & Rank>
}

/** One log as it is known, and as it will be. */
export interface LogDraft extends Line {
  readonly author: string
  readonly before: HeadRecord | undefined
  /** without the new revision */
  readonly after: HeadRecord
  readonly added: Map<number, StoredHeader>
  readonly removed: Set<number>
  proof: Uint8Array | null
  /** the sequence numbers that are held now, once somebody has asked */
  seqs: Float64Array | null
}

export interface Draft extends Line {
  readonly logs: Map<string, LogDraft>
  /** how many headers of others there will be more */
  headers: number
  /** how many fork proofs there will be more */
  forks: number
  /** the rank up to which headers had to go */
  floor: Rank | null
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
}

export function newDraft(): Draft {
  return { logs: new Map(), headers: 0, forks: 0, floor: null, starved: false, next: [] }
}

/** What is to become of an author's log. */
export function draftOf(known: Known, draft: Draft, author: string): LogDraft {
  const drafted = draft.logs.get(author)
  if (drafted !== undefined) return drafted
  const before = known.head(author)
  const made: LogDraft = {
    author,
    before,
    after: { ...(before ?? NO_HEAD) },
    added: new Map(),
    removed: new Set(),
    proof: null,
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
export async function writeDraft({ known, write, onAccepted, onFork }: DraftWriter, draft: Draft): Promise<boolean> {
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
  for (const { author, before, after, added, removed, proof } of changed) {
    for (const [seq, stored] of added) {
      operations.push({ put: 'headers', key: entryKey(author, seq), value: headerRecord(stored) })
    }
    for (const seq of removed) {
      const key = entryKey(author, seq)
      operations.push({ delete: 'headers', key }, { delete: 'dropped', key })
    }
    if (proof !== null) operations.push({ put: 'forks', key: author, value: proof })
    after.revision = revisionAfter(before, usage)
    if (before === undefined || removed.size > 0) after.since = after.revision
    operations.push(isGone(after) ? { delete: 'heads', key: author } : { put: 'heads', key: author, value: after })
    if (!known.isCertain(author)) conditions.push(unchanged('heads', author, before))
  }
  operations.push({ put: 'settings', key: HEADER_USAGE, value: nextUsage })
  if (!(await write(operations, conditions))) return false

  known.usage = nextUsage
  known.floor = draft.floor ?? known.floor
  for (const { author, after, added, removed } of changed) {
    for (const seq of removed) known.index.remove(author, seq)
    for (const { header, hash } of added.values()) known.index.add(author, factsOf(header), hash)
    if (isGone(after)) known.forget(author)
    else known.setHead(author, after)
  }
  for (const { author, added, proof } of changed) {
    for (const stored of added.values()) onAccepted(stored)
    if (proof !== null) onFork(author, proof)
  }
  return true
}

/** Nothing is left of this log that should be remembered. */
function isGone({ count, own, forked }: HeadRecord): boolean {
  return count === 0 && !own && !forked
}

function isChanged({ added, removed, proof }: LogDraft): boolean {
  return added.size > 0 || removed.size > 0 || proof !== null
}
