import fc from 'fast-check'
import { fromColumns, type Kernel, type Sparse } from '../../sparse.ts'

/** Matrices of all shapes: of no rows, with rows of none or of many, with the same entry twice. */
export const matrices: fc.Arbitrary<Sparse> = fc.integer({ min: 0, max: 60 }).chain((size) => {
  const agent = fc.integer({ min: 0, max: Math.max(0, size - 1) })
  const value = fc.double({ min: -1, max: 1, noNaN: true })
  return fc.array(fc.tuple(agent, agent, value), { maxLength: size === 0 ? 0 : 300 }).map((entries) =>
    fromColumns(size, {
      rows: Uint32Array.from(entries, ([row]) => row),
      others: Uint32Array.from(entries, ([, other]) => other),
      values: Float64Array.from(entries, ([, , entry]) => entry)
    })
  )
})

/** Rows that differ much in length, as those do who are endorsed. */
export function skewedMatrix(size: number, entries: number, random: () => number): Sparse {
  const drawn = (power: number) => Uint32Array.from({ length: entries }, () => Math.floor(size * random() ** power))
  return fromColumns(size, { rows: drawn(4), others: drawn(1), values: Float64Array.from({ length: entries }, random) })
}

export function vector(size: number, random: () => number): Float64Array {
  return Float64Array.from({ length: size }, random)
}

export function product(kernel: Kernel, x: Float64Array): Float64Array {
  // not zeros: a row without entries has to be written too
  const y = new Float64Array(x.length).fill(NaN)
  kernel.multiply(x, y)
  return y
}

/** Told apart to the last bit, and sooner than a matcher looks through them. */
export function sameBits(a: Float64Array, b: Float64Array): boolean {
  const [left, right] = [a, b].map((vector) => new BigUint64Array(vector.buffer)) as [BigUint64Array, BigUint64Array]
  return left.length === right.length && left.every((bits, i) => bits === right[i])
}
