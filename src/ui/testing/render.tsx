import type { ReactNode } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import '../design/tokens.css'
import '../design/base.css'
import { App } from '../shell/app.tsx'
import { componentsFor } from './components-for.ts'
import type { ScriptedClient } from './scripted-client.ts'

/** Draws into a fresh element of the page. Returns the way to take it away. */
export function draw(node: ReactNode): () => void {
  const place = document.createElement('div')
  place.id = 'root'
  document.body.append(place)
  const root = createRoot(place)
  flushSync(() => root.render(node))
  return () => {
    flushSync(() => root.unmount())
    place.remove()
  }
}

/** Draws the whole page over a scripted node, at a place. Returns the way to take it away. */
export function drawApp(client: ScriptedClient, hash = '#/'): () => void {
  location.hash = hash
  const components = componentsFor(client)
  const remove = draw(<App components={components} />)
  return () => {
    components.snapshots.stop()
    remove()
  }
}
