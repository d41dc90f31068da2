/**
 * The simulation's own codebook, model 9: a leaf for each field, its centroid from a sample of texts, the leaves
 * numbered so that the leaves under a prefix are alike. Which leaves a sketch has is for anybody to work out.
 */
import type { Sketch } from '../src/node/schema/header.ts'
import { hamming, type Embeddings } from './embeddings.ts'

export const SIM_MODEL = 9

/** Texts that a centroid is made of. */
const SAMPLE = 24
/** Bits by which a leaf may be farther than the nearest and count too. */
const MARGIN = 6
const MAX_LEAVES = 4

export interface SimCodebook {
  readonly model: number
  readonly leafBits: number
  /** the leaves of a sketch, nearest first */
  nearest(bits: Uint8Array): number[]
  fits(sketch: Sketch): boolean
}

/** @param leafBits so many that there is a leaf for each field */
export function createSimCodebook(embeddings: Embeddings, leafBits: number): SimCodebook {
  const samples = Array.from({ length: 2 ** leafBits }, (_, field) => embeddings.centre(field, SAMPLE))
  const centroids = inTree(samples)

  function nearest(bits: Uint8Array): number[] {
    let least = Infinity
    const distances = centroids.map((centroid) => {
      const distance = hamming(centroid, bits)
      if (distance < least) least = distance
      return distance
    })
    const leaves: number[] = []
    for (const [leaf, distance] of distances.entries()) if (distance <= least + MARGIN) leaves.push(leaf)
    const far = (leaf: number): number => distances[leaf] ?? Infinity
    return leaves.sort((a, b) => far(a) - far(b) || a - b).slice(0, MAX_LEAVES)
  }

  return {
    model: SIM_MODEL,
    leafBits,
    nearest,
    fits: ([model, bits, leaves]) => model === SIM_MODEL && nearest(bits).join() === leaves.join()
  }
}

/** Halves them again and again, the near together: first the two farthest apart, then each to the side it is nearer. */
function inTree(sketches: Uint8Array[]): Uint8Array[] {
  if (sketches.length <= 1) return sketches
  const [first] = sketches
  const farthest = (from: Uint8Array): Uint8Array =>
    sketches.reduce((best, sketch) => (hamming(from, sketch) > hamming(from, best) ? sketch : best), from)
  const left = farthest(first as Uint8Array)
  const right = farthest(left)
  const lean = (sketch: Uint8Array): number => hamming(sketch, left) - hamming(sketch, right)
  const sorted = [...sketches].sort((a, b) => lean(a) - lean(b))
  const half = sketches.length / 2
  return [...inTree(sorted.slice(0, half)), ...inTree(sorted.slice(half))]
}
