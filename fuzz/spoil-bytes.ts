/** Changes of bytes that know nothing of what they mean. */
import { below, type Random } from '../sim/random.ts'
import { joinBytes } from '../src/node/support/bytes.ts'

/** The most bytes that an input grows to. */
export const MAX_INPUT_BYTES = 256 * 1024

export const pick = <T>(random: Random, items: readonly T[]): T => {
  const item = items[below(random, items.length)]
  if (item === undefined) throw new RangeError('expected something to choose from')
  return item
}

/** Bytes and whole numbers at which decoders tend to err. */
const edges = [0, 1, 0x17, 0x18, 0x1b, 0x3f, 0x40, 0x7f, 0x80, 0x9f, 0xbf, 0xd8, 0xf6, 0xf7, 0xfb, 0xfe, 0xff]
const numbers = [
  0n,
  1n,
  127n,
  128n,
  255n,
  256n,
  65_535n,
  65_536n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 64n - 1n
]

export function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => below(random, 256))
}

type Spoiler = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array

function replaced(bytes: Uint8Array, at: number, length: number, by: Uint8Array): Uint8Array {
  return joinBytes([bytes.subarray(0, at), by, bytes.subarray(at + length)])
}

/** A part of the bytes, at times all of them: where it begins and how long it is. */
function span(bytes: Uint8Array, random: Random): [at: number, length: number] {
  const at = below(random, bytes.length + 1)
  return [at, below(random, Math.min(bytes.length - at, random() < 0.5 ? 8 : bytes.length) + 1)]
}

const spoilers: Spoiler[] = [
  function flipBit(bytes, random) {
    const at = below(random, bytes.length)
    return bytes.map((byte, i) => (i === at ? byte ^ (1 << below(random, 8)) : byte))
  },
  function setByte(bytes, random) {
    const at = below(random, bytes.length)
    const value = random() < 0.5 ? pick(random, edges) : below(random, 256)
    return bytes.map((byte, i) => (i === at ? value : byte))
  },
  function setNumber(bytes, random) {
    const width = pick(random, [2, 4, 8])
    const number = pick(random, numbers)
    const written = Uint8Array.from({ length: width }, (_, i) => Number((number >> BigInt(8 * (width - 1 - i))) & 255n))
    return replaced(bytes, below(random, bytes.length + 1), width, written)
  },
  function truncate(bytes, random) {
    return bytes.subarray(0, below(random, bytes.length + 1))
  },
  function remove(bytes, random) {
    return replaced(bytes, ...span(bytes, random), new Uint8Array(0))
  },
  function insert(bytes, random) {
    return replaced(
      bytes,
      below(random, bytes.length + 1),
      0,
      randomBytes(random, below(random, random() < 0.9 ? 16 : 1024))
    )
  },
  function repeat(bytes, random) {
    const [at, length] = span(bytes, random)
    const times = pick(random, [1, 2, 16, 1000])
    const part = bytes.subarray(at, at + length)
    if (length * times > MAX_INPUT_BYTES) return bytes
    return replaced(bytes, at, 0, joinBytes(Array.from({ length: times }, () => part)))
  },
  function splice(bytes, random, other) {
    const [from, length] = span(other, random)
    return replaced(bytes, ...span(bytes, random), other.subarray(from, from + length))
  },
  function join(bytes, _, other) {
    return joinBytes([bytes, other])
  }
]

/** The bytes with one to four changes, or others altogether. */
export function spoilBytes(bytes: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  if (random() < 0.03) return randomBytes(random, below(random, random() < 0.9 ? 64 : 4096))
  let spoilt = bytes
  for (let left = 1 + below(random, random() < 0.7 ? 1 : 4); left > 0; left--) {
    spoilt = pick(random, spoilers)(spoilt, random, pick(random, others))
  }
  return spoilt.subarray(0, MAX_INPUT_BYTES)
}
