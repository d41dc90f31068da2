import { expect, test } from 'vitest'
import type { CardCapability } from '../../../../node/client.ts'
import { capability } from '../../../../node/schema/declaration.ts'
import { cardDraft } from './card-draft.ts'
import { emptyTerms, offerInput, offerProblems } from './offer-input.ts'
import { template } from './template.ts'

const skill: CardCapability = {
  kind: 'capability',
  id: 'cook',
  name: 'Cook',
  description: 'Finds recipes',
  tags: ['food'],
  examples: ['A soup\nfor two', 'Bread'],
  inputModes: ['text/plain', 'image/png'],
  outputModes: ['application/json']
}
const limits = { ms: 1, memoryBytes: 1, inputBytes: 0, outputBytes: 1 }

test('what a card says of a skill fills the form; the program is still to come', () => {
  const draft = cardDraft(skill)
  expect(draft).toMatchObject({ name: 'Cook', description: 'Finds recipes', tags: ['food'], examples: 'A soup for two\nBread', source: '' })
  expect(Object.keys(offerProblems(draft, []))).toEqual(['source'])
  // a kind of files is ticked only when it is there as a whole
  expect(draft.takes).toEqual(['text/plain', 'image/png', '.txt'])
  expect(draft.terms).toEqual(emptyTerms)
})

test('what is declared in the end has what the form does not ask for, but neither the card’s program nor its limits', () => {
  const terms = { languages: ['de'], region: 'CH', price: 3, keeps: 'nothing' as const, tier: 2 }
  const output = { type: 'object' }
  const draft = cardDraft({ ...skill, program: 'f'.repeat(64), limits, terms, output, topic: 'text/translation/opera-surtitles' })
  const said = offerInput({ ...draft, source: template })
  expect(said).toMatchObject({ id: 'cook', outputModes: ['application/json'], output, topic: 'text/translation/opera-surtitles' })
  // nothing of ours is checked because a card says so
  expect(said.terms).toEqual({ ...terms, tier: 0 })
  expect(said).not.toHaveProperty('program')
  expect(said).not.toHaveProperty('limits')
  expect(said).not.toHaveProperty('input')
  const { source, ...words } = said
  expect(source).toBe(template)
  expect(capability.safeParse({ kind: 'capability', program: '0'.repeat(64), limits, ...words }).success).toBe(true)
  expect(offerInput(cardDraft({ ...skill, outputModes: [] }))).not.toHaveProperty('outputModes')
})

test('what a stranger hides in the words is not taken', () => {
  const draft = cardDraft({ ...skill, name: ' Co\u202Eok\n', tags: ['food', 'fo\u200Bod', '\u200B'], inputModes: ['', 'text/x y'] })
  expect(draft).toMatchObject({ name: 'Cook', tags: ['food'], takes: ['text/x y'] })
  // what is no kind of files is said beside the field
  expect(offerProblems(draft, []).takes?.text).toContain('“text/x y” is no ending')
})
