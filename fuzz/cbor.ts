/**
 * CBOR as a tree that can be spoilt: read from valid DAG-CBOR, changed anywhere, and written again, canonical but for
 * the faults that are asked for.
 */
import { joinBytes } from '../src/node/support/bytes.ts'

/** How an item is written other than it should be. */
export interface Fault {
  /** bytes of the number after the first byte, more than are needed: 1, 2, 4 or 8 */
  width?: number
  /** a length that is not that of what follows */
  claims?: bigint
  /** without a length, up to a break */
  indefinite?: boolean
  /** map entries in the order in which they stand */
  unsorted?: boolean
}

export type Item =
  | { is: 'integer'; major: 0 | 1; value: bigint; fault?: Fault }
  | { is: 'string'; major: 2 | 3; bytes: Uint8Array; fault?: Fault }
  | { is: 'array'; items: Item[]; fault?: Fault }
  | { is: 'map'; entries: Array<[Item, Item]>; fault?: Fault }
  | { is: 'tag'; tag: bigint; item: Item }
  /** written as it is: true, false, null, undefined, floats, and what is no CBOR at all */
  | { is: 'raw'; bytes: Uint8Array }

export const raw = (...bytes: number[]): Item => ({ is: 'raw', bytes: Uint8Array.from(bytes) })
export const text = (value: string): Item => ({ is: 'string', major: 3, bytes: new TextEncoder().encode(value) })
/** The value of a head: a CBOR integer is this or, when negative, one less than its opposite. */
export const integer = (value: bigint | number): Item =>
  value < 0
    ? { is: 'integer', major: 1, value: -1n - BigInt(value) }
    : { is: 'integer', major: 0, value: BigInt(value) }

const MAX_DEPTH = 100

/** @throws RangeError when the bytes are not one item with definite lengths, or are nested deeper than messages are */
export function readCbor(bytes: Uint8Array): Item {
  const { item, at } = readItem(bytes, 0, 0)
  if (at !== bytes.length) throw new RangeError(`expected one item of ${bytes.length} bytes, got one of ${at}`)
  return item
}

/** The first item from `from` on, and where it ends. @throws RangeError */
function readItem(bytes: Uint8Array, from: number, depth: number): { item: Item; at: number } {
  const first = bytes[from]
  if (first === undefined) throw new RangeError('expected an item')
  if (depth > MAX_DEPTH) throw new RangeError(`expected at most ${MAX_DEPTH} levels`)
  const major = first >> 5
  const info = first & 31
  if (info > 27) throw new RangeError('expected a definite length')
  const width = info < 24 ? 0 : 2 ** (info - 24)
  let value = width === 0 ? BigInt(info) : 0n
  for (const byte of bytes.subarray(from + 1, from + 1 + width)) value = value * 256n + BigInt(byte)
  let at = from + 1 + width
  const next = () => {
    const read = readItem(bytes, at, depth + 1)
    at = read.at
    return read.item
  }
  const take = (length: number) => {
    at += length
    if (at > bytes.length) throw new RangeError('expected more bytes')
    return bytes.slice(at - length, at)
  }
  const repeat = <T>(make: () => T) => {
    if (value > bytes.length) throw new RangeError(`expected ${value} items`)
    return Array.from({ length: Number(value) }, make)
  }
  switch (major) {
    case 0:
    case 1:
      return { item: { is: 'integer', major, value }, at }
    case 2:
    case 3: {
      const content = take(Number(value))
      return { item: { is: 'string', major, bytes: content }, at }
    }
    case 4: {
      const items = repeat(next)
      return { item: { is: 'array', items }, at }
    }
    case 5: {
      const entries = repeat((): [Item, Item] => [next(), next()])
      return { item: { is: 'map', entries }, at }
    }
    case 6: {
      const item = next()
      return { item: { is: 'tag', tag: value, item }, at }
    }
    default:
      return { item: { is: 'raw', bytes: bytes.slice(from, at) }, at }
  }
}

export function writeCbor(item: Item): Uint8Array {
  const pieces: Uint8Array[] = []
  writeItem(item, pieces)
  return joinBytes(pieces)
}

const BREAK = Uint8Array.of(0xff)

function writeItem(item: Item, pieces: Uint8Array[]): void {
  switch (item.is) {
    case 'raw':
      pieces.push(item.bytes)
      return
    case 'integer':
      pieces.push(head(item.major, item.value, item.fault))
      return
    case 'string':
      pieces.push(head(item.major, BigInt(item.bytes.length), item.fault))
      // of indefinite length: one chunk
      if (item.fault?.indefinite) pieces.push(head(item.major, BigInt(item.bytes.length)))
      pieces.push(item.bytes)
      break
    case 'array':
      pieces.push(head(4, BigInt(item.items.length), item.fault))
      for (const inner of item.items) writeItem(inner, pieces)
      break
    case 'map':
      pieces.push(head(5, BigInt(item.entries.length), item.fault), ...writeEntries(item.entries, item.fault))
      break
    case 'tag':
      pieces.push(head(6, item.tag))
      writeItem(item.item, pieces)
      return
  }
  if (item.fault?.indefinite) pieces.push(BREAK)
}

/** In DAG-CBOR's order, shorter keys first, which is that of the encoded keys' bytes. */
function writeEntries(entries: ReadonlyArray<[Item, Item]>, fault?: Fault): Uint8Array[] {
  const written = entries.map(([key, value]) => [writeCbor(key), writeCbor(value)] as const)
  if (!fault?.unsorted) written.sort(([a], [b]) => compare(a, b))
  return written.flat()
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** An item's first byte and the number that follows it, as short as it can be unless a fault wants otherwise. */
function head(major: number, length: bigint, { width = 0, claims, indefinite }: Fault = {}): Uint8Array {
  if (indefinite && major >= 2) return Uint8Array.of((major << 5) | 31)
  const value = BigInt.asUintN(64, claims ?? length)
  const needed = value < 24n ? 0 : value < 256n ? 1 : value < 65_536n ? 2 : value < 4_294_967_296n ? 4 : 8
  const bytes = Math.max(needed, width)
  if (bytes === 0) return Uint8Array.of((major << 5) | Number(value))
  const written = new Uint8Array(1 + bytes)
  written[0] = (major << 5) | (24 + Math.log2(bytes))
  for (let i = 0; i < bytes; i++) written[bytes - i] = Number((value >> BigInt(8 * i)) & 255n)
  return written
}
