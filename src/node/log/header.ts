/**
 * Headers: signing, encoding, decoding and checking one header by itself. How headers hang together is
 * in `links.ts`; the fields and their order are in `schema/header.ts`.
 */
import { digest } from '../crypto/hash.ts'
import { verify, type AgentKey } from '../crypto/keys.ts'
import type { Signed } from '../crypto/verifier.ts'
import { InvalidBytesError, encode, parse } from '../schema/codec.ts'
import { HEADER_VERSION, headerTuple, type Header, type HeaderTuple } from '../schema/header.ts'
import { SIGNATURE_ITEM_BYTES, parseHeader } from './parse-header.ts'
import { skipTarget } from './skip-link.ts'

const DOMAIN = 'header'
/** the first byte of an array of 11: a header without its signature */
const UNSIGNED = 0x8b

/** What an author decides; version, author and signature follow. */
export type HeaderFields = Omit<Header, 'version' | 'author' | 'signature'>

/** A header of this key's log. @throws InvalidBytesError when a field is not as `schema/header.ts` wants it */
export async function signHeader(key: AgentKey, fields: HeaderFields): Promise<Header> {
  const header: Header = {
    ...fields,
    version: HEADER_VERSION,
    author: key.publicKey,
    signature: new Uint8Array(64)
  }
  parse(toTuple(header), headerTuple)
  checkChain(header)
  return { ...header, signature: await key.sign(DOMAIN, signedBytes(encodeHeader(header))) }
}

/** The header as it goes over the wire and into the hash: deterministic DAG-CBOR. */
export function encodeHeader(header: Header): Uint8Array {
  return encode(toTuple(header))
}

/**
 * The header in these bytes, which it copies. Its signature has not been looked at: see `verifyHeader`.
 *
 * @throws InvalidBytesError when they are too many, are not a header, or are not the one encoding of it
 */
export function decodeHeader(bytes: Uint8Array): Header {
  return readHeader(new Uint8Array(bytes))
}

/** The same with byte strings that are views of these bytes. */
export function readHeader(bytes: Uint8Array): Header {
  const header = parseHeader(bytes)
  checkChain(header)
  return header
}

/** SHA-256 of an encoded header: its name, and what the next header's `previous` holds. */
export function headerHash(bytes: Uint8Array): Promise<Uint8Array> {
  return digest(bytes)
}

/** What is to be checked of a header, with the bytes that it was decoded from. */
export function signatureOf(header: Header, bytes: Uint8Array): Signed {
  return { publicKey: header.author, domain: DOMAIN, bytes: signedBytes(bytes), signature: header.signature }
}

/** Whether the header is signed by the author that it names. */
export function verifyHeader(header: Header): Promise<boolean> {
  return verify(header.author, DOMAIN, signedBytes(encodeHeader(header)), header.signature)
}

/** The first entry has no previous one, every other has; a skip link is there just where it says something of its own. */
function checkChain({ seq, previous, skip }: Header): void {
  if ((seq === 1) !== (previous === null)) {
    throw new InvalidBytesError('expected a previous header at every sequence number but 1')
  }
  if ((skipTarget(seq) === seq - 1) !== (skip === null)) {
    throw new InvalidBytesError('expected a skip link just where it names another than the previous header')
  }
}

/** The encoding of all items but the signature, out of the encoding of all. */
function signedBytes(encoded: Uint8Array): Uint8Array {
  const bytes = encoded.slice(0, encoded.length - SIGNATURE_ITEM_BYTES)
  bytes[0] = UNSIGNED
  return bytes
}

function toTuple(h: Header): HeaderTuple {
  return [
    h.version,
    h.author,
    h.seq,
    h.previous,
    h.skip,
    h.kind,
    h.bodyHash,
    h.bodySize,
    h.time,
    h.expiry,
    h.sketch,
    h.signature
  ]
}
