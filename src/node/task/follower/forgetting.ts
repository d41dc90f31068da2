/**
 * Keeping the promise of how long what somebody hands in is kept: what the contract says is to go is deleted, from the task, from what is
 * kept of files and results, and from our own log, whose entries stay for what they are. What is left says who, when, in which topic and
 * how it ended, with both signatures: enough to be rated, disputed and asked about again.
 */
import type { AgentKey } from '../../crypto/keys.ts'
import type { Logs } from '../../log/log.ts'
import type { TaskRecord } from '../../schema/task.ts'
import type { Locks } from '../../store/locks.ts'
import { outlineOf, totalSize } from '../contract.ts'
import { clearing, forgettable, sharing } from '../housekeeping.ts'
import type { TaskChange, Tasks } from '../tasks.ts'

export interface ForgettingComponents {
  key: Pick<AgentKey, 'agent'>
  tasks: Pick<Tasks, 'all' | 'find' | 'read' | 'update'>
  logs: Pick<Logs, 'dropBody'>
  locks: Locks
  /** milliseconds since 1970 */
  now: () => number
}

/** Deletes what is to go of a task by now, if anything is. Called again after a crash it does the rest. Throws what the store throws */
export type Forget = (id: string) => Promise<void>

export function createForgetting({ key, tasks, logs, locks, now }: ForgettingComponents): Forget {
  async function forget(task: TaskRecord, what: 'input' | 'all'): Promise<void> {
    const { id, contract, entries, outcome } = task
    if (contract === null) return
    // the record says last that it is done, so that what a crash leaves is found again
    if (entries.contract !== null) await logs.dropBody(key.agent, entries.contract)
    if (what === 'all' && tells(outcome) && entries.outcome !== null) await logs.dropBody(key.agent, entries.outcome)
    const { details } = await outlineOf(contract, task.forgotten?.details)
    // of what several tasks need, the last one deletes it: another tab may have told of its own just now
    for (const other of sharing(task, tasks.all())) await tasks.find(other.id)
    await tasks.update(
      id,
      (current) => (forgettable(current) === what ? without(current, what, { details, at: now() }) : null),
      () => clearing(task, tasks.all(), what === 'all' ? 'files and result' : 'files')
    )
  }

  return async (id) => {
    if (forgettable(await tasks.read(id)) === null) return
    // one after the other, in all tabs: two that need the same file would leave it to each other
    await locks.hold('starling-forgetting', async () => {
      const task = await tasks.read(id)
      const what = forgettable(task)
      if (what !== null) await forget(task, what)
    })
  }
}

/** Whether an outcome says in words why it failed. These are the program's, and may repeat what it was given. */
function tells(outcome: TaskRecord['outcome']): boolean {
  return outcome?.state === 'failed' && outcome.reason !== null
}

/** What changes in a task without its input, or without all that it was about. */
function without(
  { contract, files, outcome, problem, forgotten }: TaskRecord,
  what: 'input' | 'all',
  { details, at }: { details: string; at: number }
): TaskChange {
  return {
    goal: '',
    files: [],
    // nobody can try out goals against the hash of the details: without its nonce it tells nothing
    contract: contract === null ? null : { ...contract, goal: '', files: [], nonce: new Uint8Array(16) },
    ...(what === 'all' && outcome !== null && tells(outcome)
      ? { outcome: { ...outcome, reason: null }, problem: problem === outcome.reason ? null : problem }
      : {}),
    forgotten: { what, at, details, size: forgotten?.size ?? totalSize(files) },
    event: eventText[what]
  }
}

const eventText = {
  input: 'What was asked for was deleted here, as promised',
  all: 'What was asked for and what came of it were deleted here, as promised'
}
