/**
 * Declarations by their words: BM25 over fields that weigh differently (Robertson, Zaragoza and Taylor, "Simple BM25 extension
 * to multiple weighted fields", 2004). What a word weighs in a document is worked out when the document comes, with
 * fixed average lengths, and kept in a byte: a hundred thousand documents are some thirty megabytes.
 */
import { editsApart, isPair, termsOf } from './terms.ts'

export interface Field {
  text: string
  /** what a word in it weighs */
  boost: number
  /** words in such a field on average */
  usualLength: number
}

export interface WordMatch {
  id: string
  /** 0 to 1: 1 when each word of the query is there, and says as much as a word can */
  score: number
  /** terms of the query's that are there, as `termsOf` has them */
  terms: string[]
}

export interface WordIndex {
  readonly size: number
  /** Keeps a document, in place of the one that was there. */
  set(id: string, fields: readonly Field[]): void
  delete(id: string): void
  /** In how many documents a term is, about: some of them may just have been deleted. @param term as `termsOf` has it */
  count(term: string): number
  /** Documents with words of the query, best first; after them those of `others` that have some, too, in no order. */
  search(query: string, count: number, others?: readonly string[]): WordMatch[]
}

/** Whoever speaks of more than so many things says the less of each: honest offers have up to forty different words. */
const MANY_TERMS = 60
/** What an unknown pair of characters counts beside an unknown word. */
const UNKNOWN_PAIR = 0.2
const K = 1.2
const B = 0.6
/** Documents that are gone are taken out of the lists when there are so many, and more than a third of all. */
const MIN_GONE = 256
/** A word that no document has stands for those that are spelled alike or begin with it, so many at most. */
const MAX_ALIKE = 8
const ALIKE_WEIGHT = 0.6
const MIN_ALIKE_CHARS = 4
/** Words of a query that are looked for among those spelled alike, and words of a query in all. */
const MAX_UNKNOWN = 6
const MAX_TERMS = 48
/** Scores are told apart so finely before they are sorted. */
const STEPS = 1024
/** A weight is kept as a byte: this is the largest. */
const MAX_WEIGHT = 32
const BYTE = 256

/** Where a term is: of each document its slot, three bytes, and what the term weighs in it, one. Most terms are in one document alone. */
interface List {
  /** which letters are in the term, as bits */
  readonly letters: number
  count: number
  first: number
  more: Uint32Array
}

const NO_MORE = new Uint32Array(0)
const entryAt = ({ first, more }: List, i: number): number => (i === 0 ? first : (more[i - 1] as number))

function putAt(list: List, i: number, entry: number): void {
  if (i === 0) list.first = entry
  else list.more[i - 1] = entry
}

const slotOf = (entry: number): number => entry >>> 8
const weightOf = (entry: number): number => ((entry & 255) / 255) * MAX_WEIGHT

/** What a term of the query stands for. */
interface Sought {
  term: string
  idf: number
  lists: Array<{ list: List; weight: number }>
}

export function createWordIndex(): WordIndex {
  const slots = new Map<string, number>()
  let ids: Array<string | null> = []
  let lists = new Map<string, List>()
  /** the document that came last, while it is the last */
  let newest: { slot: number; terms: readonly string[] } | null = null

  function add(term: string, slot: number, weight: number): void {
    const kept = Math.min(BYTE - 1, Math.round((weight / MAX_WEIGHT) * 255))
    if (kept === 0) return
    const list = lists.get(term) ?? { letters: lettersOf(term), count: 0, first: 0, more: NO_MORE }
    if (list.count === 0) lists.set(term, list)
    if (list.count > list.more.length) {
      const grown = new Uint32Array(Math.ceil(list.count * 1.25))
      grown.set(list.more)
      list.more = grown
    }
    putAt(list, list.count, slot * BYTE + kept)
    list.count++
  }

  function remove(id: string): void {
    const slot = slots.get(id)
    if (slot === undefined) return
    slots.delete(id)
    if (newest?.slot === slot) {
      takeBack(newest)
      return
    }
    ids[slot] = null
    const gone = ids.length - slots.size
    if (gone >= MIN_GONE && gone > ids.length / 3) compact()
  }

  /** The document that came last goes without a trace: one that was only tried, as often as that may be, makes no word more common. */
  function takeBack({ slot, terms }: NonNullable<typeof newest>): void {
    ids.pop()
    for (const term of terms) {
      const list = lists.get(term)
      if (list === undefined || slotOf(entryAt(list, list.count - 1)) !== slot) continue
      list.count--
      if (list.count === 0) lists.delete(term)
    }
    newest = null
  }

  /** Takes documents that are gone out of all lists. */
  function compact(): void {
    const moved = new Uint32Array(ids.length)
    const kept: string[] = []
    ids.forEach((id, slot) => {
      if (id === null) return
      moved[slot] = kept.length
      slots.set(id, kept.length)
      kept.push(id)
    })
    const left = new Map<string, List>()
    for (const [term, list] of lists) {
      let count = 0
      for (let i = 0; i < list.count; i++) {
        const entry = entryAt(list, i)
        if (ids[slotOf(entry)] === null) continue
        putAt(list, count, (moved[slotOf(entry)] as number) * BYTE + (entry & 255))
        count++
      }
      list.count = count
      if (count > 0) left.set(term, list)
    }
    lists = left
    ids = kept
    newest = null
  }

  /** How much a word says that so many documents have, some of which may be gone. */
  function idf(count: number): number {
    const held = (count * slots.size) / Math.max(1, ids.length)
    return Math.log(1 + (slots.size - held + 0.5) / (held + 0.5))
  }

  /** Lists of terms that are spelled alike, or begin with this one: the nearest first, of these the most common. */
  function alike(term: string): List[] {
    const found: Array<{ list: List; distance: number }> = []
    const letters = lettersOf(term)
    for (const [other, list] of lists) {
      // one letter more, less or changed: at most two that only one of them has
      const differing = letters ^ list.letters
      const onlyTerm = letters & ~list.letters
      if (hasMoreThan(onlyTerm, 1) || (hasMoreThan(differing, 2) && !other.startsWith(term))) continue
      const distance = other.startsWith(term) ? 1 : Math.abs(other.length - term.length) <= 1 ? editsApart(term, other, 1) : 2
      if (distance <= 1) found.push({ list, distance })
    }
    return found
      .sort((a, b) => a.distance - b.distance || b.list.count - a.list.count)
      .slice(0, MAX_ALIKE)
      .map(({ list }) => list)
  }

  function seek(query: string): Sought[] {
    let unknown = 0
    return [...termsOf(query).keys()].slice(0, MAX_TERMS).map((term) => {
      const list = lists.get(term)
      if (list !== undefined) return { term, idf: idf(list.count), lists: [{ list, weight: 1 }] }
      const others = term.length >= MIN_ALIKE_CHARS && unknown++ < MAX_UNKNOWN ? alike(term) : []
      const count = others.reduce((sum, { count }) => sum + count, 0)
      // what no document has and may be no word at all is hardly missed
      const share = count === 0 && isPair(term) ? UNKNOWN_PAIR : 1
      return { term, idf: share * idf(count), lists: others.map((list) => ({ list, weight: ALIKE_WEIGHT })) }
    })
  }

  /** Scores by slot, and the terms that are there, as bits. */
  function scores(sought: readonly Sought[]): { scores: Float32Array; seen: Uint32Array; touched: number[] } {
    const scores = new Float32Array(ids.length)
    const seen = new Uint32Array(ids.length)
    const touched: number[] = []
    const best = sought.reduce((sum, { idf }) => sum + idf, 0)
    sought.forEach(({ idf, lists }, number) => {
      for (const { list, weight } of lists) {
        for (let i = 0; i < list.count; i++) {
          const entry = entryAt(list, i)
          const slot = slotOf(entry)
          if (scores[slot] === 0) touched.push(slot)
          const saturated = weightOf(entry)
          scores[slot] = (scores[slot] as number) + (weight * (idf / best) * saturated) / (saturated + K)
          if (number < 32) seen[slot] = (seen[slot] as number) | (1 << number)
        }
      }
    })
    return { scores, seen, touched }
  }

  function matchAt(slot: number, sought: readonly Sought[], score: number, seen: number): WordMatch {
    const terms = sought.flatMap(({ term }, number) => (number < 32 && (seen & (1 << number)) !== 0 ? term : []))
    return { id: ids[slot] ?? '', score: Math.min(1, score), terms }
  }

  return {
    get size() {
      return slots.size
    },
    set(id, fields) {
      remove(id)
      const weights = new Map<string, number>()
      for (const { text, boost, usualLength } of fields) {
        const counts = termsOf(text)
        const length = [...counts.values()].reduce((sum, count) => sum + count, 0)
        const share = boost / (1 - B + (B * length) / usualLength)
        for (const [term, count] of counts) weights.set(term, (weights.get(term) ?? 0) + count * share)
      }
      const slot = ids.length
      ids.push(id)
      slots.set(id, slot)
      const share = Math.min(1, MANY_TERMS / weights.size)
      for (const [term, weight] of weights) add(term, slot, weight * share)
      newest = { slot, terms: [...weights.keys()] }
    },
    delete: remove,
    count: (term) => lists.get(term)?.count ?? 0,
    search(query, count, others = []) {
      const sought = seek(query)
      const { scores: found, seen, touched } = scores(sought)
      const first = best(touched.filter((slot) => ids[slot] !== null), found, count)
      const known = new Set(first)
      const rest = others.flatMap((id) => slots.get(id) ?? []).filter((slot) => !known.has(slot) && found[slot] !== 0)
      return [...first, ...new Set(rest)].map((slot) => matchAt(slot, sought, found[slot] as number, seen[slot] as number))
    }
  }
}

/** Of these places those with the highest numbers, highest first. Only those that may be among them are sorted. */
function best(places: readonly number[], numbers: Float32Array, count: number): number[] {
  const histogram = new Uint32Array(STEPS + 1)
  const stepOf = (place: number): number => Math.min(STEPS, Math.floor((numbers[place] as number) * STEPS))
  for (const place of places) histogram[stepOf(place)] = (histogram[stepOf(place)] ?? 0) + 1
  let least = STEPS
  for (let above = histogram[least] ?? 0; above < count && least > 0; above += histogram[least] ?? 0) least--
  return places
    .filter((place) => stepOf(place) >= least)
    .sort((a, b) => (numbers[b] as number) - (numbers[a] as number) || a - b)
    .slice(0, count)
}

function lettersOf(term: string): number {
  let letters = 0
  for (let i = 0; i < term.length; i++) letters |= 1 << (term.charCodeAt(i) & 31)
  return letters
}

/** Whether more than so many of 32 bits are set. */
function hasMoreThan(bits: number, limit: number): boolean {
  let rest = bits
  for (let i = 0; i <= limit; i++) {
    if (rest === 0) return false
    rest &= rest - 1
  }
  return true
}
