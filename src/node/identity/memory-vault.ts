/**
 * A vault that forgets when the tab or process ends: for tests, and where the browser refuses storage.
 */
import { agentKey, generateKeyPair, type AgentKey } from '../crypto/keys.ts'
import type { KeyVault } from './vault.ts'

/** A vault in memory. */
export function createMemoryVault(): KeyVault {
  let key: Promise<AgentKey> | undefined
  return {
    load() {
      key ??= generateKeyPair().then(agentKey)
      return key
    }
  }
}
