/**
 * Places for what peers ask of us and wait for: each peer has one of its own, and some more are shared. So nobody waits because others
 * ask for much, or are slow to take it.
 */
import type { Clock } from '../support/clock.ts'

export interface PlacesInit {
  /** places beyond those that peers have of their own */
  shared: number
  /** places that one peer may have, its own among them */
  perPeer: number
  /** how long a place is waited for, ms */
  waitMs: number
}

export interface Places {
  /**
   * Waits for a place. Of those who wait, who has the fewest comes first, then who has waited longest.
   *
   * @returns what gives it back; null when the time is over
   * @throws the signal's reason
   */
  take(peer: string, signal: AbortSignal): Promise<(() => void) | null>
}

export function createPlaces(clock: Clock, { shared, perPeer, waitMs }: PlacesInit): Places {
  const taken = new Map<string, number>()
  const waiting = new Set<{ peer: string; enter: () => void }>()
  let sharedTaken = 0

  const count = (peer: string): number => taken.get(peer) ?? 0

  function isFree(peer: string): boolean {
    return count(peer) === 0 || (count(peer) < perPeer && sharedTaken < shared)
  }

  function occupy(peer: string): () => void {
    if (count(peer) > 0) sharedTaken++
    taken.set(peer, count(peer) + 1)
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      const left = count(peer) - 1
      if (left > 0) sharedTaken--
      if (left > 0) taken.set(peer, left)
      else taken.delete(peer)
      callNext()
    }
  }

  function callNext(): void {
    let first: { peer: string; enter: () => void } | null = null
    for (const one of waiting) {
      if (isFree(one.peer) && (first === null || count(one.peer) < count(first.peer))) first = one
    }
    first?.enter()
  }

  return {
    take(peer, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason)
          return
        }
        if (isFree(peer)) {
          resolve(occupy(peer))
          return
        }
        const end = () => {
          cancel()
          signal.removeEventListener('abort', stop)
          waiting.delete(one)
        }
        const stop = () => {
          end()
          reject(signal.reason)
        }
        const one = {
          peer,
          enter() {
            end()
            resolve(occupy(peer))
          }
        }
        const cancel = clock.after(waitMs, () => {
          end()
          resolve(null)
        })
        signal.addEventListener('abort', stop, { once: true })
        waiting.add(one)
      })
    }
  }
}
