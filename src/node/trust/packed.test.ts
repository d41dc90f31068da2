import { decode, encode } from '@ipld/dag-cbor'
import { expect, test } from 'vitest'
import { memoryOf, pack, unpack } from './packed.ts'

const value = {
  version: 1,
  names: ['a', 'b'],
  none: null,
  bytes: Uint8Array.of(1, 2),
  deep: { numbers: Float64Array.of(0.1, -2), list: [Uint32Array.of(2 ** 32 - 1), Int32Array.of(-1), Int8Array.of(-128)], empty: new Float64Array() }
}

test('typed arrays come back as they were, through a structured clone and through CBOR', () => {
  expect(unpack(structuredClone(pack(value)))).toEqual(value)
  expect(unpack(decode(encode(pack(value))))).toEqual(value)
})

test('a part of a larger piece of memory comes back alone', () => {
  const part = new Float64Array([1, 2, 3, 4]).subarray(1, 3)
  expect(unpack(structuredClone(pack({ part })))).toEqual({ part: Float64Array.of(2, 3) })
})

test('bytes that are alone in their memory are not copied, and others are, so that nobody else sees what is changed', () => {
  const alone = { array: 'Float64Array', bytes: new Uint8Array(16) }
  expect((unpack(alone) as Float64Array).buffer).toBe(alone.bytes.buffer)
  const shared = new Uint8Array(32)
  const [plain, numbers] = unpack([shared.subarray(1, 3), { array: 'Float64Array', bytes: shared.subarray(8, 16) }]) as [Uint8Array, Float64Array]
  plain.fill(1)
  numbers.fill(1)
  expect(shared).toEqual(new Uint8Array(32))
})

test('what it did not make comes back as something, for whoever knows its shape', () => {
  expect(unpack({ array: 'Function', bytes: Uint8Array.of(1) })).toEqual({ array: 'Function', bytes: Uint8Array.of(1) })
  expect(unpack({ array: 'Float64Array', bytes: Uint8Array.of(1, 2, 3) })).toEqual(new Float64Array())
  expect(unpack(undefined)).toBeUndefined()
})

test('its memory is told once each, however many arrays lie in it', () => {
  const shared = new ArrayBuffer(16)
  const packed = pack({ a: [new Float64Array(shared, 0, 1), new Uint8Array(shared, 8, 3)], b: { c: Uint32Array.of(1) }, d: null, e: 'text' })
  const memory = memoryOf(packed)
  expect(memory).toHaveLength(2)
  expect(memory).toContain(shared)
})
