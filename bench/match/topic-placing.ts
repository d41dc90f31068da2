/** How often the topic that is proposed for a capability is one of those of its field, which were written down by hand. */
import { loadSentenceModel } from '../../headless/sentence-model.ts'
import { offerTexts, placeOffer } from '../../src/node/semantic/sentences/space.ts'
import seed from '../../src/node/semantic/topics/built/seed.json' with { type: 'json' }
import { createPlacing, type Placed } from '../../src/node/semantic/topics/placing.ts'
import { loadSet } from './set.ts'
import topicsOfFields from './topics-of-fields.json' with { type: 'json' }

/** @param folder of a set whose fields have their topics written down */
export async function measureTopicPlacing(folder: string) {
  const known = new Set(seed.topics.map(({ path }) => path))
  const rightOf = new Map(Object.entries(topicsOfFields))
  for (const topic of [...rightOf.values()].flat()) if (!known.has(topic)) throw new RangeError(`expected a topic of the seed, got ${topic}`)
  const placing = createPlacing(seed)
  const model = await loadSentenceModel()
  const placed = await Promise.all(
    loadSet(folder).offers.map(async ({ field, capability }) => {
      const right = rightOf.get(field)
      if (right === undefined) throw new RangeError(`expected topics of ${field}`)
      const vector = placeOffer(await model.embed(offerTexts(capability)))
      return { right, byWords: placing.ofCapability(capability, null), byBoth: placing.ofCapability(capability, vector) }
    })
  )
  const share = (among: number, of: (one: (typeof placed)[number]) => readonly Placed[]) => {
    const found = placed.filter((one) => of(one).slice(0, among).some(({ topic }) => one.right.includes(topic)))
    return Number((found.length / placed.length).toFixed(3))
  }
  return {
    capabilities: placed.length,
    both: { first: share(1, ({ byBoth }) => byBoth), amongThree: share(3, ({ byBoth }) => byBoth) },
    words: { first: share(1, ({ byWords }) => byWords), amongThree: share(3, ({ byWords }) => byWords) }
  }
}
