/**
 * Signing and checking: WebCrypto Ed25519 (RFC 8032), always over a domain separator and the bytes, so
 * that a signature made for one purpose is never one for another.
 */
import { didOf } from './did.ts'
import { toHex } from './hash.ts'

export const PUBLIC_KEY_BYTES = 32
export const SIGNATURE_BYTES = 64

/** What an agent signs with. The private part never leaves WebCrypto. */
export interface AgentKey {
  /** did:key of the public key */
  readonly agent: string
  /** 32 bytes */
  readonly publicKey: Uint8Array
  /**
   * The signature (64 bytes) over `starling/<domain>/1`, a zero byte, and the bytes.
   *
   * @param domain what is signed: lower-case letters and dashes
   */
  sign(domain: string, bytes: Uint8Array): Promise<Uint8Array>
}

/** A new Ed25519 key pair whose private key can't be taken out of WebCrypto. */
export function generateKeyPair(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
}

/** The agent key over a WebCrypto key pair. */
export async function agentKey(pair: CryptoKeyPair): Promise<AgentKey> {
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  return {
    agent: didOf(publicKey),
    publicKey,
    async sign(domain, bytes) {
      return new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, inDomain(domain, bytes)))
    }
  }
}

/**
 * Whether `signature` is this key's over these bytes in this domain. A key or a signature that is no such
 * thing is simply not valid.
 */
export async function verify(
  publicKey: Uint8Array,
  domain: string,
  bytes: Uint8Array,
  signature: Uint8Array
): Promise<boolean> {
  return verifyRaw(publicKey, inDomain(domain, bytes), signature)
}

/** The check itself, RFC 8032 over the bytes as they are. Nothing of ours is signed without a domain: use `verify`. */
export async function verifyRaw(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const key = await importPublicKey(publicKey)
  return key !== null && check(key, owned(bytes), signature)
}

/** A key to check signatures with, again and again; null when these bytes are none, or one that nobody should believe. */
export async function importPublicKey(publicKey: Uint8Array): Promise<CryptoKey | null> {
  if (publicKey.length !== PUBLIC_KEY_BYTES || hasSmallOrder(publicKey)) return null
  try {
    return await crypto.subtle.importKey('raw', owned(publicKey), 'Ed25519', false, ['verify'])
  } catch (error) {
    // some runtimes see here already that the bytes are not a point of the curve
    if (error instanceof DOMException && error.name === 'DataError') return null
    throw error
  }
}

/** `verify` with a key that was imported before. */
export function verifyIn(domain: string, key: CryptoKey, bytes: Uint8Array, signature: Uint8Array): Promise<boolean> {
  return check(key, inDomain(domain, bytes), signature)
}

async function check(key: CryptoKey, bytes: Uint8Array<ArrayBuffer>, signature: Uint8Array): Promise<boolean> {
  return signature.length === SIGNATURE_BYTES && crypto.subtle.verify('Ed25519', key, owned(signature), bytes)
}

const encoder = new TextEncoder()

/** what goes before a message, by domain; there are a handful */
const separators = new Map<string, Uint8Array>()

function separatorOf(domain: string): Uint8Array {
  const known = separators.get(domain)
  if (known !== undefined) return known
  // any other character could make one domain's end look like the start of another's message
  if (!/^[a-z-]+$/.test(domain)) throw new RangeError(`expected a domain of lower-case letters, got "${domain}"`)
  const separator = encoder.encode(`starling/${domain}/1\0`)
  separators.set(domain, separator)
  return separator
}

function inDomain(domain: string, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const separator = separatorOf(domain)
  const message = new Uint8Array(separator.length + bytes.length)
  message.set(separator)
  message.set(bytes, separator.length)
  return message
}

/** WebCrypto's types want bytes that are not shared between threads; ours never are. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>
}

/**
 * Encodings of the points of small order, without the sign bit. Such a "key" accepts one signature for many
 * messages, and runtimes differ on it, so that two peers could disagree on what an agent has signed.
 */
const smallOrder: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'
])

function hasSmallOrder(publicKey: Uint8Array): boolean {
  const point = new Uint8Array(publicKey)
  point[31] = (point[31] ?? 0) & 0x7f
  return smallOrder.has(toHex(point))
}
