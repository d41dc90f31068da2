/**
 * Writing contracts, outcomes and ratings to our own log, each in one commit with the task that it belongs to: there
 * is never an entry without its task's knowing, nor a second one.
 */
import type { Adaptation } from '../adapt/adaptation.ts'
import { toHex } from '../crypto/hash.ts'
import type { AppendOptions, Entry } from '../log/log.ts'
import type { Contract, Outcome, SignedContract, SignedOutcome } from '../schema/contract.ts'
import type { SignedRating } from '../schema/rating.ts'
import type { TaskRecord } from '../schema/task.ts'
import type { Operation } from '../store/store.ts'
import { outlineDigest } from '../trust/rating-outline.ts'
import { outlineOf, totalSize } from './contract.ts'
import { hasEnded, type TaskChange, type Tasks } from './tasks.ts'
import { stakeOf, verdictOwed } from './verdict.ts'

/** The entry is there already: another tab was faster. */
class AlreadyRecordedError extends Error {
  override readonly name = 'AlreadyRecordedError'
}

export interface RecordingComponents {
  tasks: Tasks
  adaptation: Pick<Adaptation, 'record'>
}

export interface RatingComponents {
  tasks: Tasks
  adaptation: Pick<Adaptation, 'rate'>
  /** milliseconds since 1970 */
  now: () => number
}

/**
 * Records the co-signed contract and changes the task with it. Does nothing when that was done before, or the task has ended.
 *
 * @param keep what else is written in that commit
 */
export async function recordContract(
  components: RecordingComponents,
  id: string,
  signed: { contract: Contract; leaderSignature: Uint8Array; followerSignature: Uint8Array },
  change: TaskChange,
  keep: readonly Operation[] = []
): Promise<TaskRecord> {
  const body: SignedContract = { kind: 'contract', ...signed }
  const append = (options: AppendOptions) => components.adaptation.record('contract', body, options)
  const decide = (task: TaskRecord, seq: number): TaskChange | null =>
    task.entries.contract === null && !hasEnded(task.state) ? { ...change, entries: { ...task.entries, contract: seq } } : null
  const recorded = await record(components.tasks, id, append, decide, keep)
  return recorded ?? components.tasks.read(id)
}

/** Records the outcome with the signatures that there are, and changes the task with it. Does nothing when that was done before. */
export async function recordOutcome(
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
  const append = (options: AppendOptions) => components.adaptation.record('outcome', body, options)
  const recorded = await record(components.tasks, id, append, (task, seq) =>
    task.entries.outcome === null
      ? { ...change, outcome, outcomeSignatures: signatures, entries: { ...task.entries, outcome: seq } }
      : null
  )
  return recorded ?? components.tasks.read(id)
}

/** Records what the end of a task says of the other side by itself, if it says anything and nobody has said more. */
export async function recordVerdict(components: RatingComponents, id: string): Promise<void> {
  const task = await components.tasks.find(id)
  const score = task === null ? null : verdictOwed(task)
  if (score !== null) await recordRating(components, id, score, (current) => (verdictOwed(current) === null ? null : {}))
}

/**
 * Records a rating of the other side, and changes the task with it.
 *
 * @param score hundredths, -100 to 100
 * @param decide what else changes in the task; null: the rating is not wanted any more
 * @returns the task as it is afterwards; null: it was not wanted any more
 * @throws RangeError when there is no contract that both have signed
 */
export async function recordRating(
  components: RatingComponents,
  id: string,
  score: number,
  decide: (task: TaskRecord) => TaskChange | null
): Promise<TaskRecord | null> {
  const body = await ratingOf(await components.tasks.read(id), score, components.now())
  const append = (options: AppendOptions) => components.adaptation.rate(body, options)
  return record(components.tasks, id, append, (current, seq) => {
    const change = decide(current)
    return change === null ? null : { ...change, entries: { ...current.entries, rating: seq } }
  })
}

async function ratingOf(
  { role, contract, leaderSignature, followerSignature, forgotten }: TaskRecord,
  score: number,
  now: number
): Promise<SignedRating> {
  if (contract === null || leaderSignature === null || followerSignature === null) {
    throw new RangeError('expected a task whose contract both sides have signed: nothing else can be rated')
  }
  const { leader, follower, topic, created } = contract
  const outline = await outlineOf(contract, forgotten?.details)
  return {
    kind: 'rating',
    rating: {
      version: 1,
      contract: toHex(await outlineDigest(outline)),
      subject: role === 'leader' ? follower : leader,
      topic,
      score,
      weight: stakeOf(forgotten?.size ?? totalSize(contract.files)),
      // the leader's clock may be ahead of ours
      time: Math.max(now, created)
    },
    outline,
    leaderSignature,
    followerSignature
  }
}

/**
 * @param append writes the entry, and in the same commit what the options say
 * @returns the task as it is afterwards; null: `decide` wanted nothing of it
 */
async function record(
  tasks: Tasks,
  id: string,
  append: (options: AppendOptions) => Promise<Entry>,
  decide: (task: TaskRecord, seq: number) => TaskChange | null,
  keep: readonly Operation[] = []
): Promise<TaskRecord | null> {
  if (decide(await tasks.read(id), 0) === null) return null
  try {
    await append({
      also: async ({ header }) => {
        const task = await tasks.read(id)
        const change = decide(task, header.seq)
        if (change === null) throw new AlreadyRecordedError('this task has that entry already')
        const { operations, conditions } = tasks.changing(task, change)
        return { operations: [...operations, ...keep], conditions }
      }
    })
  } catch (error) {
    if (error instanceof AlreadyRecordedError) return null
    throw error
  }
  return tasks.refresh(id)
}
