/**
 * A rating: what one party of a contract says of the other when it is over. Its body is for everybody, and shows the contract's
 * outline with both signatures, so that whoever has the body needs nothing else to see that the two did work together.
 */
import * as z from 'zod/mini'
import { agentId, bytes, hexDigest, time } from './codec.ts'
import { outline } from './contract.ts'
import { topicName } from './declaration.ts'

/** The largest body of a rating; a header that says more is not one's. */
export const MAX_RATING_BYTES = 1280

/** Whole numbers throughout: one meaning, one encoding. */
export const rating = z.strictObject({
  version: z.literal(1),
  /** the contract's hash */
  contract: hexDigest,
  /** who is rated: the contract's other party */
  subject: agentId,
  /** the contract's */
  topic: topicName,
  /** hundredths: -100 (broke the contract) to 100 (could not be better) */
  score: z.int().check(z.minimum(-100), z.maximum(100)),
  /** hundredths: how much it matters beside the author's other ratings */
  weight: z.int().check(z.minimum(1), z.maximum(100)),
  time
})
export type Rating = z.infer<typeof rating>

const signature = bytes(64)

/** The body of a `rating` entry. What is not known here is not taken: a body that everybody keeps has no room for more. */
export const signedRating = z.strictObject({
  kind: z.literal('rating'),
  rating,
  outline,
  leaderSignature: signature,
  followerSignature: signature
})
export type SignedRating = z.infer<typeof signedRating>
