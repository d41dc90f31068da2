/** How long searching and adding take, and how much memory is kept, with many declarations, besides embedding their texts. */
import { createDeclarations } from '../../src/node/adapt/declarations.ts'
import type { TopicStanding } from '../../src/node/adapt/rank.ts'
import { createSearch } from '../../src/node/adapt/search.ts'
import { createStands } from '../../src/node/adapt/stands.ts'
import { didOf } from '../../src/node/crypto/did.ts'
import type { Entry } from '../../src/node/log/log.ts'
import { decode, encode } from '../../src/node/schema/codec.ts'
import { capability, type Capability } from '../../src/node/schema/declaration.ts'
import type { Header } from '../../src/node/schema/header.ts'
import type { LazyEmbedder } from '../../src/node/semantic/embedder.ts'
import { createHybridMatcher } from '../../src/node/semantic/hybrid.ts'
import { CLOSE_DIMENSIONS, SENTENCE_DIMENSIONS, SENTENCE_MODEL } from '../../src/node/semantic/sentences/model.ts'
import { systemClock } from '../../src/node/support/clock.ts'
import { createRandom } from '../../sim/random.ts'
import { loadSet } from './set.ts'

const SELF = 'us'
const OF_ONE_AGENT = 50
const QUERIES = 100
/** As many as the node's search asks the matcher for. */
const MAX_MATCHES = 2000
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

/** An agent that has a record, as most are not known to have; so that ranking has something to look at. */
const standing: TopicStanding = { level: 0.5, record: 0.5, excluded: null, footing: 'known', expectation: 0.5, strangers: 0 }

/**
 * The search of a node that knows so many declarations, of 50 skills an agent, as it is put together there; what others say of agents is
 * at hand at once.
 *
 * @param folder of a set whose texts are taken apart and put together anew
 */
export async function measureScale(folder: string, count: number) {
  const { offers, requests } = loadSet(folder)
  const random = createRandom(1, 'scale')
  const any = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const embedder = createInstantEmbedder(random)
  const before = await memory()
  const matcher = createHybridMatcher({ clock: systemClock, embedder, report: console.error })
  const declarations = createDeclarations({ self: SELF, onCapability: (id, offer) => search.declared(id, offer) })
  const search = createSearch(
    {
      self: SELF,
      matcher,
      declarations,
      stands: createStands(Date.now),
      directory: { reach: () => 'away' },
      states: { of: () => null },
      now: Date.now,
      report: console.error
    },
    {
      standings: async (of) => of.map(() => standing),
      history: () => ({ completed: 0, failed: 0 }),
      knownPrograms: new Set()
    }
  )
  search.onOffered(() => undefined)

  const keys = Array.from({ length: Math.ceil(count / OF_ONE_AGENT) }, () => Uint8Array.from({ length: 32 }, () => 256 * random()))
  const adds: number[] = []
  for (let i = 0; i < count; i++) {
    const [a, b, c] = [any(offers).capability, any(offers).capability, any(offers).capability]
    const entry = entryOf(keys[i % keys.length] as Uint8Array, {
      ...a,
      id: `skill-${i}`,
      tags: [...b.tags.slice(0, 3), `tag${Math.floor(random() * count)}`],
      examples: c.examples,
      description: `${b.description} ${c.name}`,
      program: Array.from({ length: 8 }, () => Math.floor(random() * 2 ** 32).toString(16).padStart(8, '0')).join('')
    })
    const since = performance.now()
    declarations.add(entry)
    adds.push(performance.now() - since)
    if (i % 64 === 0) while (matcher.waiting() > 0) await new Promise((resolve) => setImmediate(resolve))
  }
  while (matcher.waiting() > 0) await new Promise((resolve) => setImmediate(resolve))
  const bytes = (await memory()) - before

  const asked = Array.from({ length: QUERIES }, () => any(requests))
  return {
    declarations: declarations.capabilities(Date.now()).length,
    searchMs: spread(await timesOf(asked, ({ text, constraints }) => search.find({ text, constraints }))),
    searchWithFileMs: spread(await timesOf(asked, ({ text }) => search.find({ text, files: [{ name: 'table.csv', type: 'text/csv' }] }))),
    matcherMs: spread(await timesOf(asked, ({ text }) => matcher.search(text, MAX_MATCHES))),
    addMs: { ...spread(adds), p99: quantile(adds, 0.99) },
    megabytes: Math.round(bytes / 1e6)
  }
}

/** As it comes from a log: nothing of it is also somebody else's. @param key the agent's */
function entryOf(key: Uint8Array, declaration: Capability): Pick<Entry, 'author' | 'header' | 'body'> {
  const bytes = encode(declaration)
  const header: Header = {
    version: 1,
    author: key,
    seq: 1,
    previous: null,
    skip: null,
    kind: 'capability',
    bodyHash: new Uint8Array(32),
    bodySize: bytes.length,
    time: Date.now(),
    expiry: null,
    sketch: null,
    signature: new Uint8Array(64)
  }
  return { author: didOf(key), header, body: decode(bytes, capability, bytes.length) }
}

/** Milliseconds of each, one after the other. */
async function timesOf<T>(all: readonly T[], search: (one: T) => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  for (const one of all) {
    const since = performance.now()
    await search(one)
    times.push(performance.now() - since)
  }
  return times
}

async function memory(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const spread = (values: readonly number[]) => ({ median: quantile(values, 0.5), p95: quantile(values, 0.95) })

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return Number((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(3))
}
