import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { fromBase64 } from './directions.ts'
import type { Seed } from './seed.ts'
import { loadSeed, loadTopics, type Topics } from './topics.ts'

const AREAS = ['business', 'code', 'data', 'life', 'media', 'science', 'text', 'world']

let seed: Seed
let topics: Topics
beforeAll(async () => {
  seed = await loadSeed()
  topics = await loadTopics()
})

test('names of the seed are always themselves', () => {
  for (const { path, competences } of seed.topics) {
    expect(topics.canonical(path)).toBe(path)
    for (const competence of competences) expect(topics.canonical(`${path}/${competence}`)).toBe(`${path}/${competence}`)
  }
})

describe('similarity', () => {
  test.for([
    ['text/file-conversion', 'code/file-formats', 0.7, 1],
    ['code/firmware-and-electronics', 'science/electronics', 0.6, 1],
    ['text/translation', 'text/language-learning', 0.3, 0.8],
    ['code/debugging', 'code/software-testing', 0.3, 0.8],
    ['world/farming', 'life/gardening', 0.3, 0.9],
    ['text/translation', 'world/farming', 0, 0.05],
    ['life/cooking', 'code/debugging', 0, 0.05],
    ['business/insurance', 'media/music', 0, 0.05]
  ] as const)('of %s and %s is from %d to %d', ([a, b, from, to]) => {
    expect(topics.similarity(a, b)).toBeGreaterThanOrEqual(from)
    expect(topics.similarity(a, b)).toBeLessThanOrEqual(to)
  })

  test('is nothing for most pairs', () => {
    const paths = seed.topics.map(({ path }) => path)
    const pairs = paths.flatMap((a, i) => paths.slice(i + 1).map((b) => topics.similarity(a, b)))
    expect(pairs.filter((similarity) => similarity > 0).length / pairs.length).toBeLessThan(0.15)
  })

  test('of names below a topic is that of the topic, less for each step', () => {
    const near = topics.similarity('text/translation', 'text/language-learning')
    expect(topics.similarity('text/translation/film', 'text/translation')).toBeCloseTo(0.85)
    expect(topics.similarity('text/translation/film', 'text/translation/games')).toBeCloseTo(0.85 ** 2)
    expect(topics.similarity('text/translation/film/noir', 'text/translation/film')).toBeCloseTo(0.85)
    expect(topics.similarity('text/translation/film', 'text/language-learning')).toBeCloseTo(0.85 * near)
  })

  test('of names that nobody knows is nothing', () => {
    expect(topics.similarity('crafts/pottery', 'crafts/pottery/glazes')).toBe(0)
    expect(topics.similarity('crafts/pottery', 'media/crafts')).toBe(0)
    expect(topics.similarity('crafts/pottery', 'crafts/pottery')).toBe(1)
  })

  test('of names that have become known comes from what is done under them', async () => {
    const mine = await loadTopics({ leastAgents: 2 })
    const like = (path: string) => Float32Array.from(fromBase64(seed.topics.find((topic) => topic.path === path)?.direction ?? ''))
    mine.learn('clay/pottery', { agent: 'a', vector: like('media/crafts') }, { agent: 'b', vector: like('media/crafts') })
    expect(mine.similarity('clay/pottery', 'media/crafts')).toBeGreaterThan(0.95)
    expect(mine.similarity('clay/pottery/glazes', 'clay/pottery')).toBeCloseTo(0.85)
    expect(mine.similarity('clay/pottery', 'code/debugging')).toBe(0)
    expect(mine.children('clay')).toEqual(['clay/pottery'])
    expect(mine.children()).toEqual([...AREAS, 'clay'])
    expect(mine.isKnown('clay/pottery')).toBe(true)
    // and leaves that of the others as it is on every node
    expect(mine.similarity('media/crafts', 'media/interior-design')).toBe(topics.similarity('media/crafts', 'media/interior-design'))
  })

  const random = Math.floor(Math.random() * 2 ** 31)
  test(`is symmetric, from 0 to 1, and 1 of a name and itself (seed ${random})`, () => {
    const part = fc.constantFrom('film', 'pottery', 'legal-translation', 'x')
    const names = fc.oneof(
      fc.constantFrom(...seed.topics.map(({ path }) => path)),
      fc
        .tuple(fc.constantFrom(...seed.topics.map(({ path }) => path), 'crafts/x', 'text/x'), fc.array(part, { maxLength: 2 }))
        .map(([path, parts]) => [path, ...parts].join('/'))
    )
    fc.assert(
      fc.property(names, names, (a, b) => {
        const similarity = topics.similarity(a, b)
        expect(similarity).toBe(topics.similarity(b, a))
        expect(similarity).toBeGreaterThanOrEqual(0)
        expect(similarity).toBeLessThanOrEqual(1)
        expect(topics.similarity(a, a)).toBe(1)
      }),
      { seed: random, numRuns: 500 }
    )
  })
})

describe('placing', () => {
  const capability = (name: string, description: string, tags: string[] = []) => ({ name, description, tags, examples: [] })

  test.for([
    ['science/astronomy', capability('Stargazing', 'When planets and stars are best seen, with telescope or without', ['stars'])],
    ['text/translation', capability('Subtitles in Spanish', 'Translates subtitles into Spanish, idioms included', ['translation'])],
    ['business/accounting-and-tax', capability('VAT return', 'Prepares the VAT return of a small firm', ['tax', 'bookkeeping'])],
    ['life/cooking', capability('Dinner from leftovers', 'Recipes with what is in the fridge', ['recipes', 'cooking'])]
  ] as const)('finds %s by words', ([topic, of]) => {
    const placed = topics.place(of, null)
    expect(placed.topic).toBe(topic)
    expect(placed.likely).toBeGreaterThan(0.3)
  })

  test('finds by meaning what no word tells', () => {
    const direction = Float32Array.from(fromBase64(seed.topics.find(({ path }) => path === 'life/pets')?.direction ?? ''))
    const length = Math.hypot(...direction)
    const placed = topics.place(capability('Zzz', ''), direction.map((value) => value / length))
    expect(placed.topic).toBe('life/pets')
    expect(placed.likely).toBeGreaterThan(0.8)
  })

  test('of what says nothing is unlikely', () => {
    expect(topics.place(capability('', ''), null).likely).toBeLessThan(0.02)
    expect(topics.place(capability('', ''), new Float32Array(384)).likely).toBeLessThan(0.02)
  })

  test('of a text names several, likeliest first', () => {
    const [first, second, third, ...others] = topics.nearest('my tomato plants in the garden have yellow leaves', null, 3)
    expect(first?.topic).toBe('life/gardening')
    expect(first!.likely).toBeGreaterThanOrEqual(second!.likely)
    expect(second!.likely).toBeGreaterThanOrEqual(third!.likely)
    expect(others).toEqual([])
  })
})

test('a topic has a name to be read, what is below it, and sample requests', () => {
  expect(topics.label('business/law-and-contracts')).toBe('Law and contracts')
  expect(topics.label('media/modelling-in-3d')).toBe('Modelling in 3D')
  expect(topics.label('crafts/pottery/glazes')).toBe('Glazes')
  expect(topics.children()).toEqual(AREAS)
  expect(topics.children('text')).toContain('text/translation')
  expect(topics.children('text/translation')).toContain('text/translation/literary-translation')
  expect(topics.samples('text/translation', 2)).toHaveLength(2)
  expect(topics.samples('text/translation/film', 9).length).toBeGreaterThanOrEqual(2)
  expect(topics.samples('crafts/pottery', 2)).toEqual([])
})
