/**
 * Vectors of offers that outlive the process: to make them takes a tenth of a second each, and most offers are the same after a
 * reload. Pages of them are written in turns, so that there is a bound, and the oldest go first. All of it can be made anew: what
 * another tab has overwritten, or what was not written yet, is missed by nobody.
 */
import { toHex } from '../crypto/hash.ts'
import type { Clock } from '../support/clock.ts'
import { once } from '../support/once.ts'

/** Some vectors, as they are stored. */
export interface VectorPage {
  /** pages are counted on: a higher one is younger */
  number: number
  /** of `KEY_BYTES` each, one after the other */
  keys: Uint8Array
  /** eight-bit numbers of each, in the order of the keys */
  vectors: Uint8Array
}

export interface KeptVectorsComponents {
  clock: Clock
  read(): Promise<readonly VectorPage[]>
  /** Replaces the page that was in this place. */
  write(place: number, page: VectorPage): Promise<void>
  /** a failure that nobody waits for */
  report: (error: unknown) => void
}

export interface KeptVectors {
  /** What is kept for each of these keys; null: nothing. */
  recall(keys: readonly Uint8Array[], dimensions: number): Promise<Array<Int8Array | null>>
  /** Keeps a vector that `recall` did not have; it is written soon, with others. */
  keep(key: Uint8Array, vector: Int8Array): void
  /** Writes at once what is not written yet. */
  flush(): Promise<void>
}

export const KEY_BYTES = 16
/** So many vectors, of half a kilobyte each, are kept for sure, and a page more at most. */
export const MAX_KEPT = 10_000
const PER_PAGE = 250
const PAGES = MAX_KEPT / PER_PAGE + 1
/** What comes in this time is written together. */
const GATHER_MS = 5_000

interface Kept {
  key: Uint8Array
  vector: Int8Array
}

export function createKeptVectors({ clock, read, write, report }: KeptVectorsComponents): KeptVectors {
  let page = { number: 0, entries: new Map<string, Kept>() }
  /** ends the wait for what is to be written together; null: all is written */
  let cancelWait: (() => void) | null = null
  let writing = Promise.resolve()

  const load = once(async () => {
    const known = new Map<string, Int8Array>()
    for (const { number, keys, vectors } of await readAll()) {
      const entries = new Map(entriesOf(keys, vectors).map((one) => [toHex(one.key), one]))
      for (const [hex, { vector }] of entries) known.set(hex, vector)
      // the youngest is gone on with
      if (number >= page.number) page = { number, entries }
    }
    return known
  })

  async function readAll(): Promise<readonly VectorPage[]> {
    try {
      return await read()
    } catch (error) {
      report(error)
      return []
    }
  }

  async function writePage({ number, entries }: typeof page): Promise<void> {
    const all = [...entries.values()]
    try {
      await write(number % PAGES, { number, keys: joined(all.map(({ key }) => key)), vectors: joined(all.map(({ vector }) => vector)) })
    } catch (error) {
      // a full device keeps fewer
      report(error)
    }
  }

  function flush(): Promise<void> {
    if (cancelWait !== null) {
      cancelWait()
      cancelWait = null
      const now = page
      writing = writing.then(() => writePage(now))
    }
    return writing
  }

  return {
    async recall(keys, dimensions) {
      const known = await load()
      return keys.map((key) => {
        const hex = toHex(key)
        const vector = known.get(hex) ?? page.entries.get(hex)?.vector
        return vector?.length === dimensions ? vector : null
      })
    },
    keep(key, vector) {
      const [first] = page.entries.values()
      if (page.entries.size >= PER_PAGE || (first !== undefined && first.vector.length !== vector.length)) {
        void flush()
        page = { number: page.number + 1, entries: new Map() }
      }
      page.entries.set(toHex(key), { key, vector })
      cancelWait ??= clock.after(GATHER_MS, () => void flush())
    },
    flush
  }
}

/** What is in a page; nothing, when it is not whole. */
function entriesOf(keys: Uint8Array, vectors: Uint8Array): Kept[] {
  const count = keys.length / KEY_BYTES
  const dimensions = vectors.length / count
  if (count === 0 || !Number.isInteger(count) || !Number.isInteger(dimensions)) return []
  const numbers = new Int8Array(vectors.buffer, vectors.byteOffset, vectors.length)
  return Array.from({ length: count }, (_, i) => ({
    key: keys.subarray(i * KEY_BYTES, (i + 1) * KEY_BYTES),
    vector: numbers.subarray(i * dimensions, (i + 1) * dimensions)
  }))
}

function joined(parts: ReadonlyArray<Uint8Array | Int8Array>): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
