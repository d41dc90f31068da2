import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InvalidBytesError, decode, encode } from '../schema/codec.ts'
import { MAX_BODY_BYTES, MAX_HEADER_BYTES, headerTuple, type HeaderTuple } from '../schema/header.ts'
import { factsOf, parseFacts, parseHeader } from './parse-header.ts'

const most = Number.MAX_SAFE_INTEGER
const byteString = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
/** Around the sizes at which an integer's encoding grows. */
const whole = (min: number, max: number) =>
  fc.oneof(
    fc.maxSafeInteger(),
    fc.integer({ min: 0, max: 300 }),
    fc.constantFrom(23, 24, 255, 256, 0xffff, 0x10000, 2 ** 32 - 1, 2 ** 32, most)
  ).map((n) => Math.min(max, Math.max(min, Math.abs(n))))

const tuple: fc.Arbitrary<HeaderTuple> = fc.tuple(
  fc.constant(1 as const),
  byteString(32),
  whole(1, most),
  fc.option(byteString(32)),
  fc.option(byteString(32)),
  fc.stringMatching(/^[a-z][a-z-]{0,15}$/),
  byteString(32),
  whole(1, MAX_BODY_BYTES),
  whole(0, most),
  fc.option(whole(0, most)),
  fc.option(fc.tuple(whole(1, 0xffff), byteString(32), fc.array(whole(0, 0xffff), { minLength: 1, maxLength: 4 }))),
  byteString(64)
)

/** What the schema finds in these bytes: the tuple, or nothing. */
function bySchema(bytes: Uint8Array): HeaderTuple | null {
  try {
    const found = decode(bytes, headerTuple, MAX_HEADER_BYTES)
    return Buffer.from(encode(found)).equals(Buffer.from(bytes)) ? found : null
  } catch (error) {
    if (error instanceof InvalidBytesError) return null
    throw error
  }
}

function byHand(bytes: Uint8Array): HeaderTuple | null {
  try {
    const h = parseHeader(bytes)
    const { version, author, seq, previous, skip, kind, bodyHash, bodySize, time, expiry, sketch, signature } = h
    return [version, author, seq, previous, skip, kind, bodyHash, bodySize, time, expiry, sketch, signature]
  } catch (error) {
    if (error instanceof InvalidBytesError) return null
    throw error
  }
}

test('reads what the schema reads', () => {
  fc.assert(
    fc.property(tuple, (fields) => {
      const bytes = encode(fields)
      expect(byHand(bytes)).toEqual(fields)
      expect(byHand(bytes)).toEqual(bySchema(bytes))
      // and at a glance
      const padded = new Uint8Array(bytes.length + 9)
      padded.set(bytes, 9)
      expect(parseFacts(padded, 9)).toEqual(factsOf(parseHeader(bytes)))
    }),
    { seed: 1, numRuns: 500 }
  )
})

test('refuses what the schema refuses: changed, cut, lengthened and spliced bytes', () => {
  const change = fc.record({
    at: fc.nat(400),
    cut: fc.nat(3),
    put: fc.oneof(fc.uint8Array({ maxLength: 4 }), fc.constantFrom([0xf6], [0x18], [0x1b], [0xf9], [0x9f], [0x81]))
  })
  let taken = 0
  fc.assert(
    fc.property(tuple, fc.array(change, { minLength: 1, maxLength: 2 }), (fields, changes) => {
      const bytes = [...encode(fields)]
      for (const { at, cut, put } of changes) bytes.splice(at % bytes.length, cut, ...put)
      const changed = new Uint8Array(bytes)
      const expected = bySchema(changed)
      expect(byHand(changed)).toEqual(expected)
      if (expected !== null) taken++
    }),
    { seed: 2, numRuns: 2500 }
  )
  // changes inside a hash are of no concern here
  expect(taken).toBeGreaterThan(20)
})

test('refuses any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      expect(byHand(bytes)).toEqual(bySchema(bytes))
    }),
    { seed: 3, numRuns: 2000 }
  )
})
