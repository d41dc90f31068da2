/**
 * Where offers and requests lie among the vectors of a model: the sentence model that comes with Starling, or one that somebody
 * brings. What all offers have in common, as all requests, is known of the first and measured of any other.
 */
import type { Capability } from '../schema/declaration.ts'
import { digest } from '../crypto/hash.ts'
import { once } from '../support/once.ts'
import type { CloseText, Embedder } from './embedder.ts'
import { KEY_BYTES, type KeptVectors } from './kept-vectors.ts'
import { createPlacedRequests, type PlacedRequest, type PlacedRequests, type PlacedRequestsComponents } from './placed-requests.ts'
import { closeness, textsLookedAt } from './sentences/close.ts'
import { SENTENCE_MODEL } from './sentences/model.ts'
import { createSpace, offerTexts, sentenceSpace, type Space } from './sentences/space.ts'
import { quantised } from './topics/directions.ts'
import { mean } from './vectors.ts'

export interface Placer {
  /** The vectors of offers, of length 1: those that are kept are not made anew. @throws as `Embedder.embed` does */
  offers(offers: readonly Capability[], signal: AbortSignal): Promise<Float32Array[]>
  /** One that changes with each letter, and is kept as long as somebody has it. @throws as `Embedder.embed` does */
  draft(offer: Capability, signal: AbortSignal): Promise<PlacedDraft>
  /** As `PlacedRequests.at` and `.late` say. */
  request: PlacedRequests['at']
  late: PlacedRequests['late']
}

export interface PlacedDraft {
  /** of length 1 */
  vector: Float32Array
  /** How well it answers a request, piece by piece, as a search would find it; null: the model can't tell. */
  closeness(request: CloseText): number | null
}

/** What people usually ask for and offer, a few of each. */
export interface Samples {
  requests: readonly string[]
  offers: readonly string[]
}

export interface PlacerComponents extends Omit<PlacedRequestsComponents, 'place'> {
  embedder: Embedder
  /** null: nothing is kept */
  kept: KeptVectors | null
  /** wanted for models other than the sentence model only */
  loadSamples: () => Promise<Samples>
}

export function createPlacer({ embedder, kept, loadSamples, ...waiting }: PlacerComponents): Placer {
  // what is compared piece by piece, and how much it says, was learned for the sentence model
  const embedClosely = embedder.model === SENTENCE_MODEL ? embedder.embedClosely : undefined
  const drafts = new WeakMap<Capability, Promise<PlacedDraft>>()
  const space = once(async () => (embedder.model === SENTENCE_MODEL ? sentenceSpace : measureSpace(embedder, await loadSamples())))

  /** Of each offer its pieces' common direction, before anything is taken away: it depends on nothing but the model. */
  async function directions(pieces: ReadonlyArray<readonly string[]>, signal: AbortSignal): Promise<Float32Array[]> {
    const embedded = await embedder.embed(pieces.flat(), signal, 'index')
    return pieces.map(({ length }) => direction(embedded.splice(0, length)))
  }

  /** Nothing points nowhere. */
  const direction = (vectors: readonly Float32Array[]): Float32Array =>
    vectors.length === 0 ? new Float32Array(embedder.dimensions) : mean(vectors)

  async function makeDraft(offer: Capability, signal: AbortSignal): Promise<PlacedDraft> {
    const { placeOffer } = await space()
    const texts = offerTexts(offer)
    const looked = textsLookedAt(offer)
    const closely = await embedClosely?.(looked, signal)
    const pieces = closely?.map((text) => text.pieces)
    const isWhole = texts.every((text, i) => text === looked[i])
    const vectors = isWhole && closely !== undefined ? closely.map(({ vector }) => vector) : await embedder.embed(texts, signal)
    return { vector: placeOffer([direction(vectors)]), closeness: (request) => (pieces === undefined ? null : closeness(request, pieces)) }
  }

  async function placeRequest(text: string, signal: AbortSignal): Promise<PlacedRequest> {
    const closely = (await embedClosely?.([text], signal))?.[0] ?? null
    const vector = closely?.vector ?? (await embedder.embed([text], signal))[0]
    return { vector: (await space()).placeRequest(vector ?? new Float32Array(embedder.dimensions)), closely }
  }

  const requests = createPlacedRequests({ ...waiting, place: placeRequest })

  return {
    async offers(offers, signal) {
      const pieces = offers.map(offerTexts)
      const keys = kept === null ? [] : await Promise.all(pieces.map((some) => keyOf(embedder.model, some)))
      const found = (await kept?.recall(keys, embedder.dimensions)) ?? []
      const missing = pieces.flatMap((_, i) => ((found[i] ?? null) === null ? i : []))
      const made = missing.length === 0 ? [] : await directions(missing.map((i) => pieces[i] ?? []), signal)
      const { placeOffer } = await space()
      const all = new Map<number, Float32Array>()
      found.forEach((vector, i) => vector !== null && all.set(i, Float32Array.from(vector)))
      missing.forEach((i, at) => {
        const [key, vector] = [keys[i], made[at]]
        if (vector === undefined) return
        all.set(i, vector)
        if (key !== undefined) kept?.keep(key, quantised(vector))
      })
      return offers.map((_, i) => placeOffer([all.get(i) ?? new Float32Array(embedder.dimensions)]))
    },
    draft(offer, signal) {
      const known = drafts.get(offer)
      if (known !== undefined) return known
      const draft = makeDraft(offer, signal)
      drafts.set(offer, draft)
      draft.catch(() => drafts.delete(offer))
      return draft
    },
    request: requests.at,
    late: requests.late
  }
}

async function keyOf(model: number, pieces: readonly string[]): Promise<Uint8Array> {
  return (await digest(new TextEncoder().encode(JSON.stringify([model, ...pieces])))).slice(0, KEY_BYTES)
}

/** The space of a model of which nothing is known. @throws as `Embedder.embed` does */
async function measureSpace(embedder: Embedder, { requests, offers }: Samples): Promise<Space> {
  const centre = async (texts: readonly string[]) => {
    const sum = new Float32Array(embedder.dimensions)
    for (const vector of await embedder.embed(texts)) vector.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value / texts.length))
    return sum
  }
  return createSpace({ requests: await centre(requests), offers: await centre(offers) })
}
