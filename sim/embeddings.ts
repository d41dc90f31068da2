/**
 * Stand-ins for sentence embeddings, with their statistics: two texts of one field have a cosine of about 0.45 ± 0.1,
 * two of different fields one of about 0.1 ± 0.1. Sketches are the signs of 256 random projections.
 */
import { gaussian, type Random } from './random.ts'

const DIMENSIONS = 72
const SKETCH_BITS = 256
/** Shares of what all texts have in common, and of what a field has: the cosines are their squares' sums. */
const COMMON = Math.sqrt(0.1)
const FIELD = Math.sqrt(0.35)
const OWN = Math.sqrt(0.55)

export interface Embeddings {
  /** A new text's embedding, a unit vector. */
  draw(field: number): Float32Array
  /** 32 bytes */
  sketch(embedding: Float32Array): Uint8Array
  /** A sketch of the mean of so many texts of a field. */
  centre(field: number, texts: number): Uint8Array
}

export function createEmbeddings(random: Random, fields: number): Embeddings {
  const common = direction(random)
  const centres = Array.from({ length: fields }, () => direction(random))
  const projections = Array.from({ length: SKETCH_BITS }, () => direction(random))

  function draw(field: number): Float32Array {
    const own = direction(random)
    const centre = centres[field] as Float32Array
    return unit(own.map((value, i) => OWN * value + FIELD * at(centre, i) + COMMON * at(common, i)))
  }

  function sketch(embedding: Float32Array): Uint8Array {
    const bytes = new Uint8Array(SKETCH_BITS / 8)
    for (let bit = 0; bit < SKETCH_BITS; bit++) {
      if (cosine(embedding, projections[bit] as Float32Array) > 0) bytes[bit >> 3] = (bytes[bit >> 3] as number) | (0x80 >> (bit & 7))
    }
    return bytes
  }

  return {
    draw,
    sketch,
    centre(field, texts) {
      const sum = new Float32Array(DIMENSIONS)
      for (let i = 0; i < texts; i++) for (const [j, value] of draw(field).entries()) sum[j] = at(sum, j) + value
      return sketch(sum)
    }
  }
}

/** Of unit vectors. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < DIMENSIONS; i++) sum += (a[i] as number) * (b[i] as number)
  return sum
}

/** Bits in which two sketches differ. */
export function hamming(a: Uint8Array, b: Uint8Array): number {
  let count = 0
  for (let i = 0; i < SKETCH_BITS / 8; i++) count += ONES[(a[i] as number) ^ (b[i] as number)] as number
  return count
}

const ONES = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length)

const at = (vector: Float32Array, i: number): number => vector[i] ?? 0

function direction(random: Random): Float32Array {
  return unit(Float32Array.from({ length: DIMENSIONS }, () => gaussian(random)))
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(cosine(vector, vector))
  return vector.map((value) => value / length)
}
