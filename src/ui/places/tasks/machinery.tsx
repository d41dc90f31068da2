import type { TaskView } from '../../../node/client.ts'
import { StrangerLine } from '../../parts/stranger-text.tsx'
import { formatBytes, formatClock, formatDate } from '../../text/format.ts'

/** What stands behind a task, for those who want to see it: hashes, log entries, every event. */
export function Machinery({ task }: { task: TaskView }) {
  return (
    <div className="stack">
      <dl className="facts">
        <dt>Task</dt>
        <dd className="mono">{task.id}</dd>
        <dt>Agent</dt>
        <dd className="mono">{task.agent ?? 'none yet'}</dd>
        <dt>Skill</dt>
        <dd className="mono">{task.skill === null ? 'none yet' : <StrangerLine text={task.skill} />}</dd>
        <dt>Contract</dt>
        <dd className="mono">{task.contract ?? 'none yet: it is signed by both when the other side allows it'}</dd>
        <dt>In your log</dt>
        <dd>
          {task.entries.contract === null ? 'no contract yet' : `contract: entry ${task.entries.contract}`}
          {task.entries.outcome === null ? '' : `, outcome: entry ${task.entries.outcome}`}
          {task.entries.rating === null ? '' : `, how it went: entry ${task.entries.rating}`}
        </dd>
        <dt>Asked</dt>
        <dd>{formatDate(task.created)}</dd>
        {task.files.map((file, i) => (
          <div className="facts-row" key={i}>
            <dt>File</dt>
            <dd>
              <StrangerLine text={file.name} max={80} />, {formatBytes(file.size)},{' '}
              <span className="mono">{file.hash}</span>
            </dd>
          </div>
        ))}
      </dl>
      <ol className="events small" aria-label="What happened">
        {task.events.map((event, i) => (
          <li key={i}>
            <time className="faint" dateTime={new Date(event.at).toISOString()}>
              {formatClock(event.at)}
            </time>{' '}
            <StrangerLine text={event.text} max={300} />
          </li>
        ))}
      </ol>
    </div>
  )
}
