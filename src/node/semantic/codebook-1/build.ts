/**
 * How the centroids of codebook 1 are made from fields of competence: for `npm run codebook` and the test that repeats
 * it, never at run time. Each field is one leaf. The fields are halved again and again so that what is near stays
 * together, and the order that comes of it numbers the leaves.
 */
import type { CodebookData } from '../codebook.ts'
import { DIMENSIONS, toBits } from '../sketch.ts'
import { embedWords } from '../stand-in.ts'

/** Fields of one area: words of the area, and of each of its fields. */
export interface Area {
  area: string
  words: string
  fields: Record<string, string>
}

/** What the words of an area weigh in the centroid of each of its fields. */
const AREA_WEIGHT = 0.5
/** Wide enough that nearly the same words share a leaf, and narrow enough that a text has 1.2 leaves on average. */
const MARGIN_BITS = 14
const SEED = 1
/** Halves from so many random beginnings are tried, and the best is taken. */
const BEGINNINGS = 24

export interface BuiltCodebook {
  data: CodebookData
  /** the names of the fields, by leaf */
  fields: string[]
}

/**
 * @param areas with as many fields together as there are to be leaves
 * @throws RangeError when their number is not a power of two
 */
export function buildCodebook(areas: readonly Area[]): BuiltCodebook {
  const items = areas.flatMap(({ words, fields }) =>
    Object.entries(fields).map(([name, own]) => ({ name, vector: centre(embedWords(own), embedWords(words)) }))
  )
  const leafBits = Math.log2(items.length)
  if (!Number.isInteger(leafBits)) throw new RangeError(`expected 2, 4, 8… fields, got ${items.length}`)
  const leaves = inTreeOrder(items, randomFrom(SEED))
  return {
    data: {
      model: 1,
      version: 1,
      leafBits,
      marginBits: MARGIN_BITS,
      centroids: btoa(String.fromCharCode(...leaves.flatMap(({ vector }) => [...toBits(vector)])))
    },
    fields: leaves.map(({ name }) => name)
  }
}

interface Item {
  name: string
  /** of length 1 */
  vector: Float32Array
}

/** Halves of halves, down to single items. */
function inTreeOrder(items: Item[], random: () => number): Item[] {
  if (items.length === 1) return items
  const second = secondHalf(items, random)
  return [false, true].flatMap((side) =>
    inTreeOrder(
      items.filter((item) => second.has(item) === side),
      random
    )
  )
}

/**
 * One of two halves of equal size that are as much alike inside as can be found: from random halves, the pair is
 * exchanged that gains most, until none does (the idea of Kernighan and Lin, 1970). The first item is in the other
 * half.
 */
function secondHalf(items: Item[], random: () => number): Set<Item> {
  let best = { cut: Infinity, half: new Set<Item>() }
  for (let beginning = 0; beginning < BEGINNINGS; beginning++) {
    const half = new Set(shuffle(items, random).slice(items.length / 2))
    while (exchangeBest(items, half));
    const sum = total([...half])
    const cut = dot(sum, total(items.filter((item) => !half.has(item))))
    if (cut < best.cut) best = { cut, half }
  }
  const [first] = items
  return first && best.half.has(first) ? new Set(items.filter((item) => !best.half.has(item))) : best.half
}

/** Exchanges the item of `half` and the other one that gain most by it, and says whether any gain. */
function exchangeBest(items: Item[], half: Set<Item>): boolean {
  const inside = [...half]
  const outside = items.filter((item) => !half.has(item))
  const [sumInside, sumOutside] = [total(inside), total(outside)]
  /** how much more an item is like the others of the other side than like those of its own */
  const pull = ({ vector }: Item, to: Float32Array, from: Float32Array) => dot(vector, to) - dot(vector, from) + 1
  const comers = outside.map((item) => ({ item, gain: pull(item, sumInside, sumOutside) }))
  let best: { gain: number; goes?: Item; comes?: Item } = { gain: 1e-6 }
  for (const goes of inside) {
    const gainOfGoing = pull(goes, sumOutside, sumInside)
    for (const { item: comes, gain: gainOfComing } of comers) {
      const gain = gainOfGoing + gainOfComing - 2 * dot(goes.vector, comes.vector)
      if (gain > best.gain) best = { gain, goes, comes }
    }
  }
  if (!best.goes || !best.comes) return false
  half.delete(best.goes)
  half.add(best.comes)
  return true
}

const total = (items: Item[]) => items.reduce((sum, { vector }) => plus(sum, vector, 1), new Float32Array(DIMENSIONS))

/** In random order. */
function shuffle(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

/** A field's own words, and less of those of its area. */
const centre = (own: Float32Array, area: Float32Array) => unit(plus(unit(own), unit(area), AREA_WEIGHT))

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector))
  return vector.map((value) => value / length)
}

const plus = (a: Float32Array, b: Float32Array, weight: number) => a.map((value, i) => value + weight * (b[i] ?? 0))
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)

/** Numbers from 0 to 1 from a seed (mulberry32): the recipe's own, because with others the leaves would be others. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
