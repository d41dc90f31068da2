/** Agents' keys and the check of signatures, at once and in this thread: virtual time waits for nobody. */
import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { didOf } from '../src/node/crypto/did.ts'
import type { AgentKey } from '../src/node/crypto/keys.ts'
import type { Verifier } from '../src/node/crypto/verifier.ts'

/** PKCS #8 and SPKI, up to the 32 bytes of an Ed25519 key. */
const PRIVATE = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC = Buffer.from('302a300506032b6570032100', 'hex')

/** The key number `index` of a seed. */
export function createKey(seed: number, index: number): AgentKey {
  const secret = createHash('sha256').update(`starling/sim/${seed}/${index}`).digest()
  const privateKey = createPrivateKey({ key: Buffer.concat([PRIVATE, secret]), format: 'der', type: 'pkcs8' })
  const publicKey = new Uint8Array(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32))
  return {
    agent: didOf(publicKey),
    publicKey,
    sign: async (domain, bytes) => new Uint8Array(sign(null, inDomain(domain, bytes), privateKey))
  }
}

/** Whether the signature is right: no short cut, no memory. */
export function isSigned(publicKey: Uint8Array, domain: string, bytes: Uint8Array, signature: Uint8Array): boolean {
  let key: KeyObject
  try {
    key = createPublicKey({ key: Buffer.concat([PUBLIC, publicKey]), format: 'der', type: 'spki' })
  } catch {
    return false
  }
  return verify(null, inDomain(domain, bytes), key, signature)
}

export function inDomain(domain: string, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`starling/${domain}/1\0`), bytes])
}

/** Checks as the real one does, but each signature only once for all nodes: whether it holds is the same for all. */
export function createSharedVerifier(): Verifier {
  const verdicts = new Map<string, boolean>()
  return {
    verify: async (batch) =>
      batch.map(({ publicKey, domain, bytes, signature }) => {
        // everything that the verdict depends on is in the name
        const name = Buffer.concat([publicKey, signature, inDomain(domain, bytes)]).toString('latin1')
        const known = verdicts.get(name)
        if (known !== undefined) return known
        const holds = isSigned(publicKey, domain, bytes, signature)
        verdicts.set(name, holds)
        return holds
      })
  }
}
