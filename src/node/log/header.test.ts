import { beforeAll, expect, test } from 'vitest'
import { agentKey, generateKeyPair, type AgentKey } from '../crypto/keys.ts'
import { InvalidBytesError, encode } from '../schema/codec.ts'
import { MAX_BODY_BYTES, MAX_HEADER_BYTES, entryKind, type Sketch } from '../schema/header.ts'
import { decodeHeader, encodeHeader, headerHash, signHeader, verifyHeader, type HeaderFields } from './header.ts'

let key: AgentKey
beforeAll(async () => {
  key = await agentKey(await generateKeyPair())
})

const most = Number.MAX_SAFE_INTEGER
const smallest: HeaderFields = {
  seq: 1,
  previous: null,
  skip: null,
  kind: 'outcome',
  bodyHash: new Uint8Array(32),
  bodySize: 1,
  time: 0,
  expiry: null,
  sketch: null
}
const largest: HeaderFields = {
  seq: most,
  previous: new Uint8Array(32).fill(255),
  skip: new Uint8Array(32).fill(255),
  kind: 'capability',
  bodyHash: new Uint8Array(32).fill(255),
  bodySize: MAX_BODY_BYTES,
  time: most,
  expiry: most,
  sketch: null
}
const largestSketch: Sketch = [0xffff, new Uint8Array(32).fill(255), [0xffff, 0xffff, 0xffff, 0xffff]]

test.for<[string, () => HeaderFields]>([
  ['the smallest', () => smallest],
  ['the largest', () => largest],
  ['with a sketch', () => ({ ...largest, sketch: largestSketch })]
])('%s comes back as it was, and its signature holds', async ([, fields]) => {
  const header = await signHeader(key, fields())
  const decoded = decodeHeader(encodeHeader(header))
  expect(decoded).toEqual(header)
  expect(await verifyHeader(decoded)).toBe(true)
})

test('stays under 256 bytes, and under 320 with a sketch, whatever is in it', async () => {
  for (const kind of entryKind.options) {
    const plain = encodeHeader(await signHeader(key, { ...largest, kind }))
    expect(plain.length).toBeLessThan(256)
    const sketched = encodeHeader(await signHeader(key, { ...largest, kind, sketch: largestSketch }))
    expect(sketched.length).toBeLessThan(MAX_HEADER_BYTES)
  }
})

test('a change of any bit of any byte is refused', async () => {
  const bytes = encodeHeader(await signHeader(key, { ...largest, sketch: largestSketch }))
  for (let i = 0; i < bytes.length; i++) {
    for (const mask of [1, 0x80, 0xff]) {
      const changed = bytes.slice()
      changed[i] = (changed[i] ?? 0) ^ mask
      expect(await isGood(changed), `byte ${i} xor ${mask}`).toBe(false)
    }
  }
  for (let length = 0; length < bytes.length; length++) expect(await isGood(bytes.slice(0, length))).toBe(false)
  expect(await isGood(new Uint8Array([...bytes, 0]))).toBe(false)
})

test('one header has one encoding', async () => {
  const bytes = encodeHeader(await signHeader(key, smallest))
  // array(12), then version 1: the same number in two bytes
  expect([...bytes.subarray(0, 2)]).toEqual([0x8c, 0x01])
  expect(() => decodeHeader(new Uint8Array([0x8c, 0x18, 0x01, ...bytes.subarray(2)]))).toThrow(InvalidBytesError)
  // the same number as a float
  expect(() =>
    decodeHeader(new Uint8Array([0x8c, 0xfb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0, ...bytes.subarray(2)]))
  ).toThrow(InvalidBytesError)
  // an array without a length in front
  expect(() => decodeHeader(new Uint8Array([0x9f, ...bytes.subarray(1), 0xff]))).toThrow(InvalidBytesError)
})

test.for<[string, Partial<Record<keyof HeaderFields, unknown>>]>([
  ['a sequence number below 1', { seq: 0 }],
  ['a fraction as a sequence number', { seq: 1.5 }],
  ['a number that is too large to be exact', { time: 2 ** 53 }],
  ['a previous header at the start', { seq: 1, previous: new Uint8Array(32) }],
  ['no previous header further on', { seq: 2, previous: null }],
  ['a short hash', { bodyHash: new Uint8Array(31) }],
  ['an empty body', { bodySize: 0 }],
  ['a body that is too large', { bodySize: MAX_BODY_BYTES + 1 }],
  ['no kind', { kind: '' }],
  ['a kind of other characters', { kind: 'Rating' }],
  ['a kind that is too long', { kind: 'a'.repeat(17) }],
  ['a skip link where it says nothing of its own', { seq: 2, previous: new Uint8Array(32), skip: new Uint8Array(32) }],
  ['no skip link where there should be one', { seq: 4, previous: new Uint8Array(32), skip: null }],
  ['a model without a number', { sketch: [0, new Uint8Array(32), [1]] }],
  ['a leaf beyond the last', { sketch: [1, new Uint8Array(32), [0x10000]] }],
  ['five leaves', { sketch: [1, new Uint8Array(32), [1, 2, 3, 4, 5]] }],
  ['no leaf', { sketch: [1, new Uint8Array(32), []] }]
])('%s is neither signed nor read', async ([, change]) => {
  const fields = { ...smallest, ...change } as HeaderFields
  await expect(signHeader(key, fields)).rejects.toThrow(InvalidBytesError)
  const { seq, previous, skip, kind, bodyHash, bodySize, time, expiry, sketch } = fields
  const unsigned = [1, key.publicKey, seq, previous, skip, kind, bodyHash, bodySize, time, expiry, sketch]
  const bytes = encode([...unsigned, await key.sign('header', encode(unsigned))])
  expect(() => decodeHeader(bytes)).toThrow(InvalidBytesError)
})

test('a skip link of the first entry, another version, or something more is not read', async () => {
  const header = await signHeader(key, smallest)
  const good = [1, key.publicKey, 1, null, null, 'outcome', header.bodyHash, 1, 0, null, null, header.signature]
  expect(decodeHeader(encode(good))).toEqual(header)
  expect(() => decodeHeader(encode(good.with(4, new Uint8Array(32))))).toThrow(InvalidBytesError)
  expect(() => decodeHeader(encode(good.with(0, 2)))).toThrow(InvalidBytesError)
  expect(() => decodeHeader(encode([...good, null]))).toThrow(InvalidBytesError)
})

test('the signature is over every field, the author too', async () => {
  const header = await signHeader(key, largest)
  const other = await agentKey(await generateKeyPair())
  expect(await verifyHeader({ ...header, author: other.publicKey })).toBe(false)
  expect(await verifyHeader({ ...header, expiry: null })).toBe(false)
  expect(await verifyHeader({ ...header, kind: 'intention' })).toBe(false)
})

test('the hash is the SHA-256 of the encoded header', async () => {
  const bytes = new TextEncoder().encode('abc')
  const hex = Buffer.from(await headerHash(bytes)).toString('hex')
  expect(hex).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

async function isGood(bytes: Uint8Array): Promise<boolean> {
  try {
    return await verifyHeader(decodeHeader(bytes))
  } catch (error) {
    if (error instanceof InvalidBytesError) return false
    throw error
  }
}
