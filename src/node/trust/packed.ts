/** Plain values with typed arrays in them, as stores take them: these know bytes and no other kind of array. */

const KINDS = { Float64Array, Uint32Array, Int32Array, Int8Array } as const
type Kind = keyof typeof KINDS

/** An array as it is kept, in this machine's order of bytes, which is the same on all that there are. */
interface PackedArray {
  array: Kind
  bytes: Uint8Array
}

/** @returns the same with each typed array as bytes of the same memory */
export function pack(value: unknown): unknown {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(pack)
  if (ArrayBuffer.isView(value)) {
    const packed: PackedArray = {
      array: value.constructor.name as Kind,
      bytes: new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    }
    return packed
  }
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, pack(one)]))
}

/** What `pack` was given. Of what it did not give, something, for whoever knows its shape to judge. */
export function unpack(value: unknown): unknown {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(unpack)
  if (isPacked(value)) {
    const { array, bytes } = value
    const kind = KINDS[array]
    // a copy lies where such numbers may lie
    return new kind(bytes.slice().buffer, 0, Math.floor(bytes.length / kind.BYTES_PER_ELEMENT))
  }
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, unpack(one)]))
}

function isPacked(value: object): value is PackedArray {
  return 'array' in value && 'bytes' in value && value.bytes instanceof Uint8Array && Object.hasOwn(KINDS, String(value.array))
}
