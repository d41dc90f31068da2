/** Checking many signatures at once. */
import { keepNewest } from '../support/keep-newest.ts'
import { toHex } from './hash.ts'
import { importPublicKey, verifyIn } from './keys.ts'

/** A signature in question, and what it is said to be of (see `AgentKey.sign`). */
export interface Signed {
  publicKey: Uint8Array
  domain: string
  bytes: Uint8Array
  signature: Uint8Array
}

export interface Verifier {
  /** Whether each of these signatures holds, in their order. What is no key or no signature simply does not. */
  verify(batch: readonly Signed[]): Promise<boolean[]>
}

export interface VerifierInit {
  /** imported keys that are kept for the next batch; 1,024 unless told */
  maxKeys?: number
}

/** Checks with WebCrypto, which has threads of its own. Importing a key costs half of a check, so keys are kept. */
export function createVerifier({ maxKeys = 1024 }: VerifierInit = {}): Verifier {
  /** those used last come last */
  const keys = new Map<string, Promise<CryptoKey | null>>()

  function keyOf(publicKey: Uint8Array): Promise<CryptoKey | null> {
    const name = toHex(publicKey)
    const key = keys.get(name) ?? importPublicKey(publicKey)
    keys.delete(name)
    keys.set(name, key)
    keepNewest(keys, maxKeys)
    key.catch(() => keys.delete(name))
    return key
  }

  return {
    verify: (batch) =>
      Promise.all(
        batch.map(async ({ publicKey, domain, bytes, signature }) => {
          const key = await keyOf(publicKey)
          return key !== null && verifyIn(domain, key, bytes, signature)
        })
      )
  }
}
