import { expect, test } from 'vitest'
import { LIKELY, WEAK, findsWords, formatShare, likelyWords } from './likely.ts'

test.each([
  [0.9, 'Very likely what you ask for', 'Would find it'],
  [LIKELY, 'Likely what you ask for', 'Would find it'],
  [LIKELY - 0.01, 'Possibly what you ask for', 'Might find it'],
  [0.17, 'Possibly what you ask for', 'Might find it'],
  [WEAK, 'Possibly what you ask for', 'Might find it'],
  [WEAK - 0.01, 'A long shot', 'Finds it only as a long shot'],
  [0, 'A long shot', 'Would not find it']
])('%d is said in the same steps to whoever asks and to whoever offers', (likely, asking, offering) => {
  expect([likelyWords(likely), findsWords(likely)]).toEqual([asking, offering])
})

test('what is found has a share, however small', () => {
  expect([0.001, 0.624, 1].map(formatShare)).toEqual(['1 %', '62 %', '100 %'])
})
