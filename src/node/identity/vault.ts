/**
 * Where an agent's key is kept. Adapters: `indexeddb-vault.ts` (browsers), `memory-vault.ts`, and
 * `headless/key-file.ts` (Node).
 */
import type { AgentKey } from '../crypto/keys.ts'

export interface KeyVault {
  /**
   * The key, made and kept first if there is none. However many ask at once, also from several tabs or
   * processes, all get the same one.
   *
   * @throws StoreUnavailableError when the place is refused or gone
   * @throws KeyVaultError when what is kept there is not a key
   */
  load(): Promise<AgentKey>
}

/** What a vault holds can't be used as a key. `message` says what is wrong and what to do. */
export class KeyVaultError extends Error {
  override readonly name = 'KeyVaultError'
}
