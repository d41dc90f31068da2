import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCodebook1 } from './codebook.ts'
import { DIMENSIONS, SKETCH_BYTES, createSketcher, hamming, toBits } from './sketch.ts'

const seed = 20261124
const bits = fc.uint8Array({ minLength: SKETCH_BYTES, maxLength: SKETCH_BYTES })

test('bits are the signs, high bit first, and nothing is not above nothing', () => {
  const embedding = new Float32Array(DIMENSIONS)
  embedding.set([0.1, -1, 0, NaN, 1e-30, -0], 0)
  embedding[DIMENSIONS - 1] = 7
  const all = toBits(embedding)
  expect(all).toHaveLength(SKETCH_BYTES)
  expect(all[0]).toBe(0b10001000)
  expect(all[SKETCH_BYTES - 1]).toBe(1)
  expect(all.subarray(1, -1).every((byte) => byte === 0)).toBe(true)
})

test.for([0, 255, 257, 384])('an embedding of %i numbers is refused', (length) => {
  expect(() => toBits(new Float32Array(length))).toThrow(RangeError)
})

test('the length of an embedding does not matter', () => {
  fc.assert(
    fc.property(
      fc.float32Array({ minLength: DIMENSIONS, maxLength: DIMENSIONS, min: -1e3, max: 1e3, noNaN: true }),
      (a) => {
        expect(toBits(a.map((value) => value * 4))).toEqual(toBits(a))
      }
    ),
    { seed, numRuns: 50 }
  )
})

describe('distance', () => {
  test('is the number of bits that differ', () => {
    const none = new Uint8Array(SKETCH_BYTES)
    expect(hamming(none, none)).toBe(0)
    expect(
      hamming(
        none,
        none.map(() => 255)
      )
    ).toBe(256)
    expect(
      hamming(
        none,
        none.map((_, i) => (i === 31 ? 0b1010 : 0))
      )
    ).toBe(2)
  })

  test('is a metric', () => {
    fc.assert(
      fc.property(bits, bits, bits, (a, b, c) => {
        expect(hamming(a, a)).toBe(0)
        expect(hamming(a, b)).toBe(hamming(b, a))
        expect(hamming(a, c)).toBeLessThanOrEqual(hamming(a, b) + hamming(b, c))
      }),
      { seed }
    )
  })
})

test('a sketcher takes any model behind the codebook, also one that takes its time', async () => {
  const codebook = createCodebook1()
  const sketcher = createSketcher({ embed: async () => new Float32Array(DIMENSIONS).fill(1), codebook })
  const sketch = await sketcher.sketch('anything')
  expect(sketcher.model).toBe(1)
  expect(sketch[0]).toBe(1)
  expect(sketch[1]).toEqual(new Uint8Array(SKETCH_BYTES).fill(255))
  expect(codebook.fits(sketch)).toBe(true)
})
