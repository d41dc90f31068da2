import { ListChecks } from 'lucide-react'
import { useState } from 'react'
import { Page } from '../../parts/page.tsx'
import { labelFor, useSnapshot } from '../../state/app-context.ts'
import { linkTo } from '../../state/route.ts'
import { splitTasks, stateWord } from '../../state/task-steps.ts'
import { TaskRow } from './task-row.tsx'
import { TaskPage } from './task-page.tsx'

const PAGE = 30
const SEARCH_FROM = 6

/** How is it going, what came of it? */
export function Tasks({ id }: { id: string | null }) {
  return id === null ? <TaskList /> : <TaskPage key={id} id={id} />
}

function TaskList() {
  const snapshot = useSnapshot()
  const [words, setWords] = useState('')
  const [shown, setShown] = useState(PAGE)
  const tasks = snapshot?.tasks ?? []
  const wanted = words.trim().toLowerCase()
  const matching = tasks.filter((task) =>
    [task.goal, stateWord(task), task.skill ?? '', task.agent === null ? '' : labelFor(task.agent, snapshot).name].some(
      (text) => text.toLowerCase().includes(wanted)
    )
  )
  const { running, over } = splitTasks(matching)
  return (
    <Page title="Tasks" intro="What you asked for, and what your agent does for others.">
      {tasks.length === 0 && (
        <div className="card empty">
          <ListChecks size={36} aria-hidden />
          <h2>{snapshot === null ? 'Starting…' : 'No tasks yet'}</h2>
          <p>Everything you ask for is kept here with its result, also after you close the tab.</p>
          <a className="button primary" href={linkTo('ask')}>
            Ask for something
          </a>
        </div>
      )}
      {tasks.length >= SEARCH_FROM && (
        <div>
          <label className="sr-only" htmlFor="task-search">
            Search tasks
          </label>
          <input
            id="task-search"
            className="field"
            type="search"
            placeholder="Search by words, agent or state"
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
        </div>
      )}
      {tasks.length > 0 && matching.length === 0 && (
        <p className="soft" role="status">
          No task has these words.{' '}
          <button type="button" className="link" onClick={() => setWords('')}>
            Show all
          </button>
        </p>
      )}
      {running.length > 0 && (
        <section className="card" aria-labelledby="running-heading">
          <h2 id="running-heading">Running now</h2>
          <ul className="rows">
            {running.map((task) => (
              <TaskRow key={task.id} task={task} />
            ))}
          </ul>
        </section>
      )}
      {over.length > 0 && (
        <section className="card" aria-labelledby="history-heading">
          <h2 id="history-heading">History</h2>
          <ul className="rows">
            {over.slice(0, shown).map((task) => (
              <TaskRow key={task.id} task={task} />
            ))}
          </ul>
          {over.length > shown && (
            <button type="button" className="button quiet" onClick={() => setShown((now) => now + PAGE)}>
              Show {Math.min(PAGE, over.length - shown)} more
            </button>
          )}
        </section>
      )}
    </Page>
  )
}
