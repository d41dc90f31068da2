/**
 * The codebook of meaning: fixed centroids in the space of sketches, which everybody has alike. A sketch belongs to
 * the leaves whose centroids are nearest. Leaves are numbered so that the first bits of a leaf's number name an inner
 * node of a binary tree: leaves with a long common prefix are near in meaning, and a shard is a prefix.
 *
 * Everything is worked out from the sketch's bits, so that whoever gets a header can check its leaves.
 */
import type { Sketch } from '../schema/header.ts'
import { MAX_LEAVES, SKETCH_BYTES, hamming } from './sketch.ts'
import model1 from './codebook-1/centroids.json' with { type: 'json' }
import sentences from './sentences/codebook/centroids.json' with { type: 'json' }

export interface Codebook {
  /** the embedding model and its centroids, as a sketch names them: other centroids are another model */
  model: number
  /** of the recipe by which the centroids were made */
  version: number
  /** there are 2^leafBits leaves, from 0 */
  leafBits: number
  /** one a leaf, by number: the sign bits of what its texts have in common */
  centroids: readonly Uint8Array[]
  /** The leaves that bits belong to, nearest first (of equals the lower number first): one to `most`. */
  nearest(bits: Uint8Array, most: number): number[]
  /** Whether a sketch is of this model and names just the leaves that its bits belong to. */
  fits(sketch: Sketch): boolean
  /** The other leaves, nearest to this one first. Empty when there is no such leaf. */
  near(leaf: number): number[]
}

/** A codebook as it is kept: the centroids one after the other, in base64. */
export interface CodebookData {
  model: number
  version: number
  leafBits: number
  /** leaves that are at most so many bits farther than the nearest are a sketch's leaves too */
  marginBits: number
  centroids: string
}

/** @throws RangeError when there are not 2^leafBits centroids */
export function createCodebook(data: CodebookData): Codebook {
  const { model, version, leafBits, marginBits } = data
  const all = Uint8Array.from(atob(data.centroids), (character) => character.charCodeAt(0))
  const leaves = 2 ** leafBits
  if (all.length !== leaves * SKETCH_BYTES) {
    throw new RangeError(`expected ${leaves} centroids of ${SKETCH_BYTES} bytes, got ${all.length} bytes`)
  }
  const centroids = Array.from({ length: leaves }, (_, i) => all.subarray(i * SKETCH_BYTES, (i + 1) * SKETCH_BYTES))

  function byDistance(bits: Uint8Array): Array<{ leaf: number; distance: number }> {
    return centroids
      .map((centroid, leaf) => ({ leaf, distance: hamming(bits, centroid) }))
      .sort((a, b) => a.distance - b.distance || a.leaf - b.leaf)
  }

  function nearest(bits: Uint8Array, most: number): number[] {
    const all = byDistance(bits)
    const limit = (all[0]?.distance ?? 0) + marginBits
    return all.slice(0, most).flatMap(({ leaf, distance }) => (distance <= limit ? leaf : []))
  }

  return {
    model,
    version,
    leafBits,
    centroids,
    nearest,
    fits([of, bits, named]) {
      if (of !== model || bits.length !== SKETCH_BYTES) return false
      const right = nearest(bits, MAX_LEAVES)
      return right.length === named.length && right.every((leaf, i) => leaf === named[i])
    },
    near(leaf) {
      const centroid = centroids[leaf]
      return centroid ? byDistance(centroid).flatMap((other) => (other.leaf === leaf ? [] : other.leaf)) : []
    }
  }
}

/** The codebook of model 1, the stand-in of `stand-in.ts`. `npm run codebook` makes its data. */
export const createCodebook1 = (): Codebook => createCodebook(model1)

/** The codebook of the sentence model: its leaves are in the same fields as those of model 1. */
export const createSentenceCodebook = (): Codebook => createCodebook(sentences)
