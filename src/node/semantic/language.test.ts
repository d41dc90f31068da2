import { expect, test } from 'vitest'
import { looksEnglish } from './language.ts'

test.each([
  'translate this letter into German',
  'statistics of my CSV',
  'boil this down',
  'résumé review',
  'Does somebody know what der, die and das are for?',
  '',
  '42',
  'kubernetes'
])('%j may be English', (text) => {
  expect(looksEnglish(text)).toBe(true)
})

test.each([
  'Kochrezepte für heute Abend',
  'Kann jemand diesen Brief übersetzen?',
  'quelqu’un pour corriger mon texte',
  'necesito un abogado para mi contrato',
  'qualcuno che mi aiuti con la dichiarazione dei redditi',
  'wie kan mijn fiets repareren',
  '请帮我翻译这封信',
  'переведите письмо',
  '税金の申告を手伝ってください'
])('%j is not', (text) => {
  expect(looksEnglish(text)).toBe(false)
})
