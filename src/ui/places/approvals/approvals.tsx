import { Inbox } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Page } from '../../parts/page.tsx'
import { useApp, useSnapshot } from '../../state/app-context.ts'
import { linkTo } from '../../state/route.ts'
import { plural } from '../../text/format.ts'
import { TaskRow } from '../tasks/task-row.tsx'
import { ApprovalCard } from './approval-card.tsx'
import { Permissions } from './permissions.tsx'
import './approvals.css'

const PAGE = 10

/** What do others want of my agent? */
export function Approvals() {
  const { preferences } = useApp()
  const snapshot = useSnapshot()
  const [seen] = useState(() => preferences.get().approvalsSeen)
  const [shown, setShown] = useState(PAGE)
  useEffect(() => {
    const look = () => preferences.update((now) => ({ ...now, approvalsSeen: Date.now() }))
    look()
    return look
  }, [preferences])

  const approvals = [...(snapshot?.approvals ?? [])].sort((a, b) => a.created - b.created)
  const forOthers = (snapshot?.tasks ?? [])
    .filter((task) => task.role === 'follower' && !approvals.some(({ id }) => id === task.id))
    .sort((a, b) => b.updated - a.updated)
  const fresh = seen === 0 ? 0 : forOthers.filter((task) => task.created > seen).length
  return (
    <Page title="Approvals" intro="What others ask of your agent. Nothing runs here unless you allow it.">
      {approvals.length === 0 ? (
        <div className="card empty">
          <Inbox size={36} aria-hidden />
          <h2>{snapshot === null ? 'Starting…' : 'Nobody is waiting for you'}</h2>
          <p>
            When somebody asks your agent for something, it shows here: who, what, with which data, for how long. You
            say yes or no.
          </p>
          <a className="button" href={linkTo('me')}>
            See what your agent offers
          </a>
        </div>
      ) : (
        <ul className="stack">
          {approvals.map((approval) => (
            <li key={approval.id}>
              <ApprovalCard approval={approval} />
            </li>
          ))}
        </ul>
      )}
      {forOthers.length > 0 && (
        <section className="card" aria-labelledby="others-heading">
          <div className="row between">
            <h2 id="others-heading">Done for others</h2>
            {fresh > 0 && (
              <span className="chip accent">{plural(fresh, 'new one', 'new ones')} since you last looked</span>
            )}
          </div>
          <ul className="rows">
            {forOthers.slice(0, shown).map((task) => (
              <TaskRow key={task.id} task={task} isNew={seen > 0 && task.created > seen} />
            ))}
          </ul>
          {forOthers.length > shown && (
            <button type="button" className="button quiet" onClick={() => setShown((now) => now + PAGE)}>
              Show {Math.min(PAGE, forOthers.length - shown)} more
            </button>
          )}
        </section>
      )}
      <Permissions />
    </Page>
  )
}
