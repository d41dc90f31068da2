/**
 * The vault of browsers: the key pair itself is kept in IndexedDB. Its private part can't be read out, not
 * even by this page.
 */
import type { DBSchema } from 'idb'
import { agentKey, generateKeyPair } from '../crypto/keys.ts'
import { openDatabase, storeError } from '../store/indexeddb-database.ts'
import { KeyVaultError, type KeyVault } from './vault.ts'

interface Schema extends DBSchema {
  keys: { key: string; value: unknown }
}

const VERSION = 1
const COLLECTION = 'keys'
const AGENT = 'agent'
const OPEN_TIMEOUT_MS = 10_000

/** A vault in the IndexedDB database `name`, which must be its own. */
export function createIndexedDbVault(name: string): KeyVault {
  return {
    async load() {
      const kept = await loadPair(name)
      if (!isKeyPair(kept)) {
        throw new KeyVaultError(`expected an Ed25519 key pair in ${name}; clear this site's data to start anew`)
      }
      return agentKey(kept)
    }
  }
}

async function loadPair(name: string): Promise<unknown> {
  let gone: Error | undefined
  const db = await openDatabase<Schema>(name, {
    version: VERSION,
    timeoutMs: OPEN_TIMEOUT_MS,
    upgrade: (database) => void database.createObjectStore(COLLECTION),
    onLost: (reason) => (gone = reason)
  })
  try {
    const kept = await db.get(COLLECTION, AGENT)
    if (kept !== undefined) return kept
    // made before the transaction, which would not wait for it; of several tabs' pairs the first one stays
    const made = await generateKeyPair()
    const tx = db.transaction(COLLECTION, 'readwrite', { durability: 'strict' })
    const keep = async (): Promise<unknown> => {
      const others = await tx.store.get(AGENT)
      if (others !== undefined) return others
      await tx.store.put(made, AGENT)
      return made
    }
    const [pair] = await Promise.all([keep(), tx.done])
    return pair
  } catch (error) {
    throw gone ?? storeError(error)
  } finally {
    db.close()
  }
}

function isKeyPair(value: unknown): value is CryptoKeyPair {
  if (typeof value !== 'object' || value === null) return false
  const { privateKey, publicKey } = value as Partial<CryptoKeyPair>
  return [privateKey, publicKey].every((key) => key instanceof CryptoKey && key.algorithm.name === 'Ed25519')
}
