/**
 * Content hashes: SHA-256 digests, 32 bytes on the wire, lower-case hex where a string is needed (keys, UI).
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { base16 } from 'multiformats/bases/base16'

/** Up to here a hash worked out on the spot is sooner there than one that WebCrypto is asked for. */
const SHORT_BYTES = 16 * 1024

/** The SHA-256 digest (32 bytes) of some bytes. */
export async function digest(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes.length <= SHORT_BYTES) return sha256(bytes)
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Lower-case hex of some bytes. */
export function toHex(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += hexOfByte[byte] ?? ''
  return hex
}

/** Bytes of a hex string; throws `SyntaxError` when it is not hex. */
export function fromHex(hex: string): Uint8Array {
  return base16.baseDecode(hex)
}

/** Whether two byte strings are the same. Not constant time: used for public values only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
