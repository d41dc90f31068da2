import { Ban, Check, X } from 'lucide-react'
import type { TaskView } from '../../../node/client.ts'
import { StrangerLine } from '../../parts/stranger-text.tsx'
import { TaskProgress } from '../../parts/task-progress.tsx'
import { useAgentLabel } from '../../state/app-context.ts'
import { taskSteps, type StepState } from '../../state/task-steps.ts'
import { cleanLine } from '../../text/clean.ts'

const words: Record<StepState, string> = {
  done: 'done',
  now: 'going on now',
  next: 'not yet',
  failed: 'failed',
  stopped: 'stopped here'
}

/** The steps of a task: which are done, which one it is at and what it waits for. */
export function Steps({ task }: { task: TaskView }) {
  const { name } = useAgentLabel(task.agent ?? '')
  const steps = taskSteps(task, task.agent === null ? 'Somebody' : cleanLine(name))
  return (
    <ol className="steps">
      {steps.map((step) => (
        <li
          key={step.id}
          className={`step ${step.state}`}
          {...(step.state === 'now' ? { 'aria-current': 'step' as const } : {})}
        >
          <span className="step-mark" aria-hidden>
            {step.state === 'done' && <Check size={14} strokeWidth={3} />}
            {step.state === 'failed' && <X size={14} strokeWidth={3} />}
            {step.state === 'stopped' && <Ban size={14} strokeWidth={2.5} />}
          </span>
          <div className="step-words">
            <span>
              {step.title}
              <span className="sr-only">: {words[step.state]}</span>
            </span>
            {step.state === 'now' && task.waiting !== '' && (
              <span className="soft small">
                <StrangerLine text={task.waiting} max={200} />
              </span>
            )}
            {step.id === 'work' && step.state === 'now' && task.progress !== null && (
              <TaskProgress progress={task.progress} />
            )}
          </div>
        </li>
      ))}
    </ol>
  )
}
