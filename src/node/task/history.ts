/**
 * How it went with whom.
 */
import type { History } from '../adapt/rank.ts'
import type { TaskRecord } from '../schema/task.ts'

/**
 * How tasks with an agent went, either way round. Counted anew only when `all` gives another array.
 *
 * @returns the history by agent
 */
export function createHistory(all: () => readonly TaskRecord[]): (agent: string) => History {
  let counted: readonly TaskRecord[] = []
  let histories = new Map<string, History>()
  return (agent) => {
    const tasks = all()
    if (tasks !== counted) {
      counted = tasks
      histories = count(tasks)
    }
    return histories.get(agent) ?? { completed: 0, failed: 0 }
  }
}

function count(tasks: readonly TaskRecord[]): Map<string, History> {
  const histories = new Map<string, History>()
  for (const { role, contract, state } of tasks) {
    if (contract === null || (state !== 'completed' && state !== 'failed')) continue
    const other = role === 'leader' ? contract.follower : contract.leader
    const { completed, failed } = histories.get(other) ?? { completed: 0, failed: 0 }
    histories.set(other, {
      completed: completed + Number(state === 'completed'),
      failed: failed + Number(state === 'failed')
    })
  }
  return histories
}
