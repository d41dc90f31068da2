/**
 * Sparse matrices as rows in typed arrays (compressed rows), and the one product that trust needs: what flows into each agent.
 */

export interface Sparse {
  /** number of rows */
  size: number
  /** where each row begins among the entries, and after the last where it ends: length size + 1 */
  starts: Uint32Array
  /** the other end of each entry, by row */
  others: Uint32Array
  values: Float64Array
}

/** Multiplies by a matrix that was prepared once. */
export interface Kernel {
  /** y = A x, for an A by rows. @param y is overwritten and must not be x */
  multiply(x: Float64Array, y: Float64Array): void
}

/** The plain product, in double precision and in the order of the entries: the same to the last bit on every machine. */
export function createPlainKernel({ size, starts, others, values }: Sparse): Kernel {
  return {
    multiply(x, y) {
      let at = 0
      for (let row = 0; row < size; row++) {
        const end = starts[row + 1] as number
        let sum = 0
        for (; at < end; at++) sum += (values[at] as number) * (x[others[at] as number] as number)
        y[row] = sum
      }
    }
  }
}

/** Columns of entries: the three belong together, place by place. */
export interface Columns {
  rows: Uint32Array
  others: Uint32Array
  values: Float64Array
}

/** Rows from entries in any order, by counting: those of one row keep their order. Linear in entries and rows. */
export function fromColumns(size: number, { rows, others, values }: Columns): Sparse {
  const starts = countRows(size, rows)
  const next = starts.slice(0, size)
  const sorted = { size, starts, others: new Uint32Array(others.length), values: new Float64Array(values.length) }
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number
    const to = next[row] as number
    next[row] = to + 1
    sorted.others[to] = others[i] as number
    sorted.values[to] = values[i] as number
  }
  return sorted
}

/** Where each row would begin, if entries were put in order of their rows. */
export function countRows(size: number, rows: Uint32Array, count = rows.length): Uint32Array {
  const starts = new Uint32Array(size + 1)
  for (let i = 0; i < count; i++) {
    const row = (rows[i] as number) + 1
    starts[row] = (starts[row] as number) + 1
  }
  for (let row = 0; row < size; row++) starts[row + 1] = (starts[row + 1] as number) + (starts[row] as number)
  return starts
}
