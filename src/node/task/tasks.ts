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
import { createEmitter } from '../support/emitter.ts'
import { waitFor } from '../support/wait-for.ts'
import { clip } from '../support/words.ts'

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
  /** All tasks, newest first; the same array while nothing has changed. */
  all(): readonly TaskRecord[]
  get(id: string): TaskRecord | undefined
  /** The task as the store has it at this moment. @throws RangeError when there is none under that id */
  read(id: string): Promise<TaskRecord>
  /** The same, but null when there is none. */
  find(id: string): Promise<TaskRecord | null>
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
  refresh(id: string): Promise<TaskRecord>
  /** Deletes a task, with what else has to go. Does nothing when it was changed since it was read. */
  remove(record: TaskRecord, also?: Operation[]): Promise<void>
  /** Tells how a task is getting on; of what comes in quick succession some is left out. */
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
const PROGRESS_PAUSE_MS = 50
const MAX_TEXT = { waiting: 500, problem: 1000, event: 500 }

export function createTasks({ store, changes, now }: TasksComponents): Tasks {
  const records = new Map<string, TaskRecord>()
  const progresses = new Map<string, { progress: Progress; toldAt: number }>()
  const { on, emit } = createEmitter<{ change: { id: string; what: 'record' | 'progress' } }>()
  let newestFirst: TaskRecord[] | null = null

  function remember(record: TaskRecord): void {
    const known = records.get(record.id)
    if (known !== undefined && known.revision >= record.revision) return
    records.set(record.id, record)
    newestFirst = null
    if (hasEnded(record.state)) progresses.delete(record.id)
    emit('change', { id: record.id, what: 'record' })
  }

  function forget(id: string): void {
    progresses.delete(id)
    if (!records.delete(id)) return
    newestFirst = null
    emit('change', { id, what: 'record' })
  }

  async function find(id: string): Promise<TaskRecord | null> {
    const value = await store.get('tasks', id)
    if (value === undefined) return null
    const record = parse(value, taskRecord)
    remember(record)
    return record
  }

  async function read(id: string): Promise<TaskRecord> {
    const record = await find(id)
    if (record === null) throw new RangeError(`expected a task, got the unknown id ${id}`)
    return record
  }

  async function refresh(id: string): Promise<TaskRecord> {
    const record = await read(id)
    changes.tell({ what: 'task', id })
    return record
  }

  /** Texts may hold others' words: they are cut to what a record takes, so that what is written can be read. */
  function apply(record: TaskRecord, { event, ...change }: TaskChange): TaskRecord {
    const at = now()
    const next = { ...record, ...change, updated: at, revision: record.revision + 1 }
    next.waiting = clip(next.waiting, MAX_TEXT.waiting)
    if (next.problem !== null) next.problem = clip(next.problem, MAX_TEXT.problem)
    if (event !== undefined) {
      next.events = [...record.events, { at, text: clip(event, MAX_TEXT.event) }].slice(-MAX_EVENTS)
    }
    return parse(next, taskRecord)
  }

  function replacing(record: TaskRecord, next: TaskRecord): { operations: Operation[]; conditions: Condition[] } {
    return {
      operations: [{ put: 'tasks', key: record.id, value: next }],
      conditions: [{ revision: 'tasks', key: record.id, is: record.revision }]
    }
  }

  const stopListening = changes.listen((change) => {
    if (change.what === 'task') {
      find(change.id).then(
        (found) => {
          if (found === null) forget(change.id)
        },
        // it stays as we last saw it; the next change or reload reads it again
        () => undefined
      )
    } else if (change.what === 'progress') {
      keepProgress(change.id, change.progress)
    }
  })

  /** @returns whether it was told */
  function keepProgress(id: string, progress: Progress): boolean {
    const record = records.get(id)
    if (record === undefined || hasEnded(record.state)) return false
    const toldAt = progresses.get(id)?.toldAt ?? -Infinity
    const soon = Math.abs(now() - toldAt) < PROGRESS_PAUSE_MS
    progresses.set(id, { progress, toldAt: soon ? toldAt : now() })
    if (!soon) emit('change', { id, what: 'progress' })
    return !soon
  }

  const watch: Tasks['watch'] = (listener) => on('change', ({ id, what }) => listener(id, what))

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

    all: () => (newestFirst ??= [...records.values()].sort((a, b) => b.created - a.created)),
    get: (id) => records.get(id),
    read,
    find,
    progress: (id) => progresses.get(id)?.progress ?? null,

    async create(record, keep = []) {
      const made = await store.commit(
        [...keep, { put: 'tasks', key: record.id, value: parse(record, taskRecord) }],
        [{ absent: 'tasks', key: record.id }]
      )
      // one that another tab has made is news here too
      await find(record.id)
      if (made) changes.tell({ what: 'task', id: record.id })
      return made
    },

    async update(id, decide, also = () => []) {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const record = await read(id)
        const change = decide(record)
        if (change === null) return record
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

    async remove(record, also = []) {
      const gone = await store.commit(
        [{ delete: 'tasks', key: record.id }, ...also],
        [{ revision: 'tasks', key: record.id, is: record.revision }]
      )
      if (!gone) return
      forget(record.id)
      changes.tell({ what: 'task', id: record.id })
    },

    report(id, progress) {
      if (keepProgress(id, progress)) changes.tell({ what: 'progress', id, progress })
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

    close: stopListening
  }
}
