import { openDB } from 'idb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { verify } from '../crypto/keys.ts'
import { StoreUnavailableError } from '../store/store.ts'
import { createIndexedDbVault } from './indexeddb-vault.ts'
import { KeyVaultError } from './vault.ts'

let name = ''
let count = 0
beforeEach(() => {
  name = `vault-test-${Date.now()}-${count++}`
})
afterEach(() => {
  vi.restoreAllMocks()
})

test('the key is kept, and signs after it was loaded again', async () => {
  const first = await createIndexedDbVault(name).load()
  const second = await createIndexedDbVault(name).load()
  expect(second.agent).toBe(first.agent)
  const bytes = new Uint8Array([1, 2, 3])
  const signature = await second.sign('test', bytes)
  expect(await verify(first.publicKey, 'test', bytes, signature)).toBe(true)
})

test('of many that make a key at once, one wins', async () => {
  const keys = await Promise.all(Array.from({ length: 10 }, () => createIndexedDbVault(name).load()))
  expect(new Set(keys.map(({ agent }) => agent)).size).toBe(1)
})

test('what is kept can not be taken out', async () => {
  await createIndexedDbVault(name).load()
  const db = await openDB(name)
  const pair = (await db.get('keys', 'agent')) as CryptoKeyPair
  db.close()
  expect(pair.privateKey.extractable).toBe(false)
  await expect(crypto.subtle.exportKey('jwk', pair.privateKey)).rejects.toThrow()
})

test('something else in its place is refused, and left as it is', async () => {
  await createIndexedDbVault(name).load()
  const db = await openDB(name)
  await db.put('keys', { privateKey: 'x' }, 'agent')
  await expect(createIndexedDbVault(name).load()).rejects.toThrow(KeyVaultError)
  expect(await db.get('keys', 'agent')).toEqual({ privateKey: 'x' })
  db.close()
})

test('a browser that refuses storage is a store that is not available', async () => {
  vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(() => {
    throw new DOMException('The operation is insecure.', 'SecurityError')
  })
  await expect(createIndexedDbVault(name).load()).rejects.toThrow(StoreUnavailableError)
})
