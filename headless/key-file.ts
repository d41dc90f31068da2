/**
 * The vault of Node: a PKCS #8 file in PEM that only its owner may read, as `openssl genpkey -algorithm
 * ed25519` writes it. Keep it beside the log that it signs: a key with an older copy of its log would
 * append a second branch to it, and other agents would stop believing it.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto'
import { link, open, readFile, stat, unlink } from 'node:fs/promises'
import { agentKey } from '../src/node/crypto/keys.ts'
import { KeyVaultError, type KeyVault } from '../src/node/identity/vault.ts'

const OWNER_ONLY = 0o600

/** A vault in the file `path`; its folder must exist. */
export function createKeyFileVault(path: string): KeyVault {
  return {
    async load() {
      const pem = (await readKeyFile(path)) ?? (await makeKeyFile(path))
      return agentKey(await importPair(parseKey(path, pem)))
    }
  }
}

async function readKeyFile(path: string): Promise<string | null> {
  let mode: number
  try {
    mode = (await stat(path)).mode
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  }
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new KeyVaultError(
      `expected that only its owner may read ${path}, found mode ${(mode & 0o777).toString(8)}; run chmod 600 on it`
    )
  }
  return readFile(path, 'utf8')
}

/**
 * Makes the file if nobody else is faster, and gives back what it holds then. It is written under another
 * name first and linked, so that nobody ever reads half a key.
 */
async function makeKeyFile(path: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('ed25519')
  const draft = `${path}.${randomUUID()}`
  const file = await open(draft, 'wx', OWNER_ONLY)
  try {
    await file.writeFile(privateKey.export({ format: 'pem', type: 'pkcs8' }))
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    await link(draft, path)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    await unlink(draft)
  }
  const pem = await readKeyFile(path)
  if (pem === null) throw new KeyVaultError(`expected the key file ${path} right after it was made, found nothing`)
  return pem
}

function parseKey(path: string, pem: string): KeyObject {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch (cause) {
    throw new KeyVaultError(`expected a PKCS #8 private key in ${path}; restore it or remove it`, { cause })
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new KeyVaultError(`expected an Ed25519 key in ${path}, got ${key.asymmetricKeyType}`)
  }
  return key
}

async function importPair(key: KeyObject): Promise<CryptoKeyPair> {
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  const [privateKey, publicKey] = await Promise.all([
    crypto.subtle.importKey('pkcs8', new Uint8Array(pkcs8), 'Ed25519', false, ['sign']),
    crypto.subtle.importKey('spki', new Uint8Array(spki), 'Ed25519', true, ['verify'])
  ])
  return { privateKey, publicKey }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
