/** The part of a contract that others may see: its hash, and what both parties have signed. */
import { digest } from '../crypto/hash.ts'
import { encode } from '../schema/codec.ts'
import type { Outline } from '../schema/contract.ts'

/** The signature domain of contracts. */
export const CONTRACT_DOMAIN = 'contract'

/** The contract's hash (32 bytes): SHA-256 of its outline in DAG-CBOR. Both sign it, and later entries refer to it in hex. */
export function outlineDigest(outline: Outline): Promise<Uint8Array> {
  return digest(encode(outline))
}
