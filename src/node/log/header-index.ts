/**
 * All held headers, in memory and small (typed arrays, about a hundred bytes each): what gossip reconciles, counts and
 * looks up without asking the store. Pure; whoever keeps headers adds and removes them here.
 */
import { ACCOUNTS, ACQUAINTANCES, NOBODY, OWN } from './accounts.ts'
import { lineUp, lowestSlot, settledAmong, type Goer, type Line, type LogSlots } from './first-to-go.ts'
import { HASH_BYTES, MAX_LEAVES, createHeaderColumns } from './header-columns.ts'
import type { HeaderFacts } from './parse-header.ts'
import { createSlotTable } from './slot-table.ts'

/** What is known of a header without reading it. The index hands out one object again and again: don't keep it. */
export interface HeaderItem extends HeaderFacts {
  author: string
  /** whether the author is known to have forked its log */
  forked: boolean
  /** empty when there are more than 255 kinds and this is none of the first */
  kind: string
}

/** Headers by time and then hash: what range-based set reconciliation wants. */
export interface HeaderSet {
  size: number
  times: Float64Array
  /** 32 bytes each, one after the other */
  hashes: Uint8Array
}

export interface HeaderIndex {
  readonly size: number
  /** Those that are wanted, sorted. */
  select(wants: (item: HeaderItem) => boolean): HeaderSet
  /** The place of the header with this hash. */
  find(hash: Uint8Array): { author: string; seq: number } | null
  /** How many authors have a header that is wanted and has not lapsed at `now`. */
  authorsUnder(wants: (item: HeaderItem) => boolean, now: number): number
}

/** How a header came. */
export interface Coming {
  /** that of whoever brought it; unless told, that of the rest of its log. A log is on the account that most of it came on */
  account?: number | undefined
  /** the time by which it ranks when others must make room; unless told, when it was written */
  rank?: number
  /** when its log came, of any count that only goes forward; unless told, before all others */
  came?: number
}

export interface WritableHeaderIndex extends HeaderIndex {
  /**
   * @returns false when that author has one at that number already
   */
  add(author: string, facts: HeaderFacts, hash: Uint8Array, how?: Coming): boolean
  remove(author: string, seq: number): void
  hashAt(author: string, seq: number): Uint8Array | null
  countOf(author: string): number
  /** Sequence numbers that are held of a log, lowest first. */
  seqsOf(author: string): Float64Array
  markForked(author: string, forked: boolean): void
  /** Headers of this author never are to go. */
  markOwn(author: string): void
  /** The account that a log is on; null when nothing is held of it. */
  accountOf(author: string): number | null
  /** How many headers are on an account. */
  held(account: number): number
  /**
   * At most so many headers of one author that are the first to go at `now`, in that order. The newest of a log goes after
   * its others, and ranks as the last of them.
   */
  first(count: number, now: number, author: string): Goer[]
  /** The same of all authors, at most so many of each account, but for so many of each that are settled. Looks again at who is a stranger. */
  line(count: number, now: number, settled: (account: number) => number): Line
}

interface Author extends LogSlots {
  readonly prefix: number
  forked: boolean
  /** of those who brought it: the one that most headers came on, and by how many more than others */
  broughtOn: number
  lead: number
  /** the slot of one of its headers, which leads to the others */
  head: number
}

const NONE = -1
const nothingSettled: ReadonlySet<LogSlots> = new Set()
const HASH_WORDS = HASH_BYTES / 4

/** @param isStranger whether an author is on the account of those who bring its headers */
export function createHeaderIndex(isStranger: (author: string) => boolean = () => true): WritableHeaderIndex {
  const columns = createHeaderColumns()
  const held = new Int32Array(ACCOUNTS)
  const authors: Author[] = []
  const ids = new Map<string, number>()
  const freeIds: number[] = []
  /** marks of authors of whom nothing is held (yet) */
  const owned = new Set<string>()
  const byHash = createSlotTable((slot) => hashKey(columns.hashes, slot * HASH_BYTES))
  const byPlace = createSlotTable((slot) => placeKey(columns.authors[slot] ?? 0, columns.seqs[slot] ?? 0))
  let used = 0
  let size = 0
  /** slots by time and hash, but for those in `fresh`; among them may be some of `gone`, which are nobody's */
  let order = new Int32Array()
  let fresh: number[] = []
  let gone: number[] = []
  const free: number[] = []
  /** one array for each number of leaves: to change the length of one is slow */
  const leafLists = Array.from({ length: MAX_LEAVES + 1 }, (_, length) => new Array<number>(length).fill(0))
  let looked = NONE
  /** The header in the slot `looked`. Reads only what is asked for: most questions are about one or two fields. */
  const item: HeaderItem = {
    get author() {
      return authorAt(looked).name
    },
    get prefix() {
      return authorAt(looked).prefix
    },
    get forked() {
      return authorAt(looked).forked
    },
    get seq() {
      return columns.seqs[looked] ?? 0
    },
    get time() {
      return columns.times[looked] ?? 0
    },
    get expiry() {
      return columns.expiries[looked] ?? 0
    },
    get kind() {
      return columns.kindOf(looked)
    },
    get model() {
      return columns.models[looked] ?? 0
    },
    get leaves() {
      const { leaves, leafCounts } = columns
      const list = leafLists[leafCounts[looked] ?? 0] ?? []
      for (let i = 0; i < list.length; i++) list[i] = leaves[looked * MAX_LEAVES + i] ?? 0
      return list
    }
  }

  function authorAt(slot: number): Author {
    const author = authors[columns.authors[slot] ?? 0]
    if (author === undefined) throw new RangeError(`expected a header in slot ${slot}`)
    return author
  }

  function look(slot: number): HeaderItem {
    looked = slot
    return item
  }

  function* slotsOf(author: Author): Generator<number, void, undefined> {
    for (let slot = author.head; slot !== NONE; slot = columns.nexts[slot] ?? NONE) yield slot
  }

  function known(name: string): Author | undefined {
    const id = ids.get(name)
    return id === undefined ? undefined : authors[id]
  }

  /** The logs of others. */
  function* othersLogs(): Generator<Author, void, undefined> {
    for (const id of ids.values()) {
      const author = authors[id]
      if (author !== undefined && !author.own) yield author
    }
  }

  function idOf(name: string, prefix: number, came: number): number {
    const id = ids.get(name)
    if (id !== undefined) return id
    const made = freeIds.pop() ?? authors.length
    const own = owned.has(name)
    const log = { name, prefix, own, came }
    authors[made] = { ...log, forked: false, account: OWN, broughtOn: NOBODY, lead: 0, count: 0, highest: 0, head: NONE }
    ids.set(name, made)
    return made
  }

  /** Notes on which account one more header came: whoever brings most of a log has it on its account. */
  function bring(author: Author, account: number): void {
    if (author.lead === 0) author.broughtOn = account
    author.lead += author.broughtOn === account ? 1 : -1
    place(author)
  }

  /** Puts a log on the account that it belongs on now. */
  function place(author: Author): void {
    const account = author.own ? OWN : isStranger(author.name) ? author.broughtOn : ACQUAINTANCES
    if (account === author.account) return
    held[author.account] = (held[author.account] ?? 0) - author.count
    held[account] = (held[account] ?? 0) + author.count
    author.account = account
  }

  function slotAt(name: string, seq: number): number {
    const id = ids.get(name)
    if (id === undefined) return NONE
    return byPlace.find(placeKey(id, seq), (slot) => columns.authors[slot] === id && columns.seqs[slot] === seq)
  }

  function isAt(slot: number, hash: Uint8Array): boolean {
    const { hashes } = columns
    const from = slot * HASH_BYTES
    for (let i = 0; i < HASH_BYTES; i++) if (hashes[from + i] !== hash[i]) return false
    return true
  }

  function compare(a: number, b: number): number {
    const { times, hashes } = columns
    const later = (times[a] ?? 0) - (times[b] ?? 0)
    if (later !== 0) return later
    for (let i = 0; i < HASH_BYTES; i++) {
      const larger = (hashes[a * HASH_BYTES + i] ?? 0) - (hashes[b * HASH_BYTES + i] ?? 0)
      if (larger !== 0) return larger
    }
    return 0
  }

  /** Brings `order` up to date: what came is sorted by itself and merged in. */
  function settle(): void {
    if (fresh.length === 0 && gone.length === 0) return
    const dead = new Set(gone)
    const added = Int32Array.from(fresh.filter((slot) => !dead.has(slot))).sort(compare)
    const merged = new Int32Array(size)
    let at = 0
    let next = 0
    for (const slot of order) {
      if (dead.has(slot)) continue
      while (next < added.length && compare(added[next] ?? 0, slot) < 0) merged[at++] = added[next++] ?? 0
      merged[at++] = slot
    }
    merged.set(added.subarray(next), at)
    order = merged
    for (const slot of dead) free.push(slot)
    fresh = []
    gone = []
  }

  function takeSlot(): number {
    if (free.length === 0 && gone.length > size / 8) settle()
    const slot = free.pop() ?? used++
    columns.reserve(used)
    return slot
  }

  function unlink(author: Author, slot: number): void {
    const { nexts } = columns
    const next = nexts[slot] ?? NONE
    if (author.head === slot) {
      author.head = next
      return
    }
    for (const before of slotsOf(author)) {
      if (nexts[before] !== slot) continue
      nexts[before] = next
      return
    }
  }

  return {
    get size() {
      return size
    },

    add(name, facts, hash, { account, rank = facts.time, came = 0 } = {}) {
      const { seq } = facts
      if (slotAt(name, seq) !== NONE) return false
      const id = idOf(name, facts.prefix, came)
      const author = authors[id]
      if (author === undefined) return false
      const slot = takeSlot()
      columns.write(slot, id, facts, hash, rank)
      columns.nexts[slot] = author.head
      author.head = slot
      bring(author, account ?? author.broughtOn)
      held[author.account] = (held[author.account] ?? 0) + 1
      author.count++
      author.highest = Math.max(author.highest, seq)
      byHash.add(slot)
      byPlace.add(slot)
      fresh.push(slot)
      size++
      return true
    },

    remove(name, seq) {
      const slot = slotAt(name, seq)
      const id = ids.get(name)
      if (slot === NONE || id === undefined) return
      const author = authorAt(slot)
      byHash.remove(slot)
      byPlace.remove(slot)
      unlink(author, slot)
      gone.push(slot)
      size--
      held[author.account] = (held[author.account] ?? 0) - 1
      author.count--
      if (author.highest === seq) {
        author.highest = 0
        for (const one of slotsOf(author)) author.highest = Math.max(author.highest, columns.seqs[one] ?? 0)
      }
      if (author.count === 0) {
        ids.delete(name)
        freeIds.push(id)
      }
    },

    hashAt(name, seq) {
      const slot = slotAt(name, seq)
      return slot === NONE ? null : columns.hashes.slice(slot * HASH_BYTES, (slot + 1) * HASH_BYTES)
    },

    countOf: (name) => known(name)?.count ?? 0,

    seqsOf(name) {
      const author = known(name)
      const seqs = new Float64Array(author?.count ?? 0)
      if (author === undefined) return seqs
      let i = 0
      for (const slot of slotsOf(author)) seqs[i++] = columns.seqs[slot] ?? 0
      return seqs.sort()
    },

    markForked(name, forked) {
      const author = known(name)
      if (author !== undefined) author.forked = forked
    },

    markOwn(name) {
      owned.add(name)
      const author = known(name)
      if (author === undefined) return
      author.own = true
      place(author)
    },

    accountOf: (name) => known(name)?.account ?? null,
    held: (account) => held[account] ?? 0,

    line(count, now, settled) {
      settle()
      for (const id of ids.values()) {
        const author = authors[id]
        if (author !== undefined) place(author)
      }
      return lineUp(columns, authorAt, order, count, now, settledAmong(othersLogs(), settled))
    },

    first(count, now, name) {
      const author = known(name)
      if (author === undefined) return []
      // one author's log at its limit: each new header takes the place of one
      const slots =
        count === 1 && author.count > 1
          ? [lowestSlot(columns, slotsOf(author), author.highest, now)]
          : Int32Array.from(slotsOf(author)).sort(compare)
      const { lapsed, live } = lineUp(columns, authorAt, slots, count, now, nothingSettled)
      return [...lapsed, ...(live.get(author.account) ?? [])].slice(0, count)
    },

    select(wants) {
      settle()
      // asked in the order of the slots, so that what is read lies together; then brought into order
      const wanted = new Uint8Array(used)
      for (const slot of order) wanted[slot] = 1
      for (let slot = 0; slot < used; slot++) if (wanted[slot] === 1 && !wants(look(slot))) wanted[slot] = 0
      const found = new Int32Array(order.length)
      let count = 0
      for (const slot of order) if (wanted[slot] === 1) found[count++] = slot
      const times = new Float64Array(count)
      const words = new Uint32Array(count * HASH_WORDS)
      const { times: allTimes, hashes } = columns
      const allWords = new Uint32Array(hashes.buffer, 0, hashes.length / 4)
      for (let i = 0; i < count; i++) {
        const slot = found[i] ?? 0
        times[i] = allTimes[slot] ?? 0
        for (let w = 0; w < HASH_WORDS; w++) words[i * HASH_WORDS + w] = allWords[slot * HASH_WORDS + w] ?? 0
      }
      return { size: count, times, hashes: new Uint8Array(words.buffer) }
    },

    find(hash) {
      if (hash.length !== HASH_BYTES) return null
      const slot = byHash.find(hashKey(hash, 0), (one) => isAt(one, hash))
      return slot === NONE ? null : { author: authorAt(slot).name, seq: columns.seqs[slot] ?? 0 }
    },

    authorsUnder(wants, now) {
      let count = 0
      for (const id of ids.values()) {
        for (let slot = authors[id]?.head ?? NONE; slot !== NONE; slot = columns.nexts[slot] ?? NONE) {
          if ((columns.expiries[slot] ?? 0) > now && wants(look(slot))) {
            count++
            break
          }
        }
      }
      return count
    }
  }
}

/** 32 bits of a hash. */
function hashKey(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)
  )
}

/** 32 bits of an author's id and a sequence number. */
function placeKey(author: number, seq: number): number {
  const high = Math.floor(seq / 2 ** 32)
  let key = Math.imul(author + 1, 0x9e3779b1) ^ Math.imul((seq >>> 0) ^ Math.imul(high, 0x85ebca6b), 0xc2b2ae35)
  key ^= key >>> 15
  return Math.imul(key, 0x27d4eb2f)
}
