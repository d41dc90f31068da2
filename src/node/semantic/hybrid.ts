/**
 * The matcher: by words at once, and by meaning as soon as the sentence model is there. What both say becomes one
 * probability that a capability serves a request.
 */
import type { Capability } from '../schema/declaration.ts'
import type { Clock } from '../support/clock.ts'
import { createEmitter } from '../support/emitter.ts'
import { choose, strength } from './calibration.ts'
import type { LazyEmbedder } from './embedder.ts'
import type { Match, Matcher } from './matcher.ts'
import { offerPieces, placeOffer, placeRequest } from './sentences/space.ts'
import { written } from './terms.ts'
import { createVectorIndex } from './vectors.ts'
import { createWordIndex, type Field } from './word-index.ts'

export interface HybridComponents {
  clock: Clock
  /** null: there is no model, only words */
  embedder: LazyEmbedder | null
  /** a failure that nobody waits for */
  report: (error: unknown) => void
}

export interface HybridMatcher extends Matcher {
  /** How many capabilities are known by their words only, because the model has not come to them yet. */
  waiting(): number
  /** Called when that changes, or the model does. */
  watch(listener: () => void): () => void
  close(): void
}

/** Longer requests are cut: the rest of a pasted text says little more about what is wanted. */
const MAX_REQUEST_CHARS = 1000
/** Candidates by words, and by meaning, that are looked at closely. */
const MAX_CANDIDATES = 400
/** How long a search waits for the request's vector before it goes by words alone. */
const PATIENCE_MS = 800
/** What would be less likely than 3 % if it were offered alone is no match. */
const LEAST_STRENGTH = Math.log(0.03 / 0.97)
/** Capabilities that are embedded together. */
const BATCH = 8

export function createHybridMatcher({ clock, embedder, report }: HybridComponents): HybridMatcher {
  const words = createWordIndex()
  const vectors = embedder === null ? null : createVectorIndex(embedder.dimensions)
  const known = new Map<string, Capability>()
  const waiting = new Set<string>()
  const closing = new AbortController()
  const { on, emit } = createEmitter<{ change: undefined }>()
  let placing = false

  async function place(): Promise<void> {
    if (placing || embedder?.state().is !== 'ready') return
    placing = true
    try {
      while (waiting.size > 0 && !closing.signal.aborted) {
        const ids = [...waiting].slice(0, BATCH)
        const offers = ids.map((id) => known.get(id))
        const pieces = offers.map((offer) => (offer === undefined ? [] : offerPieces(offer)))
        const embedded = await embedder.embed(pieces.flat(), closing.signal)
        for (const [i, id] of ids.entries()) {
          const mine = embedded.splice(0, pieces[i]?.length ?? 0)
          // it may be another by now, and then it waits again
          if (known.get(id) !== offers[i]) continue
          waiting.delete(id)
          if (offers[i] !== undefined) vectors?.set(id, placeOffer(mine))
        }
        emit('change', undefined)
      }
    } catch (error) {
      if (!closing.signal.aborted) report(error)
    }
    placing = false
  }

  const stopWatching = embedder?.watch(() => {
    emit('change', undefined)
    void place()
  })

  function remove(id: string): void {
    known.delete(id)
    waiting.delete(id)
    words.delete(id)
    vectors?.delete(id)
  }

  /** The request's vector; null when it does not come soon. */
  async function requestVector(text: string): Promise<Float32Array | null> {
    if (embedder?.state().is !== 'ready') return null
    const late = new AbortController()
    const cancel = clock.after(PATIENCE_MS, () => late.abort(new Error('the model is busy')))
    try {
      const [vector] = await embedder.embed([text], AbortSignal.any([late.signal, closing.signal]))
      return vector === undefined ? null : placeRequest(vector)
    } catch (error) {
      if (!late.signal.aborted && !closing.signal.aborted) report(error)
      return null
    } finally {
      cancel()
    }
  }

  return {
    add(id, capability) {
      remove(id)
      known.set(id, capability)
      words.set(id, fieldsOf(capability))
      if (vectors === null) return
      waiting.add(id)
      void place()
    },
    remove,
    waiting: () => waiting.size,
    watch: (listener) => on('change', listener),
    async search(text, limit) {
      const request = text.slice(0, MAX_REQUEST_CHARS)
      const vector = await requestVector(request)
      const near = vector === null ? [] : (vectors?.nearest(vector, MAX_CANDIDATES) ?? [])
      const cosines = new Map(near.map(({ id, cosine }) => [id, cosine]))
      const byWords = new Map(words.search(request, MAX_CANDIDATES, [...cosines.keys()]).map((match) => [match.id, match]))
      const candidates = [...new Set([...byWords.keys(), ...cosines.keys()])].flatMap((id) => {
        const meaning = vector === null ? null : (cosines.get(id) ?? vectors?.cosine(id, vector) ?? null)
        const speaks = strength({ words: byWords.get(id)?.score ?? 0, meaning })
        return speaks < LEAST_STRENGTH ? [] : { id, meaning, speaks }
      })
      const scores = choose(candidates.map(({ speaks }) => speaks))
      const matches = candidates.map(({ id, meaning }, i): Match => {
        const capability = known.get(id)
        const terms = new Set(byWords.get(id)?.terms)
        return {
          id,
          score: scores[i] ?? 0,
          terms: capability === undefined || terms.size === 0 ? [] : written(textOf(capability), terms),
          meaning
        }
      })
      return matches.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)).slice(0, limit)
    },
    close() {
      closing.abort(new Error('the node stops'))
      stopWatching?.()
    }
  }
}

/** What people ask with weighs most. */
export function fieldsOf({ name, tags, examples, description }: Capability): Field[] {
  return [
    { text: name, boost: 2.5, usualLength: 4 },
    { text: tags.join(' '), boost: 3, usualLength: 6 },
    { text: examples.join(' '), boost: 1.5, usualLength: 16 },
    { text: description, boost: 1, usualLength: 18 }
  ]
}

function textOf({ name, tags, examples, description }: Capability): string {
  return [name, ...tags, ...examples, description].join('\n')
}
