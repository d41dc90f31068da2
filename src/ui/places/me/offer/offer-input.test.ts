import { expect, test } from 'vitest'
import { capability } from '../../../../node/schema/declaration.ts'
import { template } from './template.ts'
import { MAX_SOURCE_BYTES, emptyOffer, offerId, offerInput, offerProblems } from './offer-input.ts'

const whole = {
  ...emptyOffer,
  name: 'Subtitles into German',
  description: 'Translates',
  tags: ['srt'],
  examples: 'Translate my film\n\n  and this one ',
  takes: ['.srt', 'text/plain'],
  source: template
}
const limits = { ms: 1, memoryBytes: 1, inputBytes: 0, outputBytes: 1 }
const sample = { kind: 'capability', program: 'a'.repeat(64), outputModes: [], limits }

test('what is written becomes what can be declared', () => {
  expect(offerProblems(whole, [])).toEqual({})
  const input = offerInput(whole)
  expect(input).toMatchObject({ id: 'subtitles-into-german', examples: ['Translate my film', 'and this one'], source: template })
  expect(input.terms).toEqual({ languages: [], region: null, price: 0, keeps: 'task', tier: 0 })
  expect(capability.safeParse({ ...sample, ...input }).success).toBe(true)
})

test('ids are made of any name', () => {
  expect(offerId('Übersetzung: 2 Äpfel!')).toBe('ubersetzung-2-apfel')
  expect(offerId('x'.repeat(63) + ' y')).toBe('x'.repeat(63))
  expect(offerId('翻訳')).toMatch(/^offer-[a-z0-9]+$/)
  expect(offerId('翻訳')).not.toBe(offerId('要約'))
})

test('what is missing and what is wrong are told apart', () => {
  expect(Object.entries(offerProblems(emptyOffer, [])).map(([field, problem]) => [field, problem.missing])).toEqual([
    ['name', true],
    ['description', true],
    ['source', true]
  ])
})

test.each([
  ['name', { name: 'x'.repeat(81) }, /81 characters; 80/],
  ['name', { name: 'Taken' }, /already/],
  ['description', { description: 'x'.repeat(1001) }, /1001 characters; 1000/],
  ['tags', { tags: Array.from({ length: 25 }, (_, i) => `t${i}`) }, /25 tags; 24/],
  ['tags', { tags: ['x'.repeat(41)] }, /longer than 40/],
  ['examples', { examples: Array(13).fill('x').join('\n') }, /13 examples; 12/],
  ['examples', { examples: `ok\n${'x'.repeat(201)}` }, /Example 2 is longer/],
  ['takes', { takes: ['srt'] }, /“srt” is no ending/],
  ['source', { source: 'const x = 1' }, /no function named run/],
  ['source', { source: `run${'x'.repeat(MAX_SOURCE_BYTES)}` }, /256 kB is the most/],
  ['price', { terms: { ...emptyOffer.terms, price: '-1' } }, /whole number/],
  ['price', { terms: { ...emptyOffer.terms, price: '1e3' } }, /whole number/],
  ['price', { terms: { ...emptyOffer.terms, price: '' } }, /Write 0/]
] as const)('%s: %o', (field, part, words) => {
  const problems = offerProblems({ ...whole, ...part }, ['taken'])
  expect(Object.keys(problems)).toEqual([field])
  expect(problems[field]?.text).toMatch(words)
})
