import { afterEach, expect, test } from 'vitest'
import type { ModelState, Purpose } from '../node/semantic/embedder.ts'
import { CLOSE_DIMENSIONS } from '../node/semantic/sentences/model.ts'
import { createWorkerEmbedder, type WorkerEmbedder } from './worker-embedder.ts'

const CACHE = 'sentence-model-3'
const open: WorkerEmbedder[] = []
afterEach(async () => {
  for (const embedder of open.splice(0)) embedder.close()
  await caches.delete(CACHE)
})

function start(): { embedder: WorkerEmbedder; states: ModelState[] } {
  const embedder = createWorkerEmbedder()
  open.push(embedder)
  const states: ModelState[] = []
  embedder.watch(() => states.push(embedder.state()))
  return { embedder, states }
}

const cosine = (a: Float32Array = new Float32Array(), b: Float32Array = new Float32Array()) =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)

async function expectMeaning(embedder: WorkerEmbedder): Promise<void> {
  const [bike, repair, tax] = await embedder.embed(['How do I fix my bike?', 'bicycle repair service', 'tax return'])
  expect(cosine(bike, bike)).toBeCloseTo(1, 4)
  expect(cosine(bike, repair)).toBeGreaterThan(cosine(bike, tax) + 0.3)
  const [closely] = await embedder.embedClosely(['How do I fix my bike?'])
  expect(cosine(closely?.vector, bike)).toBeCloseTo(1, 4)
  expect(closely?.pieces).toHaveLength(7 * CLOSE_DIMENSIONS)
  expect(closely?.weights).toHaveLength(7)
}

test('loads the model when it is wanted, tells how far it has come, and keeps it', async () => {
  const { embedder, states } = start()
  await expect(embedder.embed(['too early'])).rejects.toThrow('expected a model that was loaded')
  expect(embedder.state()).toEqual({ is: 'absent' })
  embedder.load()
  await expectMeaning(embedder)
  expect(states.at(-1)).toEqual({ is: 'ready' })
  const fractions = states.flatMap((state) => (state.is === 'loading' ? state.fraction : []))
  expect(fractions[0]).toBe(0)
  expect(fractions.at(-1)).toBe(1)
  expect(fractions).toEqual([...fractions].sort((a, b) => a - b))
  expect(await (await caches.open(CACHE)).keys()).toHaveLength(3)
})

test('fetches anew what is spoilt', async () => {
  const first = start()
  first.embedder.load()
  await first.embedder.embed(['anything'])
  const cache = await caches.open(CACHE)
  const [key] = await cache.keys()
  const kept = new Uint8Array((await (await cache.match(key ?? ''))?.arrayBuffer()) ?? new ArrayBuffer())
  kept[100] = (kept[100] ?? 0) ^ 1
  await cache.put(key ?? '', new Response(kept))
  const second = start()
  second.embedder.load()
  await expectMeaning(second.embedder)
})

test('what is not wanted any more, and what waits as it is closed, ends at once', async () => {
  const { embedder } = start()
  embedder.load()
  const over = new AbortController()
  const unwanted = embedder.embed(['one'], over.signal)
  over.abort(new Error('not wanted'))
  await expect(unwanted).rejects.toThrow('not wanted')
  const waiting = embedder.embed(['two'])
  embedder.close()
  await expect(waiting).rejects.toThrow('it was closed')
  expect(embedder.state()).toMatchObject({ is: 'failed' })
})

test('what somebody waits for comes before what nobody does', async () => {
  const { embedder } = start()
  embedder.load()
  await embedder.embed(['anything'])
  const order: string[] = []
  const ask = async (name: string, purpose: Purpose, count = 1) => {
    await embedder.embed(Array.from({ length: count }, (_, i) => `${name} ${i}`), undefined, purpose)
    order.push(name)
  }
  // whichever comes first, the model is with it or with the search while the rest comes
  await Promise.all([ask('offers', 'index', 8), ask('check', 'check'), ask('ours', 'own'), ask('typed', 'search')])
  expect(order.filter((name) => name !== 'offers')).toEqual(['typed', 'ours', 'check'])
})
