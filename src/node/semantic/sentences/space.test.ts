import { describe, expect, it } from 'vitest'
import type { Capability } from '../../schema/declaration.ts'
import { offerTexts } from './space.ts'

const offer = (parts: Partial<Pick<Capability, 'name' | 'description' | 'tags' | 'examples'>>): Capability => ({
  kind: 'capability',
  id: 'a',
  name: '',
  description: '',
  tags: [],
  examples: [],
  inputModes: [],
  outputModes: [],
  program: '0'.repeat(64),
  limits: { ms: 1, memoryBytes: 1, inputBytes: 1, outputBytes: 1 },
  ...parts
})

describe('the texts of an offer', () => {
  it('are what it does and how people ask for it, with the tags in both', () => {
    const whole = { name: 'Ten evenings', description: 'Lessons, from dot to lookaround.', tags: ['regex', 'teaching'], examples: ['What is \\b?', 'teach me'] }
    expect(offerTexts(offer(whole))).toEqual([
      'Lessons, from dot to lookaround. regex, teaching.',
      'Ten evenings. What is \\b? teach me. regex, teaching.'
    ])
  })

  it('are one where there are no examples, and none of an offer that says nothing', () => {
    expect(offerTexts(offer({ name: 'Bikes', description: 'Mends them! ', tags: ['repair'] }))).toEqual(['Bikes. Mends them!  repair.'])
    expect(offerTexts(offer({ name: 'Bikes', description: ' ', examples: [' '] }))).toEqual(['Bikes.'])
    expect(offerTexts(offer({ name: ' ' }))).toEqual([])
  })

  it('are none that is blank, when there is nothing but examples', () => {
    expect(offerTexts(offer({ examples: ['mend it'] }))).toEqual(['mend it.'])
  })
})
