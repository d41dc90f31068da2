/**
 * Which topic of the seed fits a capability, or what somebody types: by words, and by meaning where there is a vector. How much each
 * says was fitted by a choice among all topics (a conditional logit, McFadden 1974) on the seed's competences, each placed by a
 * topic without it.
 */
import type { Capability } from '../../schema/declaration.ts'
import { choose } from '../calibration.ts'
import { termsOf } from '../terms.ts'
import { cosineTo, fromBase64 } from './directions.ts'
import { wordsOf, type Seed } from './seed.ts'

/** What is looked at of a capability. */
export type Described = Pick<Capability, 'name' | 'description' | 'tags' | 'examples'>

export interface Placed {
  topic: string
  /** 0 to 1, roughly calibrated; all topics together are 1 */
  likely: number
}

export interface Placing {
  /** All topics for a capability, likeliest first. @param vector that of `placeOffer`, or null */
  ofCapability(capability: Described, vector: Float32Array | null): Placed[]
  /** All topics for a text, likeliest first. @param vector that of `placeOffer` or `placeRequest`, or null */
  ofText(text: string, vector: Float32Array | null): Placed[]
}

/** Words of the name and the tags say most. */
const FIELDS = { name: 2, tags: 2, description: 1, examples: 0.5 }
/** A word says no more than so much, however often it is there. */
const MOST_OF_A_WORD = 3
/** Words that weigh so much together say half of what words can say. */
const HALF = 4
/** What words and meaning say, as logarithms of odds. */
const BOTH = { words: 3.2, meaning: 13.3 }
const WORDS_ONLY = 12

export function createPlacing({ topics }: Seed): Placing {
  const places = topics.map(({ path, words, direction }) => ({ path, words: wordsOf(words), direction: fromBase64(direction) }))

  function placed(terms: ReadonlyMap<string, number>, vector: Float32Array | null): Placed[] {
    // there may be a vector of nothing
    const meant = vector?.some((value) => value !== 0) === true ? vector : null
    const strengths = places.map(({ words, direction }) => {
      const byWords = fit(terms, words)
      return meant === null ? WORDS_ONLY * byWords : BOTH.words * byWords + BOTH.meaning * cosineTo(direction, meant)
    })
    return choose(strengths, -Infinity)
      .map((likely, i) => ({ topic: places[i]?.path ?? '', likely }))
      .sort((a, b) => b.likely - a.likely || (a.topic < b.topic ? -1 : 1))
  }

  return {
    ofCapability({ name, description, tags, examples }, vector) {
      const terms = new Map<string, number>()
      const add = (text: string, weight: number): void => {
        for (const term of termsOf(text).keys()) terms.set(term, Math.min(MOST_OF_A_WORD, (terms.get(term) ?? 0) + weight))
      }
      add(name, FIELDS.name)
      add(tags.join(', '), FIELDS.tags)
      add(description, FIELDS.description)
      add(examples.join(' '), FIELDS.examples)
      return placed(terms, vector)
    },
    ofText: (text, vector) => placed(new Map([...termsOf(text).keys()].map((term) => [term, 1])), vector)
  }
}

/** How well terms fit a topic's words, 0 to 1. Long texts have more words by chance: their sum grows with the square root. */
function fit(terms: ReadonlyMap<string, number>, words: ReadonlyMap<string, number>): number {
  let sum = 0
  let length = 0
  for (const [term, count] of terms) {
    length += count
    sum += count * (words.get(term) ?? 0)
  }
  const weight = length === 0 ? 0 : sum / Math.sqrt(length)
  return weight / (weight + HALF)
}
