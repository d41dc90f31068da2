/**
 * The tasks of this profile, as all its tabs see them: kept in the store, changed only against the revision
 * that was read, and watched. Progress is told but not kept: it is the one thing that may be lost.
 */
import type { Progress } from '../schema/result.ts'
import { parse } from '../schema/codec.ts'
import { MAX_EVENTS, taskRecord, type TaskRecord } from '../schema/task.ts'
import type { TaskState } from '../schema/contract.ts'
import type { Changes } from '../store/changes.ts'
import type { Condition, Operation, Store } from '../store/store.ts'
import { waitFor } from '../wait-for.ts'

const ends: ReadonlySet<TaskState> = new Set(['completed', 'failed', 'canceled', 'rejected'])

/** Whether nothing more will happen to a task in this state. */
export function hasEnded(state: TaskState): boolean {
  return ends.has(state)
}

/** What of a record may be changed; the rest follows. `event` is what people read of it. */
export type TaskChange = Partial<Omit<TaskRecord, 'revision' | 'id' | 'role' | 'created' | 'updated' | 'events'>> & {
  event?: string
}

export interface Tasks {
  /** Reads what is kept. Call once, before anything else. Resolves to what could not be read, by key. */
  load(): Promise<string[]>
  /** All tasks, newest first. */
  all(): TaskRecord[]
  get(id: string): TaskRecord | undefined
  /** The task as the store has it at this moment. @throws RangeError when there is none under that id */
  read(id: string): Promise<TaskRecord>
  progress(id: string): Progress | null
  /** Keeps a new task, with what belongs to it. Resolves to false when there is one under that id. */
  create(record: TaskRecord, keep?: Operation[]): Promise<boolean>
  /**
   * Changes a task: `decide` gets the record as it is and says what changes, or null to leave it. It may be
   * called again when another tab was faster.
   *
   * @param also what is committed with the change, or not at all
   */
  update(
    id: string,
    decide: (record: TaskRecord) => TaskChange | null,
    also?: (changed: TaskRecord) => Operation[]
  ): Promise<TaskRecord>
  /** The operations and conditions of a change, for a commit that others make (an entry and its task in one). */
  changing(record: TaskRecord, change: TaskChange): { operations: Operation[]; conditions: Condition[] }
  /** Reads a task again after such a commit, and tells the other tabs. */
  refresh(id: string): Promise<void>
  report(id: string, progress: Progress): void
  /** Resolves to the first version of the task for which `wanted` holds. @throws the signal's reason */
  until(id: string, wanted: (record: TaskRecord) => boolean, signal: AbortSignal): Promise<TaskRecord>
  /** Called after each change of a task or of its progress, here or in another tab. */
  watch(listener: (id: string, what: 'record' | 'progress') => void): () => void
  close(): void
}

export interface TasksComponents {
  store: Store
  changes: Changes
  now: () => number
}

const MAX_TRIES = 20

export function createTasks({ store, changes, now }: TasksComponents): Tasks {
  const records = new Map<string, TaskRecord>()
  const progresses = new Map<string, Progress>()
  const listeners = new Set<(id: string, what: 'record' | 'progress') => void>()

  function notify(id: string, what: 'record' | 'progress'): void {
    for (const listener of [...listeners]) listener(id, what)
  }

  function remember(record: TaskRecord): void {
    const known = records.get(record.id)
    if (known !== undefined && known.revision >= record.revision) return
    records.set(record.id, record)
    if (hasEnded(record.state)) progresses.delete(record.id)
    notify(record.id, 'record')
  }

  async function read(id: string): Promise<TaskRecord> {
    const value = await store.get('tasks', id)
    if (value === undefined) throw new RangeError(`expected a task, got the unknown id ${id}`)
    return parse(value, taskRecord)
  }

  async function refresh(id: string): Promise<void> {
    remember(await read(id))
    changes.tell({ what: 'task', id })
  }

  function apply(record: TaskRecord, { event, ...change }: TaskChange): TaskRecord {
    const at = now()
    const events = event === undefined ? record.events : [...record.events, { at, text: event }].slice(-MAX_EVENTS)
    return { ...record, ...change, events, updated: at, revision: record.revision + 1 }
  }

  function replacing(record: TaskRecord, next: TaskRecord): { operations: Operation[]; conditions: Condition[] } {
    return {
      operations: [{ put: 'tasks', key: record.id, value: next }],
      conditions: [{ revision: 'tasks', key: record.id, is: record.revision }]
    }
  }

  const stopListening = changes.listen((change) => {
    if (change.what === 'task') {
      // when it can't be read it stays as we last saw it; the next change or reload reads it again
      void read(change.id).then(remember, () => undefined)
    } else if (change.what === 'progress') {
      progresses.set(change.id, change.progress)
      notify(change.id, 'progress')
    }
  })

  function watch(listener: (id: string, what: 'record' | 'progress') => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  return {
    async load() {
      const unreadable: string[] = []
      for (const [key, value] of await store.list('tasks')) {
        try {
          remember(parse(value, taskRecord))
        } catch {
          unreadable.push(key)
        }
      }
      return unreadable
    },

    all: () => [...records.values()].sort((a, b) => b.created - a.created),
    get: (id) => records.get(id),
    read,
    progress: (id) => progresses.get(id) ?? null,

    async create(record, keep = []) {
      const made = await store.commit(
        [...keep, { put: 'tasks', key: record.id, value: record }],
        [{ absent: 'tasks', key: record.id }]
      )
      if (made) {
        remember(record)
        changes.tell({ what: 'task', id: record.id })
      }
      return made
    },

    async update(id, decide, also = () => []) {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const record = await read(id)
        const change = decide(record)
        if (change === null) {
          remember(record)
          return record
        }
        const next = apply(record, change)
        const { operations, conditions } = replacing(record, next)
        if (await store.commit([...operations, ...also(next)], conditions)) {
          remember(next)
          changes.tell({ what: 'task', id })
          return next
        }
      }
      throw new Error(`task ${id} was changed by others ${MAX_TRIES} times in a row; try again`)
    },

    changing: (record, change) => replacing(record, apply(record, change)),
    refresh,

    report(id, progress) {
      progresses.set(id, progress)
      notify(id, 'progress')
      changes.tell({ what: 'progress', id, progress })
    },

    until: (id, wanted, signal) =>
      waitFor(
        watch,
        () => {
          const record = records.get(id)
          return record !== undefined && wanted(record) ? record : undefined
        },
        signal
      ),

    watch,

    close() {
      stopListening()
      listeners.clear()
    }
  }
}
