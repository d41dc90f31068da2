/**
 * Writing contracts and outcomes to our own log, each in one commit with the task that it belongs to: there
 * is never an entry without its task's knowing, nor a second one.
 */
import type { Adaptation } from '../adapt/adaptation.ts'
import type { Contract, Outcome, SignedContract, SignedOutcome } from '../schema/contract.ts'
import type { TaskRecord } from '../schema/task.ts'
import { hasEnded, type TaskChange, type Tasks } from './tasks.ts'

/** The entry is there already: another tab was faster. */
class AlreadyRecordedError extends Error {
  override readonly name = 'AlreadyRecordedError'
}

export interface RecordingComponents {
  tasks: Tasks
  adaptation: Pick<Adaptation, 'record'>
}

/** Records the co-signed contract and changes the task with it. Does nothing when that was done before, or the task has ended. */
export function recordContract(
  components: RecordingComponents,
  id: string,
  signed: { contract: Contract; leaderSignature: Uint8Array; followerSignature: Uint8Array },
  change: TaskChange
): Promise<TaskRecord> {
  const body: SignedContract = { kind: 'contract', ...signed }
  return record(components, id, body, (task, seq) =>
    task.entries.contract === null && !hasEnded(task.state)
      ? { ...change, entries: { ...task.entries, contract: seq } }
      : null
  )
}

/** Records the outcome with the signatures that there are, and changes the task with it. Does nothing when that was done before. */
export function recordOutcome(
  components: RecordingComponents,
  id: string,
  outcome: Outcome,
  signatures: TaskRecord['outcomeSignatures'],
  change: TaskChange
): Promise<TaskRecord> {
  const body: SignedOutcome = {
    kind: 'outcome',
    outcome,
    leaderSignature: signatures.leader,
    followerSignature: signatures.follower
  }
  return record(components, id, body, (task, seq) =>
    task.entries.outcome === null
      ? { ...change, outcome, outcomeSignatures: signatures, entries: { ...task.entries, outcome: seq } }
      : null
  )
}

/** @returns the task as it is afterwards */
async function record(
  { tasks, adaptation }: RecordingComponents,
  id: string,
  body: SignedContract | SignedOutcome,
  decide: (task: TaskRecord, seq: number) => TaskChange | null
): Promise<TaskRecord> {
  const before = await tasks.read(id)
  if (decide(before, 0) === null) return before
  try {
    await adaptation.record(body.kind, body, {
      also: async ({ header }) => {
        const task = await tasks.read(id)
        const change = decide(task, header.seq)
        if (change === null) throw new AlreadyRecordedError('this task has that entry already')
        return tasks.changing(task, change)
      }
    })
  } catch (error) {
    if (!(error instanceof AlreadyRecordedError)) throw error
  }
  return tasks.refresh(id)
}
