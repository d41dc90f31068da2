/** Where one is: the part of the address after `#`, so that back works and every place has a link. */
import { createValue } from './value.ts'

export type Place = 'ask' | 'tasks' | 'approvals' | 'network' | 'me'

export interface Route {
  place: Place
  /** a task's, an agent's or an offer's id */
  id: string | null
}

const paths: Record<Place, string> = { ask: '', tasks: 'tasks', approvals: 'approvals', network: 'network', me: 'me' }

/** The route of an address's fragment; what is not known leads home. */
export function parseRoute(hash: string): Route {
  const [path = '', ...rest] = hash.replace(/^#\/?/, '').split('/')
  const place = (Object.keys(paths) as Place[]).find((name) => paths[name] === path) ?? 'ask'
  const id = rest.join('/')
  if (id === '' || place === 'ask' || place === 'approvals') return { place, id: null }
  try {
    return { place, id: decodeURIComponent(id) }
  } catch {
    return { place, id: null }
  }
}

/** The link to a place, or to one thing in it. */
export function linkTo(place: Place, id?: string): string {
  return id === undefined ? `#/${paths[place]}` : `#/${paths[place]}/${encodeURIComponent(id)}`
}

export function goTo(place: Place, id?: string): void {
  location.hash = linkTo(place, id)
}

/** The address bar's route, followed for as long as the page lives. */
export const route = createValue<Route>({ place: 'ask', id: null })

/** Where a new offer is written: no offer has such an id. */
export const NEW_OFFER = '-new'

/** Follows the address bar. Returns the way to stop. */
export function followAddress(): () => void {
  const read = () => {
    const next = parseRoute(location.hash)
    const now = route.get()
    if (now.place !== next.place || now.id !== next.id) route.set(next)
  }
  read()
  window.addEventListener('hashchange', read)
  return () => window.removeEventListener('hashchange', read)
}
