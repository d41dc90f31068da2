/**
 * How the seed of the tree of topics is made from what was written of each area: for `npm run topics` and the test that repeats
 * it, never at run time.
 */
import type { Embedder } from '../embedder.ts'
import type { EightBit } from '../sentences/eight-bit.ts'
import { SENTENCE_MODEL } from '../sentences/model.ts'
import { placeOffer, placeRequest } from '../sentences/space.ts'
import { COMMON, type CommonTerms } from '../telling.ts'
import { termsOf } from '../terms.ts'
import { unit } from '../vectors.ts'
import { quantised, toBase64 } from './directions.ts'
import { WORD_UNIT, readable, type Seed, type SeedTopic } from './seed.ts'

/** A topic as it is written in its area's file. */
export interface WrittenTopic {
  topic: string
  about: string
  competences: Array<{ id: string; words: string[]; requests: string[]; offers: string[] }>
}

/** What the file of an area holds, and its name. */
export interface WrittenArea {
  area: string
  topics: WrittenTopic[]
}

export type Outline = Omit<SeedTopic, 'direction'>

export interface Built {
  seed: Seed
  /** what all topics have in common, which says nothing about any: it is taken away from where they lie */
  common: EightBit
}

const MAX_WORDS = 64
const MAX_SAMPLES = 6
/** Shorter requests say too little by themselves, longer ones don't fit in a line. */
const SAMPLE_CHARS = { least: 22, most: 64, wanted: 44 }
/** Where a word is written says how sure it is to be about the topic. */
const PLACES = { topic: 5, about: 2, id: 2, word: 1, offer: 1, request: 0.5 }
/** So many words as elsewhere are added to each topic's, so that few occurrences don't say much. */
const SMOOTHING = 100
/** Words that are hardly oftener here than elsewhere are left out. */
const LEAST_WEIGHT = 0.3
const MAX_TERM_CHARS = 1e6
/** What the line about a topic weighs beside its offers, and beside its requests. */
const ABOUT_WEIGHT = 0.3
const BATCH = 32

/** All that needs no model. */
export function buildOutlines(areas: readonly WrittenArea[]): Outline[] {
  const topics = areas.flatMap(({ area, topics }) => topics.map((topic) => ({ path: `${area}/${topic.topic}`, topic })))
  const counts = topics.map(({ topic }) => countsOf(topic))
  const everywhere = new Map<string, number>()
  for (const [term, count] of counts.flatMap((of) => [...of])) everywhere.set(term, (everywhere.get(term) ?? 0) + count)
  return topics.map(({ path, topic }, i) => ({
    path,
    name: readable(path),
    words: telling(counts[i] ?? new Map<string, number>(), everywhere),
    competences: topic.competences.map(({ id }) => id),
    samples: samplesOf(topic)
  }))
}

/** Terms that so many competences have that they tell none of them from others, the commonest first. */
export function buildCommonTerms(areas: readonly WrittenArea[]): CommonTerms {
  const competences = areas.flatMap(({ topics }) => topics.flatMap(({ competences }) => competences))
  const counts = new Map<string, number>()
  for (const { requests, offers } of competences) {
    for (const term of termsOf([...requests, ...offers].join('\n')).keys()) counts.set(term, (counts.get(term) ?? 0) + 1)
  }
  const common = [...counts]
    .filter(([, count]) => count >= COMMON * competences.length)
    .sort(([a, count], [b, other]) => other - count || (a < b ? -1 : 1))
  return { things: competences.length, terms: Object.fromEntries(common) }
}

/** @throws EmbedderError when the model fails; the signal's reason */
export async function buildSeed(areas: readonly WrittenArea[], embedder: Embedder, signal?: AbortSignal): Promise<Built> {
  const places: Float32Array[] = []
  for (const topic of areas.flatMap(({ topics }) => topics)) places.push(await buildPlace(topic, embedder, signal))
  const common = Float64Array.from({ length: embedder.dimensions }, (_, i) => {
    return places.reduce((sum, place) => sum + (place[i] ?? 0), 0) / places.length
  })
  const topics = buildOutlines(areas).map((outline, i) => {
    return { ...outline, direction: toBase64(quantised(common.map((value, at) => (places[i]?.[at] ?? 0) - value))) }
  })
  const scale = Math.max(...common.map(Math.abs)) / 127
  return { seed: { model: SENTENCE_MODEL, topics }, common: { scale, base64: toBase64(quantised(common)) } }
}

/**
 * Where a topic lies, of length 1: the mean of what is offered and of what is asked for in its competences, each without what all
 * offers, or all requests, have in common, and a little of the line about it. What all topics have in common is still in it.
 */
export async function buildPlace(topic: WrittenTopic, embedder: Embedder, signal?: AbortSignal): Promise<Float32Array> {
  const offers = (await embedAll(topic.competences.flatMap(({ offers }) => offers), embedder, signal)).map((vector) => placeOffer([vector]))
  const requests = (await embedAll(topic.competences.flatMap(({ requests }) => requests), embedder, signal)).map(placeRequest)
  const about = (await embedAll([topic.about], embedder, signal)).map((vector) => placeOffer([vector]))
  const sum = new Float32Array(embedder.dimensions)
  for (const [vectors, weight] of [[offers, 1], [requests, 1], [about, ABOUT_WEIGHT]] as const) {
    for (const vector of vectors) vector.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + (weight * value) / vectors.length))
  }
  return unit(sum)
}

async function embedAll(texts: readonly string[], embedder: Embedder, signal?: AbortSignal): Promise<Float32Array[]> {
  const vectors: Float32Array[] = []
  for (let at = 0; at < texts.length; at += BATCH) vectors.push(...(await embedder.embed(texts.slice(at, at + BATCH), signal)))
  return vectors
}

/** How often each term is in a topic, counted once a competence and place. */
function countsOf({ topic, about, competences }: WrittenTopic): Map<string, number> {
  const counts = new Map<string, number>()
  const add = (text: string, weight: number): void => {
    for (const term of termsOf(text, MAX_TERM_CHARS).keys()) counts.set(term, (counts.get(term) ?? 0) + weight)
  }
  add(topic.replaceAll('-', ' '), PLACES.topic)
  add(about, PLACES.about)
  for (const { id, words, offers, requests } of competences) {
    add(id.replaceAll('-', ' '), PLACES.id)
    add(words.join(', '), PLACES.word)
    add(offers.join(' '), PLACES.offer)
    add(requests.join(' '), PLACES.request)
  }
  return counts
}

/** The terms that tell a topic best from all: those that are often in it and seldom elsewhere, most telling first. */
function telling(counts: ReadonlyMap<string, number>, everywhere: ReadonlyMap<string, number>): string {
  const size = sum(counts)
  const total = sum(everywhere)
  return [...counts]
    .map(([term, count]) => {
      const usual = (everywhere.get(term) ?? count) / total
      const weight = Math.log((count + SMOOTHING * usual) / ((size + SMOOTHING) * usual))
      return { term, count, weight }
    })
    .filter(({ count, weight }) => count >= 1 && weight > LEAST_WEIGHT)
    .sort((a, b) => b.count * b.weight - a.count * a.weight || (a.term < b.term ? -1 : 1))
    .slice(0, MAX_WORDS)
    .map(({ term, weight }) => `${term}${Math.min(9, Math.max(1, Math.round(weight / WORD_UNIT)))}`)
    .join(' ')
}

/** Short requests from competences that are far apart in the list. */
function samplesOf({ competences }: WrittenTopic): string[] {
  const { least, most, wanted } = SAMPLE_CHARS
  const short = competences.flatMap(({ requests }) => {
    const fitting = requests.filter(({ length }) => length >= least && length <= most)
    // of equals the first
    return fitting.sort((a, b) => Math.abs(a.length - wanted) - Math.abs(b.length - wanted)).slice(0, 1)
  })
  const step = Math.max(1, short.length / MAX_SAMPLES)
  return Array.from({ length: Math.min(MAX_SAMPLES, short.length) }, (_, i) => short[Math.floor(i * step)] ?? '')
}

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0
  for (const count of counts.values()) total += count
  return total
}
