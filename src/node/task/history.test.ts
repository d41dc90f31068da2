import { expect, test, vi } from 'vitest'
import { createHistory } from './history.ts'
import { contractOf, recordOf } from './testing/records.ts'

test('history counts what was done together, either way round, and counts again only when tasks change', () => {
  const ours = contractOf('me', 'a')
  const theirs = contractOf('a', 'me')
  let tasks = [
    recordOf({ contract: ours, state: 'completed' }),
    recordOf({ contract: theirs, role: 'follower', state: 'failed' }),
    recordOf({ contract: contractOf('me', 'b'), state: 'canceled' }),
    recordOf()
  ]
  const all = vi.fn(() => tasks)
  const history = createHistory(all)
  expect(history('a')).toEqual({ completed: 1, failed: 1 })
  expect(history('b')).toEqual({ completed: 0, failed: 0 })
  expect(history('a')).toBe(history('a'))
  tasks = [recordOf({ contract: ours, state: 'completed' })]
  expect(history('a')).toEqual({ completed: 1, failed: 0 })
})
