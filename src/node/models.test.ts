/** Nodes that understand by other models: one that comes with Starling, one that somebody brings, none. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { StarlingClient } from './client.ts'
import { decodeHeader } from './log/header.ts'
import { shardModel } from './gossip/shards.ts'
import { createMemoryHub } from './net/memory.ts'
import { createCodebook1, createSentenceCodebook } from './semantic/codebook.ts'
import type { LazyEmbedder } from './semantic/embedder.ts'
import { CLOSE_DIMENSIONS, SENTENCE_MODEL } from './semantic/sentences/model.ts'
import { createToyModel } from './semantic/testing/toy-model.ts'
import type { Store } from './store/store.ts'
import { createNodes, createProfile, type Nodes } from './testing/nodes.ts'

/** What the toy models know: ours in English alone. */
const bicycles = ['bicycle', 'bike', 'puncture', 'flat tyre']
const letters = ['translat', 'interpret']
const ours = () => createToyModel({ model: SENTENCE_MODEL, dimensions: 384, things: [bicycles, letters] })
const brought = () =>
  createToyModel({
    model: 1001,
    dimensions: 64,
    things: [
      [...bicycles, 'fahrrad', 'platten', '自行车'],
      [...letters, 'übersetz', 'dolmetsch', '翻译']
    ],
    multilingual: true
  })

const HASH_BYTES = 32
const source = 'function run() { return { summary: "", parts: [] } }'
const workshop = { id: 'workshop', name: 'Bicycle workshop', tags: ['bicycle', 'Fahrradreparatur'], source }
const translator = { id: 'translator', name: 'Translation of letters', tags: ['translation', '翻译'], source }

let nodes: Nodes
beforeEach(() => {
  nodes = createNodes(createMemoryHub())
})
afterEach(async () => {
  await nodes.closeAll()
  expect(nodes.reports).toEqual([])
})

test('sketches by the sentence model are told in the shards of those by words', () => {
  expect(createSentenceCodebook().model).toBe(SENTENCE_MODEL)
  expect(shardModel(SENTENCE_MODEL)).toBe(createCodebook1().model)
})

/** What is found first, and why. */
async function first(client: StarlingClient, text: string) {
  const [best] = await client.find(text)
  return best === undefined ? null : { skill: best.skill, kinds: best.reasons.map(({ kind }) => kind) }
}

const finds = (client: StarlingClient, text: string, skill: string) =>
  expect.poll(async () => (await first(client, text))?.skill, { timeout: 5_000 }).toBe(skill)

/** The models of the sketches of what an agent has declared. */
async function sketchModels(store: Store): Promise<number[]> {
  // a header's hash comes before it
  const headers = (await store.list<Uint8Array>('headers')).map(([, value]) => decodeHeader(value.subarray(HASH_BYTES)))
  return [...new Set(headers.flatMap(({ sketch }) => (sketch === null ? [] : sketch[0])))].sort()
}

describe('nodes with different models', () => {
  test('meet by words and tags, and each understands by its own model what it hears', async () => {
    const [ann, ben, cem] = [await createProfile(), await createProfile(), await createProfile()]
    const a = await nodes.open('a', ann, { embedder: brought() })
    const b = await nodes.open('b', ben, { embedder: ours() })
    const c = await nodes.open('c', cem)
    await b.client.declare(workshop)
    await a.client.declare(translator)

    // words and tags, for everybody
    for (const { client } of [a, c]) await finds(client, 'Fahrradreparatur', 'workshop')
    for (const { client } of [b, c]) await finds(client, '请帮我翻译这封信', 'translator')

    // meaning, for those whose model knows it, in the languages that it knows
    await finds(a.client, 'Mein Reifen hat einen Platten', 'workshop')
    expect((await first(a.client, 'Mein Reifen hat einen Platten'))?.kinds).toContain('means')
    await finds(b.client, 'who could interpret this', 'translator')
    expect((await first(c.client, 'who could interpret this'))?.skill).not.toBe('translator')
    expect((await first(c.client, 'Mein Reifen hat einen Platten'))?.skill).not.toBe('workshop')
  })

  test('say nothing in a model that others can’t have', async () => {
    const ann = await createProfile()
    const a = await nodes.open('a', ann, { embedder: brought() })
    await a.client.declare(translator)
    expect(await sketchModels(ann.store)).toEqual([1])
  })
})

test('what is offered before the model is there is told by it once it is, and not again by a restart', async () => {
  const ann = await createProfile()
  const model = ours()
  model.turn({ is: 'absent' })
  const a = await nodes.open('a', ann, { embedder: model })
  await a.client.declare(workshop)
  await a.client.declare({ id: 'werkstatt', name: 'Werkstatt', description: 'Wir reparieren Ihr Fahrrad und das Ihrer Kinder.', source })
  const before = (await a.client.log()).length
  expect(await sketchModels(ann.store)).toEqual([1])

  model.turn({ is: 'ready' })
  // all but what is in German, and what was said before is taken back where it was said
  const length = before + 2 * (before - 1)
  await expect.poll(async () => (await a.client.log()).length).toBe(length)
  expect(await sketchModels(ann.store)).toEqual([1, SENTENCE_MODEL])
  const b = await nodes.open('b', await createProfile(), { embedder: ours() })
  await finds(b.client, 'a flat tyre', 'workshop')
  // for others it is one offer all the while
  expect((await b.client.find('Bicycle workshop')).filter(({ skill }) => skill === 'workshop')).toHaveLength(1)

  await nodes.close(a)
  const again = await nodes.open('a2', ann, { embedder: ours() })
  expect(await again.client.log()).toHaveLength(length)
})

test('vectors of what was heard are not made again after a restart', async () => {
  const [ann, ben] = [await createProfile(), await createProfile()]
  const b = await nodes.open('b', ben)
  await b.client.declare(workshop)
  const [before, after] = [ours(), ours()]
  const a = await nodes.open('a', ann, { embedder: before })
  await finds(a.client, 'what can I do about a flat tyre', 'workshop')
  expect(before.asked.join()).toContain(workshop.tags.join(', '))
  await nodes.close(a)
  await nodes.close(b)

  const again = await nodes.open('a2', ann, { embedder: after })
  await finds(again.client, 'what can I do about a flat tyre', 'workshop')
  expect(after.asked.filter((text) => text.includes(workshop.tags.join(', ')))).toEqual([])
})

test('what a search finds is looked at closely, each offer once', async () => {
  const [ann, ben] = [await createProfile(), await createProfile()]
  const b = await nodes.open('b', ben)
  await b.client.declare(workshop)
  const model = ours()
  const closely: string[] = []
  const embedder: LazyEmbedder = {
    ...model,
    async embedClosely(texts) {
      closely.push(...texts)
      const vectors = await model.embed(texts)
      // every piece of one text is like every piece of another
      const piece = { pieces: new Int8Array(CLOSE_DIMENSIONS).fill(16), weights: Float32Array.of(1) }
      return vectors.map((vector) => ({ vector, ...piece }))
    }
  }
  const a = await nodes.open('a', ann, { embedder })
  await finds(a.client, 'what can I do about a flat tyre', 'workshop')
  await finds(a.client, 'my bike has a puncture', 'workshop')
  expect(closely.filter((text) => text.includes(workshop.name))).toHaveLength(1)
  expect(closely).toContain('my bike has a puncture')
})
