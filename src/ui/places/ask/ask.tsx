import { Suspense, lazy } from 'react'
import { Page } from '../../parts/page.tsx'
import { Murmuration } from '../../parts/murmuration.tsx'
import { useApp, useSnapshot } from '../../state/app-context.ts'
import { linkTo } from '../../state/route.ts'
import { splitTasks } from '../../state/task-steps.ts'
import { useValue } from '../../state/use-value.ts'
import { plural } from '../../text/format.ts'
import { AgentPicture } from '../../parts/agent-picture.tsx'
import { TaskRow } from '../tasks/task-row.tsx'
import { Composer } from './composer.tsx'
import { Samples } from './samples.tsx'
import './ask.css'

const Interests = lazy(async () => ({ default: (await import('./interests.tsx')).Interests }))

/** Home: what do I want done? */
export function Ask() {
  const { draft } = useApp()
  const { goal, files } = useValue(draft)
  const interests = useSnapshot()?.interests ?? []
  const untouched = goal === '' && files.length === 0
  return (
    <Page
      title="What do you want done?"
      intro="Say it in your own words. Somebody else’s agent does it and hands you the result. No account needed."
      aside={<Now />}
    >
      <div className="ask-sky">
        <Murmuration />
      </div>
      <Composer />
      {untouched && <Samples />}
      {interests.length > 0 && (
        <Suspense>
          <Interests interests={interests} />
        </Suspense>
      )}
    </Page>
  )
}

function Now() {
  const snapshot = useSnapshot()
  if (snapshot === null) return null
  const { running, over } = splitTasks(snapshot.tasks)
  const shown = running.length > 0 ? running.slice(0, 4) : over.slice(0, 3)
  const there = snapshot.agents.filter(({ reach, state }) => reach !== 'away' && state?.open !== false)
  return (
    <>
      <section className="stack-s" aria-labelledby="now-heading">
        <h2 id="now-heading">{running.length > 0 ? 'Running now' : 'Lately'}</h2>
        {shown.length === 0 ? (
          <p className="soft small">Nothing yet. What you ask for shows here while it runs.</p>
        ) : (
          <ul className="rows ask-now card">
            {shown.map((task) => (
              <TaskRow key={task.id} task={task} />
            ))}
          </ul>
        )}
        {running.length > shown.length && <a href={linkTo('tasks')}>All {running.length} that run</a>}
      </section>
      <section className="stack-s" aria-labelledby="around-heading">
        <h2 id="around-heading">Around you</h2>
        {there.length === 0 ? (
          <p className="soft small">Nobody yet. Agents show here as they are met.</p>
        ) : (
          <a className="ask-around" href={linkTo('network')}>
            <span className="ask-flock">
              {there.slice(0, 6).map((agent) => (
                <AgentPicture key={agent.agent} agent={agent.agent} size={34} />
              ))}
            </span>
            <span>{plural(there.length, 'agent')} can be asked now</span>
          </a>
        )}
      </section>
    </>
  )
}
