/** An embedder that remembers what it was asked lately: one text is wanted for its sketch, for the index and for what is looked for. */
import { keepNewest } from '../support/keep-newest.ts'
import type { LazyEmbedder } from './embedder.ts'

/** Texts that are remembered, at two kilobytes each. */
const MAX_TEXTS = 256

export function createRemembering(embedder: LazyEmbedder): LazyEmbedder {
  const known = new Map<string, Float32Array>()

  function remember(text: string, vector: Float32Array): void {
    known.delete(text)
    known.set(text, vector)
    keepNewest(known, MAX_TEXTS)
  }

  return {
    model: embedder.model,
    dimensions: embedder.dimensions,
    multilingual: embedder.multilingual ?? false,
    load: embedder.load,
    state: embedder.state,
    watch: embedder.watch,
    async embed(texts, signal) {
      const found = new Map(texts.flatMap((text) => {
        const vector = known.get(text)
        return vector === undefined ? [] : [[text, vector] as const]
      }))
      const missing = [...new Set(texts)].filter((text) => !found.has(text))
      const made = missing.length === 0 ? [] : await embedder.embed(missing, signal)
      missing.forEach((text, i) => {
        const vector = made[i]
        if (vector !== undefined) found.set(text, vector)
      })
      for (const [text, vector] of found) remember(text, vector)
      return texts.map((text) => found.get(text) ?? new Float32Array(embedder.dimensions))
    }
  }
}
