/**
 * Which ratings count: of each contract one by each party. Of several by the same party it is the one with the lowest sequence number
 * that its author has not taken back. So it follows from what is in the logs alone, not from the order in which that was told. Pure;
 * what comes in was checked by `checkRating`, and agents and topics are numbers here.
 *
 * It is kept in columns: a hundred thousand ratings are a few megabytes, and there again at once.
 */
import { keepNewest } from '../support/keep-newest.ts'
import { Chains, NO_ROW } from './chains.ts'
import { Columns, type SavedColumns } from './columns.ts'

/** A rating, and where it stands: in whose log, at which sequence number. */
export interface Placed {
  author: number
  seq: number
  subject: number
  topic: number
  /** hundredths, -100 to 100 */
  score: number
  /** hundredths, 1 to 100 */
  weight: number
  /** milliseconds since 1970 */
  time: number
}

/** What counts otherwise than before; null twice: nothing does. */
export interface TallyChange {
  /** counted until now */
  out: Placed | null
  /** counts from now on */
  in: Placed | null
}

export interface Tally {
  /** Takes a rating in. The same one again changes nothing. @param contract the contract's hash, or 16 bytes of it and more */
  add(rating: Placed, contract: Uint8Array): TallyChange
  has(author: number, seq: number): boolean
  /** An author takes an entry of its own back, whatever that is, by a later one. @param by the withdrawal's sequence number */
  withdraw(author: number, seq: number, by: number): TallyChange
  /** Nothing that an author has said or will say counts any more: it has forked its log. @returns what counted until now */
  drop(author: number): Placed[]
  /** What counts, in no order that means anything. */
  counted(): Iterable<Placed>
  /** How many good and bad ratings of an agent count, by topic. */
  ratingsOf(subject: number): ReadonlyMap<number, RatingCounts>
  save(): SavedTally
}

export interface RatingCounts {
  good: number
  bad: number
}

export interface SavedTally {
  rows: SavedColumns
  dropped: Uint32Array
  /** entries that were taken back before they came, in the order in which that was told */
  withdrawn: { author: Uint32Array; seq: Uint32Array }
}

/** Bytes of a contract's hash by which contracts are told from one another: nobody finds two that are alike. */
const CONTRACT_BYTES = 16
/** Of these a number is made under which ratings are found; the rest is compared. */
const KEY_BYTES = 6
/** Entries that one author took back before they came, or that came in a form that does not count. */
const MAX_WITHDRAWN = 1024
const NOTHING: TallyChange = { out: null, in: null }
const NONE = -1

const place = (author: number, seq: number): number => author * 2 ** 32 + seq

/** @param saved what `save` gave; its arrays are taken over */
export function createTally(saved?: SavedTally): Tally {
  const rows = new Columns(
    { author: Uint32Array, seq: Uint32Array, subject: Uint32Array, topic: Uint32Array, score: Int8Array, weight: Uint8Array, time: Float64Array, next: Int32Array, counts: Uint8Array },
    { contract: CONTRACT_BYTES },
    saved?.rows
  )
  const { column } = rows
  const byPlace = new Map<number, number>()
  /** the first of those whose contracts have the same key; `next` has the others */
  const byContract = new Map<number, number>()
  const bySubject = new Chains()
  const withdrawn = new Map<number, Set<number>>()
  const dropped = new Set<number>(saved?.dropped)

  /** rows that the indexes have: of what was kept they are made when somebody says something, not to hold up who asks */
  let indexed = 0
  saved?.withdrawn.author.forEach((author, i) => takeBack(author, saved.withdrawn.seq[i] ?? 0))

  function takeBack(author: number, seq: number): void {
    const all = withdrawn.get(author) ?? new Set()
    all.add(seq)
    keepNewest(all, MAX_WITHDRAWN)
    withdrawn.set(author, all)
  }

  /** A row that was taken back has no weight. */
  function isThere(row: number): boolean {
    return column('weight')[row] !== 0
  }

  function keyOf(contract: Uint8Array): number {
    let key = 0
    for (let i = 0; i < KEY_BYTES; i++) key = key * 256 + (contract[i] ?? 0)
    return key
  }

  function indexAll(): void {
    for (; indexed < rows.length; indexed++) index(indexed)
  }

  function index(row: number): void {
    byPlace.set(place(column('author')[row] ?? 0, column('seq')[row] ?? 0), row)
    const key = keyOf(rows.bytes('contract', row))
    column('next')[row] = byContract.get(key) ?? NONE
    byContract.set(key, row)
  }

  /** What an author says of a contract counts in this row; null: nothing does. */
  function countedRow(author: number, contract: Uint8Array): number | null {
    let first: number | null = null
    for (let row = byContract.get(keyOf(contract)) ?? NONE; row !== NONE; row = column('next')[row] ?? NONE) {
      if (column('author')[row] !== author || !isThere(row) || !isSame(rows.bytes('contract', row), contract)) continue
      if (first === null || (column('seq')[row] ?? 0) < (column('seq')[first] ?? 0)) first = row
    }
    return first
  }

  function read(row: number | null): Placed | null {
    if (row === null) return null
    const at = (name: 'author' | 'seq' | 'subject' | 'topic' | 'score' | 'weight' | 'time') => column(name)[row] ?? 0
    return {
      author: at('author'),
      seq: at('seq'),
      subject: at('subject'),
      topic: at('topic'),
      score: at('score'),
      weight: at('weight'),
      time: at('time')
    }
  }

  /** Has one row count in the place of another. */
  function replace(out: number | null, next: number | null): TallyChange {
    if (out !== null) column('counts')[out] = 0
    if (next !== null) column('counts')[next] = 1
    return { out: read(out), in: read(next) }
  }

  function* counted(): Generator<Placed, void, undefined> {
    const counts = column('counts')
    for (let row = 0; row < rows.length; row++) {
      const one = counts[row] === 1 ? read(row) : null
      if (one !== null) yield one
    }
  }

  return {
    has(author, seq) {
      indexAll()
      return byPlace.has(place(author, seq)) || dropped.has(author)
    },

    add(rating, contract) {
      indexAll()
      const { author, seq } = rating
      if (dropped.has(author) || byPlace.has(place(author, seq)) || withdrawn.get(author)?.has(seq) === true) return NOTHING
      const before = countedRow(author, contract)
      const row = rows.add({ ...rating, next: NONE, counts: 0 }, { contract: contract.subarray(0, CONTRACT_BYTES) })
      indexAll()
      if (before !== null && (column('seq')[before] ?? 0) < seq) return NOTHING
      return replace(before, row)
    },

    withdraw(author, seq, by) {
      indexAll()
      // only what was said before can be taken back
      if (dropped.has(author) || seq >= by) return NOTHING
      const row = byPlace.get(place(author, seq))
      if (row === undefined) {
        takeBack(author, seq)
        return NOTHING
      }
      if (!isThere(row)) return NOTHING
      const out = column('counts')[row] === 1 ? read(row) : null
      column('weight')[row] = 0
      if (out === null) return NOTHING
      const change = replace(row, countedRow(author, rows.bytes('contract', row)))
      return { ...change, out }
    },

    drop(author) {
      if (dropped.has(author)) return []
      const gone = [...counted()].filter((one) => one.author === author)
      dropped.add(author)
      withdrawn.delete(author)
      for (let row = 0; row < rows.length; row++) {
        if (column('author')[row] !== author) continue
        column('weight')[row] = 0
        column('counts')[row] = 0
      }
      return gone
    },

    counted,

    ratingsOf(subject) {
      bySubject.follow(column('subject'), rows.length)
      const [counts, topics, scores] = [column('counts'), column('topic'), column('score')]
      const all = new Map<number, RatingCounts>()
      for (let row = bySubject.last(subject); row !== NO_ROW; row = bySubject.before(row)) {
        const score = scores[row] ?? 0
        if (counts[row] !== 1 || score === 0) continue
        const topic = topics[row] ?? 0
        const { good, bad } = all.get(topic) ?? { good: 0, bad: 0 }
        all.set(topic, score > 0 ? { good: good + 1, bad } : { good, bad: bad + 1 })
      }
      return all
    },

    save() {
      const back = [...withdrawn].flatMap(([author, seqs]) => [...seqs].map((seq) => ({ author, seq })))
      return {
        rows: rows.save(),
        dropped: Uint32Array.from(dropped),
        withdrawn: { author: Uint32Array.from(back, ({ author }) => author), seq: Uint32Array.from(back, ({ seq }) => seq) }
      }
    }
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < CONTRACT_BYTES; i++) if (a[i] !== b[i]) return false
  return true
}
