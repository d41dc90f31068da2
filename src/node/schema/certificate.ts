/**
 * A certificate: an agent's word that a peer speaks for it for a while. One agent has as many peers as its
 * browser profile has tabs.
 *
 * On the wire a DAG-CBOR array in the order below. The signature is over the same array without its last
 * item, after the domain separator of `crypto/keys.ts`.
 */
import * as z from 'zod/mini'
import { bytes, text, time } from './codec.ts'

export const CERTIFICATE_VERSION = 1
export const MAX_CERTIFICATE_BYTES = 512

export const certificateTuple = z.tuple([
  z.literal(CERTIFICATE_VERSION),
  bytes(32), // agent: Ed25519 public key
  text(128), // peer id, as text
  time, // issued, by the agent's clock
  time, // expires
  bytes(64) // Ed25519 signature
])
