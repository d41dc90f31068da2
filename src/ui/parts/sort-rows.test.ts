import { expect, test } from 'vitest'
import { isNumeric, sortRows } from './sort-rows.ts'

const rows = [
  ['b', 10],
  ['a', null],
  ['c', 9],
  ['10', 100],
  ['9', 9]
]

test('numbers sort as numbers, words as words, empty cells last', () => {
  expect(sortRows(rows, { column: 1, down: false }).map((r) => r[0])).toEqual(['c', '9', 'b', '10', 'a'])
  expect(sortRows(rows, { column: 1, down: true }).map((r) => r[0])).toEqual(['10', 'b', 'c', '9', 'a'])
  expect(sortRows(rows, { column: 0, down: false }).map((r) => r[0])).toEqual(['9', '10', 'a', 'b', 'c'])
  expect(sortRows(rows, null)).toEqual(rows)
})
test('a column of numbers is one', () => {
  expect([isNumeric(rows, 0), isNumeric(rows, 1), isNumeric(rows, 7)]).toEqual([false, true, false])
})
