import { describe, expect, it } from 'vitest'
import { withLora, type Weights } from './lora.ts'

const base64 = (numbers: number[]): string => btoa(String.fromCharCode(...numbers.map((number) => number & 0xff)))
/** of so much each */
const eightBit = (scale: number, ...numbers: number[]) => ({ scale, base64: base64(numbers) })

/** A number for something else, then a matrix of two rows and three columns, of which each byte stands for half of it less one. */
const weights: Weights = {
  specs: [
    { name: 'axis', shape: [], dtype: 'int32' },
    { name: 'dense', shape: [2, 3], dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.5, min: -1 } },
    { name: 'bias', shape: [2], dtype: 'float32', quantization: { dtype: 'uint8', scale: 1, min: 0 } }
  ],
  data: Uint8Array.of(7, 0, 0, 0, 2, 4, 6, 8, 10, 12, 3, 5)
}
const dense = [0, 1, 2, 3, 4, 5]

describe('what the sentence model has learned', () => {
  it('is added to the matrix that it is a change of, and the others stay as they are', () => {
    const { specs, data } = withLora(weights, { rank: 1, changes: { dense: { a: eightBit(0.5, 1, -2), b: eightBit(2, 1, 0, -128) } } })
    expect(specs).toEqual([weights.specs[0], { name: 'dense', shape: [2, 3], dtype: 'float32' }, weights.specs[2]])
    expect(new Uint8Array(data, 0, 4)).toEqual(Uint8Array.of(7, 0, 0, 0))
    expect([...new Float32Array(data, 4, 6)]).toEqual([1, 1, 2 - 128, 3 - 2, 4, 5 + 256])
    expect(new Uint8Array(data, 28)).toEqual(Uint8Array.of(3, 5))
  })

  it('sums over its rank', () => {
    const change = { a: eightBit(1, 1, 2, 3, 4), b: eightBit(1, 1, 0, 0, 0, 10, 0) }
    const { data } = withLora(weights, { rank: 2, changes: { dense: change } })
    expect([...new Float32Array(data, 4, 6)]).toEqual(dense.map((value, i) => value + ([1, 20, 0, 3, 40, 0][i] ?? 0)))
  })

  it('sums over more than four, and what is left of them', () => {
    const change = { a: eightBit(1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), b: eightBit(1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 2, 3) }
    const { data } = withLora(weights, { rank: 5, changes: { dense: change } })
    const sums = [1 + 4, 2 + 4 + 10, 3 + 15, 6 + 9, 7 + 9 + 20, 8 + 30]
    expect([...new Float32Array(data, 4, 6)]).toEqual(dense.map((value, i) => value + (sums[i] ?? 0)))
  })

  it('is nothing where nothing was learned', () => {
    expect(new Uint8Array(withLora(weights, { rank: 1, changes: {} }).data)).toEqual(weights.data)
  })

  it.each([
    ['of no weight', { other: { a: eightBit(1, 1, 1), b: eightBit(1, 1, 1, 1) } }],
    ['of other rows', { dense: { a: eightBit(1, 1), b: eightBit(1, 1, 1, 1) } }],
    ['of other columns', { dense: { a: eightBit(1, 1, 1), b: eightBit(1, 1) } }],
    ['of a weight that is not eight bits a number', { axis: { a: eightBit(1), b: eightBit(1) } }]
  ])('is refused when it is a change %s', (_, changes) => {
    expect(() => withLora(weights, { rank: 1, changes })).toThrow(RangeError)
  })
})
