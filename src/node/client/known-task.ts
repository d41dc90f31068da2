import type { TaskRecord } from '../schema/task.ts'
import type { Tasks } from '../task/tasks.ts'

/** The task that somebody names. @throws RangeError when there is none under that id */
export function knownTask(tasks: Pick<Tasks, 'get'>, id: string): TaskRecord {
  const task = tasks.get(id)
  if (task === undefined) throw new RangeError(`There is no task ${id}`)
  return task
}
