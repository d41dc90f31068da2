/**
 * Reading encoded headers, by hand: thousands come at a time when peers meet, and a store may hold hundreds of thousands.
 * It takes exactly the deterministic DAG-CBOR of `schema/header.ts` (shortest integers, definite lengths), so one header
 * has one encoding and one hash; another encoding of the same fields would be a second hash, and look like a fork.
 */
import { InvalidBytesError } from '../schema/codec.ts'
import { HEADER_VERSION, MAX_BODY_BYTES, MAX_HEADER_BYTES, type Header, type Sketch } from '../schema/header.ts'

export const SIGNATURE_ITEM_BYTES = 2 + 64

const HASH_BYTES = 32
const SIGNATURE_BYTES = 64
const MAX_KIND_LENGTH = 16
const MAX = Number.MAX_SAFE_INTEGER
const ARRAY_OF_12 = 0x8c
const NULL = 0xf6

/** What is to be known of a header at a glance. */
export interface HeaderFacts {
  /** the first 16 bits of the author's public key */
  prefix: number
  seq: number
  kind: string
  time: number
  /** Infinity: never */
  expiry: number
  /** the model of the sketch; 0: no sketch */
  model: number
  /** the leaves of the sketch, nearest first */
  leaves: readonly number[]
}

/**
 * The header in these bytes; its byte strings are views of them. How its links fit its sequence number is not looked at.
 *
 * @throws InvalidBytesError when they are too many, or are not the one encoding of a header
 */
export function parseHeader(bytes: Uint8Array): Header {
  if (bytes.length > MAX_HEADER_BYTES) {
    throw new InvalidBytesError(`expected at most ${MAX_HEADER_BYTES} bytes, got ${bytes.length}`)
  }
  const reader = new Reader(bytes, 0)
  reader.start()
  const header: Header = {
    version: HEADER_VERSION,
    author: reader.byteString(HASH_BYTES),
    seq: reader.whole(1, MAX),
    previous: reader.isNull() ? null : reader.byteString(HASH_BYTES),
    skip: reader.isNull() ? null : reader.byteString(HASH_BYTES),
    kind: reader.kind(),
    bodyHash: reader.byteString(HASH_BYTES),
    bodySize: reader.whole(1, MAX_BODY_BYTES),
    time: reader.whole(0, MAX),
    expiry: reader.isNull() ? null : reader.whole(0, MAX),
    sketch: reader.isNull() ? null : sketchIn(reader),
    signature: reader.byteString(SIGNATURE_BYTES)
  }
  reader.end()
  return header
}

/** The facts in an encoded header that was checked before, `from` there in these bytes. */
export function parseFacts(bytes: Uint8Array, from: number): HeaderFacts {
  const reader = new Reader(bytes, from)
  reader.start()
  const author = reader.skip(HASH_BYTES)
  const seq = reader.whole(1, MAX)
  for (let link = 0; link < 2; link++) if (!reader.isNull()) reader.skip(HASH_BYTES)
  const kind = reader.kind()
  reader.skip(HASH_BYTES)
  reader.whole(1, MAX_BODY_BYTES)
  const time = reader.whole(0, MAX)
  const expiry = reader.isNull() ? Infinity : reader.whole(0, MAX)
  let model = 0
  let leaves: number[] = []
  if (!reader.isNull()) {
    model = reader.model()
    reader.skip(HASH_BYTES)
    leaves = reader.leaves()
  }
  return { prefix: prefixAt(bytes, author), seq, kind, time, expiry, model, leaves }
}

export function factsOf({ author, seq, kind, time, expiry, sketch }: Header): HeaderFacts {
  const [model, , leaves] = sketch ?? [0, null, []]
  return { prefix: prefixAt(author, 0), seq, kind, time, expiry: expiry ?? Infinity, model, leaves }
}

function prefixAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0)
}

function sketchIn(reader: Reader): Sketch {
  return [reader.model(), reader.byteString(HASH_BYTES), reader.leaves()]
}

/** Goes through the items of a header, and throws `InvalidBytesError` at the first that is not as it should be. */
class Reader {
  readonly #bytes: Uint8Array
  #at: number

  constructor(bytes: Uint8Array, from: number) {
    this.#bytes = bytes
    this.#at = from
  }

  start(): void {
    this.#exactly(ARRAY_OF_12, 'an array of 12')
    this.#exactly(HEADER_VERSION, 'version 1')
  }

  end(): void {
    if (this.#at !== this.#bytes.length) this.#fail('nothing more')
  }

  /** @returns where its first byte is */
  skip(length: number): number {
    this.#exactly(0x58, 'a byte string')
    this.#exactly(length, `${length} bytes`)
    const from = this.#at
    this.#at += length
    if (this.#at > this.#bytes.length) this.#fail(`${length} bytes`)
    return from
  }

  byteString(length: number): Uint8Array {
    const from = this.skip(length)
    return this.#bytes.subarray(from, from + length)
  }

  isNull(): boolean {
    if (this.#bytes[this.#at] !== NULL) return false
    this.#at++
    return true
  }

  whole(min: number, max: number): number {
    const first = this.#next()
    let value = first
    if (first > 0x17) {
      if (first < 0x18 || first > 0x1b) this.#fail('a whole number')
      const length = 1 << (first - 0x18)
      value = 0
      for (let i = 0; i < length; i++) value = value * 256 + this.#next()
      if (value < (length === 1 ? 24 : 2 ** (4 * length))) this.#fail('the shortest form of a number')
    }
    // sums above the safe integers are not exact, but they are above
    if (value < min || value > max) this.#fail(`a number from ${min} to ${max}`)
    return value
  }

  kind(): string {
    const length = this.#next() - 0x60
    if (length < 1 || length > MAX_KIND_LENGTH) this.#fail('a kind of entry')
    let kind = ''
    for (let i = 0; i < length; i++) {
      const code = this.#next()
      const isLetter = code >= 0x61 && code <= 0x7a
      if (!isLetter && (code !== 0x2d || i === 0)) this.#fail('a kind of entry')
      kind += String.fromCharCode(code)
    }
    return kind
  }

  model(): number {
    this.#exactly(0x83, 'a sketch')
    return this.whole(1, 0xffff)
  }

  leaves(): number[] {
    const length = this.#next() - 0x80
    if (length < 1 || length > 4) this.#fail('one to four leaves')
    const leaves: number[] = []
    for (let i = 0; i < length; i++) leaves.push(this.whole(0, 0xffff))
    return leaves
  }

  #next(): number {
    const byte = this.#bytes[this.#at++]
    return byte ?? this.#fail('more')
  }

  #exactly(byte: number, what: string): void {
    if (this.#next() !== byte) this.#fail(what)
  }

  #fail(what: string): never {
    throw new InvalidBytesError(`expected ${what} in canonical DAG-CBOR at byte ${this.#at}`)
  }
}
