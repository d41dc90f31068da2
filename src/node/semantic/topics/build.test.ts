import { readFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadSentenceModel } from '../../../../headless/sentence-model.ts'
import commonTerms from '../common-terms.json' with { type: 'json' }
import { int8sOf } from '../sentences/eight-bit.ts'
import { SENTENCE_MODEL } from '../sentences/model.ts'
import { buildCommonTerms, buildPlace, buildOutlines, buildSeed, type WrittenArea, type WrittenTopic } from './build.ts'
import sharedByAll from './built/common.json' with { type: 'json' }
import { cosine, fromBase64, quantised } from './directions.ts'
import { wordsOf } from './seed.ts'
import { loadSeed } from './topics.ts'

const folder = import.meta.dirname
const areas = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .sort()
  .map((name): WrittenArea => {
    return { area: basename(name, '.json'), topics: JSON.parse(readFileSync(join(folder, name), 'utf8')) as WrittenTopic[] }
  })

describe('the seed that is kept', () => {
  test('is what `npm run topics` makes of the areas', async () => {
    const kept = (await loadSeed()).topics
    expect(kept.map(({ path, name, words, competences, samples }) => ({ path, name, words, competences, samples }))).toEqual(
      buildOutlines(areas)
    )
  })

  test('has the common terms beside it that `npm run topics` counts', () => {
    expect(commonTerms).toEqual(buildCommonTerms(areas))
  })

  // of one topic: the model takes minutes for all of them
  test('has the directions that the model gives', { timeout: 60_000 }, async () => {
    const seed = await loadSeed()
    const kept = seed.topics.find(({ path }) => path === 'text/translation')
    const written = areas.find(({ area }) => area === 'text')?.topics.find(({ topic }) => topic === 'translation')
    const place = await buildPlace(written!, await loadSentenceModel())
    const shared = int8sOf(sharedByAll.base64)
    const direction = place.map((value, i) => value - sharedByAll.scale * (shared[i] ?? 0))
    // other machines may round otherwise
    expect(cosine(quantised(direction), fromBase64(kept!.direction))).toBeGreaterThan(0.9999)
  })

  test('is small, and has samples that fit in a line', async () => {
    const { topics } = await loadSeed()
    expect(topics).toHaveLength(96)
    expect(readFileSync(join(folder, 'built', 'seed.json')).length).toBeLessThan(250_000)
    for (const { path, words, samples } of topics) {
      expect(wordsOf(words).size, path).toBe(64)
      expect(samples.length, path).toBeGreaterThanOrEqual(2)
      for (const sample of samples) expect(sample.length).toBeLessThan(70)
    }
  })
})

describe('a seed', () => {
  const written = (topic: string, word: string): WrittenTopic => {
    const competence = { words: [word, 'thing'], requests: [`somebody who makes a ${word}`], offers: [`Makes a ${word}`] }
    const competences = Array.from({ length: 14 }, (_, i) => ({ id: `${word}-making-${i}`, ...competence }))
    return { topic, about: `All about ${word}.`, competences }
  }
  const small = [{ area: 'crafts', topics: [written('pots-and-pans', 'pot'), written('shoes', 'boot')] }]

  test('keeps the words that tell one topic from the others', () => {
    const [pots] = buildOutlines(small)
    expect(pots).toMatchObject({ path: 'crafts/pots-and-pans', name: 'Pots and pans' })
    expect(pots?.competences[13]).toBe('pot-making-13')
    const words = wordsOf(pots?.words ?? '')
    expect(words.get('pot')).toBeGreaterThan(0)
    expect(words.has('thing')).toBe(false)
    expect(words.has('boot')).toBe(false)
  })

  test('takes its directions from the embedder', async () => {
    const axis = (text: string) => Float32Array.from({ length: 384 }, (_, i) => Math.sin((text.includes('pot') ? 1 : 2) * (i + 1)))
    const embed = async (texts: readonly string[]) => texts.map((text) => axis(text).map((value) => value / 16))
    const { topics } = (await buildSeed(small, { model: SENTENCE_MODEL, dimensions: 384, embed })).seed
    const [pots, shoes] = topics.map(({ direction }) => fromBase64(direction))
    expect(cosine(pots!, shoes!)).toBeLessThan(0.3)
  })
})
