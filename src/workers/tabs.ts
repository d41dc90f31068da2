/**
 * What the tabs of one profile share besides the store: Web Locks, and a channel that tells of changes.
 */
import { readChange, type Changes } from '../node/store/changes.ts'
import type { Locks } from '../node/store/locks.ts'

/** Locks that fall to the next tab when theirs is closed. */
export const tabLocks: Locks = {
  hold: async (name, work, { signal } = {}) => navigator.locks.request(name, signal === undefined ? {} : { signal }, work)
}

/** Changes told to, and heard from, the other tabs. */
export function tabChanges(name: string): Changes {
  const channel = new BroadcastChannel(name)
  return {
    tell: (told) => channel.postMessage(told),
    listen(listener) {
      const hear = ({ data }: MessageEvent<unknown>) => {
        const told = readChange(data)
        if (told !== null) listener(told)
      }
      channel.addEventListener('message', hear)
      return () => channel.removeEventListener('message', hear)
    }
  }
}
