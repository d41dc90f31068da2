/** A matrix in the memory of WebAssembly, where several threads can work on it. */
import type { Sparse } from '../sparse.ts'
import { MULTIPLY_MODULE } from './multiply-module.ts'

/** Addresses in bytes. Structured-cloneable with the memory, so that another thread can be given it. */
export interface Placed {
  memory: WebAssembly.Memory
  starts: number
  others: number
  values: number
  /** what is multiplied, and what comes out: `size` doubles each */
  x: number
  y: number
}

/** Works out the rows `first` to `last`, the last not included, of y = A x. */
export type MultiplyRows = (first: number, last: number) => void

const PAGE = 65_536
const MOST_PAGES = 65_536
const CACHE_LINE = 64

/**
 * Copies a matrix into a memory of its own, which is as large as it has to be: 12 bytes an entry and 20 a row.
 *
 * @param reserved bytes at the beginning that are left to the caller
 * @throws RangeError when that is more than WebAssembly has (4 GiB) or than there is
 */
export function placeMatrix({ size, starts, others, values }: Sparse, reserved = 0): Placed {
  let end = reserved
  const place = (bytes: number) => {
    const at = Math.ceil(end / CACHE_LINE) * CACHE_LINE
    end = at + bytes
    return at
  }
  const addresses = {
    starts: place(starts.byteLength),
    others: place(others.byteLength),
    values: place(values.byteLength),
    x: place(8 * size),
    y: place(8 * size)
  }
  const pages = Math.max(1, Math.ceil(end / PAGE))
  if (pages > MOST_PAGES) throw new RangeError(`expected a matrix that fits into 4 GiB, got ${others.length} entries`)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  new Uint32Array(memory.buffer, addresses.starts, starts.length).set(starts)
  new Uint32Array(memory.buffer, addresses.others, others.length).set(others)
  new Float64Array(memory.buffer, addresses.values, values.length).set(values)
  return { memory, ...addresses }
}

/** The product over a matrix that is in place, in the thread that calls. The module is small enough to be compiled at once. */
export function multiplierOf({ memory, starts, others, values, x, y }: Placed): MultiplyRows {
  const bytes = Uint8Array.from(atob(MULTIPLY_MODULE), (letter) => letter.charCodeAt(0))
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { kernel: { memory } })
  const multiply = exports['multiply'] as (...numbers: number[]) => void
  return (first, last) => multiply(first, last, starts, others, values, x, y)
}
