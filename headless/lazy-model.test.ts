import { expect, test } from 'vitest'
import type { Embedder } from '../src/node/semantic/embedder.ts'
import { SENTENCE_MODEL } from '../src/node/semantic/sentences/model.ts'
import { createLazyModel } from './lazy-model.ts'

const model: Embedder = { model: SENTENCE_MODEL, dimensions: 384, embed: async (texts) => texts.map(() => new Float32Array(384)) }

test('is loaded once, when it is first wanted, and tells how far it is', async () => {
  let reads = 0
  const lazy = createLazyModel(async () => {
    reads++
    return model
  })
  const states: string[] = []
  lazy.watch(() => states.push(lazy.state().is))
  expect(lazy.state()).toEqual({ is: 'absent' })
  expect(reads).toBe(0)
  const [one, two] = await Promise.all([lazy.embed(['a']), lazy.embed(['b', 'c'])])
  expect([one.length, two.length]).toEqual([1, 2])
  lazy.load()
  expect(reads).toBe(1)
  expect(states).toEqual(['loading', 'ready'])
})

test('that can’t be loaded says so, and is tried again when it is wanted again', async () => {
  let fails = true
  const lazy = createLazyModel(async () => {
    if (fails) throw new Error('no such file')
    return model
  })
  await expect(lazy.embed(['a'])).rejects.toMatchObject({ name: 'EmbedderError' })
  expect(lazy.state()).toEqual({ is: 'failed', reason: 'no such file' })
  fails = false
  expect(await lazy.embed(['a'])).toHaveLength(1)
  expect(lazy.state()).toEqual({ is: 'ready' })
})

test('looks closely when it is said of it beforehand, and is loaded for that, too', async () => {
  const closely: Embedder = {
    ...model,
    embedClosely: async (texts) => texts.map(() => ({ vector: new Float32Array(384), pieces: new Int8Array(), weights: new Float32Array() }))
  }
  expect(await createLazyModel(async () => closely).embedClosely?.(['a'])).toHaveLength(1)
  await expect(createLazyModel(async () => model).embedClosely?.(['a'])).rejects.toThrow('expected a model that looks closely')
  expect(createLazyModel(async () => closely, { model: 300, dimensions: 64 }).embedClosely).toBeUndefined()
})
