import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTurns } from './turns.ts'

const isFavoured = (one: string) => one.startsWith('f')
const lineOf = (one: string) => (isFavoured(one) ? 0 : 1)

function all(turns: { take(): string | undefined }): string[] {
  const taken: string[] = []
  for (let one = turns.take(); one !== undefined; one = turns.take()) taken.push(one)
  return taken
}

test('the favoured come first, three for each of the others, each line in its order', () => {
  const turns = createTurns(2, lineOf)
  for (const one of ['a', 'b', 'f1', 'f2', 'f3', 'f4', 'c']) turns.add(one)
  turns.delete('b')
  turns.add('a')
  expect(all(turns)).toEqual(['f1', 'f2', 'f3', 'a', 'f4', 'c'])
})

test('of three lines the last has a turn after three of each before', () => {
  const turns = createTurns(3, Number)
  expect(all(turns)).toEqual([])
  const many = createTurns(3, (one: string) => Number(one[0]))
  for (const one of ['2', '1a', '1b', '1c', '1d', '1e', '0']) many.add(one)
  expect(all(many)).toEqual(['0', '1a', '1b', '1c', '2', '1d', '1e'])
  for (const one of ['2', '1']) many.add(one)
  expect([many.take(2), many.take(2), many.take()]).toEqual(['1', undefined, '2'])
})

test('nobody is lost or comes twice, and one of the others has its turn within four', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string()), (names) => {
      const turns = createTurns(2, lineOf)
      for (const one of [...names, ...names]) turns.add(one)
      const taken = all(turns)
      expect(taken.toSorted()).toEqual(names.toSorted())
      const waiting = new Set(names.filter((one) => !isFavoured(one)))
      let before = 0
      for (const one of taken) {
        before = waiting.delete(one) || waiting.size === 0 ? 0 : before + 1
        expect(before).toBeLessThan(4)
      }
    }),
    { seed: 20261126 }
  )
})
