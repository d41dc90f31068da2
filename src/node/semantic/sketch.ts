/**
 * Sketches: 256 sign bits of an embedding. The share of bits in which two of them differ grows with the angle between
 * the embeddings, so near in meaning is near in Hamming distance (Charikar, "Similarity estimation techniques from
 * rounding algorithms", 2002).
 */
import type { Sketch } from '../schema/header.ts'
import type { Codebook } from './codebook.ts'

/** Bits of a sketch, and numbers in an embedding. */
export const DIMENSIONS = 256
/** Bytes of a sketch's bits. */
export const SKETCH_BYTES = DIMENSIONS / 8
/** The most leaves that a sketch names. */
export const MAX_LEAVES = 4

/** Turns texts into sketches of one model. */
export interface Sketcher {
  model: number
  sketch(text: string): Promise<Sketch>
}

/**
 * @param components.embed the model: an embedding of `DIMENSIONS` numbers, of any length
 * @param components.codebook the model's codebook
 */
export function createSketcher(components: {
  embed: (text: string) => Float32Array | Promise<Float32Array>
  codebook: Codebook
}): Sketcher {
  const { embed, codebook } = components
  return {
    model: codebook.model,
    async sketch(text) {
      const bits = toBits(await embed(text))
      return [codebook.model, bits, codebook.nearest(bits, MAX_LEAVES)]
    }
  }
}

/**
 * The sign bits of an embedding, high bit first: 1 where a number is above zero.
 *
 * @throws RangeError when it is not of `DIMENSIONS` numbers
 */
export function toBits(embedding: Float32Array): Uint8Array {
  if (embedding.length !== DIMENSIONS) {
    throw new RangeError(`expected an embedding of ${DIMENSIONS} numbers, got ${embedding.length}`)
  }
  return Uint8Array.from({ length: SKETCH_BYTES }, (_, byte) =>
    embedding.subarray(byte * 8, byte * 8 + 8).reduce((bits, value) => (bits << 1) | Number(value > 0), 0)
  )
}

const onesOf = Uint8Array.from({ length: 256 }, (_, byte) => {
  let ones = 0
  for (let rest = byte; rest > 0; rest &= rest - 1) ones++
  return ones
})

/** In how many bits two sketches differ, 0 to 256. Unrelated ones differ in some 128. */
export function hamming(a: Uint8Array, b: Uint8Array): number {
  let distance = 0
  for (let i = 0; i < SKETCH_BYTES; i++) distance += onesOf[(a[i] ?? 0) ^ (b[i] ?? 0)] ?? 0
  return distance
}

/** Whether two sketches say the same of the same model. */
export function sameSketch([model, bits]: Sketch, [otherModel, otherBits]: Sketch): boolean {
  return model === otherModel && bits.length === otherBits.length && hamming(bits, otherBits) === 0
}
