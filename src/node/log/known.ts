/**
 * What is held of all logs, in memory: the index of headers, and each log's head as it was when that was read. Whatever
 * changes others' logs raises the revision of their usage, so a commit that finds it as it was knows that no other tab
 * has been there. When one has, logs are read again as they are needed, and their heads are conditions too.
 */
import type { Store } from '../store/store.ts'
import { createHeaderIndex, type Rank, type WritableHeaderIndex } from './header-index.ts'
import {
  HEADER_USAGE,
  entryKey,
  parseEntryKey,
  factsIn,
  hashIn,
  type HeadRecord,
  type HeaderUsage
} from './records.ts'

/** Records that are read at a time. IndexedDB takes longer for one of a larger page. */
const PAGE = 512

export interface Known {
  readonly index: WritableHeaderIndex
  /** What other agents' logs take up, as it was last read or written. */
  usage: HeaderUsage | undefined
  /** The rank up to which headers have had to make room lately. */
  floor: Rank | null
  /** Reads everything, once. @throws what the store says when it can't be */
  ready(): Promise<void>
  head(author: string): HeadRecord | undefined
  /** Whether this log is as it is known, as long as the usage is: another tab can't have changed it. */
  isCertain(author: string): boolean
  /** Takes note that this log is in the store as it is known. */
  checked(author: string): void
  /** Takes note of a head that is in the store now. */
  setHead(author: string, head: HeadRecord): void
  /** Reads again what is held of these logs, and the usage. */
  refresh(authors: Iterable<string>): Promise<void>
}

/** Reads when it is first waited for, so that what is wanted at once is not held up. */
export function createKnown(store: Store): Known {
  const index = createHeaderIndex()
  const heads = new Map<string, HeadRecord>()
  /** logs that were read since another tab has changed some; null: no other has */
  let sure: Set<string> | null = null
  let loading: Promise<void> | null = null

  function setHead(author: string, head: HeadRecord): void {
    heads.set(author, head)
    if (head.own) index.markOwn(author)
    if (head.forked) index.markForked(author)
  }

  function add(author: string, record: Uint8Array): void {
    index.add(author, factsIn(record), hashIn(record))
  }

  async function load(): Promise<void> {
    // in this order: what changes meanwhile is noticed by the usage, and what is newer than its head by the head
    known.usage ??= await store.get<HeaderUsage>('settings', HEADER_USAGE)
    await loadHeads()
    await loadHeaders()
    for (const [author, { forked }] of heads) if (forked) index.markForked(author)
  }

  async function loadHeads(): Promise<void> {
    for (let after = ''; ; ) {
      const page = await store.list<HeadRecord>('heads', { after, limit: PAGE })
      for (const [author, head] of page) if (!heads.has(author)) setHead(author, head)
      const last = page.at(-1)
      if (last === undefined || page.length < PAGE) return
      after = last[0]
    }
  }

  async function loadHeaders(): Promise<void> {
    let name = ''
    // keys are in order, so those of an author follow one another: one name for all of them
    const nameOf = (key: string) => (key.startsWith(`${name}/`) ? name : (name = parseEntryKey(key).author))
    let reading = store.list<Uint8Array>('headers', { limit: PAGE })
    for (;;) {
      const page = await reading
      const last = page.at(-1)
      const isLast = last === undefined || page.length < PAGE
      // the next page is on its way while this one is taken in
      if (!isLast) reading = store.list('headers', { after: last[0], limit: PAGE })
      for (const [key, record] of page) add(nameOf(key), record)
      if (isLast) return
    }
  }

  async function refreshLog(author: string): Promise<void> {
    const head = await store.get<HeadRecord>('heads', author)
    const before = heads.get(author)
    if (head === undefined || head.revision === before?.revision) return
    const onlyAdded = before !== undefined && before.removed === head.removed
    if (onlyAdded) await addAbove(author, before.seq)
    if (!onlyAdded || index.countOf(author) !== head.count) await readWhole(author)
    // what came in between has raised the revision, and is noticed the next time
    setHead(author, head)
  }

  async function addAbove(author: string, seq: number): Promise<void> {
    const page = await store.list<Uint8Array>('headers', { prefix: `${author}/`, after: entryKey(author, seq) })
    for (const [, record] of page) add(author, record)
  }

  async function readWhole(author: string): Promise<void> {
    const page = await store.list<Uint8Array>('headers', { prefix: `${author}/` })
    const held = new Set(page.map(([, record]) => factsIn(record).seq))
    for (const seq of index.seqsOf(author)) if (!held.has(seq)) index.remove(author, seq)
    for (const [, record] of page) add(author, record)
  }

  const known: Known = {
    index,
    usage: undefined,
    floor: null,
    ready: () => (loading ??= load()),
    head: (author) => heads.get(author),
    // ours may be written to by any tab
    isCertain: (author) => (sure === null || sure.has(author)) && !(heads.get(author)?.own ?? false),
    checked: (author) => void sure?.add(author),
    setHead,
    async refresh(authors) {
      const usage = await store.get<HeaderUsage>('settings', HEADER_USAGE)
      if (usage?.revision !== known.usage?.revision) sure = new Set()
      known.usage = usage
      for (const author of authors) {
        await refreshLog(author)
        sure?.add(author)
      }
    }
  }
  return known
}
