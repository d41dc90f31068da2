import { expect, test } from 'vitest'
import { readChange } from './changes.ts'

test('a change is read, and what a tab of another version tells is left aside', () => {
  expect(readChange({ what: 'names' })).toEqual({ what: 'names' })
  expect(readChange({ what: 'something new' })).toBeNull()
  expect(readChange('names')).toBeNull()
  expect(readChange({ what: 'task', id: 'not a hash' })).toBeNull()
})
