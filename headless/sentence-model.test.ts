import { beforeAll, describe, expect, test } from 'vitest'
import type { SentenceEncoder } from '../src/node/semantic/sentences/encoder.ts'
import { closeness } from '../src/node/semantic/sentences/close.ts'
import { CLOSE_DIMENSIONS } from '../src/node/semantic/sentences/model.ts'
import { loadSentenceModel } from './sentence-model.ts'

let embedder: SentenceEncoder
/** On a busy machine: compiling and changing the weights takes a second of a processor. */
const LOADING_MS = 60_000

beforeAll(async () => {
  embedder = await loadSentenceModel()
}, LOADING_MS)

const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)

async function near(a: string, b: string): Promise<number> {
  const [one, other] = await embedder.embed([a, b])
  return cosine(one ?? new Float32Array(), other ?? new Float32Array())
}

describe('sentence embeddings', () => {
  test('are near when the meaning is, in other words', async () => {
    expect(await near('How do I fix my bike?', 'bicycle repair service')).toBeGreaterThan(0.5)
    expect(await near('How do I fix my bike?', 'tax return for freelancers')).toBeLessThan(0.2)
  })

  test('have length 1, alone as among others, but for those of nothing', async () => {
    const texts = ['one text', '', 'a much longer text about the weather in the mountains, which changes quickly', '   ']
    const together = await embedder.embed(texts)
    for (const [i, text] of texts.entries()) {
      const [alone] = await embedder.embed([text])
      const vector = together[i] ?? new Float32Array()
      expect(cosine(vector, vector)).toBeCloseTo(text.trim() === '' ? 0 : 1, 4)
      vector.forEach((value, at) => expect(value).toBeCloseTo(alone?.[at] ?? NaN, 4))
    }
  })

  test.for([
    ['writing that the model does not know', '統計データの可視化をお願いします'],
    ['half a character', '\ud800 \udfff'],
    ['one very long word', 'x'.repeat(100_000)],
    ['very many words', 'word '.repeat(50_000)],
    ['marks on marks', '\u0301'.repeat(50_000)]
  ])('of %s come, too, and take no more than their beginning does', async ([, text = '']) => {
    const [vector, ofBeginning] = await embedder.embed([text, text.slice(0, 4096)])
    expect(vector).toHaveLength(384)
    expect(vector?.every(Number.isFinite)).toBe(true)
    expect(vector).toEqual(ofBeginning)
  })

  test('end when they are not wanted any more', async () => {
    await expect(embedder.embed(['a'], AbortSignal.abort(new Error('over')))).rejects.toThrow('over')
  })
})

describe('looked at closely', () => {
  test('texts have the same vectors, and their pieces whatever is embedded beside them', async () => {
    const texts = ['bicycle repair', '', 'a much longer text about the weather in the mountains, which changes quickly']
    const together = await embedder.embedClosely(texts)
    const vectors = await embedder.embed(texts)
    for (const [i, text] of texts.entries()) {
      const { vector, pieces, weights } = together[i] ?? { vector: new Float32Array(), pieces: new Int8Array(), weights: new Float32Array() }
      vector.forEach((value, at) => expect(value).toBeCloseTo(vectors[i]?.[at] ?? NaN, 4))
      const [alone] = await embedder.embedClosely([text])
      expect(pieces).toHaveLength(alone?.pieces.length ?? NaN)
      // rounded, each by one at most
      pieces.forEach((value, at) => expect(Math.abs(value - (alone?.pieces[at] ?? NaN))).toBeLessThanOrEqual(1))
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(text === '' ? 0 : 1, 4)
    }
    expect(together.map(({ pieces }) => pieces.length / CLOSE_DIMENSIONS)).toEqual([2, 0, 14])
  })

  test('a request is closer to what answers it, in other words too, than to what does not', async () => {
    const [asked, answers, other] = await embedder.embedClosely([
      'somebody to mend the chain of my bike',
      'Repairs of bicycles: chains, brakes, gears',
      'Tax returns of somebody who works for himself'
    ])
    if (asked === undefined || answers === undefined || other === undefined) throw new Error('expected three texts')
    expect(closeness(asked, [answers.pieces])).toBeGreaterThan(closeness(asked, [other.pieces]) + 0.1)
    expect(closeness(asked, [asked.pieces])).toBeCloseTo(1, 1)
  })
})
