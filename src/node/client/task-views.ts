/**
 * Tasks as people see them.
 */
import type { TaskView } from '../client.ts'
import { InvalidBytesError, decode } from '../schema/codec.ts'
import { result as resultSchema, type Progress, type Result } from '../schema/result.ts'
import type { TaskRecord } from '../schema/task.ts'
import type { Store } from '../store/store.ts'
import type { Tasks } from '../task/tasks.ts'

export interface TaskViews {
  /** The same object as before while nothing about the task has changed: what is the same need not be sent again. */
  of(task: TaskRecord): Promise<TaskView>
  /** All tasks, newest first. Of those beyond what snapshots show, nothing is held. */
  all(): Promise<TaskView[]>
  /** The newest tasks, as many as snapshots show. */
  newest(): Promise<TaskView[]>
}

export interface TaskViewsComponents {
  store: Pick<Store, 'get'>
  tasks: Pick<Tasks, 'all' | 'progress'>
}

/** Tasks that snapshots show. */
const MAX_SHOWN = 200

export function createTaskViews({ store, tasks }: TaskViewsComponents): TaskViews {
  const views = new Map<string, { revision: number; progress: Progress | null; view: TaskView }>()

  async function resultOf(task: TaskRecord): Promise<Result | null> {
    const hash = task.outcome?.result ?? null
    if (hash === null || task.state !== 'completed') return null
    const bytes = await store.get<Uint8Array>('blobs', hash)
    if (bytes === undefined) return null
    try {
      return decode(bytes, resultSchema, bytes.length)
    } catch (error) {
      if (!(error instanceof InvalidBytesError)) throw error
      return null // kept by a version that knew other results
    }
  }

  async function viewOf(task: TaskRecord): Promise<TaskView> {
    const progress = tasks.progress(task.id)
    const known = views.get(task.id)
    if (known?.revision === task.revision && known.progress === progress) return known.view
    const held = task.forgotten?.what === 'all' ? null : known?.view.result
    const result = held ?? (await resultOf(task))
    const view = taskView(task, progress, result)
    views.set(task.id, { revision: task.revision, progress, view })
    return view
  }

  const shown = () => tasks.all().slice(0, MAX_SHOWN)

  async function viewsOf(some: readonly TaskRecord[]): Promise<TaskView[]> {
    const seen = await Promise.all(some.map(viewOf))
    if (views.size > MAX_SHOWN) {
      const held = new Set(shown().map(({ id }) => id))
      for (const id of views.keys()) if (!held.has(id)) views.delete(id)
    }
    return seen
  }

  return {
    of: viewOf,
    all: () => viewsOf(tasks.all()),
    newest: () => viewsOf(shown())
  }
}

function taskView(task: TaskRecord, progress: Progress | null, result: Result | null): TaskView {
  const { contract } = task
  const other = contract === null ? task.wanted.agent : task.role === 'leader' ? contract.follower : contract.leader
  return {
    id: task.id,
    role: task.role,
    goal: task.goal,
    files: task.files,
    agent: other,
    skill: contract?.skill ?? task.wanted.skill,
    state: task.state,
    allowedBy: task.approvedBy,
    waiting: task.waiting,
    progress,
    result,
    problem: task.problem,
    contract: task.contractHash,
    entries: task.entries,
    created: task.created,
    updated: task.updated,
    events: task.events,
    terms: contract?.terms ?? null,
    forgotten: task.forgotten?.what ?? null
  }
}
