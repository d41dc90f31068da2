import { Ban, CircleCheck, CircleX, Hourglass, Play, Search } from 'lucide-react'
import type { TaskView } from '../../../node/client.ts'
import { stateWord } from '../../state/task-steps.ts'

/** A task's state: a word with a shape. */
export function StateChip({ task }: { task: TaskView }) {
  const word = stateWord(task)
  switch (task.state) {
    case 'completed':
      return (
        <span className="chip good">
          <CircleCheck size={14} aria-hidden /> {word}
        </span>
      )
    case 'failed':
      return (
        <span className="chip bad">
          <CircleX size={14} aria-hidden /> {word}
        </span>
      )
    case 'rejected':
      return (
        <span className="chip bad">
          <Ban size={14} aria-hidden /> {word}
        </span>
      )
    case 'canceled':
      return (
        <span className="chip">
          <Ban size={14} aria-hidden /> {word}
        </span>
      )
    case 'working':
      return (
        <span className="chip accent">
          <Play size={14} aria-hidden /> {word}
        </span>
      )
    case 'submitted':
    case 'input-required':
    case 'auth-required': {
      const Icon = task.agent === null ? Search : Hourglass
      return (
        <span className="chip warn">
          <Icon size={14} aria-hidden /> {word}
        </span>
      )
    }
  }
}
