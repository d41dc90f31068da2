import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { seeded } from '../../support/testing/time.ts'
import { createPlainKernel, fromColumns, type Sparse } from '../sparse.ts'
import { createKernel } from './kernel.ts'
import { matrices, product, sameBits, skewedMatrix, vector } from './testing/matrices.ts'
import { createWasmKernel } from './wasm-kernel.ts'

afterEach(() => vi.unstubAllGlobals())

/** By the definition, over all pairs. */
function dense({ size, starts, others, values }: Sparse, x: Float64Array): number[] {
  return Array.from({ length: size }, (_, row) => {
    let sum = 0
    for (let at = starts[row]!; at < starts[row + 1]!; at++) sum += values[at]! * x[others[at]!]!
    return sum
  })
}

describe.each([
  { name: 'plain', create: createPlainKernel },
  { name: 'in WebAssembly', create: createWasmKernel },
  { name: 'whichever is fastest', create: createKernel }
])('the kernel, $name,', ({ create }) => {
  test('gives what the definition gives, to the last bit, again and again', () => {
    fc.assert(
      fc.property(matrices, fc.infiniteStream(fc.double({ noNaN: true, min: -10, max: 10 })), (matrix, numbers) => {
        const kernel = create(matrix)
        for (let times = 0; times < 3; times++) {
          const x = Float64Array.from(numbers.take(matrix.size))
          expect([...product(kernel, x)]).toEqual(dense(matrix, x))
        }
      }),
      { seed: 1 }
    )
  })

  test('leaves what it multiplies as it is', () => {
    const random = seeded(2)
    const x = vector(50, random)
    const before = x.slice()
    product(create(skewedMatrix(50, 500, random)), x)
    expect(x).toEqual(before)
  })
})

describe('the kernel in WebAssembly', () => {
  test('gives the same as the plain one, to the last bit, when rows differ much in length', () => {
    const random = seeded(3)
    const matrix = skewedMatrix(20_000, 200_000, random)
    const x = vector(matrix.size, random)
    expect(sameBits(product(createWasmKernel(matrix), x), product(createPlainKernel(matrix), x))).toBe(true)
  })

  test('refuses vectors of another length', () => {
    const kernel = createWasmKernel(skewedMatrix(10, 20, seeded(4)))
    const right = new Float64Array(10)
    expect(() => kernel.multiply(new Float64Array(9), right)).toThrow('expected 10 numbers, got 9')
    expect(() => kernel.multiply(right, new Float64Array(11))).toThrow('expected 10 numbers, got 11')
  })

  test('holds kernels apart', () => {
    const one = fromColumns(1, { rows: Uint32Array.of(0), others: Uint32Array.of(0), values: Float64Array.of(2) })
    const two = { ...one, values: Float64Array.of(3) }
    const [first, second] = [createWasmKernel(one), createWasmKernel(two)]
    expect([product(first, Float64Array.of(5))[0], product(second, Float64Array.of(5))[0]]).toEqual([10, 15])
  })
})

test('where WebAssembly is missing, the plain kernel does it', () => {
  vi.stubGlobal('WebAssembly', undefined)
  const matrix = skewedMatrix(30, 100, seeded(5))
  const x = vector(30, seeded(6))
  expect(() => createWasmKernel(matrix)).toThrow()
  expect([...product(createKernel(matrix), x)]).toEqual(dense(matrix, x))
})
