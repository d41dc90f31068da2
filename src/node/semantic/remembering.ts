/** An embedder that remembers what it was asked lately: one text is wanted for its sketch, for the index and for what is looked for. */
import { keepNewest } from '../support/keep-newest.ts'
import type { LazyEmbedder, Purpose } from './embedder.ts'

/** Texts that are remembered, at two kilobytes each. */
const MAX_TEXTS = 256
/** The same of those with their pieces, at some kilobytes each: what somebody types, again and again. */
const MAX_CLOSE_TEXTS = 32

type Make<T> = (texts: readonly string[], signal?: AbortSignal, purpose?: Purpose) => Promise<T[]>

export function createRemembering(embedder: LazyEmbedder): LazyEmbedder {
  const { embedClosely } = embedder
  const vectors = remembering(MAX_TEXTS, embedder.embed)
  // who has a text's pieces has its vector
  const closely =
    embedClosely &&
    remembering(MAX_CLOSE_TEXTS, async (texts, signal) => {
      const made = await embedClosely(texts, signal)
      made.forEach(({ vector }, i) => vectors.remember(texts[i] ?? '', vector))
      return made
    })
  return {
    model: embedder.model,
    dimensions: embedder.dimensions,
    multilingual: embedder.multilingual ?? false,
    load: embedder.load,
    state: embedder.state,
    watch: embedder.watch,
    embed: vectors.make,
    ...(closely === undefined ? {} : { embedClosely: closely.make })
  }
}

/** `make` throws a RangeError when there is not one made for each text, and as what it is given does. */
function remembering<T>(most: number, make: Make<T>): { make: Make<T>; remember(text: string, one: T): void } {
  const known = new Map<string, T>()

  function remember(text: string, one: T): void {
    known.delete(text)
    known.set(text, one)
    keepNewest(known, most)
  }

  return {
    remember,
    async make(texts, signal, purpose) {
      const found = new Map([...known].filter(([text]) => texts.includes(text)))
      const missing = [...new Set(texts)].filter((text) => !found.has(text))
      const made = missing.length === 0 ? [] : await make(missing, signal, purpose)
      if (made.length !== missing.length) throw new RangeError(`expected ${missing.length} embedded texts, got ${made.length}`)
      missing.forEach((text, i) => found.set(text, made[i] as T))
      for (const [text, one] of found) remember(text, one)
      return texts.map((text) => found.get(text) as T)
    }
  }
}
