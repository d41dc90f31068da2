import { existsSync, readFileSync } from 'node:fs'
import { base58btc } from 'multiformats/bases/base58'
import { describe, expect, test } from 'vitest'
import { agentId } from '../schema/codec.ts'
import { InvalidDidError, didOf, publicKeyOf } from './did.ts'

const vectors = new URL('../../../../shared/vectors/', import.meta.url)

// the example of the did:key method's specification
const example = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'

test('a public key and its did:key name each other', () => {
  const publicKey = publicKeyOf(example)
  expect(publicKey).toHaveLength(32)
  expect(didOf(publicKey)).toBe(example)
  for (const byte of [0, 1, 255]) {
    const key = new Uint8Array(32).fill(byte)
    expect(publicKeyOf(didOf(key))).toEqual(key)
    expect(agentId.safeParse(didOf(key)).success).toBe(true)
  }
})

test.for<[string, string]>([
  ['nothing', ''],
  ['another method', 'did:web:example.org'],
  ['another base', 'did:key:u7QEsamplesample'],
  ['not base58', example.replace('ha', '0l')],
  ['a character beyond Latin-1 for one that stands for zero', didOf(new Uint8Array(32)).replace(/.$/, '\u0431')],
  ['a character that is none in the middle', example.replace('ha', '\ufffda')],
  ['a character less', example.slice(0, -1)],
  ['a character more', `${example}1`],
  ['a fragment', `${example}#${example.slice(8)}`],
  ['far too much', `did:key:z${'1'.repeat(1_000_000)}`]
])('%s is refused', ([, did]) => {
  expect(() => publicKeyOf(did)).toThrow(InvalidDidError)
})

test('an X25519 key is refused by name', () => {
  const bytes = new Uint8Array(34)
  bytes.set([0xec, 0x01])
  expect(() => publicKeyOf(`did:key:${base58btc.encode(bytes)}`)).toThrow(/got an X25519 key/)
})

test('a public key of another length has no did:key', () => {
  expect(() => didOf(new Uint8Array(33))).toThrow(InvalidDidError)
})

describe.skipIf(!existsSync(vectors))('published did:key vectors of other curves (skipped: no vectors here)', () => {
  test.for<[string, RegExp]>([
    ['atproto-w3c-didkey-k256.json', /got a secp256k1 \(k256\) key/],
    ['atproto-w3c-didkey-p256.json', /got a P-256 key/]
  ])('%s is refused by name', ([file, message]) => {
    const dids = JSON.parse(readFileSync(new URL(file, vectors), 'utf8')) as Array<{ publicDidKey: string }>
    expect(dids.length).toBeGreaterThan(0)
    for (const { publicDidKey } of dids) expect(() => publicKeyOf(publicDidKey)).toThrow(message)
  })
})
