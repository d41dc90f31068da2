/** How an agent is at this moment, as people say it. Pure. */
import type { State } from '../../node/schema/declaration.ts'

type How = Pick<State, 'open' | 'load' | 'power' | 'metered'>

/** What speaks most against asking an agent now. */
export type Hindrance = 'closed' | 'full' | 'low'

/** @returns null when nothing does, or it has not said how it is */
export function hindrance(state: How | null): Hindrance | null {
  if (state === null) return null
  if (!state.open) return 'closed'
  if (state.load === 'full') return 'full'
  return state.power === 'low' ? 'low' : null
}

export const hindranceWords: Readonly<Record<Hindrance, string>> = {
  closed: 'Takes on no work',
  full: 'Has its hands full',
  low: 'Low battery'
}

/** All of it in one line: `Takes on work · idle · on mains power`. */
export function stateWords({ open, load, power, metered }: How): string {
  return [
    open ? 'Takes on work' : hindranceWords.closed,
    { idle: 'idle', busy: 'busy', full: 'hands full' }[load],
    { mains: 'on mains power', battery: 'on battery', low: 'low on battery' }[power],
    ...(metered ? ['on a connection that costs'] : [])
  ].join(' · ')
}
