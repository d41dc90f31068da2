import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { didOf } from './did.ts'
import { fromHex } from './hash.ts'
import { agentKey, generateKeyPair, verify, verifyRaw } from './keys.ts'

const file = new URL('../../../../shared/vectors/wycheproof-ed25519.json', import.meta.url)
const message = new TextEncoder().encode('message')

test('what a key signs, it has signed', async () => {
  const key = await agentKey(await generateKeyPair())
  expect(key.agent).toBe(didOf(key.publicKey))
  const signature = await key.sign('header', message)
  expect(signature).toHaveLength(64)
  expect(await verify(key.publicKey, 'header', message, signature)).toBe(true)
})

test('a signature is for one domain, one message and one key only', async () => {
  const key = await agentKey(await generateKeyPair())
  const other = await agentKey(await generateKeyPair())
  const signature = await key.sign('header', message)
  expect(await verify(key.publicKey, 'certificate', message, signature)).toBe(false)
  expect(await verify(key.publicKey, 'header', message.slice(1), signature)).toBe(false)
  expect(await verify(other.publicKey, 'header', message, signature)).toBe(false)
})

test('a domain that could be mistaken for another one with a message is refused', async () => {
  const key = await agentKey(await generateKeyPair())
  for (const domain of ['', 'Header', 'header/1\0x']) {
    await expect(key.sign(domain, message)).rejects.toThrow(RangeError)
  }
})

test('the private key stays where it is', async () => {
  const pair = await generateKeyPair()
  expect(pair.privateKey.extractable).toBe(false)
  await expect(crypto.subtle.exportKey('pkcs8', pair.privateKey)).rejects.toThrow()
})

test('keys and signatures of another length are not valid, and nothing is thrown', async () => {
  const key = await agentKey(await generateKeyPair())
  const signature = await key.sign('header', message)
  for (const length of [0, 31, 33, 64]) {
    expect(await verify(new Uint8Array(length), 'header', message, signature)).toBe(false)
  }
  for (const length of [0, 63, 65]) {
    expect(await verify(key.publicKey, 'header', message, new Uint8Array(length))).toBe(false)
  }
  expect(await verify(new Uint8Array(32).fill(255), 'header', message, signature)).toBe(false)
})

test('a key of small order, which "signs" everything, is no key', async () => {
  // the neutral element as key and as R, and S = 0, satisfy the equation for any message at all
  const neutral = new Uint8Array(32)
  neutral[0] = 1
  const signature = new Uint8Array(64)
  signature[0] = 1
  const imported = await crypto.subtle.importKey('raw', neutral, 'Ed25519', false, ['verify'])
  expect(await crypto.subtle.verify('Ed25519', imported, signature, message)).toBe(true)
  expect(await verifyRaw(neutral, message, signature)).toBe(false)
  neutral[31] = 0x80
  expect(await verifyRaw(neutral, message, signature)).toBe(false)
})

interface Wycheproof {
  testGroups: Array<{
    publicKey: { pk: string }
    tests: Array<{ tcId: number; comment: string; msg: string; sig: string; result: 'valid' | 'invalid' }>
  }>
}

describe.skipIf(!existsSync(file))('Wycheproof vectors for Ed25519 (skipped: no vectors here)', () => {
  test('each is as valid as it should be', async () => {
    const { testGroups } = JSON.parse(readFileSync(file, 'utf8')) as Wycheproof
    let checked = 0
    for (const { publicKey, tests } of testGroups) {
      for (const { tcId, comment, msg, sig, result } of tests) {
        const valid = await verifyRaw(fromHex(publicKey.pk), fromHex(msg), fromHex(sig))
        expect(valid, `${tcId} ${comment}`).toBe(result === 'valid')
        checked++
      }
    }
    expect(checked).toBeGreaterThan(100)
  })
})
