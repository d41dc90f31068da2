import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cosine, cosineTo, equallyLong, fromBase64, nearness, quantised, toBase64 } from './directions.ts'

const direction = fc.int8Array({ minLength: 384, maxLength: 384 })
const seed = Math.floor(Math.random() * 2 ** 31)

describe(`directions (seed ${seed})`, () => {
  test('come back from base64', () => {
    fc.assert(
      fc.property(direction, (of) => {
        expect(fromBase64(toBase64(of))).toEqual(of)
      }),
      { seed, numRuns: 50 }
    )
  })

  test('have symmetric cosines, 1 with themselves', () => {
    fc.assert(
      fc.property(direction, direction, (a, b) => {
        expect(cosine(a, b)).toBe(cosine(b, a))
        expect(Math.abs(cosine(a, b))).toBeLessThan(1 + 1e-12)
        expect(cosine(a, a)).toBe(a.some((value) => value !== 0) ? 1 : 0)
      }),
      { seed, numRuns: 200 }
    )
  })

  test('have the cosines that whole numbers of any size give', () => {
    fc.assert(
      fc.property(direction, direction, (a, b) => {
        const product = (x: Int8Array, y: Int8Array) => x.reduce((sum, value, i) => sum + BigInt(value) * BigInt(y[i] ?? 0), 0n)
        const squares = product(a, a) * product(b, b)
        fc.pre(squares > 0n)
        const root = BigInt(Math.round(Number(product(a, b)) / cosine(a, b)))
        fc.pre(product(a, b) !== 0n)
        expect(root * root <= squares && (root + 1n) * (root + 1n) > squares).toBe(true)
      }),
      { seed, numRuns: 200 }
    )
  })

  test('of vectors are near them', () => {
    const vector = Float32Array.from({ length: 384 }, (_, i) => Math.sin(i * i))
    const length = Math.hypot(...vector)
    const unit = vector.map((value) => value / length)
    expect(cosineTo(quantised(vector), unit)).toBeGreaterThan(0.999)
    expect(cosineTo(equallyLong(vector), unit)).toBeGreaterThan(0.999)
    expect(cosineTo(new Int8Array(384), unit)).toBe(0)
    expect(quantised(new Float32Array(4))).toEqual(new Int8Array(4))
    expect(quantised(Float32Array.of(0, -2, 1))).toEqual(Int8Array.of(0, -127, 64))
  })
})

test('nearness grows from nothing to 1', () => {
  expect([-1, 0.27, 0.635, 1, 1.0000001].map(nearness)).toEqual([0, 0, expect.closeTo(0.5) as number, 1, 1])
})
