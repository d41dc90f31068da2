/**
 * Headers: signing, encoding, decoding and checking one header by itself. How headers hang together is
 * in `log.ts`; the fields and their order are in `schema/header.ts`.
 */
import { digest, equalBytes } from '../crypto/hash.ts'
import { verify, type AgentKey } from '../crypto/keys.ts'
import { InvalidBytesError, decode, encode, parse } from '../schema/codec.ts'
import { HEADER_VERSION, MAX_HEADER_BYTES, headerTuple, type Header, type HeaderTuple } from '../schema/header.ts'

const DOMAIN = 'header'

/** What an author decides; version, author, skip link and signature follow. */
export type HeaderFields = Omit<Header, 'version' | 'author' | 'skip' | 'signature'>

/** A header of this key's log. @throws InvalidBytesError when a field is not as `schema/header.ts` wants it */
export async function signHeader(key: AgentKey, fields: HeaderFields): Promise<Header> {
  const header: Header = {
    ...fields,
    version: HEADER_VERSION,
    author: key.publicKey,
    skip: null,
    signature: new Uint8Array(64)
  }
  parse(toTuple(header), headerTuple)
  checkChain(header)
  return { ...header, signature: await key.sign(DOMAIN, signedBytes(header)) }
}

/** The header as it goes over the wire and into the hash: deterministic DAG-CBOR. */
export function encodeHeader(header: Header): Uint8Array {
  return encode(toTuple(header))
}

/**
 * The header in these bytes. Its signature has not been looked at: see `verifyHeader`.
 *
 * @throws InvalidBytesError when they are too many, are not a header, or are not the one encoding of it
 */
export function decodeHeader(bytes: Uint8Array): Header {
  const tuple = decode(bytes, headerTuple, MAX_HEADER_BYTES)
  const header = fromTuple(tuple)
  checkChain(header)
  // one header, one hash: another encoding of the same fields would be a second hash, and look like a fork
  if (!equalBytes(encodeHeader(header), bytes)) throw new InvalidBytesError('expected canonical DAG-CBOR')
  return header
}

/** SHA-256 of an encoded header: its name, and what the next header's `previous` holds. */
export function headerHash(bytes: Uint8Array): Promise<Uint8Array> {
  return digest(bytes)
}

/** Whether the header is signed by the author that it names. */
export function verifyHeader(header: Header): Promise<boolean> {
  return verify(header.author, DOMAIN, signedBytes(header), header.signature)
}

/** The first entry has no previous one, every other has. */
function checkChain(header: Header): void {
  if ((header.seq === 1) !== (header.previous === null)) {
    throw new InvalidBytesError('expected a previous header at every sequence number but 1')
  }
}

function signedBytes(header: Header): Uint8Array {
  return encode(toTuple(header).slice(0, -1))
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

function fromTuple(t: HeaderTuple): Header {
  const [version, author, seq, previous, skip, kind, bodyHash, bodySize, time, expiry, sketch, signature] = t
  return { version, author, seq, previous, skip, kind, bodyHash, bodySize, time, expiry, sketch, signature }
}
