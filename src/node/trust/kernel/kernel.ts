import { createPlainKernel, type Kernel, type Sparse } from '../sparse.ts'
import { createWasmKernel } from './wasm-kernel.ts'

/**
 * The fastest product that one thread has here: in WebAssembly, or plain where that is missing, refused (by a content
 * security policy) or too small for the matrix. Both give the same to the last bit: nothing but time tells which it is.
 */
export function createKernel(matrix: Sparse): Kernel {
  try {
    return createWasmKernel(matrix)
  } catch {
    return createPlainKernel(matrix)
  }
}
