import { beforeAll, describe, expect, test } from 'vitest'
import type { Capability } from '../schema/declaration.ts'
import { builtInSkills } from '../skill/skills.ts'
import { createTestTime } from '../support/testing/time.ts'
import type { CloseText, LazyEmbedder, ModelState } from './embedder.ts'
import { createHybridMatcher } from './hybrid.ts'
import type { Matcher } from './matcher.ts'
import { CLOSE_DIMENSIONS, SENTENCE_MODEL } from './sentences/model.ts'
import { aCapability } from './testing/a-capability.ts'

const capability = (id: string, name: string, tags: string[], examples: string[], description: string): Capability =>
  aCapability({ id, name, tags, examples, description })

/** What others might offer, some of it near to what comes with Starling. */
const distractors = [
  capability('translate', 'Translate a text', ['translation', 'language', 'german', 'english'], ['Translate this letter into German'], 'Translates texts between languages.'),
  capability('recipes', 'Recipes from what is in the fridge', ['cooking', 'recipe', 'food'], ['What can I cook with eggs and spinach?'], 'Suggests recipes for ingredients.'),
  capability('regex', 'Explain a regular expression', ['regex', 'pattern', 'code'], ['What does this pattern match?'], 'Explains regular expressions in words.'),
  capability('resize', 'Resize images', ['image', 'photo', 'png', 'jpeg'], ['Make this photo smaller'], 'Changes the size of pictures.'),
  capability('itinerary', 'Plan a trip', ['travel', 'train', 'holiday', 'route'], ['Three days in Lisbon'], 'Plans journeys with times and places.')
]

/** Ways in which people might ask, and the skill that is meant. */
const asked: Array<[text: string, skill: string]> = [
  ['Statistics of my CSV', 'csv-statistics'],
  ['average price by city', 'csv-statistics'],
  ['what is the mean and the median of these numbers', 'csv-statistics'],
  ['make a chart of sales per month', 'csv-statistics'],
  ['plot this spreadsheet', 'csv-statistics'],
  ['total revenue for each region', 'csv-statistics'],
  ['describe the columns of this table', 'csv-statistics'],
  ['is there a correlation between age and income', 'csv-statistics'],
  ['histogram of the values', 'csv-statistics'],
  ['analyse my excel export', 'csv-statistics'],
  ['Mittelwert und Summe der Tabelle', 'csv-statistics'],
  ['statistcs and charts', 'csv-statistics'],
  ['key points of this long text', 'key-points'],
  ['summarise this article', 'key-points'],
  ['please summarize the attached report', 'key-points'],
  ['tl;dr', 'key-points'],
  ['give me the gist of these meeting minutes', 'key-points'],
  ['the main ideas of this paper', 'key-points'],
  ['shorten this essay to its highlights', 'key-points'],
  ['what does this document say, in five sentences', 'key-points'],
  ['outline with the most important keywords', 'key-points'],
  ['Fasse den Text zusammen', 'key-points'],
  ['Zusammenfassung des Berichts', 'key-points'],
  ['sumarise my notes', 'key-points'],
  ['run my javascript function', 'javascript'],
  ['execute this code over my data', 'javascript'],
  ['apply function.js to data.json', 'javascript'],
  ['transform the json with a script', 'javascript'],
  ['(rows) => rows.filter((row) => row.age > 30)', 'javascript'],
  ['filter and map this array with js', 'javascript'],
  ['run a custom program in a sandbox', 'javascript'],
  ['Funktion ausführen', 'javascript'],
  // no word of it is in what the skills say of themselves: this takes meaning, not words
  ['boil this down for me', 'key-points'],
  ['which product sells best?', 'csv-statistics']
]

const report = (error: unknown) => {
  throw error
}
const createByWords = () => createHybridMatcher({ clock: createTestTime(), embedder: null, report })

let matcher: Matcher

beforeAll(() => {
  matcher = createByWords()
  for (const { capability: one } of builtInSkills) matcher.add(one.id, one)
  for (const one of distractors) matcher.add(one.id, one)
})

const best = async (text: string) => (await matcher.search(text, 5))[0]?.id

describe('what people ask for, by words alone', () => {
  test(`is found first for at least 30 of ${asked.length} ways of asking`, async () => {
    const missed: string[] = []
    for (const [text, skill] of asked) {
      const id = await best(text)
      if (id !== skill) missed.push(`${text}: ${id ?? 'nothing'}`)
    }
    // the last two take meaning; words alone are honest about it
    expect(missed.length, missed.join('\n')).toBeLessThanOrEqual(4)
    expect(missed.length).toBeGreaterThanOrEqual(1)
  })

  test.each([
    ['Translate this letter into German', 'translate'],
    ['what can I cook tonight with spinach', 'recipes'],
    ['plan a holiday by train', 'itinerary']
  ])('%s: is what somebody else offers', async (text, id) => {
    expect(await best(text)).toBe(id)
  })

  test.each(['', '   ', 'the and of', '?!', 'qzxv wkjh'])('%j fits nothing', async (text) => {
    expect(await matcher.search(text, 5)).toEqual([])
  })
})

test('scores are within 0 and 1, best first, and a lone word among many is a weak match', async () => {
  const found = await matcher.search('summarise the table', 10)
  for (const { score } of found) {
    expect(score).toBeGreaterThan(0)
    expect(score).toBeLessThanOrEqual(1)
  }
  expect(found.slice(0, 2).map(({ terms }) => terms)).toEqual([['summarise'], ['table']])
  expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).sort((a, b) => b - a))
  const [weak] = await matcher.search('my neighbour sings opera loudly every morning before breakfast near a table', 1)
  expect(weak?.score ?? 0).toBeLessThan(0.7)
})

test('words that everybody uses are no reasons, however few offers there are', async () => {
  const [statistics] = await matcher.search('statistics for each column', 1)
  expect(statistics).toMatchObject({ id: 'csv-statistics', terms: ['statistics', 'columns'] })
  const found = await matcher.search('sing a song about each of two winters', 5)
  expect(found.length).toBeGreaterThan(0)
  expect(found.flatMap(({ terms }) => terms)).toEqual([])
})

test('a long paste is cut, and takes no longer', async () => {
  const paste = `summarise this article ${'lorem ipsum dolor '.repeat(50_000)}`
  expect(await best(paste)).toBe('key-points')
})

test('what is replaced or removed is not found by its old words', async () => {
  const one = createByWords()
  one.add('a', capability('a', 'Knitting patterns', [], [], ''))
  one.add('a', capability('a', 'Weather', [], [], ''))
  expect(await one.search('knitting', 5)).toEqual([])
  expect((await one.search('weather', 5)).map(({ id }) => id)).toEqual(['a'])
  one.remove('a')
  one.remove('a')
  expect(await one.search('weather', 5)).toEqual([])
})

describe('with a model', () => {
  /** One that knows three directions of meaning, by words that texts share with none of the capabilities. */
  function createModel() {
    const meanings = [['bicycle', 'brakes', 'wheel', 'repair'], ['tax', 'return', 'income'], ['song', 'melody']]
    const listeners = new Set<() => void>()
    let state: ModelState = { is: 'absent' }
    let asked = 0
    let stuck = false
    /** go on once it is not stuck any more */
    let waiting: Array<() => void> = []
    const model: LazyEmbedder = {
      model: SENTENCE_MODEL,
      dimensions: 384,
      load: () => undefined,
      state: () => state,
      watch(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      async embed(texts, signal) {
        asked += texts.length
        if (stuck) {
          await new Promise<void>((resolve, reject) => {
            waiting.push(resolve)
            signal?.addEventListener('abort', () => reject(signal.reason as Error))
          })
        }
        return texts.map((text) => {
          const vector = new Float32Array(384)
          meanings.forEach((words, i) => {
            if (words.some((word) => text.toLowerCase().includes(word))) vector.fill(1, 100 * i, 100 * i + 100)
          })
          return vector
        })
      }
    }
    return {
      model,
      turn(to: ModelState) {
        state = to
        for (const listener of listeners) listener()
      },
      asked: () => asked,
      stick: () => (stuck = true),
      goOn() {
        stuck = false
        for (const go of waiting) go()
        waiting = []
      }
    }
  }

  const bikes = capability('bikes', 'Bicycle workshop', ['wheel'], [], 'Brakes and more.')
  const taxes = capability('taxes', 'Income', ['tax'], [], 'Fills in your tax return.')

  async function settled(of: { waiting(): number }): Promise<void> {
    while (of.waiting() > 0) await new Promise((resolve) => setImmediate(resolve))
  }

  /** A matcher whose model is there, and has come to these. */
  async function startWith(offers: Record<string, Capability>) {
    const world = createModel()
    const time = createTestTime()
    const one = createHybridMatcher({ clock: time, embedder: world.model, report })
    world.turn({ is: 'ready' })
    for (const [id, offer] of Object.entries(offers)) one.add(id, offer)
    await settled(one)
    return { world, time, one }
  }

  test('what means the same is found, once the model is there, though no word is shared', async () => {
    const world = createModel()
    const one = createHybridMatcher({ clock: createTestTime(), embedder: world.model, report })
    one.add('bikes', bikes)
    one.add('taxes', taxes)
    expect(await one.search('who can do a repair?', 5)).toEqual([])
    expect(world.asked()).toBe(0)
    expect(one.waiting()).toBe(2)
    world.turn({ is: 'ready' })
    await settled(one)
    const [best, other] = await one.search('who can do a repair?', 5)
    expect(best).toMatchObject({ id: 'bikes', terms: [] })
    expect(best?.meaning).toBeGreaterThan(0.5)
    expect(best?.score).toBeGreaterThan(other?.score ?? 0)
    one.remove('bikes')
    expect((await one.search('who can do a repair?', 5)).map(({ id }) => id)).not.toContain('bikes')
  })

  test('what changes while it is embedded is embedded again', async () => {
    const world = createModel()
    const one = createHybridMatcher({ clock: createTestTime(), embedder: world.model, report })
    world.turn({ is: 'ready' })
    one.add('it', bikes)
    one.add('it', taxes)
    await settled(one)
    expect((await one.search('a repair', 1))[0]?.meaning ?? 0).toBeLessThan(0.3)
    expect((await one.search('income', 1))[0]?.meaning).toBeGreaterThan(0.5)
  })

  test('a model that is silent is not waited for: words go on', async () => {
    const { world, time, one } = await startWith({ bikes })
    world.stick()
    const found = one.search('bicycle', 5)
    await time.pass(1000)
    expect(await found).toMatchObject([{ id: 'bikes', meaning: null, terms: ['Bicycle'] }])
    one.close()
  })

  test('a model that is busy is not waited for, and whoever looks on is told when it would be found', async () => {
    const { world, time, one } = await startWith({ bikes })
    const told: Array<[late: number, pending: number]> = []
    one.watch(() => told.push([one.late(), one.pending()]))
    world.stick()
    const found = one.search('who can do a repair?', 5)
    await time.pass(1000)
    expect(await found).toEqual([])
    expect(told).toEqual([[0, 1]])
    world.goOn()
    await time.pass(0)
    expect(told).toEqual([[0, 1], [1, 0]])
    const asked = world.asked()
    expect(await one.search('who can do a repair?', 5)).toMatchObject([{ id: 'bikes' }])
    expect(world.asked()).toBe(asked)
    one.close()
  })

  test('what was held against somebody’s interest by words alone can be judged anew when the model is done', async () => {
    const { world, time, one } = await startWith({ bikes, taxes })
    const judgeable: string[][] = []
    one.onJudgeable((ids) => judgeable.push([...ids]))
    world.stick()
    const fits = one.judge('who can do a repair?', ['bikes'])
    await time.pass(60_000)
    expect(await fits).toEqual([])
    world.goOn()
    await time.pass(0)
    expect(judgeable).toEqual([['bikes']])
    expect(await one.judge('who can do a repair?', ['bikes'])).toMatchObject([{ id: 'bikes' }])
    expect(judgeable).toHaveLength(1)
    one.close()
  })

  test('what somebody listens for waits for a model that is busy', async () => {
    const { world, time, one } = await startWith({ bikes })
    world.stick()
    const fits = one.judge('who can do a repair?', ['bikes'])
    await time.pass(5000)
    world.goOn()
    await time.pass(0)
    expect(await fits).toMatchObject([{ id: 'bikes' }])
    one.close()
  })

  describe('that looks closely', () => {
    /** Words that stand for the same thing, each thing a direction. */
    const things = [['bell', 'ding'], ['spoke', 'wire']]

    function closeText(text: string, vector: Float32Array): CloseText {
      const axes = things.flatMap((words, axis) => (words.some((word) => text.toLowerCase().includes(word)) ? axis : []))
      const pieces = new Int8Array(axes.length * CLOSE_DIMENSIONS)
      axes.forEach((axis, i) => (pieces[i * CLOSE_DIMENSIONS + axis] = 127))
      return { vector, pieces, weights: Float32Array.from(axes, () => 1 / axes.length) }
    }

    function createCloseModel() {
      const world = createModel()
      /** offers wait for this */
      let turn = Promise.resolve()
      const embedClosely: LazyEmbedder['embedClosely'] = async (texts, signal) => {
        const vectors = await world.model.embed(texts, signal)
        if (texts.some((text) => text.includes('Bicycle'))) await turn
        signal?.throwIfAborted()
        return texts.map((text, i) => closeText(text, vectors[i] ?? new Float32Array()))
      }
      return { ...world, model: { ...world.model, embedClosely }, waitFor: (what: Promise<void>) => void (turn = what) }
    }

    const bells = capability('bells', 'Bicycle bells', [], [], 'Repair of all kinds.')
    const spokes = capability('spokes', 'Bicycle spokes', [], [], 'Repair of all kinds.')
    const idsOf = (found: ReadonlyArray<{ id: string }>) => found.map(({ id }) => id)

    async function start() {
      const world = createCloseModel()
      const time = createTestTime()
      const one = createHybridMatcher({ clock: time, embedder: world.model, report })
      world.turn({ is: 'ready' })
      one.add('bells', bells)
      one.add('spokes', spokes)
      await settled(one)
      return { ...world, time, one }
    }

    test('tells apart, piece by piece, what means the same as a whole', async () => {
      const { one } = await start()
      expect(idsOf(await one.search('repair of what goes ding', 5))).toEqual(['bells', 'spokes'])
      expect(idsOf(await one.search('repair of a wire', 5))).toEqual(['spokes', 'bells'])
      one.close()
    })

    test('a preview says what a search would', async () => {
      const { one } = await start()
      const texts = ['repair of a wire', 'repair of what goes ding', 'tax']
      one.remove('spokes')
      const previewed = await one.preview(texts, spokes)
      one.add('spokes', spokes)
      await settled(one)
      for (const [i, text] of texts.entries()) {
        const found = (await one.search(text, 5)).find(({ id }) => id === 'spokes')
        // but for how the vectors of offers are rounded
        expect(previewed[i]?.alone).toBeCloseTo(found?.alone ?? 0, 3)
      }
      expect(previewed[0]?.alone).toBeGreaterThan(previewed[1]?.alone ?? 1)
      one.close()
    })

    test('a draft is worked out once, and one that is long as it is looked at', async () => {
      const { one, asked } = await start()
      const long = capability('long', 'Bicycle bells', [], [], `Repair. ${'Of all kinds. '.repeat(60)} spoke`)
      const [before] = [asked()]
      const [closely] = await one.preview(['repair of a wire'], long)
      const count = asked() - before
      await one.preview(['repair of a wire'], long)
      await one.vector(long)
      expect(asked() - before).toBe(count)
      // of the spoke at its end nothing is seen
      const [bell] = await one.preview(['repair of a wire'], { ...long, description: long.description.slice(0, 400) })
      const [spoke] = await one.preview(['repair of a wire'], { ...long, description: `${long.description.slice(0, 400)} spoke` })
      expect(closely?.alone).toBeCloseTo(bell?.alone ?? 0, 1)
      expect(spoke?.alone).toBeGreaterThan((closely?.alone ?? 1) + 0.2)
      one.close()
    })

    test('is not waited for when it takes long, and the next search has what it found', async () => {
      const { one, time, waitFor } = await start()
      const changes: Array<[late: number, pending: number]> = []
      one.watch(() => changes.push([one.late(), one.pending()]))
      let go = (): void => undefined
      waitFor(new Promise((resolve) => (go = resolve)))
      const found = one.search('repair of a wire', 5)
      await time.pass(600)
      const [first, second] = await found
      expect(first?.score).toBeCloseTo(second?.score ?? 0)
      expect(changes).toEqual([[0, 1]])
      go()
      await time.pass(0)
      expect(changes).toEqual([[0, 1], [1, 0]])
      expect(idsOf(await one.search('repair of a wire', 5))).toEqual(['spokes', 'bells'])
      expect(changes).toHaveLength(2)
      one.close()
    })

    test('a model that was not learned for it is not looked at closely', async () => {
      const world = createCloseModel()
      const one = createHybridMatcher({ clock: createTestTime(), embedder: { ...world.model, model: 300 }, report })
      world.turn({ is: 'ready' })
      one.add('bells', bells)
      one.add('spokes', spokes)
      await settled(one)
      const [first, second] = await one.search('repair of a wire', 5)
      expect(first?.score).toBeCloseTo(second?.score ?? 0)
      one.close()
    })
  })
})
