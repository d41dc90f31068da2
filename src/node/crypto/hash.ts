/**
 * Content hashes: SHA-256 digests, 32 bytes on the wire, lower-case hex where a string is needed (keys, UI).
 */
import { base16 } from 'multiformats/bases/base16'

/** The SHA-256 digest (32 bytes) of some bytes. */
export async function digest(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))
}

/** Lower-case hex of some bytes. */
export function toHex(bytes: Uint8Array): string {
  return base16.baseEncode(bytes)
}

/** Bytes of a hex string; throws `SyntaxError` when it is not hex. */
export function fromHex(hex: string): Uint8Array {
  return base16.baseDecode(hex)
}

/** Whether two byte strings are the same. Not constant time: used for public values only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
