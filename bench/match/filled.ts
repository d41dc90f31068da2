/** Matchers and models to measure with. */
import type { Embedder, LazyEmbedder } from '../../src/node/semantic/embedder.ts'
import { createHybridMatcher, type HybridMatcher } from '../../src/node/semantic/hybrid.ts'
import { systemClock, type Clock } from '../../src/node/support/clock.ts'
import type { Offer } from './set.ts'

/** A search waits for the model however long it takes: what is measured is not how busy the machine is. */
const patient: Clock = { ...systemClock, after: () => () => undefined }

/** A matcher that knows these offers, by their meaning besides. @param embedder null: by their words alone */
export async function filled(offers: readonly Offer[], embedder: LazyEmbedder | null): Promise<HybridMatcher> {
  const matcher = createHybridMatcher({
    clock: patient,
    embedder,
    report(error) {
      throw error
    }
  })
  for (const { id, capability } of offers) matcher.add(id, capability)
  await settled(matcher)
  return matcher
}

/** When the model has come to all that it knows. */
export async function settled(matcher: HybridMatcher): Promise<void> {
  while (matcher.waiting() > 0) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** A model that is there. */
export function atHand(model: Embedder): LazyEmbedder {
  return { ...model, load: () => undefined, state: () => ({ is: 'ready' }), watch: () => () => undefined }
}

/** A model whose searches do not wait for the closer look. */
export function withoutCloseLook({ model, dimensions, load, state, watch, embed }: LazyEmbedder): LazyEmbedder {
  return { model, dimensions, load, state, watch, embed }
}
