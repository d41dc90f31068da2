/**
 * An embedding without weights, until sentence embeddings come behind the same interface: words and what they are
 * spelled of point into directions that are drawn by hashing them, a text points where its words point together, and
 * the fields of the codebook draw it to them. So texts are near as far as they share words, or words of one field, and
 * others are at right angles, as with sentence embeddings; what is said in words that no field has is near to nothing.
 *
 * A text gives the same embedding everywhere: only sums, products and square roots, which IEEE 754 defines to the last
 * bit.
 */
import { createCodebook1 } from './codebook.ts'
import { stopWords } from './common-words.ts'
import { DIMENSIONS, createSketcher, type Sketcher } from './sketch.ts'
import { dot } from './vectors.ts'

/** What is said first says most; and work stays bounded. */
const MAX_CHARS = 4000
const MAX_WORD_CHARS = 40
/** Common endings, English and German, where three letters stay: "charts", "charting" and "chart" are one word. */
const ENDING = /(?<=\p{L}{3})(?:ings?|ed|er|en|es|[sen])$/u
/** What all trigrams of a word weigh beside the word: they bring near what is spelled much alike. */
const TRIGRAMS_WEIGHT = 0.5
/** Short words are common and say less: from so many letters on a word has full weight. */
const FULL_WEIGHT_CHARS = 5
/**
 * A field is near from this cosine on (unrelated texts stay below it, at random by 1/16), and draws so much beyond it.
 */
const FIELD_NEAR = 0.12
const FIELD_PULL = 2

/** @returns what makes sketches of model 1 */
export function createStandIn(): Sketcher {
  const codebook = createCodebook1()
  const fields = codebook.centroids.map(directionOf)
  return createSketcher({ embed: (text) => towardsFields(embedWords(text), fields), codebook })
}

/** The words of a text as `DIMENSIONS` numbers; all zero when no word in it says anything. */
export function embedWords(text: string): Float32Array {
  const sum = new Float64Array(DIMENSIONS)
  for (const [feature, weight] of featuresOf(text)) addDirection(sum, feature, weight)
  return Float32Array.from(sum)
}

/**
 * An embedding drawn towards the fields that it is near to, so that texts of one field are nearer to each other than
 * the few words they share would bring them: as near as a language model puts them.
 */
function towardsFields(embedding: Float32Array, fields: readonly Float32Array[]): Float32Array {
  const near = FIELD_NEAR * Math.sqrt(dot(embedding, embedding))
  const drawn = embedding.slice()
  for (const field of fields) {
    const pull = FIELD_PULL * (dot(embedding, field) - near)
    if (pull <= 0) continue
    for (let i = 0; i < DIMENSIONS; i++) drawn[i] = (drawn[i] ?? 0) + pull * (field[i] ?? 0)
  }
  return drawn
}

/** A centroid as a vector of length 1. */
function directionOf(centroid: Uint8Array): Float32Array {
  const unit = 1 / Math.sqrt(DIMENSIONS)
  return Float32Array.from({ length: DIMENSIONS }, (_, i) =>
    (centroid[i >> 3] ?? 0) & (0x80 >> (i & 7)) ? unit : -unit
  )
}

/** What a text is made of, by hash, and what each weighs. What is said again weighs more, but less each time. */
function featuresOf(text: string): Map<number, number> {
  const counts = new Map<string, number>()
  for (const [found] of text
    .slice(0, MAX_CHARS)
    .normalize('NFKC')
    .toLowerCase()
    .matchAll(/[\p{L}\p{M}\p{N}]+/gu)) {
    const word = found.slice(0, MAX_WORD_CHARS)
    if (word.length < 2 || stopWords.has(word)) continue
    const stem = word.replace(ENDING, '')
    counts.set(stem, (counts.get(stem) ?? 0) + 1)
  }
  const features = new Map<number, number>()
  const add = (feature: string, weight: number) => {
    const hash = hashOf(feature)
    features.set(hash, (features.get(hash) ?? 0) + weight)
  }
  for (const [stem, count] of counts) {
    const weight = Math.sqrt(count * Math.min(1, stem.length / FULL_WEIGHT_CHARS))
    add(stem, weight)
    const spelled = ` ${stem} `
    const trigrams = spelled.length - 2
    for (let i = 0; i < trigrams; i++) add(spelled.slice(i, i + 3), (weight * TRIGRAMS_WEIGHT) / Math.sqrt(trigrams))
  }
  return features
}

/** Adds a feature's own direction: numbers drawn evenly from -127.5 to 127.5, four out of each hash. */
function addDirection(sum: Float64Array, feature: number, weight: number): void {
  for (let i = 0; i < DIMENSIONS; i += 4) {
    const drawn = mix(feature + Math.imul(i + 1, 0x9e3779b9))
    sum[i] = (sum[i] ?? 0) + weight * ((drawn & 0xff) - 127.5)
    sum[i + 1] = (sum[i + 1] ?? 0) + weight * (((drawn >>> 8) & 0xff) - 127.5)
    sum[i + 2] = (sum[i + 2] ?? 0) + weight * (((drawn >>> 16) & 0xff) - 127.5)
    sum[i + 3] = (sum[i + 3] ?? 0) + weight * ((drawn >>> 24) - 127.5)
  }
}

/** FNV-1a over UTF-16 units, mixed. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return mix(hash)
}

/** A 32-bit number that looks drawn, another for each number (the finalizer of MurmurHash3). */
function mix(value: number): number {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
