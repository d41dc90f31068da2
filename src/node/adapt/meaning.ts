/**
 * What declarations and requests are about, as sketches: by the sentence model when it is there, else by the stand-in that knows
 * words. Both name the leaves of the same tree, so that who has one meets who has the other.
 */
import type { Declaration } from '../schema/declaration.ts'
import type { Sketch } from '../schema/header.ts'
import type { Codebook } from '../semantic/codebook.ts'
import type { LazyEmbedder, Purpose } from '../semantic/embedder.ts'
import { looksEnglish } from '../semantic/language.ts'
import { textOf } from '../semantic/matcher.ts'
import { sentenceBits } from '../semantic/sentences/sketch.ts'
import { MAX_LEAVES, hamming, sameSketch, type Sketcher } from '../semantic/sketch.ts'
import { readable } from '../semantic/topics/seed.ts'
import type { Topics } from '../semantic/topics/topics.ts'

export interface Meaning {
  /** A declaration's sketch, by the best model that is there; null: it is about whoever says it. */
  sketch(said: Declaration): Promise<Sketch | null>
  /** Sketches of a declaration of ours, or of what somebody asks for, one by each model that is there, the best first. */
  sketches(said: Declaration | string): Promise<Sketch[]>
  /**
   * What a topic's ratings are sketched by: where the topic lies in the tree, so that it is the same on every node, whichever models
   * are there. A name that is below no topic of the seed goes by its words.
   */
  topic(name: string): Promise<Sketch>
  /** Whether a sketch is a topic's, to the bit. null: its model is not one of ours, as those of other versions. */
  tellsTopic(name: string, sketch: Sketch): Promise<boolean | null>
  /**
   * Whether a sketch is of what is declared, in whatever language: versions may take the same text for English or not. null: its model is
   * not here, or not now.
   */
  tells(said: Declaration, sketch: Sketch): Promise<boolean | null>
  /** Whether a sketch is by the best model that may be here. */
  isBest(sketch: Sketch): boolean
  /** Whether that is here now, and knows the language of what is said. */
  knowsBest(said: Declaration): boolean
  /** Whether a sketch is of a model that may be here later, when it is not now. */
  comesLater(sketch: Sketch): boolean
  /** Called when there is a model that was not there before. */
  onModel(listener: () => void): () => void
}

export interface MeaningComponents {
  standIn: Sketcher
  /** null: there is none */
  embedder: LazyEmbedder | null
  /** of the embedder's model, which is that of the tree of topics */
  codebook: Codebook
  loadTopics: () => Promise<Pick<Topics, 'direction'>>
}

/**
 * Bits in which a sketch may differ from what its body gives. Offers of one field differ in more than 67 in 99 of 100 cases; another
 * version may choose other words of a declaration, and another device round otherwise.
 */
const SAME_BITS = 64
/** How long a sketch waits for the model. */
const PATIENCE_MS = 10_000

export function createMeaning({ standIn, embedder, codebook, loadTopics }: MeaningComponents): Meaning {
  const isReady = () => embedder?.state().is === 'ready'

  async function bySentences(said: Declaration | string): Promise<Sketch | null> {
    // words of other languages would lie anywhere
    const bits = looksEnglish(wordsOf(said) ?? '') ? await placedBits(said, 'own') : null
    return bits === null ? null : [codebook.model, bits, codebook.nearest(bits, MAX_LEAVES)]
  }

  /** The sentence model's bits; null: it is not there, busy or gone. */
  async function placedBits(said: Declaration | string, purpose: Purpose): Promise<Uint8Array | null> {
    if (embedder === null || !isReady()) return null
    const signal = AbortSignal.timeout(PATIENCE_MS)
    try {
      return sentenceBits(await placed(embedder, said, signal, purpose))
    } catch {
      return null
    }
  }

  async function placed(by: LazyEmbedder, said: Declaration | string, signal: AbortSignal, purpose: Purpose): Promise<Float32Array> {
    // it is of no use before the model is there
    const { offerTexts, placeOffer, placeRequest } = await import('../semantic/sentences/space.ts')
    if (typeof said !== 'string' && said.kind === 'capability') return placeOffer(await by.embed(offerTexts(said), signal, purpose))
    const [vector] = await by.embed([wordsOf(said) ?? ''], signal, purpose)
    return placeRequest(vector ?? new Float32Array(by.dimensions))
  }

  async function sketches(said: Declaration | string): Promise<Sketch[]> {
    const words = wordsOf(said)
    if (words === null) return []
    const best = await bySentences(said)
    const usual = await standIn.sketch(words)
    return best === null ? [usual] : [best, usual]
  }

  async function topic(name: string): Promise<Sketch> {
    const direction = (await loadTopics()).direction(name)
    if (direction === null) return standIn.sketch(readable(name))
    const bits = sentenceBits(Float32Array.from(direction))
    return [codebook.model, bits, codebook.nearest(bits, MAX_LEAVES)]
  }

  return {
    sketches,
    topic,
    async tellsTopic(name, sketch) {
      const [model] = sketch
      return model === standIn.model || model === codebook.model ? sameSketch(sketch, await topic(name)) : null
    },
    async sketch(said) {
      const words = wordsOf(said)
      return words === null ? null : ((await bySentences(said)) ?? standIn.sketch(words))
    },
    async tells(said, [model, bits]) {
      const words = wordsOf(said)
      if (words === null) return false
      const right = model === standIn.model ? (await standIn.sketch(words))[1] : model === codebook.model ? await placedBits(said, 'check') : null
      return right === null ? null : hamming(right, bits) <= SAME_BITS
    },
    // where no other model may come, words are the best there is
    isBest: ([model]) => model === codebook.model || (embedder === null && model === standIn.model),
    knowsBest: (said) => embedder === null || (isReady() && looksEnglish(wordsOf(said) ?? '')),
    comesLater: ([model]) => embedder !== null && model === codebook.model,
    onModel(listener) {
      let was = isReady()
      return (
        embedder?.watch(() => {
          const is = isReady()
          if (is && !was) listener()
          was = is
        }) ?? (() => undefined)
      )
    }
  }
}

/** What is said, in words, what says most first; null: it is about whoever says it. */
export function wordsOf(said: Declaration | string): string | null {
  if (typeof said === 'string') return said
  switch (said.kind) {
    case 'capability':
      return textOf(said)
    case 'intention':
      return [said.goal, ...said.tags].join('\n')
    case 'constraint':
      return null
  }
}
