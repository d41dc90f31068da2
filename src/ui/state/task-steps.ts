/** What a task's state means to the person who looks at it. Pure. */
import type { TaskView } from '../../node/client.ts'

export type StepState = 'done' | 'now' | 'next' | 'failed' | 'stopped'

export interface Step {
  id: 'find' | 'allow' | 'work' | 'result'
  title: string
  state: StepState
}

/** Whether nothing will happen to it any more. */
export function isOver(task: Pick<TaskView, 'state'>): boolean {
  return task.state === 'completed' || task.state === 'failed' || task.state === 'canceled' || task.state === 'rejected'
}

/** What was asked for; or, where that is not here any more, why. */
export function goalWords({ goal, forgotten }: Pick<TaskView, 'goal' | 'forgotten'>): string {
  return forgotten === null ? goal : 'Deleted, as promised'
}

/** One or two words for a task's state. */
export function stateWord(task: Pick<TaskView, 'state' | 'agent' | 'role'>): string {
  switch (task.state) {
    case 'submitted':
      return task.agent === null ? 'Looking' : 'Asked'
    case 'working':
      return 'Working'
    case 'input-required':
      return 'Needs you'
    case 'auth-required':
      return task.role === 'leader' ? 'Waiting for a yes' : 'Waiting for you'
    case 'completed':
      return 'Done'
    case 'failed':
      return 'Failed'
    case 'canceled':
      return 'Cancelled'
    case 'rejected':
      return 'Declined'
  }
}

/** How far a task has come: which steps are behind it, which one it is at. The names say whose turn it is. */
export function taskSteps(task: TaskView, name: string): Step[] {
  const nobody = task.agent === null
  const titles: Record<Step['id'], [before: string, done: string]> =
    task.role === 'leader'
      ? {
          find: [nobody ? 'Find somebody who can do it' : `Ask ${name}`, `Asked ${name}`],
          allow: ['They say yes, or no', 'They said yes'],
          work: [nobody ? 'They do it' : `${name} does it`, `${name} did it`],
          result: ['The result comes back', 'The result came back']
        }
      : {
          find: [`${name} asks`, `${name} asked`],
          allow: ['You say yes, or no', 'You said yes, or a standing permission did'],
          work: ['It runs here, sealed off', 'It ran here, sealed off'],
          result: ['The result goes back', 'The result went back']
        }
  const ids = ['find', 'allow', 'work', 'result'] as const
  const at = position(task)
  const current: StepState =
    task.state === 'failed' || task.state === 'rejected' ? 'failed' : task.state === 'canceled' ? 'stopped' : 'now'
  return ids.map((id, i) => {
    const state = task.state === 'completed' || i < at ? 'done' : i === at ? current : 'next'
    return { id, title: titles[id][state === 'done' ? 1 : 0], state }
  })
}

function position(task: TaskView): number {
  if (task.result !== null) return 3
  if (task.state === 'rejected') return task.agent === null ? 0 : 1
  if (task.progress !== null || task.state === 'working') return 2
  if (task.contract !== null) return 2
  return task.agent === null ? 0 : 1
}

/** The tasks that still go on, and the others, newest first. */
export function splitTasks(tasks: readonly TaskView[]): { running: TaskView[]; over: TaskView[] } {
  const newest = [...tasks].sort((a, b) => b.updated - a.updated)
  return { running: newest.filter((task) => !isOver(task)), over: newest.filter(isOver) }
}
