import { describe, expect, it } from 'vitest'
import { aCapability } from '../testing/a-capability.ts'
import { offerTexts } from './space.ts'

describe('the texts of an offer', () => {
  it('are what it does and how people ask for it, with the tags in both', () => {
    const whole = { name: 'Ten evenings', description: 'Lessons, from dot to lookaround.', tags: ['regex', 'teaching'], examples: ['What is \\b?', 'teach me'] }
    expect(offerTexts(aCapability(whole))).toEqual([
      'Lessons, from dot to lookaround. regex, teaching.',
      'Ten evenings. What is \\b? teach me. regex, teaching.'
    ])
  })

  it('are one where there are no examples, and none of an offer that says nothing', () => {
    expect(offerTexts(aCapability({ name: 'Bikes', description: 'Mends them! ', tags: ['repair'] }))).toEqual(['Bikes. Mends them!  repair.'])
    expect(offerTexts(aCapability({ name: 'Bikes', description: ' ', examples: [' '] }))).toEqual(['Bikes.'])
    expect(offerTexts(aCapability({ name: ' ' }))).toEqual([])
  })

  it('are none that is blank, when there is nothing but examples', () => {
    expect(offerTexts(aCapability({ examples: ['mend it'] }))).toEqual(['mend it.'])
  })
})
