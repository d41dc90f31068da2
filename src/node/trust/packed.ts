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

/**
 * What `pack` was given. Of what it did not give, something, for whoever knows its shape to judge. Arrays lie in the memory of the bytes
 * where that holds nothing else, so that a structured clone is not copied once more.
 */
export function unpack(value: unknown): unknown {
  if (value instanceof Uint8Array) return owned(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(unpack)
  if (isPacked(value)) {
    const { array, bytes } = value
    const kind = KINDS[array]
    return new kind(owned(bytes).buffer, 0, Math.floor(bytes.length / kind.BYTES_PER_ELEMENT))
  }
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, unpack(one)]))
}

/** The memory of all bytes in what `pack` gave, once each, for handing it to another thread without a copy. */
export function memoryOf(packed: unknown): ArrayBuffer[] {
  const all = new Set<ArrayBuffer>()
  const look = (value: unknown): void => {
    if (value instanceof Uint8Array) {
      if (value.buffer instanceof ArrayBuffer) all.add(value.buffer)
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(look)
  }
  look(packed)
  return [...all]
}

/** Bytes alone in their memory, which may then be changed, and begins where any number may lie. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = bytes
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? new Uint8Array(buffer) : new Uint8Array(bytes)
}

function isPacked(value: object): value is PackedArray {
  return 'array' in value && 'bytes' in value && value.bytes instanceof Uint8Array && Object.hasOwn(KINDS, String(value.array))
}
