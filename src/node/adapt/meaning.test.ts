import { beforeEach, describe, expect, test } from 'vitest'
import { encode } from '../schema/codec.ts'
import type { Intention } from '../schema/declaration.ts'
import type { Sketch } from '../schema/header.ts'
import { createSentenceCodebook } from '../semantic/codebook.ts'
import type { LazyEmbedder } from '../semantic/embedder.ts'
import { looksEnglish } from '../semantic/language.ts'
import { sentenceBits } from '../semantic/sentences/sketch.ts'
import { placeRequest } from '../semantic/sentences/space.ts'
import { createStandIn } from '../semantic/stand-in.ts'
import { loadTopics } from '../semantic/topics/topics.ts'
import { seeded } from '../support/testing/time.ts'
import { createMeaning, type Meaning } from './meaning.ts'

const SENTENCES = createSentenceCodebook().model
const DIMENSIONS = 384
const wish = (goal: string): Intention => ({ kind: 'intention', goal, tags: [] })
const german = wish('Wer kann mir eine Übersetzung aus dem Englischen machen, und das bis morgen?')
const english = wish('Who could translate this letter for me by tomorrow?')
const pills = wish('Buy cheap pills')

let isReady: boolean
let isBusy: boolean
let meaning: Meaning

/** Texts lie anywhere, each where it always does. */
const embedder: LazyEmbedder = {
  model: SENTENCES,
  dimensions: DIMENSIONS,
  load: () => undefined,
  state: () => ({ is: isReady ? 'ready' : 'absent' }),
  watch: () => () => undefined,
  async embed(texts) {
    if (isBusy) throw new Error('too many texts wait')
    return texts.map((text) => {
      const random = seeded(encode(text).reduce((sum, byte) => (Math.imul(sum, 31) + byte) | 0, 7))
      return Float32Array.from({ length: DIMENSIONS }, () => random() - 0.5)
    })
  }
}

beforeEach(() => {
  isReady = true
  isBusy = false
  meaning = createMeaning({
    standIn: createStandIn(),
    embedder,
    codebook: createSentenceCodebook(),
    loadTopics: () => Promise.reject(new Error('nobody asks for topics'))
  })
})

const sketchOf = async (said: Intention): Promise<Sketch> => {
  const sketch = await meaning.sketch(said)
  if (sketch === null) throw new Error('it has no words')
  return sketch
}

/** By the sentence model, whatever the language. */
async function sentenceBitsOf({ goal }: Intention): Promise<Uint8Array> {
  const [vector] = await embedder.embed([goal])
  return sentenceBits(placeRequest(vector ?? new Float32Array(DIMENSIONS)))
}

test('what does not look English is sketched by its words', async () => {
  expect(looksEnglish(german.goal)).toBe(false)
  expect((await sketchOf(german))[0]).toBe(1)
  expect((await sketchOf(english))[0]).toBe(SENTENCES)
})

describe('whether a sketch is of what is declared', () => {
  test('is told by its own model', async () => {
    const [byMeaning, byWords] = await meaning.sketches(english)
    expect([byMeaning?.[0], byWords?.[0]]).toEqual([SENTENCES, 1])
    for (const sketch of [byMeaning!, byWords!]) {
      expect(await meaning.tells(english, sketch)).toBe(true)
      expect(await meaning.tells(pills, sketch)).toBe(false)
    }
  })

  test('is told of bodies that do not look English, too: no lie passes, and nobody lies whose version takes them for English', async () => {
    expect(await meaning.tells(german, await sketchOf(pills))).toBe(false)
    expect(await meaning.tells(german, [SENTENCES, await sentenceBitsOf(german), []])).toBe(true)
  })

  test('can’t be told while the model is not there or busy, and never of another', async () => {
    const sketch = await sketchOf(english)
    expect(await meaning.tells(english, [9, sketch[1], []])).toBeNull()
    isBusy = true
    expect(await meaning.tells(english, sketch)).toBeNull()
    isReady = false
    isBusy = false
    expect(await meaning.tells(english, sketch)).toBeNull()
    expect([SENTENCES, 1, 9].map((model) => meaning.comesLater([model, sketch[1], []]))).toEqual([true, false, false])
  })
})

describe('a topic’s sketch', () => {
  test('is told to the bit, by whichever of our models it is; of another version’s nothing can be told', async () => {
    const { topic, tellsTopic } = createMeaning({ standIn: createStandIn(), embedder, codebook: createSentenceCodebook(), loadTopics })
    const [model, bits, leaves] = await topic('text/translation')
    expect(model).toBe(SENTENCES)
    expect(await tellsTopic('text/translation', [model, bits, leaves])).toBe(true)
    expect(await tellsTopic('life/cooking', [model, bits, leaves])).toBe(false)
    expect(await tellsTopic('text/translation', [1, bits, leaves])).toBe(false)
    expect(await tellsTopic('text/translation', [SENTENCES - 1, bits, leaves])).toBeNull()
  })
})
