/** For tests: records and contracts of a task. */
import { toHex } from '../../crypto/hash.ts'
import type { Contract } from '../../schema/contract.ts'
import type { Limits } from '../../schema/declaration.ts'
import type { TaskRecord } from '../../schema/task.ts'

export const limits: Limits = { ms: 1000, memoryBytes: 2 ** 20, inputBytes: 1000, outputBytes: 1000 }

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

export function contractOf(leader: string, follower: string, fields: Partial<Contract> = {}): Contract {
  const created = Date.now()
  return {
    version: 1,
    leader,
    follower,
    goal: 'do it',
    skill: 'x',
    program: 'a'.repeat(64),
    files: [],
    limits,
    created,
    expiry: created + 60_000,
    nonce: random(16),
    ...fields
  }
}

export function recordOf(fields: Partial<TaskRecord> = {}): TaskRecord {
  return {
    revision: 1,
    id: toHex(random(32)),
    role: 'leader',
    goal: 'do it',
    files: [],
    wanted: { agent: null, skill: null },
    contract: null,
    contractHash: null,
    leaderSignature: null,
    followerSignature: null,
    state: 'submitted',
    approvedBy: null,
    cancelRequested: false,
    waiting: '',
    problem: null,
    outcome: null,
    outcomeSignatures: { leader: null, follower: null },
    entries: { contract: null, outcome: null },
    created: 1,
    updated: 1,
    events: [],
    ...fields
  }
}
