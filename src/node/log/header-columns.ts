/** The columns of the header index: one typed array a field, one slot a header, grown as needed. */
import type { HeaderFacts } from './parse-header.ts'

export const HASH_BYTES = 32
export const MAX_LEAVES = 4
const FIRST_CAPACITY = 32
const GROWTH = 1.5
/** kinds that have a number; the names of any more are not kept */
const MAX_KINDS = 255

export interface HeaderColumns {
  readonly hashes: Uint8Array
  readonly times: Float64Array
  /** by what time it ranks when others must make room */
  readonly ranks: Float64Array
  readonly seqs: Float64Array
  /** Infinity: never */
  readonly expiries: Float64Array
  readonly models: Uint16Array
  readonly leaves: Uint16Array
  readonly leafCounts: Uint8Array
  /** ids of authors */
  readonly authors: Int32Array
  /** the next header of the same author; -1: none */
  readonly nexts: Int32Array
  /** Makes slots up to this one, without it. */
  reserve(slots: number): void
  write(slot: number, author: number, facts: HeaderFacts, hash: Uint8Array, rank: number): void
  kindOf(slot: number): string
}

export function createHeaderColumns(): HeaderColumns {
  let capacity = 0
  let hashes = new Uint8Array()
  let times = new Float64Array()
  let ranks = new Float64Array()
  let seqs = new Float64Array()
  let expiries = new Float64Array()
  let models = new Uint16Array()
  let leaves = new Uint16Array()
  let leafCounts = new Uint8Array()
  let kinds = new Uint8Array()
  let authors = new Int32Array()
  let nexts = new Int32Array()
  /** 0 is every kind that has no number */
  const kindNames = ['']
  const kindNumbers = new Map<string, number>()

  function grown<T extends { set(from: T): void }>(make: (length: number) => T, old: T, perSlot = 1): T {
    const column = make(capacity * perSlot)
    column.set(old)
    return column
  }

  function kindNumber(kind: string): number {
    const known = kindNumbers.get(kind)
    if (known !== undefined) return known
    if (kindNames.length > MAX_KINDS) return 0
    kindNumbers.set(kind, kindNames.length)
    return kindNames.push(kind) - 1
  }

  return {
    get hashes() {
      return hashes
    },
    get times() {
      return times
    },
    get ranks() {
      return ranks
    },
    get seqs() {
      return seqs
    },
    get expiries() {
      return expiries
    },
    get models() {
      return models
    },
    get leaves() {
      return leaves
    },
    get leafCounts() {
      return leafCounts
    },
    get authors() {
      return authors
    },
    get nexts() {
      return nexts
    },

    reserve(slots) {
      if (slots <= capacity) return
      capacity = Math.max(slots, FIRST_CAPACITY, Math.ceil(capacity * GROWTH))
      hashes = grown((length) => new Uint8Array(length), hashes, HASH_BYTES)
      times = grown((length) => new Float64Array(length), times)
      ranks = grown((length) => new Float64Array(length), ranks)
      seqs = grown((length) => new Float64Array(length), seqs)
      expiries = grown((length) => new Float64Array(length), expiries)
      models = grown((length) => new Uint16Array(length), models)
      leaves = grown((length) => new Uint16Array(length), leaves, MAX_LEAVES)
      leafCounts = grown((length) => new Uint8Array(length), leafCounts)
      kinds = grown((length) => new Uint8Array(length), kinds)
      authors = grown((length) => new Int32Array(length), authors)
      nexts = grown((length) => new Int32Array(length), nexts)
    },

    write(slot, author, { seq, time, expiry, kind, model, leaves: ofSketch }, hash, rank) {
      hashes.set(hash, slot * HASH_BYTES)
      times[slot] = time
      ranks[slot] = rank
      seqs[slot] = seq
      expiries[slot] = expiry
      models[slot] = model
      leafCounts[slot] = ofSketch.length
      leaves.set(ofSketch, slot * MAX_LEAVES)
      kinds[slot] = kindNumber(kind)
      authors[slot] = author
    },

    kindOf: (slot) => kindNames[kinds[slot] ?? 0] ?? ''
  }
}
