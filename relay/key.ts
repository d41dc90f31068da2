/** The relay's key, kept in a file so that its peer id is the same after a restart. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'

/** The key file is there but holds no key. Nothing is overwritten: a new key would be a new peer id. */
export class RelayKeyError extends Error {
  override readonly name = 'RelayKeyError'
}

/**
 * The key in `folder`, made (Ed25519, readable by its owner only) when there is none.
 *
 * @throws RelayKeyError when the file does not hold a key
 */
export async function loadRelayKey(folder: string): Promise<PrivateKey> {
  const path = join(folder, 'relay.key')
  const kept = await readKey(path)
  if (kept !== null) return kept
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const key = await generateKeyPair('Ed25519')
  try {
    await writeFile(path, privateKeyToProtobuf(key), { mode: 0o600, flag: 'wx' })
    return key
  } catch (error) {
    const others = isCode(error, 'EEXIST') ? await readKey(path) : null
    if (others === null) throw error
    return others
  }
}

async function readKey(path: string): Promise<PrivateKey | null> {
  let bytes
  try {
    bytes = await readFile(path)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null
    throw error
  }
  try {
    return privateKeyFromProtobuf(bytes)
  } catch (cause) {
    throw new RelayKeyError(`expected the relay's private key in ${path}; delete the file to start with a new one`, {
      cause
    })
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
