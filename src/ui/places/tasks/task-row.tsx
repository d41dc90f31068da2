import type { TaskView } from '../../../node/client.ts'
import { AgentName } from '../../parts/agent-name.tsx'
import { AgentPicture } from '../../parts/agent-picture.tsx'
import { StrangerLine } from '../../parts/stranger-text.tsx'
import { TaskProgress } from '../../parts/task-progress.tsx'
import { When } from '../../parts/when.tsx'
import { linkTo } from '../../state/route.ts'
import { goalWords, isOver } from '../../state/task-steps.ts'
import { StateChip } from './state-chip.tsx'
import './task-row.css'

/** One task on one row: what, who, how it goes. `isNew` marks what somebody has not seen yet. */
export function TaskRow({ task, isNew = false }: { task: TaskView; isNew?: boolean }) {
  const running = !isOver(task)
  return (
    <li className="task-row">
      {task.agent === null ? (
        <span className="task-row-nobody" aria-hidden />
      ) : (
        <AgentPicture agent={task.agent} size={36} />
      )}
      <div className="task-row-words">
        <a className="task-row-goal" href={linkTo('tasks', task.id)}>
          <StrangerLine text={goalWords(task)} max={110} />
        </a>
        <div className="row small soft">
          <StateChip task={task} />
          {isNew && <span className="chip accent">New</span>}
          {task.allowedBy === 'permission' && <span className="chip">Allowed automatically</span>}
          {task.agent !== null && (
            <span>
              {task.role === 'leader' ? 'by' : 'for'} <AgentName agent={task.agent} />
            </span>
          )}
          <span className="faint">
            <When time={task.updated} />
          </span>
        </div>
        {running && task.progress !== null && <TaskProgress progress={task.progress} compact />}
        {running && task.progress === null && task.waiting !== '' && (
          <p className="small soft">
            <StrangerLine text={task.waiting} max={120} />
          </p>
        )}
      </div>
    </li>
  )
}
