import { Suspense, lazy, useEffect } from 'react'
import { Ask } from '../places/ask/ask.tsx'
import { AppContext, useApp, type App as Components } from '../state/app-context.ts'
import { followAddress, route, type Route } from '../state/route.ts'
import { useValue } from '../state/use-value.ts'
import { Boundary } from './boundary.tsx'
import { DropZone } from './drop-zone.tsx'
import { Nav } from './nav.tsx'
import { Strip } from './strip.tsx'
import { Watchers } from './watchers.tsx'
import './shell.css'

const Tasks = lazy(async () => ({ default: (await import('../places/tasks/tasks.tsx')).Tasks }))
const Approvals = lazy(async () => ({ default: (await import('../places/approvals/approvals.tsx')).Approvals }))
const Network = lazy(async () => ({ default: (await import('../places/network/network.tsx')).Network }))
const Me = lazy(async () => ({ default: (await import('../places/me/me.tsx')).Me }))

/** The whole page: strip, places, and the one that is open. */
export function App({ components }: { components: Components }) {
  useEffect(() => followAddress(), [])
  const here = useValue(route)
  return (
    <AppContext value={components}>
      <a
        className="skip button primary"
        href="#main"
        onClick={(event) => {
          event.preventDefault()
          document.getElementById('main')?.focus()
        }}
      >
        Skip to the content
      </a>
      <div className="app">
        <Strip />
        <Nav />
        <main className="main" id="main" tabIndex={-1}>
          <Suspense
            fallback={
              <div className="skeleton" role="status">
                <span className="sr-only">Opening…</span>
              </div>
            }
          >
            <Boundary key={`${here.place} ${here.id ?? ''}`}>
              <PlaceView here={here} />
            </Boundary>
          </Suspense>
        </main>
      </div>
      <DropZone />
      <Watchers />
      <Spoken />
    </AppContext>
  )
}

function PlaceView({ here }: { here: Route }) {
  switch (here.place) {
    case 'ask':
      return <Ask />
    case 'tasks':
      return <Tasks id={here.id} />
    case 'approvals':
      return <Approvals />
    case 'network':
      return <Network id={here.id} />
    case 'me':
      return <Me id={here.id} />
  }
}

/** The one place where the page speaks to listeners. */
function Spoken() {
  const { announcer } = useApp()
  const text = useValue(announcer)
  return (
    <div className="sr-only" role="status" aria-live="polite">
      {text}
    </div>
  )
}
