/** The one copy of the node's state that the page draws from. */
import type { Snapshot, StarlingClient } from '../../node/client.ts'
import { createValue, type Value } from './value.ts'

export interface SnapshotStore extends Pick<Value<Snapshot | null>, 'get' | 'subscribe'> {
  /** Resolves with the reason when the snapshots ended although the page is still there. */
  readonly failed: Promise<Error>
  stop(): void
}

/** Follows `client.snapshots()` until `stop`. Until the first one the value is null. */
export function createSnapshotStore(client: Pick<StarlingClient, 'snapshots'>): SnapshotStore {
  const value = createValue<Snapshot | null>(null)
  const iterator = client.snapshots()[Symbol.asyncIterator]()
  const end = new AbortController()

  const follow = async (): Promise<Error> => {
    try {
      for await (const next of { [Symbol.asyncIterator]: () => iterator }) {
        if (end.signal.aborted) break
        value.set(next)
      }
    } catch (error) {
      if (!end.signal.aborted) return error instanceof Error ? error : new Error(String(error))
    }
    return end.signal.aborted ? new Promise<Error>(() => {}) : new Error('the agent stopped speaking to the page')
  }

  return {
    get: value.get,
    subscribe: value.subscribe,
    failed: follow(),
    stop() {
      end.abort()
      // The iterator may be waiting for a snapshot that never comes: its owner is told, nobody waits for the answer.
      void iterator.return?.()
    }
  }
}
