import type { Kernel, Sparse } from '../sparse.ts'
import { multiplierOf, placeMatrix } from './placed.ts'
import { vectorsOf } from './vectors.ts'

/**
 * The product in WebAssembly, as fast as C (`npm run bench -- trust`), and to the last bit what the plain kernel gives.
 *
 * @throws RangeError when the matrix does not fit into memory; what WebAssembly throws where it has no shared memory
 */
export function createWasmKernel(matrix: Sparse): Kernel {
  const placed = placeMatrix(matrix)
  const multiplyRows = multiplierOf(placed)
  const { take, give } = vectorsOf(placed, matrix.size)
  return {
    multiply(x, y) {
      take(x)
      multiplyRows(0, matrix.size)
      give(y)
    }
  }
}
