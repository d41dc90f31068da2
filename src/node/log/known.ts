/**
 * What is held of all logs, in memory: the index of headers, and each log's head as it was when that was read. Whatever
 * changes others' logs raises the revision of their usage, so a commit that finds it as it was knows that no other tab
 * has been there. When one has, logs are read again as they are needed, and their heads are conditions too.
 */
import type { Store } from '../store/store.ts'
import { createAccounts, type Accounts } from './accounts.ts'
import { createForkers, type Forkers } from './forkers.ts'
import { createHeaderIndex, type WritableHeaderIndex } from './header-index.ts'
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
  readonly accounts: Accounts
  readonly forkers: Forkers
  /** What other agents' logs take up, as it was last read or written. */
  usage: HeaderUsage | undefined
  readonly floors: Floors
  /** Reads everything, once. @throws what the store says when it can't be; then it is tried again the next time */
  ready(): Promise<void>
  head(author: string): HeadRecord | undefined
  /** Whether this log is as it is known, as long as the usage is: another tab can't have changed it. */
  isCertain(author: string): boolean
  /** Takes note of a head that is in the store now. */
  setHead(author: string, head: HeadRecord): void
  /** Takes note that nothing is held of this log any more. */
  forget(author: string): void
  /** Whether another tab has written, so that there may be logs that are not known. */
  isPartial(): boolean
  /** Reads everything again. */
  reload(): Promise<void>
  /** Reads again what is held of these logs, and the usage. */
  refresh(authors: Iterable<string>): Promise<void>
}

/** Up to what time headers have had to make room lately. */
export interface Floors {
  /** lapsed ones, whoever brought them; Infinity: all that there were, and others */
  lapsed: number
  /** others, by account */
  live: Map<number, number>
}

/** There may be as many as there are headers, and the hash is in the index. */
type KnownHead = Omit<HeadRecord, 'hash'>

/** Reads when it is first waited for, so that what is wanted at once is not held up. */
export function createKnown(store: Store, isStranger: (author: string) => boolean): Known {
  const index = createHeaderIndex(isStranger)
  const accounts = createAccounts(index.held)
  const forkers = createForkers(isStranger)
  const heads = new Map<string, KnownHead>()
  /** logs that were read since another tab has changed some; null: no other has */
  let sure: Set<string> | null = null
  let loading: Promise<void> | null = null

  function setHead(author: string, { revision, seq, count, since, came = 0, own, forked }: HeadRecord): void {
    heads.set(author, { revision, seq, count, since, came, own, forked })
    sure?.add(author)
    if (own) index.markOwn(author)
    index.markForked(author, forked)
    if (forked) forkers.add(author, index.accountOf(author) ?? accounts.earlier())
    else forkers.delete(author)
  }

  function forget(author: string): void {
    heads.delete(author)
    sure?.delete(author)
    forkers.delete(author)
    for (const seq of index.seqsOf(author)) index.remove(author, seq)
  }

  function add(author: string, record: Uint8Array, { came = 0 }: KnownHead): void {
    // nobody knows any more who brought it
    const account = index.accountOf(author) === null ? accounts.earlier() : undefined
    index.add(author, factsIn(record), hashIn(record), { account, came })
  }

  async function load(): Promise<void> {
    // in this order: what changes meanwhile is noticed by the usage, and what is newer than its head by the head
    const usage = await store.get<HeaderUsage>('settings', HEADER_USAGE)
    if ((usage?.revision ?? 0) >= (known.usage?.revision ?? 0)) known.usage = usage
    sure = null
    await loadHeads()
    await loadHeaders()
    for (const [author, { forked }] of heads) if (forked) index.markForked(author, true)
  }

  async function loadHeads(): Promise<void> {
    const gone = new Set(heads.keys())
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: Array<[string, HeadRecord]> = await store.list('heads', { after, limit: PAGE })
      for (const [author, head] of page) {
        gone.delete(author)
        const before = heads.get(author)
        if (before !== undefined && before.revision >= head.revision) continue
        // what is held of it is read anew
        if (before !== undefined) forget(author)
        setHead(author, head)
      }
      after = page.length < PAGE ? undefined : page.at(-1)?.[0]
    }
    for (const author of gone) forget(author)
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
      for (const [key, record] of page) {
        const author = nameOf(key)
        // a log that another tab has begun since the heads were read, and that may have gone by when we know of it
        const head = heads.get(author)
        if (head !== undefined) add(author, record, head)
      }
      if (isLast) return
    }
  }

  /** @param before the head as it was known when `head` was read: if it is another now, this tab itself has written */
  async function refreshLog(author: string, before: KnownHead | undefined, head: HeadRecord | undefined): Promise<void> {
    if (heads.get(author) !== before) return
    if (head === undefined) {
      forget(author)
      return
    }
    if (head.revision !== before?.revision) {
      // mostly others have only been added, above what is known
      const from = before !== undefined && before.since === head.since ? [before.seq, 0] : [0]
      for (const after of from) {
        const page = await store.list<Uint8Array>('headers', { prefix: `${author}/`, after: entryKey(author, after) })
        if (heads.get(author) !== before) return
        if (after === 0) removeBut(author, page)
        for (const [, record] of page) add(author, record, head)
        if (index.countOf(author) === head.count) break
      }
    }
    // what came in between has raised the revision, and is noticed the next time
    setHead(author, head)
  }

  function removeBut(author: string, page: Array<[key: string, record: Uint8Array]>): void {
    const held = new Set(page.map(([key]) => parseEntryKey(key).seq))
    for (const seq of index.seqsOf(author)) if (!held.has(seq)) index.remove(author, seq)
  }

  const known: Known = {
    index,
    accounts,
    forkers,
    usage: undefined,
    floors: { lapsed: -Infinity, live: new Map() },
    ready: () =>
      (loading ??= load().catch((error: unknown) => {
        loading = null
        throw error
      })),
    head(author) {
      const head = heads.get(author)
      return head && { ...head, hash: index.hashAt(author, head.seq) }
    },
    // ours may be written to by any tab
    isCertain: (author) => (sure === null || sure.has(author)) && !(heads.get(author)?.own ?? false),
    setHead,
    forget,
    isPartial: () => sure !== null,
    reload: load,
    async refresh(authors) {
      const usage = await store.get<HeaderUsage>('settings', HEADER_USAGE)
      if (usage?.revision !== known.usage?.revision) sure = new Set()
      known.usage = usage
      const names = [...authors]
      const before = names.map((author) => heads.get(author))
      const found = await store.getMany<HeadRecord>('heads', names)
      for (const [i, author] of names.entries()) await refreshLog(author, before[i], found[i])
    }
  }
  return known
}
