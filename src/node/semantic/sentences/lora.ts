/**
 * What the sentence model has learned of this network's requests and offers: a change of low rank to each of some of its matrices
 * (LoRA, Hu et al. 2021), added once when the model is loaded, so that running it costs nothing more. `scripts/lora/` trains it.
 */
import type { io } from '@tensorflow/tfjs-core'
import { joinBytes } from '../../support/bytes.ts'
import { int8sOf, type EightBit } from './eight-bit.ts'

export interface Lora {
  rank: number
  /** by the name of the weight: it becomes W + A·B, with A of `rank` columns and B of `rank` rows, row after row */
  changes: Record<string, { a: EightBit; b: EightBit }>
}

export interface Weights {
  specs: readonly io.WeightsManifestEntry[]
  /** one after the other, in the order of the specs */
  data: Uint8Array<ArrayBuffer>
}

/**
 * The weights with the changes made. Those that change are of 32 bits afterwards; the others stay as they are.
 *
 * @throws RangeError when there is no weight of a name, or it has another shape
 */
export function withLora({ specs, data }: Weights, { rank, changes }: Lora): { specs: io.WeightsManifestEntry[]; data: ArrayBuffer } {
  const missing = new Set(Object.keys(changes))
  const parts: Uint8Array[] = []
  let at = 0
  const changed = specs.map((spec) => {
    const length = bytesOf(spec)
    const part = data.subarray(at, at + length)
    at += length
    const change = changes[spec.name]
    missing.delete(spec.name)
    parts.push(change === undefined ? part : new Uint8Array(changedMatrix(spec, part, rank, change).buffer))
    return change === undefined ? spec : { name: spec.name, shape: spec.shape, dtype: 'float32' as const }
  })
  if (missing.size > 0) throw new RangeError(`expected a weight ${[...missing].join(', ')}`)
  return { specs: changed, data: joinBytes(parts).buffer }
}

function changedMatrix(spec: io.WeightsManifestEntry, bytes: Uint8Array, rank: number, change: { a: EightBit; b: EightBit }): Float32Array {
  const { quantization, shape } = spec
  const [rows = 0, columns = 0] = shape
  const a = int8sOf(change.a.base64)
  const b = int8sOf(change.b.base64)
  if (quantization?.dtype !== 'uint8' || a.length !== rows * rank || b.length !== rank * columns) {
    throw new RangeError(`expected changes of ${spec.name} for ${rows} times ${columns} eight-bit numbers`)
  }
  const { scale = 1, min = 0 } = quantization
  const step = change.a.scale * change.b.scale
  const matrix = new Float32Array(rows * columns)
  const sums = new Int32Array(columns)
  for (let row = 0; row < rows; row++) {
    sums.fill(0)
    addRows(sums, a.subarray(row * rank, (row + 1) * rank), b)
    for (let column = 0; column < columns; column++) {
      const i = row * columns + column
      matrix[i] = (bytes[i] as number) * scale + min + step * (sums[column] as number)
    }
  }
  return matrix
}

/** Adds rows, each times its factor, four at a time: reading and writing the sums takes longer than adding to them. */
function addRows(sums: Int32Array, factors: Int8Array, rows: Int8Array): void {
  const size = sums.length
  for (let k = 0; k < factors.length; k += 4) {
    // what is beyond the last row counts nothing
    const [e = 0, f = 0, g = 0, h = 0] = factors.subarray(k, k + 4)
    for (let i = 0, at = k * size; i < size; i++, at++) {
      const both = Math.imul(e, rows[at] as number) + Math.imul(f, rows[at + size] as number)
      sums[i] = (sums[i] as number) + both + Math.imul(g, rows[at + 2 * size] as number) + Math.imul(h, rows[at + 3 * size] as number)
    }
  }
}

const BYTES = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 } as const

/** @throws RangeError of a type that the model does not have */
function bytesOf({ name, shape, dtype, quantization }: io.WeightsManifestEntry): number {
  const size = BYTES[(quantization?.dtype ?? dtype) as keyof typeof BYTES] as number | undefined
  if (size === undefined) throw new RangeError(`expected numbers for ${name}, got ${dtype}`)
  return size * shape.reduce((product, count) => product * count, 1)
}
