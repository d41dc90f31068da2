/**
 * Fork proofs: two headers that one author has signed and that can't both be in one log. Anybody can check one, and
 * there is one encoding of each pair: DAG-CBOR `['fork', one, other]`, the one with the lower sequence number first,
 * and of two with the same the one whose bytes sort first.
 */
import * as z from 'zod/mini'
import { didOf } from '../crypto/did.ts'
import { equalBytes } from '../crypto/hash.ts'
import type { Signed, Verifier } from '../crypto/verifier.ts'
import { InvalidBytesError, bytesUpTo, decode, encode } from '../schema/codec.ts'
import { MAX_HEADER_BYTES } from '../schema/header.ts'
import { decodeHeader, headerHash, signatureOf } from './header.ts'
import { fit } from './links.ts'

export const MAX_FORK_PROOF_BYTES = 700

const header = bytesUpTo(MAX_HEADER_BYTES)
const forkTuple = z.tuple([z.literal('fork'), header, header])

/** The proof that these two encoded headers are. */
export function encodeForkProof(one: Uint8Array, other: Uint8Array): Uint8Array {
  return encode(['fork', ...(comesFirst(one, other) ? [one, other] : [other, one])])
}

/** A fork proof whose signatures have not been looked at. */
export interface ForkClaim {
  author: string
  signatures: Signed[]
}

/**
 * Whose fork these bytes prove, if the author has signed both headers.
 *
 * @throws InvalidBytesError when they would prove none even so
 */
export async function readForkProof(bytes: Uint8Array): Promise<ForkClaim> {
  const [, one, other] = decode(bytes, forkTuple, MAX_FORK_PROOF_BYTES)
  const [first, second] = await Promise.all([linked(one), linked(other)])
  if (!equalBytes(first.header.author, second.header.author)) {
    throw new InvalidBytesError('expected two headers of one author')
  }
  if (fit(first, second)) throw new InvalidBytesError('expected two headers that can’t be in one log')
  if (!equalBytes(encodeForkProof(one, other), bytes)) throw new InvalidBytesError('expected the two headers in order')
  return {
    author: didOf(first.header.author),
    signatures: [signatureOf(first.header, one), signatureOf(second.header, other)]
  }
}

/**
 * Whose fork these bytes prove.
 *
 * @throws InvalidBytesError when they prove none
 */
export async function verifyForkProof(bytes: Uint8Array, verifier: Verifier): Promise<string> {
  const claim = await readForkProof(bytes)
  await verifyForkClaim(claim, verifier)
  return claim.author
}

/** @throws InvalidBytesError when the author has not signed both headers */
export async function verifyForkClaim({ signatures }: ForkClaim, verifier: Verifier): Promise<void> {
  if (!(await verifier.verify(signatures)).every(Boolean)) {
    throw new InvalidBytesError('expected two headers signed by their author')
  }
}

async function linked(bytes: Uint8Array) {
  return { header: decodeHeader(bytes), hash: await headerHash(bytes) }
}

function comesFirst(one: Uint8Array, other: Uint8Array): boolean {
  const difference = decodeHeader(one).seq - decodeHeader(other).seq
  return difference === 0 ? compareBytes(one, other) <= 0 : difference < 0
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}
