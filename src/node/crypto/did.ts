/**
 * Agents' names: `did:key` of an Ed25519 public key (W3C did:key method, multicodec 0xed, base58btc).
 */
import { base58btc } from 'multiformats/bases/base58'
import { toHex } from './hash.ts'

/** Text that is not the did:key of an Ed25519 public key. `message` says what it is instead, where that is known. */
export class InvalidDidError extends Error {
  override readonly name = 'InvalidDidError'
}

const SCHEME = 'did:key:'
const BASE58 = /^[1-9A-HJ-NP-Za-km-z]*$/
/** multicodec `ed25519-pub` (0xed) as a varint */
const PREFIX = [0xed, 0x01] as const
const KEY_BYTES = 32
/** length of every Ed25519 did:key */
const DID_LENGTH = 56
/** other keys that people meet as did:key, by the hex of their multicodec varint */
const otherKeys = new Map([
  ['e701', 'a secp256k1 (k256) key'],
  ['8024', 'a P-256 key'],
  ['8124', 'a P-384 key'],
  ['ec01', 'an X25519 key'],
  ['8524', 'an RSA key']
])

/** Names that were asked for lately, by the bytes of the key. Of one log come many headers, and base58 is slow. */
const names = new Map<string, string>()
const MAX_NAMES = 16_384

/** The did:key of an Ed25519 public key (32 bytes). @throws InvalidDidError when it has another length */
export function didOf(publicKey: Uint8Array): string {
  if (publicKey.length !== KEY_BYTES) {
    throw new InvalidDidError(`expected an Ed25519 public key of ${KEY_BYTES} bytes, got ${publicKey.length}`)
  }
  const key = String.fromCharCode(...publicKey)
  const known = names.get(key)
  if (known !== undefined) return known
  const bytes = new Uint8Array(PREFIX.length + KEY_BYTES)
  bytes.set(PREFIX)
  bytes.set(publicKey, PREFIX.length)
  const name = SCHEME + base58btc.encode(bytes)
  if (names.size >= MAX_NAMES) names.clear()
  names.set(key, name)
  return name
}

/** The Ed25519 public key (32 bytes) that a did:key names. @throws InvalidDidError */
export function publicKeyOf(did: string): Uint8Array {
  if (!did.startsWith(`${SCHEME}z`)) {
    throw new InvalidDidError(`expected an identifier that starts with did:key:z, got "${did.slice(0, 20)}"`)
  }
  // base58 takes time in the square of its length, so what is too long is not even decoded
  if (did.length > 2 * DID_LENGTH) {
    throw new InvalidDidError(`expected a did:key of ${DID_LENGTH} characters, got ${did.length}`)
  }
  // the decoder takes characters beyond Latin-1 for zeros, so that one key would have many names
  if (!BASE58.test(did.slice(SCHEME.length + 1))) throw new InvalidDidError('expected base58btc after did:key:')
  const bytes = base58btc.decode(did.slice(SCHEME.length))
  if (bytes[0] !== PREFIX[0] || bytes[1] !== PREFIX[1]) {
    const kind = otherKeys.get(toHex(bytes.subarray(0, 2))) ?? 'a key of another kind'
    throw new InvalidDidError(`expected the did:key of an Ed25519 key, got ${kind}`)
  }
  const publicKey = bytes.slice(PREFIX.length)
  if (publicKey.length !== KEY_BYTES) {
    throw new InvalidDidError(`expected an Ed25519 public key of ${KEY_BYTES} bytes, got ${publicKey.length}`)
  }
  return publicKey
}
