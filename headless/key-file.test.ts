import { generateKeyPairSync } from 'node:crypto'
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { verify } from '../src/node/crypto/keys.ts'
import { KeyVaultError } from '../src/node/identity/vault.ts'
import { createKeyFileVault } from './key-file.ts'

let dir: string
let path: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'starling-key-'))
  path = join(dir, 'agent.pem')
})
afterEach(() => rm(dir, { recursive: true }))

test('makes a key that only its owner may read, and loads it again', async () => {
  const first = await createKeyFileVault(path).load()
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await readFile(path, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----/)
  const second = await createKeyFileVault(path).load()
  expect(second.agent).toBe(first.agent)
  const bytes = new Uint8Array([1, 2, 3])
  expect(await verify(first.publicKey, 'test', bytes, await second.sign('test', bytes))).toBe(true)
})

test('of many that make it at once, one wins, and nothing else is left', async () => {
  const keys = await Promise.all(Array.from({ length: 16 }, () => createKeyFileVault(path).load()))
  expect(new Set(keys.map(({ agent }) => agent)).size).toBe(1)
  expect(await readdir(dir)).toEqual(['agent.pem'])
})

test('a key that others can read is refused', async () => {
  await createKeyFileVault(path).load()
  await chmod(path, 0o644)
  await expect(createKeyFileVault(path).load()).rejects.toThrow(/mode 644/)
})

test('what is not an Ed25519 key is refused, and left as it is', async () => {
  await writeFile(path, 'not a key', { mode: 0o600 })
  await expect(createKeyFileVault(path).load()).rejects.toThrow(KeyVaultError)
  expect(await readFile(path, 'utf8')).toBe('not a key')

  const { privateKey } = generateKeyPairSync('x25519')
  await writeFile(path, privateKey.export({ format: 'pem', type: 'pkcs8' }))
  await expect(createKeyFileVault(path).load()).rejects.toThrow(/got x25519/)
})

test('a folder that is not there is told', async () => {
  await expect(createKeyFileVault(join(dir, 'nowhere', 'agent.pem')).load()).rejects.toThrow(/ENOENT/)
})
