/**
 * The matcher: by words at once, and by meaning as soon as the sentence model is there. What both say becomes one
 * probability that a capability serves a request.
 */
import type { Capability } from '../schema/declaration.ts'
import type { Clock } from '../support/clock.ts'
import { createEmitter } from '../support/emitter.ts'
import { once } from '../support/once.ts'
import { choose, strength } from './calibration.ts'
import type { CloseLook } from './close-look.ts'
import { EmbedderError, type CloseText, type LazyEmbedder } from './embedder.ts'
import type { KeptVectors } from './kept-vectors.ts'
import { looksEnglish } from './language.ts'
import { textOf, type Match, type Matcher } from './matcher.ts'
import type { PlacedRequest } from './placed-requests.ts'
import type { PlacedDraft, Placer, Samples } from './placer.ts'
import { SENTENCE_MODEL } from './sentences/model.ts'
import { tellingTerms } from './telling.ts'
import { written } from './terms.ts'
import { createVectorIndex, dot } from './vectors.ts'
import { createWordIndex, type Field, type WordMatch } from './word-index.ts'

export interface HybridComponents {
  clock: Clock
  /** null: there is no model, only words */
  embedder: LazyEmbedder | null
  /** vectors of offers from before; without it, all are made anew */
  kept?: KeptVectors
  /** what people usually ask for and offer, for a model that is not the sentence model */
  loadSamples?: () => Promise<Samples>
  /** a failure that nobody waits for */
  report: (error: unknown) => void
}

export interface HybridMatcher extends Matcher {
  /** How many capabilities are known by their words only, because the model has not come to them yet. */
  waiting(): number
  /** How often the model was done with something after its search had been answered without it: it would be answered better now. */
  late(): number
  /** How much the model is still at of what searches were answered without. */
  pending(): number
  /** Called when one of these changes, or the model does. */
  watch(listener: () => void): () => void
  close(): void
}

/** Longer requests are cut: the rest of a pasted text says little more about what is wanted. */
const MAX_REQUEST_CHARS = 1000
/** Candidates by words, and by meaning, that are weighed. */
const MAX_CANDIDATES = 400
/** How long a search waits to know where the request lies before it goes by words alone. Somebody looks on. */
const SEARCH_PATIENCE_MS = 800
/** And how long it is waited for to hold what somebody listens for against offers, at which nobody looks. */
const PATIENCE_MS = 30_000
/** So many, that speak most for themselves, are looked at closely. */
const LOOKED_AT = 12
/** What would be less likely than 1 % if it were offered alone is no match. */
const LEAST_STRENGTH = Math.log(0.01 / 0.99)
/** What the capability of a preview is called in the index of words, for a moment. Other ids have an agent's name in front. */
const PREVIEWED = 'preview'
/** Capabilities that are embedded together. */
const BATCH = 8

const noSamples = (): Promise<Samples> => Promise.resolve({ requests: [], offers: [] })

export function createHybridMatcher({ clock, embedder, kept, loadSamples = noSamples, report }: HybridComponents): HybridMatcher {
  const words = createWordIndex()
  const isReady = () => embedder?.state().is === 'ready'
  const vectors = embedder === null ? null : createVectorIndex(embedder.dimensions)
  const known = new Map<string, Capability>()
  const waiting = new Set<string>()
  const closing = new AbortController()
  const { on, emit } = createEmitter<{ change: undefined; judgeable: readonly string[] }>()
  // what is compared piece by piece, and how much it says, was learned for the sentence model
  const embedClosely = embedder?.model === SENTENCE_MODEL ? embedder.embedClosely : undefined
  /** what was held against requests of which the model had not told in time where they lie */
  const judgedByWords = new Set<string>()
  let late = 0
  const onLate = (isKnown: boolean): void => {
    if (isKnown) late++
    emit('change', undefined)
    if (!isKnown || judgedByWords.size === 0) return
    emit('judgeable', [...judgedByWords])
    judgedByWords.clear()
  }
  let placer: Placer | null = null
  // what takes the model is loaded with it
  const loadPlacer = once(async () => {
    if (embedder === null) throw new EmbedderError('expected a model')
    const { createPlacer } = await import('./placer.ts')
    placer = createPlacer({ embedder, kept: kept ?? null, loadSamples, clock, onLate, report, signal: closing.signal })
    return placer
  })
  let look: CloseLook | null = null
  // few search as soon as they are here; null: the model can't
  const loadCloseLook = once(async () => {
    if (embedClosely === undefined) return null
    const { createCloseLook } = await import('./close-look.ts')
    look = createCloseLook({ clock, embedClosely, onLate, report, signal: closing.signal })
    return look
  })
  let placing = false

  async function place(): Promise<void> {
    if (placing || !isReady()) return
    placing = true
    try {
      const { offers } = await loadPlacer()
      while (waiting.size > 0 && !closing.signal.aborted) {
        const batch = [...waiting].slice(0, BATCH).flatMap((id) => {
          const offer = known.get(id)
          return offer === undefined ? [] : { id, offer }
        })
        const made = await offers(batch.map(({ offer }) => offer), closing.signal)
        // it may be another by now, and then it waits again
        const placed = batch.flatMap(({ id, offer }, i) => (known.get(id) === offer ? { id, vector: made[i] } : []))
        for (const { id, vector } of placed) {
          waiting.delete(id)
          if (vector !== undefined) vectors?.set(id, vector)
        }
        emit('change', undefined)
        emit('judgeable', placed.map(({ id }) => id))
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
    judgedByWords.delete(id)
  }

  const canPlace = (text: string): boolean => isReady() && (embedder?.multilingual === true || looksEnglish(text))

  /** Where a request lies; null when that is not known in time, or it is in a language that the model does not know. */
  async function placeRequest(text: string, patienceMs: number): Promise<PlacedRequest | null> {
    if (!canPlace(text)) return null
    try {
      return await (await loadPlacer()).request(text, patienceMs)
    } catch (error) {
      report(error)
      return null
    }
  }

  /** How well those that speak most answer, piece by piece; of nobody, when that is not known soon. */
  async function lookClosely(request: CloseText | null, found: readonly Weighed[]): Promise<Map<string, number>> {
    if (request === null) return new Map()
    const best = mostFirst(found.flatMap(({ id, meaning, speaks }) => (meaning === null ? [] : { id, score: speaks }))).slice(0, LOOKED_AT)
    const offers = best.flatMap(({ id }) => {
      const offer = known.get(id)
      return offer === undefined ? [] : { id, offer }
    })
    const closely = (await (await closeLook())?.at(request, offers.map(({ offer }) => offer))) ?? []
    // another offer may have its id by now
    return new Map(offers.flatMap(({ id, offer }, i) => (closely[i] === undefined || known.get(id) !== offer ? [] : [[id, closely[i]]])))
  }

  async function closeLook(): Promise<CloseLook | null> {
    try {
      return await loadCloseLook()
    } catch (error) {
      report(error)
      return null
    }
  }

  /** Where an offer that is not kept lies; null when the model is not there. */
  async function placeDraft(capability: Capability): Promise<PlacedDraft | null> {
    if (!isReady()) return null
    try {
      return await (await loadPlacer()).draft(capability, closing.signal)
    } catch (error) {
      if (!closing.signal.aborted) report(error)
      return null
    }
  }

  /** What speaks for each, by words and meaning. */
  function weigh(ids: Iterable<string>, byWords: readonly WordMatch[], meaningOf: (id: string) => number | null): Weighed[] {
    const said = new Map(byWords.map((match) => [match.id, match]))
    return Array.from(ids, (id) => {
      const meaning = meaningOf(id)
      const { score: words = 0, terms = [] } = said.get(id) ?? {}
      return { id, words, meaning, speaks: strength({ words, meaning, closely: null }), terms }
    })
  }

  function matchOf({ id, meaning, terms, speaks }: Weighed, score: number, capability: Capability | undefined): Match {
    const telling = capability === undefined ? [] : tellingTerms(terms, capability, words)
    const shown = capability === undefined || telling.length === 0 ? [] : written(textOf(capability), new Set(telling))
    return { id, score, alone: alone(speaks), terms: shown, meaning }
  }

  return {
    add(id, capability) {
      remove(id)
      known.set(id, capability)
      words.set(id, fieldsOf(capability))
      // until the model has come to it, by its words
      if (!isReady()) emit('judgeable', [id])
      if (vectors === null) return
      waiting.add(id)
      void place()
    },
    remove,
    waiting: () => waiting.size,
    late: () => late,
    pending: () => (placer?.late() ?? 0) + (look?.late() ?? 0),
    watch: (listener) => on('change', listener),
    async search(text, limit) {
      const request = text.slice(0, MAX_REQUEST_CHARS)
      const placed = await placeRequest(request, SEARCH_PATIENCE_MS)
      const near = placed === null ? [] : (vectors?.nearest(placed.vector, MAX_CANDIDATES) ?? [])
      const cosines = new Map(near.map(({ id, cosine }) => [id, cosine]))
      const byWords = words.search(request, MAX_CANDIDATES, [...cosines.keys()])
      const ids = new Set([...byWords.map(({ id }) => id), ...cosines.keys()])
      const found = weigh(ids, byWords, (id) => (placed === null ? null : (cosines.get(id) ?? vectors?.cosine(id, placed.vector) ?? null)))
      const closely = await lookClosely(placed?.closely ?? null, found)
      const weighed = found
        .map((one) => ({ ...one, speaks: strength({ ...one, closely: closely.get(one.id) ?? null }) }))
        .filter(speaksEnough)
      const scores = choose(weighed.map(({ speaks }) => speaks))
      return mostFirst(weighed.map((one, i) => matchOf(one, scores[i] ?? 0, known.get(one.id)))).slice(0, limit)
    },
    async judge(text, ids) {
      const request = text.slice(0, MAX_REQUEST_CHARS)
      const vector = (await placeRequest(request, PATIENCE_MS))?.vector ?? null
      const some = ids.filter((id) => known.has(id))
      if (vector === null && canPlace(request)) for (const id of some) judgedByWords.add(id)
      const found = weigh(some, words.search(request, 0, some), (id) => (vector === null ? null : (vectors?.cosine(id, vector) ?? null)))
      return found.filter(speaksEnough).map((one) => matchOf(one, alone(one.speaks), known.get(one.id)))
    },
    async preview(texts, capability) {
      const asked = texts.map((text) => text.slice(0, MAX_REQUEST_CHARS))
      const offer = await placeDraft(capability)
      const placed = offer === null ? [] : await Promise.all(asked.map((request) => placeRequest(request, SEARCH_PATIENCE_MS)))
      words.set(PREVIEWED, fieldsOf(capability))
      try {
        return asked.map((request, i) => {
          const at = placed[i] ?? null
          const meaning = at === null || offer === null ? null : dot(at.vector, offer.vector)
          const [one] = weigh([PREVIEWED], words.search(request, 0, [PREVIEWED]), () => meaning)
          if (one === undefined) return noMatch(meaning)
          const pieces = at?.closely ?? null
          const speaks = strength({ ...one, closely: pieces === null ? null : (offer?.closeness(pieces) ?? null) })
          return speaksEnough({ speaks }) ? matchOf({ ...one, speaks }, alone(speaks), capability) : noMatch(meaning)
        })
      } finally {
        words.delete(PREVIEWED)
      }
    },
    // other models' vectors lie elsewhere
    vector: async (capability) => (embedder?.model === SENTENCE_MODEL ? ((await placeDraft(capability))?.vector ?? null) : null),
    placed: (id) => (embedder?.model === SENTENCE_MODEL ? (vectors?.get(id) ?? null) : null),
    onJudgeable: (listener) => on('judgeable', listener),
    close() {
      closing.abort(new Error('the node stops'))
      stopWatching?.()
    }
  }
}

interface Weighed {
  id: string
  /** how well they fit */
  words: number
  meaning: number | null
  speaks: number
  /** as the index has them */
  terms: readonly string[]
}

const noMatch = (meaning: number | null): Match => ({ id: PREVIEWED, score: 0, alone: 0, terms: [], meaning })

const speaksEnough = ({ speaks }: Pick<Weighed, 'speaks'>): boolean => speaks >= LEAST_STRENGTH

/** In an order that is the same whoever asks. */
const mostFirst = <T extends { id: string; score: number }>(all: readonly T[]): T[] =>
  [...all].sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))

/** How likely it is the right one when nothing else is offered. */
const alone = (speaks: number): number => choose([speaks])[0] ?? 0

/** What people ask with weighs most. */
export function fieldsOf({ name, tags, examples, description }: Capability): Field[] {
  return [
    { text: name, boost: 2.5, usualLength: 4 },
    { text: tags.join(' '), boost: 3, usualLength: 6 },
    { text: examples.join(' '), boost: 1.5, usualLength: 16 },
    { text: description, boost: 1, usualLength: 18 }
  ]
}
