/** Says things to people who listen to the page instead of looking at it, one at a time and never in a rush. */
import { createValue, type Value } from './value.ts'

export interface Announcer extends Pick<Value<string>, 'get' | 'subscribe'> {
  /** Says a sentence politely. The same sentence again at once is not repeated. */
  say(text: string): void
}

export function createAnnouncer(): Announcer {
  const value = createValue('')
  return { get: value.get, subscribe: value.subscribe, say: value.set }
}
