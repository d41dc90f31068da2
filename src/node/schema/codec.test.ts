import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { InvalidBytesError, MAX_DEPTH, decode, encode } from './codec.ts'

const file = new URL('../../../../shared/vectors/cbor-appendix-a.json', import.meta.url)
const seed = 20261124

const fromHex = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const anything = z.unknown()

test.for<[string, string]>([
  ['map keys in another order', 'a2616201616101'],
  ['longer keys first', 'a262616101616202'],
  ['a key twice', 'a2616101616102'],
  ['a longer integer than is needed', '1801'],
  ['half a float', 'f93e00'],
  ['a single float', 'fa47c35000'],
  ['a whole number as a float', 'fb3ff0000000000000'],
  ['zero below zero', 'fb8000000000000000'],
  ['not a number', 'fb7ff8000000000000'],
  ['undefined', 'f7'],
  ['an array without a length', '9f01ff'],
  ['a string without a length', '7f6161ff'],
  ['a tag', 'c001'],
  ['text that is not UTF-8', '61ff'],
  ['more than one item', '0101'],
  ['less than one item', '81'],
  ['nothing', '']
])('%s is refused', ([, hex]) => {
  expect(() => decode(fromHex(hex), anything, 100)).toThrow(InvalidBytesError)
})

test('more bytes than the limit are not looked at', () => {
  expect(() => decode(encode('a'.repeat(10)), anything, 10)).toThrow('expected at most 10 bytes, got 11')
})

test('as many levels as there may be are read, one more is refused, and so is what no stack has room for', () => {
  const nested = (levels: number) => Uint8Array.from({ length: levels }, (_, i) => (i === levels - 1 ? 0x80 : 0x81))
  expect(decode(nested(MAX_DEPTH), anything, 100)).toHaveLength(1)
  for (const levels of [MAX_DEPTH + 1, 5_000, 60_000]) {
    expect(() => decode(nested(levels), anything, 60_000)).toThrow(InvalidBytesError)
  }
})

test('a value has one encoding, and comes back from it', () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
      fc.string({ unit: 'binary' }),
      fc.boolean(),
      fc.constant(null),
      fc.uint8Array(),
      fc.array(tie('any'), { maxLength: 5 }),
      fc.dictionary(
        fc.string().filter((key) => key !== '__proto__'),
        tie('any'),
        { maxKeys: 5, noNullPrototype: true }
      )
    )
  })).any
  fc.assert(
    fc.property(value, (value) => {
      const bytes = encode(value)
      expect(decode(bytes, anything, bytes.length)).toEqual(value)
      expect(toHex(encode(decode(bytes, anything, bytes.length)))).toBe(toHex(bytes))
    }),
    { seed, numRuns: 500 }
  )
})

interface Vector {
  hex: string
  decoded?: unknown
  diagnostic?: string
}

/** What RFC 8949 has and our deterministic DAG-CBOR has not, by the first bytes, and why. */
const absent: Array<[RegExp, string]> = [
  [/^(f9|fa)/, 'floats of 16 and 32 bits'],
  [/^fb(7|f)ff/, 'infinities, and what is not a number'],
  [/^f[078]/, 'undefined and simple values'],
  [/^[cd]/, 'tags but that of links'],
  [/^(5f|7f|9f|bf|83018202039f|83019f|826161bf)/, 'lengths that are not known before'],
  [/^a201020304/, 'keys that are not text']
]

describe.skipIf(!existsSync(file))('RFC 8949, appendix A (skipped: no vectors here)', () => {
  const vectors = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Vector[]) : []

  test('is all there', () => {
    expect(vectors.length).toBeGreaterThan(80)
  })

  test.for(vectors)('$hex', ({ hex, decoded, diagnostic }) => {
    const bytes = fromHex(hex)
    if (absent.some(([beginning]) => beginning.test(hex))) {
      expect(() => decode(bytes, anything, 1000)).toThrow(InvalidBytesError)
      return
    }
    const value = decode(bytes, anything, 1000)
    expect(toHex(encode(value))).toBe(hex)
    if (diagnostic?.startsWith("h'")) expect(value).toEqual(fromHex(diagnostic.slice(2, -1)))
    // the vectors' own JSON can't hold whole numbers above 2^53
    else if (typeof value === 'bigint') expect(Number(value)).toBe(decoded)
    else expect(value).toEqual(decoded ?? null)
  })
})
