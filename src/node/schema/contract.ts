/**
 * A contract: what two agents agree on for one task. It has two parts: an *outline* that may be shown to anybody, and the details
 * (goal, files, limits, terms), of which the outline has only the hash. The contract's hash is the SHA-256 of the outline's DAG-CBOR; both
 * sign that hash, so whoever sees the outline can check that both have agreed, without learning on what. The outcome is signed the
 * same way and names the contract by hash, and so does a rating.
 */
import * as z from 'zod/mini'
import { agentId, bytes, count, hexDigest, text, time } from './codec.ts'
import { limits, terms, topicName } from './declaration.ts'
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

/** What a contract counts in whose capability says no topic and can't be placed. No topic has to do with it but itself. */
export const UNSORTED_TOPIC = 'other/unsorted'

export const contract = z.object({
  version: z.literal(2),
  leader: agentId,
  follower: agentId,
  /** the one topic that it counts in */
  topic: topicName,
  skill: text(64),
  program: hexDigest,
  goal: text(4000),
  files: z.array(fileReference).check(z.maxLength(MAX_FILES)),
  limits,
  /** on what terms it is done: those of the offer when it was chosen; absent where that says none */
  terms: z.optional(terms),
  created: time,
  expiry: time,
  /** so that the same request twice is two contracts, and nobody can guess the details from their hash */
  nonce: bytes(16)
})
export type Contract = z.infer<typeof contract>

/** The part of a contract that others may see. It is what both sign, so nothing may be in it that is not known here. */
export const outline = z.strictObject({
  ...z.pick(contract, { version: true, leader: true, follower: true, topic: true, skill: true, program: true, created: true, expiry: true })
    .shape,
  /** SHA-256 of the DAG-CBOR of the contract's `goal`, `files`, `limits`, `nonce`, and `terms` if it has any */
  details: hexDigest
})
export type Outline = z.infer<typeof outline>

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
