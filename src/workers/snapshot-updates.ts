/**
 * Snapshots on their way to the page: a task that has not changed since the last one is sent as its id, so
 * that a large result crosses once.
 */
import type { Snapshot, TaskView } from '../node/client.ts'

export type SnapshotUpdate = Omit<Snapshot, 'tasks'> & { tasks: Array<TaskView | string> }

/** Leaves out what the other end has. Views that are the same object are the same. */
export async function* packSnapshots(snapshots: AsyncIterable<Snapshot>): AsyncGenerator<SnapshotUpdate, void, undefined> {
  let sent = new Set<TaskView>()
  for await (const snapshot of snapshots) {
    const tasks = snapshot.tasks.map((task) => (sent.has(task) ? task.id : task))
    sent = new Set(snapshot.tasks)
    yield { ...snapshot, tasks }
  }
}

/** Puts back what was left out. */
export async function* unpackSnapshots(updates: AsyncIterable<SnapshotUpdate>): AsyncGenerator<Snapshot, void, undefined> {
  let held = new Map<string, TaskView>()
  for await (const update of updates) {
    const tasks = update.tasks.flatMap((task) => (typeof task === 'string' ? (held.get(task) ?? []) : task))
    held = new Map(tasks.map((task) => [task.id, task]))
    yield { ...update, tasks }
  }
}
