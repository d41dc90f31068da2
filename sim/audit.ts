/** Looks at all that nodes have stored, with checks of its own that nothing switches off. */
import { publicKeyOf } from '../src/node/crypto/did.ts'
import { digest, equalBytes, toHex } from '../src/node/crypto/hash.ts'
import { verifyForkProof } from '../src/node/log/fork-proof.ts'
import { decodeHeader, signatureOf } from '../src/node/log/header.ts'
import { parseEntryKey, parseReferenceKey, storedHeader, type BodyRecord, type StoredHeader } from '../src/node/log/records.ts'
import { InvalidBytesError, decode } from '../src/node/schema/codec.ts'
import { someBody } from '../src/node/log/body-records.ts'
import { MAX_BODY_BYTES } from '../src/node/schema/header.ts'
import { createSharedVerifier, isSigned } from './keys.ts'
import type { RealNode } from './real.ts'

/** @returns how many stored headers and bodies are not what they have to be */
export async function countInvalid(nodes: Iterable<RealNode>): Promise<number> {
  const headers = new Map<Uint8Array, boolean>()
  const bodies = new Map<Uint8Array, string>()
  const verifier = createSharedVerifier()
  let invalid = 0

  function isHeader(key: string, record: Uint8Array): boolean {
    const known = headers.get(record)
    if (known !== undefined) return known
    const holds = isRightHeader(key, record)
    headers.set(record, holds)
    return holds
  }

  async function isProof(author: string, proof: Uint8Array): Promise<boolean> {
    const known = headers.get(proof)
    if (known !== undefined) return known
    let holds = false
    try {
      holds = (await verifyForkProof(proof, verifier)) === author
    } catch (error) {
      if (!(error instanceof InvalidBytesError)) throw error
    }
    headers.set(proof, holds)
    return holds
  }

  async function hashOf(bytes: Uint8Array): Promise<string> {
    const known = bodies.get(bytes)
    if (known !== undefined) return known
    const hash = toHex(await digest(bytes))
    bodies.set(bytes, hash)
    return hash
  }

  for (const { store, logs } of nodes) {
    // bodies whose headers made room go when it is swept, as the app does now and then
    await logs.sweep()
    const held = new Map<string, Uint8Array>()
    for (const [key, record] of store.all<Uint8Array>('headers')) {
      held.set(key, record)
      if (!isHeader(key, record)) invalid++
    }
    for (const [key, record] of store.all<BodyRecord>('bodies')) {
      if ((await hashOf(record.bytes)) !== key || !isBody(record)) invalid++
    }
    for (const [author, proof] of store.all<Uint8Array>('forks')) if (!(await isProof(author, proof))) invalid++
    for (const [key] of store.all('references')) {
      const { body, author, seq } = parseReferenceKey(key)
      const record = held.get(`${author}/${String(seq).padStart(16, '0')}`)
      if (record === undefined || toHex(storedHeader(author, record).header.bodyHash) !== body) invalid++
    }
  }
  return invalid
}

function isRightHeader(key: string, record: Uint8Array): boolean {
  const { author, seq } = parseEntryKey(key)
  let stored: StoredHeader
  try {
    stored = storedHeader(author, record)
    decodeHeader(stored.bytes)
  } catch (error) {
    if (error instanceof InvalidBytesError) return false
    throw error
  }
  const { publicKey, domain, bytes, signature } = signatureOf(stored.header, stored.bytes)
  return (
    equalBytes(publicKey, publicKeyOf(author)) && stored.header.seq === seq && isSigned(publicKey, domain, bytes, signature)
  )
}

function isBody({ kind, bytes }: BodyRecord): boolean {
  try {
    return decode(bytes, someBody, MAX_BODY_BYTES).kind === kind
  } catch (error) {
    if (error instanceof InvalidBytesError) return false
    throw error
  }
}
