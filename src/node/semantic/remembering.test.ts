import { expect, test } from 'vitest'
import type { CloseText, LazyEmbedder } from './embedder.ts'
import { createRemembering } from './remembering.ts'

function start({ closely = true, short = false } = {}) {
  const asked: string[] = []
  const vector = (text: string) => Float32Array.of(text.length)
  const closeText = (text: string): CloseText => ({ vector: vector(text), pieces: new Int8Array(), weights: new Float32Array() })
  async function make<T>(texts: readonly string[], of: (text: string) => T): Promise<T[]> {
    asked.push(...texts)
    await Promise.resolve()
    return (short ? texts.slice(1) : texts).map(of)
  }
  const model: LazyEmbedder = {
    model: 300,
    dimensions: 1,
    load: () => undefined,
    state: () => ({ is: 'ready' }),
    watch: () => () => undefined,
    embed: (texts) => make(texts, vector),
    ...(closely ? { embedClosely: (texts) => make(texts, closeText) } : {})
  }
  return { asked, embedder: createRemembering(model) }
}

test('what was embedded lately is not embedded again, with its pieces neither', async () => {
  const { asked, embedder } = start()
  expect(await embedder.embed(['a', 'bb', 'a'])).toEqual([1, 2, 1].map((length) => Float32Array.of(length)))
  expect(await embedder.embed(['bb', 'ccc'])).toEqual([2, 3].map((length) => Float32Array.of(length)))
  expect(asked.splice(0)).toEqual(['a', 'bb', 'ccc'])
  const [first] = (await embedder.embedClosely?.(['a'])) ?? []
  expect(await embedder.embedClosely?.(['a'])).toEqual([first])
  expect(asked).toEqual(['a'])
  // a vector comes with the pieces
  await embedder.embedClosely?.(['dddd'])
  expect(await embedder.embed(['dddd'])).toEqual([Float32Array.of(4)])
  expect(asked).toEqual(['a', 'dddd'])
})

test('more than is remembered, and what is forgotten meanwhile, is right all the same', async () => {
  const { embedder } = start()
  const many = Array.from({ length: 400 }, (_, i) => 'x'.repeat(i + 1))
  const lengths = many.map(({ length }) => Float32Array.of(length))
  expect(await embedder.embed(many)).toEqual(lengths)
  const both = await Promise.all([embedder.embed(['a', ...many]), embedder.embed([...many].reverse())])
  expect(both).toEqual([[Float32Array.of(1), ...lengths], [...lengths].reverse()])
})

test('a model that can’t look closely still can’t, and one that gives too little is an error', async () => {
  expect(start({ closely: false }).embedder.embedClosely).toBeUndefined()
  const { embedder } = start({ short: true })
  await expect(embedder.embed(['a', 'b'])).rejects.toThrow('expected 2 embedded texts, got 1')
})
