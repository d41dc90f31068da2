import { expect, test } from 'vitest'
import { keepNewest } from './keep-newest.ts'

test('what was put in first goes', () => {
  const map = new Map([['a', 1], ['b', 2], ['c', 3]])
  keepNewest(map, 3)
  expect([...map.keys()]).toEqual(['a', 'b', 'c'])
  map.delete('a')
  map.set('a', 4).set('d', 5)
  keepNewest(map, 2)
  expect([...map.keys()]).toEqual(['a', 'd'])
  const set = new Set([1, 2])
  keepNewest(set, 0)
  expect(set.size).toBe(0)
})
