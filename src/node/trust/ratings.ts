/**
 * Whether a rating may count: it shows a contract that both parties have signed, by one of them and of the other. Whoever has the
 * body can tell by that alone, and all who have it come to the same answer, today or in a year: no clock is asked.
 */
import * as z from 'zod/mini'
import { InvalidDidError, publicKeyOf } from '../crypto/did.ts'
import { toHex } from '../crypto/hash.ts'
import type { Signed, Verifier } from '../crypto/verifier.ts'
import { MAX_CLOCK_SKEW_MS } from '../schema/codec.ts'
import type { Outline } from '../schema/contract.ts'
import { signedRating, type Rating, type SignedRating } from '../schema/rating.ts'
import { CONTRACT_DOMAIN, outlineDigest } from './rating-outline.ts'

/**
 * Why a rating does not count:
 *
 * - `malformed`: it has another shape, such as no contract, a score or a weight out of range, or a key that is not known
 * - `parties`: its author is no party of the contract, or it is not of the other one
 * - `topic`: it is in another topic than the contract
 * - `time`: it is older than the contract, or newer than its entry
 * - `contract`: it names another contract than it shows
 * - `unsigned`: not both parties have signed the contract
 */
export type RatingFault = 'malformed' | 'parties' | 'topic' | 'time' | 'contract' | 'unsigned'

export type CheckedRating = { fault: RatingFault } | { fault: null; rating: Rating; subjectWas: Role }

/** What somebody was in a contract. */
export type Role = 'leader' | 'follower'

/** Of the entry's header: who says so, and when it was written (milliseconds since 1970). */
export interface Said {
  author: string
  time: number
}

/**
 * Looks at a rating's body, the cheapest checks first.
 *
 * @param body as it came out of the log, of any shape
 * @param said by the header of the same entry, whose signature was checked before
 */
export async function checkRating(body: unknown, said: Said, verifier: Verifier): Promise<CheckedRating> {
  const shaped = z.safeParse(signedRating, body)
  if (!shaped.success) return { fault: 'malformed' }
  const { rating, outline } = shaped.data
  const subjectWas = roleOf(rating.subject, outline)
  if (subjectWas === null || outline[otherRole(subjectWas)] !== said.author || rating.subject === said.author) return { fault: 'parties' }
  if (rating.topic !== outline.topic) return { fault: 'topic' }
  if (rating.time < outline.created || rating.time > said.time + MAX_CLOCK_SKEW_MS) return { fault: 'time' }
  const hash = await outlineDigest(outline)
  if (rating.contract !== toHex(hash)) return { fault: 'contract' }
  const signatures = signaturesOf(shaped.data, hash)
  if (signatures === null || (await verifier.verify(signatures)).includes(false)) return { fault: 'unsigned' }
  return { fault: null, rating, subjectWas }
}

const otherRole = (role: Role): Role => (role === 'leader' ? 'follower' : 'leader')

function roleOf(agent: string, { leader, follower }: Outline): Role | null {
  return agent === follower ? 'follower' : agent === leader ? 'leader' : null
}

/** What the two parties are said to have signed; null when one of them is no key at all. */
function signaturesOf({ outline, leaderSignature, followerSignature }: SignedRating, hash: Uint8Array): Signed[] | null {
  const signed = (agent: string, signature: Uint8Array): Signed => ({
    publicKey: publicKeyOf(agent),
    domain: CONTRACT_DOMAIN,
    bytes: hash,
    signature
  })
  try {
    return [signed(outline.leader, leaderSignature), signed(outline.follower, followerSignature)]
  } catch (error) {
    if (error instanceof InvalidDidError) return null
    throw error
  }
}
