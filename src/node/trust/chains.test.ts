import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Chains, NO_ROW } from './chains.ts'

function rowsOf(chains: Chains, number: number): number[] {
  const rows: number[] = []
  for (let row = chains.last(number); row !== NO_ROW; row = chains.before(row)) rows.push(row)
  return rows
}

test('rows are found by their number, the last first, however they came', () => {
  const seed = Math.floor(Math.random() * 2 ** 31)
  fc.assert(
    fc.property(fc.array(fc.nat(200), { maxLength: 300 }), fc.nat(300), (numbers, cut) => {
      const chains = new Chains()
      chains.follow(numbers, Math.min(cut, numbers.length))
      chains.follow(numbers, numbers.length)
      for (let number = 0; number <= 200; number++) {
        const expected = numbers.flatMap((one, row) => (one === number ? row : [])).reverse()
        expect(rowsOf(chains, number)).toEqual(expected)
      }
    }),
    { seed }
  )
})

test('of a number that never came there is none', () => {
  expect(rowsOf(new Chains(), 1_000_000)).toEqual([])
})
