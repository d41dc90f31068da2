/**
 * Where requests lie, each worked out once: who types comes back to the same words, and what somebody listens for is held against
 * each offer that comes.
 */
import type { Clock } from '../support/clock.ts'
import { keepNewest } from '../support/keep-newest.ts'
import type { CloseText } from './embedder.ts'

export interface PlacedRequest {
  /** of length 1 */
  vector: Float32Array
  /** its pieces; null: the model can't tell them, or they say nothing that was learned */
  closely: CloseText | null
}

export interface PlacedRequests {
  /**
   * Where a request lies; null when that is not known in so many milliseconds, or can't be. When it takes longer it is worked out all
   * the same, and kept for whoever asks again.
   */
  at(text: string, patienceMs: number): Promise<PlacedRequest | null>
  /** How many are being worked out that somebody went on without. */
  late(): number
}

export interface PlacedRequestsComponents {
  clock: Clock
  place(text: string, signal: AbortSignal): Promise<PlacedRequest>
  /** Called when somebody goes on without one, and when that is known or given up. @param isKnown it would be another answer now */
  onLate: (isKnown: boolean) => void
  /** a failure that nobody waits for */
  report: (error: unknown) => void
  /** when the matcher closes */
  signal: AbortSignal
}

/** Requests that are kept, of a few kilobytes each: what somebody listens for, what an offer is tried with, and some that were typed. */
const MAX_KEPT = 96
/** Requests that are being worked out though nobody waits for them any more. */
const MAX_LATE = 64

interface Placing {
  done: Promise<PlacedRequest | null>
  end: AbortController
  /** how many wait for it */
  awaited: number
  /** somebody went on without it */
  isLate: boolean
}

export function createPlacedRequests({ clock, place, onLate, report, signal }: PlacedRequestsComponents): PlacedRequests {
  const kept = new Map<string, PlacedRequest>()
  const placing = new Map<string, Placing>()

  function begin(text: string): Placing {
    const end = new AbortController()
    const one: Placing = { done: place(text, AbortSignal.any([end.signal, signal])).catch(failed), end, awaited: 0, isLate: false }
    placing.set(text, one)
    void one.done.then((placed) => {
      if (placing.get(text) === one) placing.delete(text)
      if (placed !== null) keep(text, placed)
      if (one.isLate) onLate(placed !== null)
    })
    return one

    function failed(error: unknown): null {
      if (!end.signal.aborted && !signal.aborted) report(error)
      return null
    }
  }

  function keep(text: string, placed: PlacedRequest): void {
    kept.delete(text)
    kept.set(text, placed)
    keepNewest(kept, MAX_KEPT)
  }

  function goOnWithout(one: Placing): void {
    one.awaited--
    one.isLate = true
    const late = [...placing].filter(([, { awaited }]) => awaited === 0)
    for (const [text, { end }] of late.slice(0, -MAX_LATE)) {
      placing.delete(text)
      end.abort(new Error('something else is wanted'))
    }
    onLate(false)
  }

  return {
    late: () => [...placing.values()].filter(({ isLate }) => isLate).length,
    async at(text, patienceMs) {
      const known = kept.get(text)
      if (known !== undefined) {
        // what is wanted again is not the oldest any more
        keep(text, known)
        return known
      }
      const one = placing.get(text) ?? begin(text)
      one.awaited++
      return new Promise((resolve) => {
        const cancel = clock.after(patienceMs, () => {
          goOnWithout(one)
          resolve(null)
        })
        void one.done.then((placed) => {
          cancel()
          resolve(placed)
        })
      })
    }
  }
}
