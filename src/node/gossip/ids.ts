/** Ids of 32 bytes, one after the other, and a bit for each of them. */
const ID_BYTES = 32

/** The ids in some bytes, views into them. */
export function idsIn(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / ID_BYTES }, (_, i) => bytes.subarray(i * ID_BYTES, (i + 1) * ID_BYTES))
}

export function joinIds(ids: Iterable<Uint8Array>, count: number): Uint8Array {
  const joined = new Uint8Array(count * ID_BYTES)
  let at = 0
  for (const id of ids) {
    joined.set(id, at)
    at += ID_BYTES
  }
  return joined
}

/** A bit for each, the first one highest. */
export function bitsOf(all: readonly boolean[]): Uint8Array {
  const bits = new Uint8Array(bitBytes(all.length))
  all.forEach((isOne, i) => {
    if (isOne) bits[i >> 3] = (bits[i >> 3] ?? 0) | (0x80 >> (i & 7))
  })
  return bits
}

export function isSet(bits: Uint8Array, i: number): boolean {
  return ((bits[i >> 3] ?? 0) & (0x80 >> (i & 7))) !== 0
}

/** The bytes that so many bits take. */
export function bitBytes(count: number): number {
  return Math.ceil(count / 8)
}
