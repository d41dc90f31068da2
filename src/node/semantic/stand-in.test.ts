import { describe, expect, test } from 'vitest'
import { createCodebook1 } from './codebook.ts'
import { hamming } from './sketch.ts'
import { createStandIn } from './stand-in.ts'

const sketcher = createStandIn()
const bitsOf = async (text: string) => (await sketcher.sketch(text))[1]
const distance = async (a: string, b: string) => hamming(await bitsOf(a), await bitsOf(b))

test('a text gives the same sketch everywhere', async () => {
  const [model, bits, leaves] = await sketcher.sketch('CSV statistics: mean and median of every column')
  expect(model).toBe(1)
  expect(Buffer.from(bits).toString('hex')).toMatchInlineSnapshot(
    `"2ad51befcc9cf12074159d25160d61355508b5ad12880474ae23a338c7a889a3"`
  )
  expect(leaves).toMatchInlineSnapshot(`
    [
      0,
    ]
  `)
})

describe('near is', () => {
  test.for<[string, string, string]>([
    ['another order', 'Draws charts of prices', 'prices: draws charts of'],
    ['upper case, marks and compatible letters', 'draws CHARTS, of "prices"!', 'draws ｃharts of prices'],
    ['another ending', 'charting statistics', 'charts, statistic']
  ])('%s', async ([, a, b]) => {
    expect(await distance(a, b)).toBeLessThan(20)
  })

  test('what shares words more than what shares none', async () => {
    const text = 'Repairs bicycles and tunes their brakes in the evening'
    const near = await distance(text, 'Who repairs the brakes of my bicycle?')
    const far = await distance(text, 'Songs of whales, recorded under ice')
    expect(near).toBeLessThan(100)
    expect(far).toBeGreaterThan(100)
    expect(far - near).toBeGreaterThan(25)
  })

  test('what shares only words of the same field', async () => {
    expect(await distance('guitar chords and melody', 'a drum rhythm for our orchestra')).toBeLessThan(110)
  })
})

test('words that say nothing change nothing', async () => {
  expect(await distance('translation', 'Can you please do the translation for me?')).toBe(0)
  expect(await distance('Übersetzung', 'bitte eine Übersetzung von mir')).toBe(0)
})

test.for<[string, string]>([
  ['nothing', ''],
  ['only common words', 'how is it that you and I are'],
  ['marks', '??? … 🙂'],
  ['letters without spaces', '統計データの可視化'],
  ['half a character', '\ud800 \udfff'],
  ['one very long word', 'x'.repeat(100_000)],
  ['very many words', Array.from({ length: 100_000 }, (_, i) => `word${i}`).join(' ')],
  ['many marks', '\u0301'.repeat(100_000)]
])('%s has a sketch that fits', async ([, text]) => {
  expect(createCodebook1().fits(await sketcher.sketch(text))).toBe(true)
})
