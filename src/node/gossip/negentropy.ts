/**
 * Range-based set reconciliation: two peers find out what one of them lacks of the other's set, at a cost that grows
 * with the difference. This is the Negentropy protocol, version 1 (hoytech/negentropy, Nostr NIP-77), over sets in typed
 * arrays. It keeps nothing between messages: each is answered from the set alone.
 *
 * ```js
 * let message = initiate(mine, { limit })
 * while (message !== null) message = proceed(mine, await ask(message), { limit }, { have, need })
 * // the other side: answer = respond(theirs, message, { limit })
 * ```
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { InvalidBytesError } from '../schema/codec.ts'

/** A set of ids of 32 bytes, each at a time, sorted by time and then by id, none twice. */
export interface ItemSet {
  readonly size: number
  /** milliseconds since 1970, one an item */
  readonly times: Float64Array
  /** 32 bytes an item */
  readonly hashes: Uint8Array
}

/** What the initiator has found out, item by item. */
export interface Difference {
  /** The other side lacks the item at this place of our set. */
  have(index: number): void
  /** We lack the item of this id, a view of 32 bytes into the message. */
  need(id: Uint8Array): void
}

export interface FrameLimit {
  /** bytes that a message has at most; at least `MIN_FRAME_BYTES` */
  limit: number
}

export const MIN_FRAME_BYTES = 4096

const VERSION = 0x61
const ID_BYTES = 32
const FINGERPRINT_BYTES = 16
const SKIP = 0
const FINGERPRINT = 1
const ID_LIST = 2

/** A range of fewer items than two a bucket is sent as the list of its ids. */
const BUCKETS = 16

/** What the end of a message may take: the bound, mode and fingerprint of all that did not fit. */
const RESERVED_BYTES = 200

/** Exclusive upper end of a range: all that is before this time, or at it with an id before this prefix. */
interface Bound {
  time: number
  prefix: Uint8Array
}

const NO_PREFIX = new Uint8Array(0)
const START: Bound = { time: 0, prefix: NO_PREFIX }
const END: Bound = { time: Infinity, prefix: NO_PREFIX }

/** The message that begins a comparison: fingerprints of, or the ids of, all that is in the set. */
export function initiate(set: ItemSet, { limit }: FrameLimit): Uint8Array {
  const out = createWriter(limit)
  splitRange(set, out, 0, set.size, END)
  return out.bytes()
}

/** What stands for a whole set: sets are the same when this is. 16 bytes. */
export function fingerprint(set: ItemSet): Uint8Array {
  return fingerprintOf(set, 0, set.size)
}

/** The answer of whoever did not begin. @throws InvalidBytesError when the message is none */
export function respond(set: ItemSet, message: Uint8Array, { limit }: FrameLimit): Uint8Array {
  return compare(set, message, limit, null).bytes()
}

/**
 * Takes an answer in, for whoever began.
 *
 * @returns the next message; null when all is known
 * @throws InvalidBytesError when the answer is none
 */
export function proceed(set: ItemSet, answer: Uint8Array, { limit }: FrameLimit, found: Difference): Uint8Array | null {
  const out = compare(set, answer, limit, found)
  return out.empty ? null : out.bytes()
}

/** @param found null: we did not begin */
function compare(set: ItemSet, message: Uint8Array, limit: number, found: Difference | null): Writer {
  const input = createReader(message)
  if (input.byte() !== VERSION) throw new InvalidBytesError('expected a message of Negentropy version 1')
  const out = createWriter(limit)
  let lower = 0
  let from = START
  // ranges in which nothing is left to do are told as one, and only if something follows
  let skipped = false

  const sayWhatWasSkipped = (): void => {
    if (skipped) out.range(from, SKIP)
    skipped = false
  }

  /** The message is full: one fingerprint stands for all that comes after, and the next message goes on there. */
  const sayRest = (index: number): Writer => {
    sayWhatWasSkipped()
    out.fingerprint(END, set, index, set.size)
    return out
  }

  while (!input.over()) {
    const to = input.bound()
    const mode = input.varint()
    const upper = lowerBound(set, lower, to)
    if (mode === SKIP) {
      skipped = true
    } else if (mode === FINGERPRINT) {
      const theirs = input.take(FINGERPRINT_BYTES)
      if (sameFingerprint(theirs, set, lower, upper)) {
        skipped = true
      } else {
        if (out.full(splitBytes(upper - lower))) return sayRest(lower)
        sayWhatWasSkipped()
        splitRange(set, out, lower, upper, to)
      }
    } else if (mode === ID_LIST) {
      const ids = input.take(input.varint() * ID_BYTES)
      if (found !== null) {
        compareLists(set, lower, upper, ids, found)
        skipped = true
      } else {
        sayWhatWasSkipped()
        const last = Math.min(upper, lower + out.roomForIds())
        out.idList(last === upper ? to : boundBefore(set, last), set, lower, last)
        if (last < upper) {
          from = boundBefore(set, last)
          return sayRest(last)
        }
      }
    } else {
      throw new InvalidBytesError(`expected mode 0, 1 or 2 of a range, got ${mode}`)
    }
    lower = upper
    from = to
    if (out.full(0) && !input.over()) return sayRest(lower)
  }
  return out
}

function compareLists(set: ItemSet, lower: number, upper: number, ids: Uint8Array, found: Difference): void {
  const theirs = new Map<string, number>()
  for (let at = 0; at < ids.length; at += ID_BYTES) theirs.set(idKey(ids, at), at)
  for (let index = lower; index < upper; index++) {
    if (!theirs.delete(idKey(set.hashes, index * ID_BYTES))) found.have(index)
  }
  for (const at of theirs.values()) found.need(ids.subarray(at, at + ID_BYTES))
}

/** A short text of 32 bytes, to look them up by. */
export function idKey(bytes: Uint8Array, at = 0): string {
  let key = ''
  for (let i = at; i < at + ID_BYTES; i += 2) key += String.fromCharCode(((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0))
  return key
}

function splitRange(set: ItemSet, out: Writer, lower: number, upper: number, to: Bound): void {
  const count = upper - lower
  if (count < 2 * BUCKETS) {
    out.idList(to, set, lower, upper)
    return
  }
  const each = Math.floor(count / BUCKETS)
  const withOneMore = count % BUCKETS
  let begin = lower
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const end = begin + each + (bucket < withOneMore ? 1 : 0)
    out.fingerprint(end === upper ? to : boundBefore(set, end), set, begin, end)
    begin = end
  }
}

/** The most bytes that `splitRange` writes for so many items. */
function splitBytes(count: number): number {
  const bound = 8 + 1 + ID_BYTES
  return count < 2 * BUCKETS ? bound + 2 + count * ID_BYTES : BUCKETS * (bound + 1 + FINGERPRINT_BYTES)
}

/** The shortest bound that parts the item at `index` from the one before it. */
function boundBefore(set: ItemSet, index: number): Bound {
  const time = set.times[index] ?? 0
  if (time !== set.times[index - 1]) return { time, prefix: NO_PREFIX }
  const [one, other] = [(index - 1) * ID_BYTES, index * ID_BYTES]
  let same = 0
  while (same < ID_BYTES - 1 && set.hashes[one + same] === set.hashes[other + same]) same++
  return { time, prefix: set.hashes.subarray(other, other + same + 1) }
}

/** The first place, from `from` on, whose item is not before the bound. */
function lowerBound(set: ItemSet, from: number, bound: Bound): number {
  let low = from
  let high = set.size
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(set, middle, bound)) low = middle + 1
    else high = middle
  }
  return low
}

function isBefore({ times, hashes }: ItemSet, index: number, { time, prefix }: Bound): boolean {
  const own = times[index] ?? 0
  if (own !== time) return own < time
  for (let i = 0; i < prefix.length; i++) {
    const difference = (hashes[index * ID_BYTES + i] ?? 0) - (prefix[i] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

function sameFingerprint(theirs: Uint8Array, set: ItemSet, lower: number, upper: number): boolean {
  const ours = fingerprintOf(set, lower, upper)
  return theirs.every((byte, i) => byte === ours[i])
}

/** SHA-256 of the sum of the ids (as little-endian numbers, modulo 2^256) and their count, cut to 16 bytes. */
function fingerprintOf({ hashes }: ItemSet, lower: number, upper: number): Uint8Array {
  const sum = sumOfIds(hashes, lower, upper)
  const count = varintOf(upper - lower)
  const input = new Uint8Array(ID_BYTES + count.length)
  input.set(sum)
  input.set(count, ID_BYTES)
  return sha256(input).subarray(0, FINGERPRINT_BYTES)
}

const LANES = ID_BYTES / 2

function sumOfIds(hashes: Uint8Array, lower: number, upper: number): Uint8Array {
  // sums of 16 bits stay exact for 2^37 items, so what is carried over is worked out once, at the end
  const lanes = new Float64Array(LANES)
  for (let at = lower * ID_BYTES; at < upper * ID_BYTES; at += ID_BYTES) {
    for (let lane = 0; lane < LANES; lane++) {
      lanes[lane] = (lanes[lane] ?? 0) + ((hashes[at + 2 * lane] ?? 0) | ((hashes[at + 2 * lane + 1] ?? 0) << 8))
    }
  }
  const sum = new Uint8Array(ID_BYTES)
  let carry = 0
  for (let lane = 0; lane < LANES; lane++) {
    const value = (lanes[lane] ?? 0) + carry
    carry = Math.floor(value / 0x10000)
    sum[2 * lane] = value % 0x100
    sum[2 * lane + 1] = Math.floor(value / 0x100) % 0x100
  }
  return sum
}

/** A number in base 128, the highest digit first; all digits but the last have their eighth bit set. */
function varintOf(value: number): number[] {
  const digits = [value % 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift((rest % 128) | 128)
  return digits
}

interface Reader {
  over(): boolean
  byte(): number
  take(length: number): Uint8Array
  varint(): number
  bound(): Bound
}

function createReader(message: Uint8Array): Reader {
  let at = 0
  let time = 0

  function take(length: number): Uint8Array {
    if (at + length > message.length) throw new InvalidBytesError('expected a longer message of Negentropy')
    at += length
    return message.subarray(at - length, at)
  }

  function byte(): number {
    return take(1)[0] ?? 0
  }

  function varint(): number {
    let value = 0
    for (;;) {
      const digit = byte()
      value = value * 128 + (digit & 127)
      if (value > Number.MAX_SAFE_INTEGER) throw new InvalidBytesError('expected a number below 2^53')
      if (digit < 128) return value
    }
  }

  return {
    over: () => at >= message.length,
    byte,
    take,
    varint,
    bound() {
      const offset = varint()
      // 0 is the end of time; other times are told by how far they are after the one before, and 1
      time = offset === 0 ? Infinity : time + offset - 1
      if (time !== Infinity && time > Number.MAX_SAFE_INTEGER) throw new InvalidBytesError('expected a time below 2^53')
      const length = varint()
      if (length > ID_BYTES) throw new InvalidBytesError(`expected a prefix of at most ${ID_BYTES} bytes, got ${length}`)
      return { time, prefix: take(length) }
    }
  }
}

interface Writer {
  /** whether nothing but the version is in it */
  readonly empty: boolean
  bytes(): Uint8Array
  /** Whether so many bytes more would be too many, with room kept for the end. */
  full(more: number): boolean
  roomForIds(): number
  range(to: Bound, mode: number): void
  fingerprint(to: Bound, set: ItemSet, lower: number, upper: number): void
  idList(to: Bound, set: ItemSet, lower: number, upper: number): void
}

function createWriter(limit: number): Writer {
  if (limit < MIN_FRAME_BYTES) throw new RangeError(`expected a limit of at least ${MIN_FRAME_BYTES} bytes, got ${limit}`)
  let buffer = new Uint8Array(512)
  let length = 0
  let time = 0

  function put(bytes: ArrayLike<number>): void {
    if (length + bytes.length > buffer.length) {
      const larger = new Uint8Array(Math.max(2 * buffer.length, length + bytes.length))
      larger.set(buffer.subarray(0, length))
      buffer = larger
    }
    buffer.set(bytes, length)
    length += bytes.length
  }

  function range(to: Bound, mode: number): void {
    put(varintOf(to.time === Infinity ? 0 : to.time - time + 1))
    time = to.time
    put(varintOf(to.prefix.length))
    put(to.prefix)
    put(varintOf(mode))
  }

  put([VERSION])
  return {
    get empty() {
      return length === 1
    },
    bytes: () => buffer.subarray(0, length),
    full: (more) => length + more > limit - RESERVED_BYTES,
    roomForIds: () => Math.max(0, Math.floor((limit - RESERVED_BYTES - length) / ID_BYTES)),
    range,
    fingerprint(to, set, lower, upper) {
      range(to, FINGERPRINT)
      put(fingerprintOf(set, lower, upper))
    },
    idList(to, set, lower, upper) {
      range(to, ID_LIST)
      put(varintOf(upper - lower))
      put(set.hashes.subarray(lower * ID_BYTES, upper * ID_BYTES))
    }
  }
}
