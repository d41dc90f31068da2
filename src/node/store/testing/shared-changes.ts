/** For tests: what the tabs of one profile tell each other, in one process. As between real tabs, a moment later. */
import type { Change, Changes } from '../changes.ts'

/** @returns makes the `Changes` of one more tab */
export function createSharedChanges(): () => Changes {
  const tabs = new Set<(change: Change) => void>()
  return () => {
    const listeners = new Set<(change: Change) => void>()
    const hear = (change: Change) => {
      for (const listener of [...listeners]) listener(change)
    }
    tabs.add(hear)
    return {
      tell(change) {
        for (const other of tabs) if (other !== hear) queueMicrotask(() => other(structuredClone(change)))
      },
      listen(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      }
    }
  }
}
