/** How long searching and adding take, and how much memory is kept, with many declarations, besides embedding their texts. */
import type { LazyEmbedder } from '../../src/node/semantic/embedder.ts'
import { createHybridMatcher } from '../../src/node/semantic/hybrid.ts'
import { CLOSE_DIMENSIONS, SENTENCE_DIMENSIONS, SENTENCE_MODEL } from '../../src/node/semantic/sentences/model.ts'
import { systemClock } from '../../src/node/support/clock.ts'
import { createRandom } from '../../sim/random.ts'
import { loadSet } from './set.ts'

const QUERIES = 100
/** Texts of so many pieces, longer than most: one is taken after the other. */
const PIECES = 48
const CLOSE_TEXTS = 64

/** Vectors at random at once: what is measured is all else. */
function createInstantEmbedder(random: () => number): LazyEmbedder {
  const vector = () => Float32Array.from({ length: SENTENCE_DIMENSIONS }, () => random() + random() - 1)
  const closeTexts = Array.from({ length: CLOSE_TEXTS }, () => ({
    vector: vector(),
    pieces: Int8Array.from({ length: PIECES * CLOSE_DIMENSIONS }, () => 32 * (random() - 0.5)),
    weights: new Float32Array(PIECES).fill(1 / PIECES)
  }))
  let at = 0
  return {
    model: SENTENCE_MODEL,
    dimensions: SENTENCE_DIMENSIONS,
    load: () => undefined,
    state: () => ({ is: 'ready' }),
    watch: () => () => undefined,
    embed: (texts) => Promise.resolve(texts.map(vector)),
    embedClosely: (texts) => Promise.resolve(texts.flatMap(() => closeTexts[at++ % CLOSE_TEXTS] ?? []))
  }
}

/** @param folder of a set whose texts are taken apart and put together anew */
export async function measureScale(folder: string, count: number) {
  const { offers, requests } = loadSet(folder)
  const random = createRandom(1, 'scale')
  const any = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const matcher = createHybridMatcher({ clock: systemClock, embedder: createInstantEmbedder(random), report: console.error })
  const before = await memory()
  const adds: number[] = []
  for (let i = 0; i < count; i++) {
    const [a, b, c] = [any(offers).capability, any(offers).capability, any(offers).capability]
    const capability = {
      ...a,
      id: `skill-${i}`,
      tags: [...b.tags.slice(0, 3), `tag${Math.floor(random() * count)}`],
      examples: c.examples,
      description: `${b.description} ${c.name}`
    }
    const since = performance.now()
    matcher.add(`${i}`, capability)
    adds.push(performance.now() - since)
    if (i % 64 === 0) while (matcher.waiting() > 0) await new Promise((resolve) => setImmediate(resolve))
  }
  while (matcher.waiting() > 0) await new Promise((resolve) => setImmediate(resolve))
  const bytes = (await memory()) - before
  const searches: number[] = []
  for (let i = 0; i < QUERIES; i++) {
    const { text } = any(requests)
    const since = performance.now()
    await matcher.search(text, 20)
    searches.push(performance.now() - since)
  }
  return {
    declarations: count,
    searchMs: { median: quantile(searches, 0.5), p95: quantile(searches, 0.95) },
    addMs: { median: quantile(adds, 0.5), p99: quantile(adds, 0.99) },
    megabytes: Math.round(bytes / 1e6)
  }
}

async function memory(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return Number((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(3))
}
