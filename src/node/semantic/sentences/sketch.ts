/** Sketches of the sentence model: the signs of a placed sentence vector, folded to as many numbers as a sketch has bits. */
import { DIMENSIONS, toBits } from '../sketch.ts'

/** @param vector as `placeOffer` and `placeRequest` give it: of `DIMENSIONS` numbers or more */
export function sentenceBits(vector: Float32Array): Uint8Array {
  const folded = new Float32Array(DIMENSIONS)
  vector.forEach((value, i) => {
    folded[i % DIMENSIONS] = (folded[i % DIMENSIONS] ?? 0) + value
  })
  return toBits(folded)
}
