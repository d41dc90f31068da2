/**
 * Embeddings by id, and those nearest to another. Each is kept as eight-bit numbers and as sign bits: many are looked through
 * by their signs (Charikar 2002: they differ in a share that grows with the angle), and the nearest of these are compared
 * in full. Flat arrays: to fill a graph index would take longer here than looking through all.
 */

export interface VectorIndex {
  readonly dimensions: number
  readonly size: number
  /** Keeps a vector of any length but zero, in place of the one that was there. @throws RangeError of other dimensions */
  set(id: string, vector: Float32Array): void
  delete(id: string): void
  has(id: string): boolean
  /** The vector of one of them as it is kept, of any length; null when it is not here. */
  get(id: string): Float32Array | null
  /** The nearest to a vector, nearest first, with the cosines. @throws RangeError of other dimensions */
  nearest(vector: Float32Array, count: number): Array<{ id: string; cosine: number }>
  /** The cosine to one of them; null when it is not here. */
  cosine(id: string, vector: Float32Array): number | null
}

/** Numbers are seldom farther from zero than so many times what they are on average; what is, is cut. */
const CUT = 4
/** So many more than are wanted, and so many at least, are compared in full. */
const FULL_FACTOR = 8
const FULL_LEAST = 1024
const FIRST_CAPACITY = 64
/** So much larger each time: most of the memory is used. */
const GROWTH = 1.25
const WORD_BITS = 32

/** @param dimensions numbers of a vector, a multiple of 32 */
export function createVectorIndex(dimensions: number): VectorIndex {
  const words = dimensions / WORD_BITS
  if (!Number.isInteger(words) || words === 0) throw new RangeError(`expected a multiple of 32 dimensions, got ${dimensions}`)
  const largest = CUT / Math.sqrt(dimensions)
  const slots = new Map<string, number>()
  const ids: string[] = []
  let numbers = new Int8Array(FIRST_CAPACITY * dimensions)
  let signs = new Uint32Array(FIRST_CAPACITY * words)
  /** one over the length of each vector of eight-bit numbers */
  let scales = new Float32Array(FIRST_CAPACITY)
  let distances = new Uint16Array(FIRST_CAPACITY)

  function checked(vector: Float32Array): Float32Array {
    if (vector.length !== dimensions) throw new RangeError(`expected ${dimensions} numbers, got ${vector.length}`)
    return unit(vector)
  }

  function grow(): void {
    const capacity = Math.ceil(GROWTH * scales.length)
    numbers = larger(numbers, new Int8Array(capacity * dimensions))
    signs = larger(signs, new Uint32Array(capacity * words))
    scales = larger(scales, new Float32Array(capacity))
    distances = new Uint16Array(capacity)
  }

  function put(slot: number, vector: Float32Array): void {
    let squares = 0
    for (let i = 0; i < dimensions; i++) {
      const number = Math.round(Math.max(-1, Math.min(1, (vector[i] ?? 0) / largest)) * 127)
      numbers[slot * dimensions + i] = number
      squares += number * number
    }
    scales[slot] = squares === 0 ? 0 : 1 / Math.sqrt(squares)
    signs.set(signsOf(vector), slot * words)
  }

  function cosineAt(slot: number, vector: Float32Array): number {
    let sum = 0
    for (let i = 0, at = slot * dimensions; i < dimensions; i++, at++) sum += (vector[i] as number) * (numbers[at] as number)
    return sum * (scales[slot] ?? 0)
  }

  /** The slots whose signs differ least, in no order: all when they are few. */
  function coarsely(vector: Float32Array, count: number): number[] {
    const size = ids.length
    if (size <= count) return ids.map((_, slot) => slot)
    const wanted = signsOf(vector)
    const histogram = new Uint32Array(dimensions + 1)
    for (let slot = 0, at = 0; slot < size; slot++) {
      let differing = 0
      for (let word = 0; word < words; word++, at++) differing += ones((signs[at] as number) ^ (wanted[word] as number))
      distances[slot] = differing
      histogram[differing] = (histogram[differing] ?? 0) + 1
    }
    let limit = 0
    for (let within = histogram[0] ?? 0; within < count; within += histogram[limit] ?? 0) limit++
    const near: number[] = []
    for (let slot = 0; slot < size; slot++) if ((distances[slot] as number) <= limit) near.push(slot)
    return near
  }

  return {
    dimensions,
    get size() {
      return ids.length
    },
    set(id, vector) {
      const of = checked(vector)
      let slot = slots.get(id)
      if (slot === undefined) {
        slot = ids.length
        if (slot === scales.length) grow()
        ids.push(id)
        slots.set(id, slot)
      }
      put(slot, of)
    },
    delete(id) {
      const slot = slots.get(id)
      const last = ids.pop()
      if (slot === undefined || last === undefined) {
        if (last !== undefined) ids.push(last)
        return
      }
      slots.delete(id)
      if (last === id) return
      // the last one takes its place
      const from = ids.length
      ids[slot] = last
      slots.set(last, slot)
      numbers.copyWithin(slot * dimensions, from * dimensions, (from + 1) * dimensions)
      signs.copyWithin(slot * words, from * words, (from + 1) * words)
      scales[slot] = scales[from] ?? 0
    },
    has: (id) => slots.has(id),
    get(id) {
      const slot = slots.get(id)
      return slot === undefined ? null : Float32Array.from(numbers.subarray(slot * dimensions, (slot + 1) * dimensions))
    },
    nearest(vector, count) {
      const of = checked(vector)
      return coarsely(of, Math.max(FULL_LEAST, FULL_FACTOR * count))
        .map((slot) => ({ id: ids[slot] ?? '', cosine: cosineAt(slot, of) }))
        .sort((a, b) => b.cosine - a.cosine || (a.id < b.id ? -1 : 1))
        .slice(0, count)
    },
    cosine(id, vector) {
      const slot = slots.get(id)
      return slot === undefined ? null : cosineAt(slot, checked(vector))
    }
  }
}

/** A vector's direction; of nothing, nothing. */
export function unit(vector: Float32Array): Float32Array {
  let squares = 0
  for (const value of vector) squares += value * value
  const length = Math.sqrt(squares)
  return length > 0 && Number.isFinite(length) ? vector.map((value) => value / length) : new Float32Array(vector.length)
}

/** The direction in which several vectors point together. */
export function mean(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(vectors[0]?.length ?? 0)
  for (const vector of vectors) unit(vector).forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value))
  return unit(sum)
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}

function signsOf(vector: Float32Array): Uint32Array {
  const bits = new Uint32Array(vector.length / WORD_BITS)
  vector.forEach((value, i) => {
    if (value > 0) bits[i >>> 5] = (bits[i >>> 5] ?? 0) | (1 << (i & 31))
  })
  return bits
}

/** Ones among 32 bits. */
function ones(bits: number): number {
  let rest = bits - ((bits >>> 1) & 0x55555555)
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333)
  return Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

function larger<T extends Int8Array | Uint32Array | Float32Array>(from: T, to: T): T {
  to.set(from)
  return to
}
