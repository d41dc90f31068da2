/**
 * Texts piece by piece: where each of a request's word pieces finds its like in an offer, which one vector for the whole blurs (late
 * interaction, Khattab and Zaharia 2020). `npm run lora` learns the map by which pieces are compared.
 */
import type { CloseText } from '../embedder.ts'
import close from './close.json' with { type: 'json' }
import { int8sOf } from './eight-bit.ts'
import { CLOSE_DIMENSIONS, SENTENCE_DIMENSIONS } from './model.ts'

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

/**
 * How well an offer answers a request, piece by piece: of each of the request's the cosine to the nearest of the offer's, weighed.
 *
 * @param offer the pieces of all its texts
 * @returns -1 to 1; 0 where either has none
 */
export function closeness({ pieces, weights }: Pick<CloseText, 'pieces' | 'weights'>, offer: readonly Int8Array[]): number {
  if (offer.every(({ length }) => length === 0)) return 0
  return weights.reduce((sum, weight, i) => {
    const piece = pieces.subarray(i * CLOSE_DIMENSIONS, (i + 1) * CLOSE_DIMENSIONS)
    return sum + weight * Math.max(...offer.map((text) => nearest(piece, text)))
  }, 0)
}

function nearest(piece: Int8Array, text: Int8Array): number {
  let best = -LARGEST * LARGEST
  for (let at = 0; at < text.length; at += CLOSE_DIMENSIONS) {
    let sum = 0
    for (let i = 0; i < CLOSE_DIMENSIONS; i++) sum += (piece[i] as number) * (text[at + i] as number)
    if (sum > best) best = sum
  }
  return best / (LARGEST * LARGEST)
}
