import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sketch as sketchShape, type Sketch } from '../schema/header.ts'
import { createCodebook, createCodebook1 } from './codebook.ts'
import { MAX_LEAVES, SKETCH_BYTES, hamming } from './sketch.ts'

const seed = 20261124
const codebook = createCodebook1()
const bits = fc.uint8Array({ minLength: SKETCH_BYTES, maxLength: SKETCH_BYTES })
const sketchOf = (of: Uint8Array): Sketch => [codebook.model, of, codebook.nearest(of, MAX_LEAVES)]

test('has 64 leaves', () => {
  expect(codebook.leafBits).toBe(6)
  expect(codebook.centroids).toHaveLength(64)
})

test.for([0, 63, 65])('%i centroids for 64 leaves are refused', (leaves) => {
  const centroids = btoa('x'.repeat(leaves * SKETCH_BYTES))
  expect(() => createCodebook({ model: 1, version: 1, leafBits: 6, marginBits: 14, centroids })).toThrow(RangeError)
})

describe('nearest', () => {
  test('a centroid belongs to its own leaf first', () => {
    codebook.centroids.forEach((centroid, leaf) => {
      expect(codebook.nearest(centroid, 1)).toEqual([leaf])
    })
  })

  test('gives the leaves within the margin, nearest first, and of equals the lower first', () => {
    fc.assert(
      fc.property(bits, fc.integer({ min: 1, max: 64 }), (of, most) => {
        const distance = (leaf: number) => hamming(of, codebook.centroids[leaf]!)
        const leaves = codebook.nearest(of, most)
        expect(leaves.length).toBeGreaterThanOrEqual(1)
        expect(leaves.length).toBeLessThanOrEqual(most)
        const sorted = [...leaves].sort((a, b) => distance(a) - distance(b) || a - b)
        expect(leaves).toEqual(sorted)
        const farthest = leaves.length < most ? distance(leaves[0]!) + 14 : distance(leaves.at(-1)!)
        codebook.centroids.forEach((_, leaf) => {
          if (!leaves.includes(leaf)) expect(distance(leaf)).toBeGreaterThanOrEqual(farthest)
          else expect(distance(leaf)).toBeLessThanOrEqual(distance(leaves[0]!) + 14)
        })
      }),
      { seed }
    )
  })

  test('equal centroids are told apart by their numbers', () => {
    const same = createCodebook({
      model: 9,
      version: 1,
      leafBits: 3,
      marginBits: 0,
      centroids: btoa('\0'.repeat(8 * SKETCH_BYTES))
    })
    expect(same.nearest(new Uint8Array(SKETCH_BYTES), 4)).toEqual([0, 1, 2, 3])
  })
})

describe('fits', () => {
  test('takes what nearest gives, which is a sketch by the schema', () => {
    fc.assert(
      fc.property(bits, (of) => {
        expect(codebook.fits(sketchOf(of))).toBe(true)
        expect(sketchShape.safeParse(sketchOf(of)).success).toBe(true)
      }),
      { seed }
    )
  })

  test('takes nothing else', () => {
    const leaves = fc.array(fc.integer({ min: 0, max: 70 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(bits, leaves, (of, named) => {
        const right = codebook.nearest(of, MAX_LEAVES)
        expect(codebook.fits([1, of, named])).toBe(JSON.stringify(named) === JSON.stringify(right))
      }),
      { seed, numRuns: 2000 }
    )
  })

  test('nor a leaf more, a leaf less, another order, another model or other bits', () => {
    // two leaves, because it lies between them
    const between = codebook.centroids[0]!.map((byte, i) => (i % 2 ? byte : codebook.centroids[63]![i]!))
    const [model, of, leaves] = sketchOf(between)
    expect(leaves.length).toBeGreaterThan(1)
    expect(codebook.fits([model, of, [...leaves].reverse()])).toBe(false)
    expect(codebook.fits([model, of, leaves.slice(0, -1)])).toBe(false)
    expect(codebook.fits([model, of, [...leaves, leaves[0]!]])).toBe(false)
    expect(codebook.fits([model + 1, of, leaves])).toBe(false)
    expect(codebook.fits([model, of.subarray(1), leaves])).toBe(false)
  })
})

describe('near', () => {
  test('names all other leaves, nearest first', () => {
    codebook.centroids.forEach((centroid, leaf) => {
      const others = codebook.near(leaf)
      expect([...others, leaf].sort((a, b) => a - b)).toEqual([...codebook.centroids.keys()])
      const distances = others.map((other) => hamming(centroid, codebook.centroids[other]!))
      expect(distances).toEqual([...distances].sort((a, b) => a - b))
    })
  })

  test.for([-1, 64, 1.5])('is empty for %d, which is no leaf', (leaf) => {
    expect(codebook.near(leaf)).toEqual([])
  })
})
