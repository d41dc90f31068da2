/**
 * Texts piece by piece: where each of a request's word pieces finds its like in an offer, which one vector for the whole blurs (late
 * interaction, Khattab and Zaharia 2020). `npm run lora` learns the map by which pieces are compared.
 */
import type { Capability } from '../../schema/declaration.ts'
import type { CloseText } from '../embedder.ts'
import close from './close.json' with { type: 'json' }
import { int8sOf } from './eight-bit.ts'
import { CLOSE_DIMENSIONS, SENTENCE_DIMENSIONS } from './model.ts'
import { offerTexts } from './space.ts'

/** The node of the model's graph that has its states: so many texts, pieces and `SENTENCE_DIMENSIONS`. */
export const STATES = 'StatefulPartitionedCall/model/tf_bert_model/bert/encoder/layer_._5/output/LayerNorm/batchnorm/add_1'

const LARGEST = 127

/** Turns the model's states of a text's pieces, one after the other, into what is compared. */
export function createCloseMap(): (states: Float32Array) => Pick<CloseText, 'pieces' | 'weights'> {
  const [map, weight] = [int8sOf(close.map.base64), int8sOf(close.weight.base64)]
  if (map.length !== SENTENCE_DIMENSIONS * CLOSE_DIMENSIONS || weight.length !== SENTENCE_DIMENSIONS) {
    throw new RangeError(`expected a map of ${SENTENCE_DIMENSIONS} to ${CLOSE_DIMENSIONS} numbers`)
  }

  function direction(state: Float32Array): Float32Array {
    const mapped = new Float32Array(CLOSE_DIMENSIONS)
    state.forEach((value, row) => {
      for (let i = 0; i < CLOSE_DIMENSIONS; i++) mapped[i] = (mapped[i] ?? 0) + value * (map[row * CLOSE_DIMENSIONS + i] ?? 0)
    })
    const length = Math.sqrt(mapped.reduce((sum, value) => sum + value * value, 0))
    return length === 0 ? mapped : mapped.map((value) => value / length)
  }

  return (states) => {
    const count = states.length / SENTENCE_DIMENSIONS
    const pieces = new Int8Array(count * CLOSE_DIMENSIONS)
    const says = Array.from({ length: count }, (_, at) => {
      const state = states.subarray(at * SENTENCE_DIMENSIONS, (at + 1) * SENTENCE_DIMENSIONS)
      pieces.set(direction(state).map((value) => Math.round(LARGEST * value)), at * CLOSE_DIMENSIONS)
      return close.weight.scale * state.reduce((sum, value, i) => sum + value * (weight[i] ?? 0), 0)
    })
    const most = Math.max(...says)
    const shares = says.map((one) => Math.exp(one - most))
    const sum = shares.reduce((a, b) => a + b, 0)
    return { pieces, weights: Float32Array.from(shares, (share) => share / sum) }
  }
}

/** What comes after so much of a text is not looked at: few texts are longer, and one that is must not keep others waiting. */
const MAX_CHARS = 600

/** What is looked at of an offer's texts. */
export const textsLookedAt = (offer: Capability): string[] => offerTexts(offer).map((text) => text.slice(0, MAX_CHARS))

/**
 * How well an offer answers a request, piece by piece: of each of the request's the cosine to the nearest of the offer's, weighed.
 *
 * @param offer the pieces of all its texts
 * @returns -1 to 1; 0 where either has none
 */
export function closeness({ pieces, weights }: Pick<CloseText, 'pieces' | 'weights'>, offer: readonly Int8Array[]): number {
  if (offer.every(({ length }) => length === 0)) return 0
  // whole numbers that are exact in either, and twice as fast
  const [wanted, given] = [new Float32Array(pieces), offer.map((text) => new Float32Array(text))]
  return weights.reduce((sum, weight, i) => sum + weight * Math.max(...given.map((text) => nearest(wanted, i * CLOSE_DIMENSIONS, text))), 0)
}

/** The cosine of a piece to the nearest of a text's. @param from where its numbers begin */
function nearest(pieces: Float32Array, from: number, text: Float32Array): number {
  let best = -LARGEST * LARGEST
  for (let at = 0; at < text.length; at += CLOSE_DIMENSIONS) {
    // four sums, so that one needs not wait for another
    let [a, b, c, d] = [0, 0, 0, 0]
    for (let i = 0; i < CLOSE_DIMENSIONS; i += 4) {
      a += (pieces[from + i] as number) * (text[at + i] as number)
      b += (pieces[from + i + 1] as number) * (text[at + i + 1] as number)
      c += (pieces[from + i + 2] as number) * (text[at + i + 2] as number)
      d += (pieces[from + i + 3] as number) * (text[at + i + 3] as number)
    }
    best = Math.max(best, a + b + c + d)
  }
  return best / (LARGEST * LARGEST)
}
