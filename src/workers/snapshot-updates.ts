/**
 * Snapshots on their way to the page: of lists whose parts seldom change, a part that has not changed since the last one is sent as its
 * place there, so that a large result crosses once, and what is known of others when there is something new.
 */
import type { AgentView, Snapshot, StandingInterest, TaskView } from '../node/client.ts'

interface Lists {
  agents: AgentView[]
  tasks: TaskView[]
  interests: StandingInterest[]
}

export type SnapshotUpdate = Omit<Snapshot, keyof Lists> & { [K in keyof Lists]: Array<Lists[K][number] | number> }

const nothing: Lists = { agents: [], tasks: [], interests: [] }

/** Leaves out what the other end has. Views that are the same object are the same. */
export async function* packSnapshots(snapshots: AsyncIterable<Snapshot>): AsyncGenerator<SnapshotUpdate, void, undefined> {
  let sent = nothing
  for await (const snapshot of snapshots) {
    const update: SnapshotUpdate = {
      ...snapshot,
      agents: packed(snapshot.agents, sent.agents),
      tasks: packed(snapshot.tasks, sent.tasks),
      interests: packed(snapshot.interests, sent.interests)
    }
    sent = snapshot
    yield update
  }
}

/** Puts back what was left out. */
export async function* unpackSnapshots(updates: AsyncIterable<SnapshotUpdate>): AsyncGenerator<Snapshot, void, undefined> {
  let held = nothing
  for await (const update of updates) {
    const snapshot: Snapshot = {
      ...update,
      agents: unpacked(update.agents, held.agents),
      tasks: unpacked(update.tasks, held.tasks),
      interests: unpacked(update.interests, held.interests)
    }
    held = snapshot
    yield snapshot
  }
}

function packed<T>(list: readonly T[], sent: readonly T[]): Array<T | number> {
  const places = new Map(sent.map((one, place) => [one, place]))
  return list.map((one) => places.get(one) ?? one)
}

function unpacked<T>(list: ReadonlyArray<T | number>, held: readonly T[]): T[] {
  return list.flatMap((one) => (typeof one === 'number' ? (held[one] ?? []) : one))
}
