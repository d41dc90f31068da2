import { Inbox, ListChecks, Sparkle, Users, UserRound } from 'lucide-react'
import { AgentPicture } from '../parts/agent-picture.tsx'
import { Mark } from '../parts/mark.tsx'
import { useSnapshot } from '../state/app-context.ts'
import { unseenFinds } from '../state/interests.ts'
import { linkTo, route, type Place } from '../state/route.ts'
import { isOver } from '../state/task-steps.ts'
import { useValue } from '../state/use-value.ts'
import { nameOf } from '../text/names.ts'

const places: ReadonlyArray<{ place: Place; label: string; Icon: typeof Inbox }> = [
  { place: 'ask', label: 'Ask', Icon: Sparkle },
  { place: 'tasks', label: 'Tasks', Icon: ListChecks },
  { place: 'approvals', label: 'Approvals', Icon: Inbox },
  { place: 'network', label: 'Network', Icon: Users },
  { place: 'me', label: 'Me', Icon: UserRound }
]

/** The five places: a bar at the bottom on a phone, a rail at the side on a wide screen. */
export function Nav() {
  const snapshot = useSnapshot()
  const { place: here } = useValue(route)
  const approvals = snapshot?.approvals.length ?? 0
  const running = (snapshot?.tasks ?? []).filter((task) => !isOver(task)).length
  const finds = (snapshot?.interests ?? []).flatMap(unseenFinds).length
  const counts: Partial<Record<Place, { count: number; words: string }>> = {
    approvals: { count: approvals, words: 'waiting for you' },
    tasks: { count: running, words: 'running' },
    ask: { count: finds, words: 'found for you' }
  }
  return (
    <nav className="nav" aria-label="Places">
      <a className="nav-brand" href={linkTo('ask')}>
        <Mark size={30} />
        <span>Starling</span>
      </a>
      <ul className="nav-places">
        {places.map(({ place, label, Icon }) => {
          const { count, words } = counts[place] ?? { count: 0, words: '' }
          return (
            <li key={place}>
              <a
                className="nav-place"
                href={linkTo(place)}
                {...(here === place ? { 'aria-current': 'page' as const } : {})}
                {...(count > 0 ? { 'aria-label': `${label}, ${count} ${words}` } : {})}
              >
                <span className="nav-icon">
                  <Icon size={21} aria-hidden />
                  {count > 0 && (
                    <span className={`nav-count num ${place}`} aria-hidden>
                      {count > 99 ? '99+' : count}
                    </span>
                  )}
                </span>
                <span>{label}</span>
              </a>
            </li>
          )
        })}
      </ul>
      {snapshot !== null && (
        <a className="nav-me" href={linkTo('me')}>
          <AgentPicture agent={snapshot.status.agent} size={36} />
          <span>
            <span className="small faint">You are</span>
            <br />
            {nameOf(snapshot.status.agent)}
          </span>
        </a>
      )}
    </nav>
  )
}
