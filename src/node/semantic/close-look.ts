/**
 * A closer look at the few offers that speak most for themselves. What it takes is worked out when an offer is first looked at, and
 * kept for a while: most searches come back to offers that were looked at before.
 */
import type { Capability } from '../schema/declaration.ts'
import type { Clock } from '../support/clock.ts'
import { keepNewest } from '../support/keep-newest.ts'
import type { CloseText, Embedder } from './embedder.ts'
import { closeness, textsLookedAt } from './sentences/close.ts'

export interface CloseLook {
  /**
   * How well each offer answers the request, piece by piece, in their order; nothing, when that is not known soon. Then the look
   * goes on, so that the next one knows, and ends when what is wanted next is something else.
   */
  at(request: CloseText, offers: readonly Capability[]): Promise<number[]>
  /** How many looks go on that somebody went on without. */
  late(): number
}

export interface CloseLookComponents {
  clock: Clock
  embedClosely: NonNullable<Embedder['embedClosely']>
  /** Called when a look is not waited for any more, and when that is done or ends. @param isKnown it would be another answer now */
  onLate: (isKnown: boolean) => void
  /** a failure that nobody waits for */
  report: (error: unknown) => void
  /** when the matcher closes */
  signal: AbortSignal
}

/** A search waits so long for it. */
const PATIENCE_MS = 500
/** Offers whose pieces are kept, of four kilobytes each as most are, and 32 at most. */
const MAX_KEPT = 512
/** Offers that are worked out together: between them, others have their turn at the model. */
const BATCH = 2

interface Look {
  offers: readonly Capability[]
  end: AbortController
}

export function createCloseLook({ clock, embedClosely, onLate, report, signal }: CloseLookComponents): CloseLook {
  /** the pieces of each of an offer's texts */
  const kept = new Map<Capability, readonly Int8Array[]>()
  /** one look after the other: the next finds what the last one worked out */
  let turn: Promise<unknown> = Promise.resolve()
  /** looks that nobody waits for any more */
  const late = new Set<Look>()

  async function workOut({ offers, end }: Look): Promise<void> {
    const missing = offers.filter((offer) => !kept.has(offer))
    for (let at = 0; at < missing.length; at += BATCH) {
      // what the model has begun with is kept
      end.signal.throwIfAborted()
      const some = missing.slice(at, at + BATCH).map((offer) => ({ offer, texts: textsLookedAt(offer) }))
      const made = await embedClosely(some.flatMap(({ texts }) => texts), signal)
      for (const { offer, texts } of some) kept.set(offer, made.splice(0, texts.length).map(({ pieces }) => pieces))
    }
  }

  /** How well all answer, when all were worked out; else null. */
  function answers(request: CloseText, offers: readonly Capability[]): number[] | null {
    if (!offers.every((offer) => kept.has(offer))) return null
    const found = offers.map((offer) => closeness(request, kept.get(offer) ?? []))
    // what is wanted again is not the oldest any more
    for (const offer of offers) {
      const pieces = kept.get(offer) ?? []
      kept.delete(offer)
      kept.set(offer, pieces)
    }
    keepNewest(kept, MAX_KEPT)
    return found
  }

  function wait(look: Look, done: Promise<number[]>): Promise<number[]> {
    return new Promise((resolve) => {
      const cancel = clock.after(PATIENCE_MS, () => {
        late.add(look)
        onLate(false)
        resolve([])
      })
      void done
        .catch((error: unknown) => {
          if (!look.end.signal.aborted && !signal.aborted) report(error)
          return []
        })
        .then((found) => {
          cancel()
          resolve(found)
          if (late.delete(look)) onLate(found.length > 0)
        })
    })
  }

  return {
    late: () => late.size,
    at(request, offers) {
      for (const other of late) {
        if (!other.offers.every((offer) => offers.includes(offer))) other.end.abort(new Error('something else is wanted'))
      }
      const known = answers(request, offers)
      if (known !== null) return Promise.resolve(known)
      const look = { offers, end: new AbortController() }
      const done = turn.then(async () => {
        await workOut(look)
        return answers(request, offers) ?? []
      })
      turn = done.catch(() => undefined)
      return wait(look, done)
    }
  }
}
