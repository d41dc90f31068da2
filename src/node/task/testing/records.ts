/** For tests: records and contracts of a task, whom it may be asked of, and what does it. */
import type { Candidate } from '../../adapt/rank.ts'
import { toHex } from '../../crypto/hash.ts'
import type { Contract } from '../../schema/contract.ts'
import type { Limits } from '../../schema/declaration.ts'
import type { TaskRecord } from '../../schema/task.ts'
import type { Skill } from '../../skill/skills.ts'
import { newTask } from '../new-task.ts'

export const limits: Limits = { ms: 1000, memoryBytes: 2 ** 20, inputBytes: 1000, outputBytes: 1000 }

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

export function contractOf(leader: string, follower: string, fields: Partial<Contract> = {}): Contract {
  const created = Date.now()
  return {
    version: 2,
    leader,
    follower,
    topic: 'data/statistics',
    skill: 'x',
    program: 'a'.repeat(64),
    goal: 'do it',
    files: [],
    limits,
    created,
    expiry: created + 60_000,
    nonce: random(16),
    ...fields
  }
}

export function recordOf(fields: Partial<TaskRecord> = {}): TaskRecord {
  const start = { id: toHex(random(32)), role: 'leader', goal: 'do it', waiting: '' } as const
  return { ...newTask({ ...start, files: [], wanted: { agent: null, skill: null } }, 1, ''), events: [], ...fields }
}

/** An agent that offers what `contractOf` is about. */
export function candidateOf(agent: string, fields: Partial<Candidate> = {}): Candidate {
  return {
    agent,
    skill: 'x',
    name: 'X',
    score: 1,
    likely: 1,
    reach: 'direct',
    reasons: [],
    limits,
    program: 'a'.repeat(64),
    terms: null,
    topic: null,
    trust: null,
    ...fields
  }
}

/** A skill that does what `contractOf` is about. @param program the hash of its source */
export function skillOf(program = 'a'.repeat(64), source = 'function run() {}'): Skill {
  return {
    author: 'built in',
    source: async () => source,
    capability: {
      kind: 'capability',
      id: 'x',
      name: 'X',
      description: '',
      tags: [],
      examples: [],
      inputModes: [],
      outputModes: [],
      program,
      limits,
      topic: 'data/statistics'
    }
  }
}
