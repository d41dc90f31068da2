/**
 * A closer look at the few offers that speak most for themselves. What it takes is worked out when an offer is first looked at, and
 * kept for a while: most searches come back to offers that were looked at before.
 */
import type { Capability } from '../schema/declaration.ts'
import type { Clock } from '../support/clock.ts'
import { keepNewest } from '../support/keep-newest.ts'
import type { CloseText, Embedder } from './embedder.ts'
import { closeness } from './sentences/close.ts'
import { offerTexts } from './sentences/space.ts'

export interface CloseLook {
  /**
   * How well each offer answers the request, piece by piece, in their order; nothing, when that is not known soon. Then the look
   * goes on for the next search, which ends it.
   */
  at(request: CloseText, offers: readonly Capability[]): Promise<number[]>
  /** Offers of a look that goes on without anybody waiting. */
  waiting(): number
}

export interface CloseLookComponents {
  clock: Clock
  embedClosely: NonNullable<Embedder['embedClosely']>
  /** Called when `waiting` becomes another. */
  onWaiting: () => void
  /** a failure that nobody waits for */
  report: (error: unknown) => void
  /** when the matcher closes */
  signal: AbortSignal
}

/** A search waits so long for it. */
const PATIENCE_MS = 500
/** Offers whose pieces are kept, of some kilobytes each. */
const MAX_KEPT = 512
/** Offers that are worked out together: between them, others have their turn at the model. */
const BATCH = 4

export function createCloseLook({ clock, embedClosely, onWaiting, report, signal }: CloseLookComponents): CloseLook {
  /** the pieces of each of an offer's texts */
  const kept = new Map<Capability, readonly Int8Array[]>()
  /** one look after the other: the next finds what the last one worked out */
  let turn: Promise<unknown> = Promise.resolve()
  /** a look that nobody waits for any more */
  let unfinished: { offers: number; end: AbortController } | null = null

  function keep(offer: Capability, pieces: readonly Int8Array[]): void {
    kept.delete(offer)
    kept.set(offer, pieces)
    keepNewest(kept, MAX_KEPT)
  }

  async function workOut(offers: readonly Capability[], ended: AbortSignal): Promise<void> {
    for (let at = 0; at < offers.length; at += BATCH) {
      // what the model has begun with is kept
      ended.throwIfAborted()
      const some = offers.slice(at, at + BATCH).map((offer) => ({ offer, texts: offerTexts(offer) }))
      const made = await embedClosely(some.flatMap(({ texts }) => texts), signal)
      for (const { offer, texts } of some) keep(offer, made.splice(0, texts.length).map(({ pieces }) => pieces))
    }
  }

  async function look(request: CloseText, offers: readonly Capability[], ended: AbortSignal): Promise<number[]> {
    ended.throwIfAborted()
    // what is wanted again is not the oldest any more
    for (const offer of offers) {
      const pieces = kept.get(offer)
      if (pieces !== undefined) keep(offer, pieces)
    }
    await workOut(offers.filter((offer) => !kept.has(offer)), ended)
    return offers.map((offer) => closeness(request, kept.get(offer) ?? []))
  }

  function leave(one: typeof unfinished): void {
    unfinished = one
    onWaiting()
  }

  return {
    at(request, offers) {
      unfinished?.end.abort(new Error('another search came'))
      const mine = { offers: offers.length, end: new AbortController() }
      const ended = AbortSignal.any([mine.end.signal, signal])
      const done = turn.then(() => look(request, offers, ended))
      turn = done.catch(() => undefined)
      return new Promise((resolve) => {
        const cancel = clock.after(PATIENCE_MS, () => {
          leave(mine)
          resolve([])
        })
        done
          .then(resolve, (error: unknown) => {
            if (!ended.aborted) report(error)
            resolve([])
          })
          .finally(() => {
            cancel()
            if (unfinished === mine) leave(null)
          })
      })
    },
    waiting: () => unfinished?.offers ?? 0
  }
}
