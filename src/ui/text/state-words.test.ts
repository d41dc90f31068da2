import { expect, test } from 'vitest'
import { hindrance, stateWords } from './state-words.ts'

const ready = { open: true, load: 'idle', power: 'mains', metered: false } as const

test('what speaks most against asking is said, and what does not matter is not', () => {
  expect(hindrance(null)).toBeNull()
  expect(hindrance({ ...ready, load: 'busy', power: 'battery', metered: true })).toBeNull()
  expect(hindrance({ ...ready, power: 'low' })).toBe('low')
  expect(hindrance({ ...ready, load: 'full', power: 'low' })).toBe('full')
  expect(hindrance({ ...ready, open: false, load: 'full', power: 'low' })).toBe('closed')
})

test('a state is one line', () => {
  expect(stateWords(ready)).toBe('Takes on work · idle · on mains power')
  expect(stateWords({ open: false, load: 'busy', power: 'low', metered: true })).toBe(
    'Takes on no work · busy · low on battery · on a connection that costs'
  )
})
