/** What somebody chose for this browser: looks, and when they last looked at what was done for others. */
import { createValue, type Value } from './value.ts'

export type Theme = 'system' | 'light' | 'dark'

export interface Preferences {
  theme: Theme
  /** when the approvals were last looked at: milliseconds since 1970 */
  approvalsSeen: number
  /** a notification when somebody asks for something and the tab is not in sight */
  notify: boolean
}

const KEY = 'starling.preferences'
const initial: Preferences = { theme: 'system', approvalsSeen: 0, notify: false }

/** Preferences that are kept where the browser allows it; where it does not, they last as long as the page. */
export function createPreferences(storage: () => Pick<Storage, 'getItem' | 'setItem'>): Value<Preferences> {
  const value = createValue(read(storage))
  value.subscribe(() => {
    try {
      storage().setItem(KEY, JSON.stringify(value.get()))
    } catch {
      // Private windows refuse storage; the choice then holds for this page only, and Me says so.
    }
  })
  return value
}

function read(storage: () => Pick<Storage, 'getItem'>): Preferences {
  let kept: unknown
  try {
    kept = JSON.parse(storage().getItem(KEY) ?? 'null')
  } catch {
    return initial
  }
  if (typeof kept !== 'object' || kept === null) return initial
  const { theme, approvalsSeen, notify } = kept as Record<string, unknown>
  return {
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
    approvalsSeen: typeof approvalsSeen === 'number' ? approvalsSeen : 0,
    notify: notify === true
  }
}
