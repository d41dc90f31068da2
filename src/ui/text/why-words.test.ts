import { expect, test } from 'vitest'
import { changePhrase, discountPhrase, headline, opinionWords, percent, weightWords, type Phrase } from './why-words.ts'

const read = (phrase: Phrase) => phrase.map((part) => (typeof part === 'string' ? part : `[${part.agent}]`)).join('')
const rater = { agent: 'a', voice: 0.2, value: 1, passed: 0.03, withheld: 0 }
const said = { level: 0.6, record: 0.6, excluded: false, discounts: [] }

test('the first sentence says the worst that is known', () => {
  expect(headline(said)).toContain('speak well')
  expect(headline({ ...said, record: 0.2 })).toMatch(/^Some/)
  expect(headline({ ...said, record: 0 })).toContain('did well in fields nearby')
  expect(headline({ ...said, level: 0, record: 0 })).toMatch(/^Hardly anybody/)
  expect(headline({ ...said, excluded: true })).toContain('not considered')
  expect(headline({ ...said, excluded: true, discounts: [{ kind: 'proven', severity: 1 }] })).toContain('caught cheating')
})

test('a stranger’s praise is said to weigh nothing, and what is held back is said', () => {
  expect(weightWords({ ...rater, voice: 0, passed: 0 }, 0.1)).toContain('no weight')
  expect(weightWords(rater, 0.1)).toBe('30 % of its trust comes of that')
  expect(weightWords({ ...rater, passed: 0.02, withheld: 0.06 }, 0.1)).toBe(
    '20 % of its trust comes of that; 75 % of what that would bring is held back'
  )
  expect(weightWords({ ...rater, passed: 0, value: -1 }, 0.1)).toBe('that counts for you')
})

test('our own word is in the second person', () => {
  for (const value of [1, 0.2, 0, -1]) expect(opinionWords({ value }, true)).not.toBe(opinionWords({ value }))
  expect(opinionWords({ value: -0.1 }, true)).toBe('complain of its work')
})

test('every discount is a sentence with its share, and with names in parts of their own', () => {
  expect(read(discountPhrase({ kind: 'proven', severity: 1 }))).toContain('100 % of its trust is lost')
  expect(read(discountPhrase({ kind: 'penalty', share: 0.25 }))).toContain('25 %')
  expect(read(discountPhrase({ kind: 'ring', agents: ['a', 'b', 'c'], share: 0.6 }))).toContain('[a], [b] and [c], and they')
  expect(read(discountPhrase({ kind: 'complaints', agents: ['a', 'b'], share: 0.94 }))).toContain('[a] and [b]: 94 %')
  expect(read(discountPhrase({ kind: 'vouching', share: 0.3 }))).toContain('turned out bad')
})

test('every change is a sentence, in shares of what the agent has', () => {
  expect(read(changePhrase({ kind: 'endorsement', by: 'a', voice: 0.04 }, 0.1))).toBe('If [a] were content with its work, its trust would grow by 40 %.')
  expect(read(changePhrase({ kind: 'endorsement', by: 'a', voice: 0.4 }, 0.1))).toContain('about 5 times as much')
  expect(read(changePhrase({ kind: 'endorsement', by: 'a', voice: 0.4 }, 0))).toContain('its first trust')
  expect(read(changePhrase({ kind: 'loss', by: 'a', voice: 0.03 }, 0.1))).toContain('30 % of its trust would be gone')
  expect(read(changePhrase({ kind: 'forgiveness', by: ['a', 'b'] }, 0))).toContain('If [a] and [b] took the complaints back')
  expect(read(changePhrase({ kind: 'first-work' }, 0))).toContain('something small')
})

test('a small share is not none, and none is none', () => {
  expect(percent(0)).toBe('0 %')
  expect(percent(0.001)).toBe('under 1 %')
  expect(percent(1.2)).toBe('100 %')
})

test('the words of the machinery are not used', () => {
  const phrases = [
    ...(['penalty', 'vouching'] as const).map((kind) => discountPhrase({ kind, share: 0.5 })),
    discountPhrase({ kind: 'proven', severity: 0.5 }),
    discountPhrase({ kind: 'ring', agents: ['a'], share: 0.5 }),
    changePhrase({ kind: 'endorsement', by: 'a', voice: 1 }, 1),
    changePhrase({ kind: 'first-work' }, 1)
  ]
  for (const phrase of phrases) expect(read(phrase)).not.toMatch(/voice|prospect|seed|endorse|node|peer/i)
})
