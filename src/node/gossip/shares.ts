/**
 * Who gave which share of a body that was put together from several peers' pieces. When it is wrong, nobody knows yet who has lied; what
 * each one gave is remembered by its hash, and held against the body once that has come.
 */
import { digest, equalBytes } from '../crypto/hash.ts'

export interface Share {
  by: string
  /** the byte after its last one; it begins where the share before it ends */
  to: number
}

/** What a peer gave of a body that was wrong. */
export interface Suspicion {
  by: string
  from: number
  to: number
  hash: Uint8Array
}

export function suspicionsOf(bytes: Uint8Array, shares: readonly Share[]): Promise<Suspicion[]> {
  return Promise.all(
    shares.map(async ({ by, to }, i) => {
      const from = shares[i - 1]?.to ?? 0
      return { by, from, to, hash: await digest(bytes.subarray(from, to)) }
    })
  )
}

/** The peers that gave something else than what is in the right body, each once. */
export async function liarsIn(body: Uint8Array, suspicions: readonly Suspicion[]): Promise<Set<string>> {
  const liars = new Set<string>()
  for (const { by, from, to, hash } of suspicions) {
    if (!equalBytes(await digest(body.subarray(from, to)), hash)) liars.add(by)
  }
  return liars
}
