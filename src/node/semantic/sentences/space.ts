/**
 * Where requests and offers lie among sentence embeddings. Requests are put in one way and offers in another, and what all
 * requests have in common, as all offers, says nothing about what either is about: it is taken away.
 */
import type { Capability } from '../../schema/declaration.ts'
import { mean, unit } from '../vectors.ts'
import centres from './centres.json' with { type: 'json' }
import { int8sOf, type EightBit } from './eight-bit.ts'
import { SENTENCE_DIMENSIONS } from './model.ts'

/** Where what a model gives is put among its vectors. */
export interface Space {
  /** The vector of an offer, of length 1, from those of its pieces. */
  placeOffer(pieces: readonly Float32Array[]): Float32Array
  /** The vector of a request, of length 1. */
  placeRequest(vector: Float32Array): Float32Array
}

/** @param centres what all requests have in common, and all offers */
export const createSpace = (centres: { requests: Float32Array; offers: Float32Array }): Space => ({
  placeOffer: (pieces) => without(mean(pieces), centres.offers),
  placeRequest: (vector) => without(vector, centres.requests)
})

/** The space of the sentence model. */
export const sentenceSpace = createSpace({ requests: numbersOf(centres.requests), offers: numbersOf(centres.offers) })
export const { placeOffer, placeRequest } = sentenceSpace

/**
 * The texts of a capability that are embedded, each by itself: what it does, and how people ask for it. The tags are in both: they
 * say what field it is of, which its own words often leave out.
 */
export function offerTexts({ name, description, tags, examples }: Capability): string[] {
  const [asked, about] = [examples.join(' '), tags.join(', ')]
  const texts = saysSomething(asked) ? [inOne(description, about), inOne(name, asked, about)] : [inOne(name, description, about)]
  return texts.filter(saysSomething)
}

/** Each with a mark at its end. */
const inOne = (...texts: string[]): string =>
  texts
    .filter(saysSomething)
    .map((text) => (/[.!?]\s*$/.test(text) ? text : `${text}.`))
    .join(' ')

const saysSomething = (text: string): boolean => text.trim() !== ''

function without(vector: Float32Array, centre: Float32Array): Float32Array {
  // nothing stays nothing
  return vector.every((value) => value === 0) ? vector : unit(vector.map((value, i) => value - (centre[i] ?? 0)))
}

/** `npm run lora` makes them. */
function numbersOf({ scale, base64 }: EightBit): Float32Array {
  const numbers = int8sOf(base64)
  if (numbers.length !== SENTENCE_DIMENSIONS) throw new RangeError(`expected ${SENTENCE_DIMENSIONS} numbers, got ${numbers.length}`)
  return Float32Array.from(numbers, (number) => number * scale)
}
