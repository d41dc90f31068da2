/**
 * A task as it is kept: all that is needed to go on with it after a reload, in any tab of the profile.
 */
import * as z from 'zod/mini'
import { agentId, bytes, count, hexDigest, text, time } from './codec.ts'
import { contract, fileReference, outcome, taskState } from './contract.ts'
import { constraints, limits } from './declaration.ts'
import { MAX_FILES } from './result.ts'

export const MAX_EVENTS = 60

export const taskRecord = z.object({
  /** goes up by one with each change; changes are made against the revision that was read */
  revision: count,
  id: hexDigest,
  role: z.enum(['leader', 'follower']),
  goal: text(4000),
  files: z.array(fileReference).check(z.maxLength(MAX_FILES)),
  /** whom and what the operator asked for; null: whoever is best */
  wanted: z.object({ agent: z.nullable(agentId), skill: z.nullable(text(64)), constraints: z.optional(constraints) }),
  /** once something is forgotten it has no goal, no files and an empty nonce any more */
  contract: z.nullable(contract),
  /** the contract's hash */
  contractHash: z.nullable(hexDigest),
  leaderSignature: z.nullable(bytes(64)),
  followerSignature: z.nullable(bytes(64)),
  state: taskState,
  /** the follower's operator, or a standing permission, said yes */
  approvedBy: z.nullable(z.enum(['operator', 'permission'])),
  cancelRequested: z.boolean(),
  waiting: text(500),
  problem: z.nullable(text(1000)),
  outcome: z.nullable(outcome),
  /** signatures over the outcome */
  outcomeSignatures: z.object({ leader: z.nullable(bytes(64)), follower: z.nullable(bytes(64)) }),
  /** how the other side broke the contract, as far as this machine can tell; null: it did not, or nobody knows */
  breach: z.nullable(z.enum(['other-result', 'out-of-order', 'given-up'])),
  /** sequence numbers of the entries in our own log; of the rating, the one that stands */
  entries: z.object({ contract: z.nullable(count), outcome: z.nullable(count), rating: z.nullable(count) }),
  /** what was deleted of work done for somebody, as its contract promises; absent: nothing */
  forgotten: z.optional(
    z.object({
      /** what was asked for; or the result, too */
      what: z.enum(['input', 'all']),
      at: time,
      /** the outline's hash of the contract's details, which are not here any more */
      details: hexDigest,
      /** bytes of the files that came with it */
      size: count
    })
  ),
  created: time,
  updated: time,
  events: z.array(z.object({ at: time, text: text(500) })).check(z.maxLength(MAX_EVENTS))
})
export type TaskRecord = z.infer<typeof taskRecord>

/** "Always, within these limits", as it is kept. */
export const permissionRecord = z.object({
  revision: count,
  id: text(64),
  /** null: anybody */
  agent: z.nullable(agentId),
  skill: text(64),
  limits,
  perDay: z.int().check(z.minimum(1), z.maximum(1_000_000)),
  /** days since 1970 (UTC), and the runs allowed on that day */
  used: z.object({ day: count, runs: count }),
  created: time
})
export type PermissionRecord = z.infer<typeof permissionRecord>
