import type { Placed } from './placed.ts'

/** Carries vectors into the memory of a matrix and out of it. */
export interface Vectors {
  /** @throws RangeError of another length than the matrix has rows */
  take(x: Float64Array): void
  give(y: Float64Array): void
}

export function vectorsOf(placed: Placed, size: number): Vectors {
  const [x, y] = [placed.x, placed.y].map((at) => new Float64Array(placed.memory.buffer, at, size)) as [Float64Array, Float64Array]
  const checked = (vector: Float64Array) => {
    if (vector.length !== size) throw new RangeError(`expected ${size} numbers, got ${vector.length}`)
    return vector
  }
  return { take: (given) => x.set(checked(given)), give: (wanted) => checked(wanted).set(y) }
}
