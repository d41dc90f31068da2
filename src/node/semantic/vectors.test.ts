import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seeded } from '../support/testing/time.ts'
import { createVectorIndex, mean, unit } from './vectors.ts'

const DIMENSIONS = 64

function drawn(random: () => number): Float32Array {
  return Float32Array.from({ length: DIMENSIONS }, () => random() + random() + random() - 1.5)
}

const cosine = (a: Float32Array, b: Float32Array) => unit(a).reduce((sum, value, i) => sum + value * (unit(b)[i] ?? 0), 0)

describe('a vector index', () => {
  test('finds what looking through all of them would find', () => {
    const random = seeded(1)
    const index = createVectorIndex(DIMENSIONS)
    const vectors = Array.from({ length: 3000 }, () => drawn(random))
    vectors.forEach((vector, i) => index.set(`${i}`, vector))
    let found = 0
    for (let query = 0; query < 20; query++) {
      const wanted = drawn(random)
      const best = vectors.map((vector, i) => ({ id: `${i}`, cosine: cosine(wanted, vector) })).sort((a, b) => b.cosine - a.cosine)
      const near = index.nearest(wanted, 10)
      found += near.filter(({ id }) => best.slice(0, 10).some((one) => one.id === id)).length
      for (const { id, cosine } of near) expect(cosine).toBeCloseTo(best.find((one) => one.id === id)?.cosine ?? NaN, 1)
      expect(near.map(({ cosine }) => cosine)).toEqual(near.map(({ cosine }) => cosine).sort((a, b) => b - a))
    }
    // at random the signs of the best are among the nearest third
    expect(found / 200).toBeGreaterThan(0.95)
  })

  test('holds what was put and not taken out, in any order', () => {
    const command = fc.record({ id: fc.integer({ min: 0, max: 9 }), put: fc.boolean() })
    fc.assert(
      fc.property(fc.array(command), (commands) => {
        const random = seeded(2)
        const index = createVectorIndex(DIMENSIONS)
        const model = new Map<string, Float32Array>()
        for (const { id, put } of commands) {
          const vector = drawn(random)
          if (put) {
            index.set(`${id}`, vector)
            model.set(`${id}`, vector)
          } else {
            index.delete(`${id}`)
            model.delete(`${id}`)
          }
        }
        expect(index.size).toBe(model.size)
        for (const [id, vector] of model) {
          expect(index.cosine(id, vector)).toBeCloseTo(1, 2)
          expect(index.cosine(id, index.get(id) ?? new Float32Array(DIMENSIONS))).toBeCloseTo(1, 5)
        }
        expect(index.get('nobody')).toBeNull()
        expect(index.nearest(drawn(random), 20).map(({ id }) => id).sort()).toEqual([...model.keys()].sort())
        for (let id = 0; id < 10; id++) expect(index.has(`${id}`)).toBe(model.has(`${id}`))
      }),
      { seed: 3, numRuns: 50 }
    )
  })

  test('takes nothing and what is no number for what is near to nothing', () => {
    const index = createVectorIndex(DIMENSIONS)
    index.set('nothing', new Float32Array(DIMENSIONS))
    index.set('not a number', new Float32Array(DIMENSIONS).fill(NaN))
    expect(index.nearest(new Float32Array(DIMENSIONS).fill(1), 2).map(({ cosine }) => cosine)).toEqual([0, 0])
    expect(index.cosine('nobody', new Float32Array(DIMENSIONS))).toBeNull()
  })

  test('refuses vectors of other dimensions', () => {
    expect(() => createVectorIndex(100)).toThrow(RangeError)
    expect(() => createVectorIndex(DIMENSIONS).set('a', new Float32Array(32))).toThrow(RangeError)
    expect(() => createVectorIndex(DIMENSIONS).nearest(new Float32Array(32), 1)).toThrow(RangeError)
  })
})

test('the mean of vectors does not depend on how long they are', () => {
  const random = seeded(4)
  const [a, b] = [drawn(random), drawn(random)]
  mean([a, b]).forEach((value, i) => expect(value).toBeCloseTo(mean([a.map((one) => 7 * one), b])[i] ?? NaN, 5))
  expect(mean([])).toHaveLength(0)
})
