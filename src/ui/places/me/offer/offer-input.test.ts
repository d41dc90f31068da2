import { expect, test } from 'vitest'
import { capability } from '../../../../node/schema/declaration.ts'
import { template } from './template.ts'
import { MAX_SOURCE_BYTES, emptyOffer, offerDraft, offerId, offerInput, offerProblems } from './offer-input.ts'

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

test('a topic more exact than what fits best is declared as its path, and none while there is none', () => {
  const under = 'text/translation'
  expect(offerInput(whole)).not.toHaveProperty('topic')
  for (const topic of [
    { under, name: 'opera-surtitles', isOwn: false },
    { under, name: ' Opera  Sürtitles! ', isOwn: true }
  ]) {
    const input = offerInput({ ...whole, topic })
    expect(input.topic).toBe('text/translation/opera-surtitles')
    expect(capability.safeParse({ ...sample, ...input }).success).toBe(true)
  }
  const longest = { under, name: 'x'.repeat(96 - under.length - 1), isOwn: true }
  expect(capability.safeParse({ ...sample, ...offerInput({ ...whole, topic: longest }) }).success).toBe(true)
  // the preview goes on while it is being written
  expect(offerInput({ ...whole, topic: { under, name: ' ', isOwn: true } })).not.toHaveProperty('topic')
  expect(offerProblems({ ...whole, topic: { under, name: '', isOwn: true } }, []).topic?.missing).toBe(true)
})

test('what is offered fills the form, and comes out of it the same but for what was changed', () => {
  const topic = 'text/translation/opera-surtitles'
  const terms = { languages: ['de'], region: 'CH', price: 3, keeps: 'nothing' as const, tier: 2 }
  const input = { type: 'object' }
  const { source, ...said } = offerInput(whole)
  const offered = capability.parse({ ...sample, ...said, id: 'old-name', outputModes: ['text/html'], input, topic, terms })
  const draft = offerDraft(offered, template)
  const { program, ...rest } = offered
  expect(program).toBe(sample.program)
  expect({ kind: 'capability', ...offerInput(draft, offered) }).toEqual({ ...rest, source })
  // the id stays whatever the name is
  expect(offerInput({ ...draft, name: 'Quite another' }, offered)).toMatchObject({ id: 'old-name', name: 'Quite another' })
  // one that was found by itself is found anew
  expect(offerDraft({ ...offered, topic: 'text/translation' }, template).topic).toBeNull()
  expect(offerInput(offerDraft({ ...offered, topic: 'text/translation' }, template), offered)).not.toHaveProperty('topic')
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
  ['topic', { topic: { under: 'text/translation', name: '字幕', isOwn: true } }, /letters from a to z/],
  ['topic', { topic: { under: 'text/translation', name: 'x'.repeat(80), isOwn: true } }, /79 characters/],
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
