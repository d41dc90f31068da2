/**
 * A contract: what two agents agree on for one task. Its hash is the SHA-256 of its DAG-CBOR; both sign
 * that hash. The outcome is signed the same way and names the contract by hash; ratings will refer to it.
 */
import * as z from 'zod/mini'
import { agentId, bytes, count, hexDigest, text, time } from './codec.ts'
import { limits } from './declaration.ts'
import { MAX_FILES, fileName } from './result.ts'

/** States of A2A. */
export const taskState = z.enum([
  'submitted',
  'working',
  'input-required',
  'auth-required',
  'completed',
  'failed',
  'canceled',
  'rejected'
])
export type TaskState = z.infer<typeof taskState>

/** A file named by its content. */
export const fileReference = z.object({
  name: fileName,
  type: text(100),
  hash: hexDigest,
  size: count
})
export type FileReference = z.infer<typeof fileReference>

export const contract = z.object({
  version: z.literal(1),
  leader: agentId,
  follower: agentId,
  goal: text(4000),
  skill: text(64),
  program: hexDigest,
  files: z.array(fileReference).check(z.maxLength(MAX_FILES)),
  limits,
  created: time,
  expiry: time,
  /** so that the same request twice is two contracts */
  nonce: bytes(16)
})
export type Contract = z.infer<typeof contract>

const signature = bytes(64)

/** The body of a `contract` entry. */
export const signedContract = z.object({
  kind: z.literal('contract'),
  contract,
  leaderSignature: signature,
  followerSignature: signature
})
export type SignedContract = z.infer<typeof signedContract>

export const outcome = z.object({
  version: z.literal(1),
  /** the contract's hash */
  contract: hexDigest,
  state: z.enum(['completed', 'failed', 'canceled']),
  /** of the result's DAG-CBOR; null unless completed */
  result: z.nullable(hexDigest),
  resultSize: count,
  reason: z.nullable(text(1000)),
  finished: time
})
export type Outcome = z.infer<typeof outcome>

/** The body of an `outcome` entry. A party that can't reach the other signs alone; the other's is null. */
export const signedOutcome = z.object({
  kind: z.literal('outcome'),
  outcome,
  leaderSignature: z.nullable(signature),
  followerSignature: z.nullable(signature)
})
export type SignedOutcome = z.infer<typeof signedOutcome>
