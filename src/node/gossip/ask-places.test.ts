import { expect, test } from 'vitest'
import { createAskPlaces } from './ask-places.ts'

const places = () => createAskPlaces({ all: 3, again: 1, perPeer: 2 })

test('there are so many in all, and fewer of them for what was asked for in vain before', () => {
  const { isFree, take } = places()
  const again = take('a', true)
  expect([isFree(true), isFree(false)]).toEqual([false, true])
  take('b', false)
  take('c', false)
  expect(isFree(false)).toBe(false)
  again.leave()
  expect([isFree(true), isFree(false)]).toEqual([true, true])
})

test('a peer has few, and fewer where no more are wanted of it', () => {
  const { isFreeAt, take } = places()
  const first = take('a', false)
  expect([isFreeAt('a'), isFreeAt('a', 1), isFreeAt('b', 1)]).toEqual([true, false, true])
  take('a', false)
  expect(isFreeAt('a')).toBe(false)
  first.leave()
  expect(isFreeAt('a')).toBe(true)
})

test('no more than twice as many are asked, whoever is silent, and who is heard again takes no other’s place', () => {
  const { isFree, take } = places()
  const silent = ['a', 'b', 'c'].map((peer) => take(peer, false))
  for (const ask of silent) ask.silent()
  const others = ['d', 'e', 'f'].map((peer) => take(peer, false))
  expect(isFree(false)).toBe(false)
  for (const ask of silent) ask.heard()
  others[0]!.leave()
  expect(isFree(false)).toBe(true)
  // what is said of an ask that is over says nothing
  others[0]!.heard()
  others[0]!.leave()
  expect(isFree(false)).toBe(true)
})

test('who is silent makes room for others, and keeps its own place', () => {
  const { isFree, isFreeAt, take } = places()
  const asks = [take('a', false), take('a', false), take('b', true)]
  for (const ask of asks) ask.silent()
  expect([isFree(true), isFree(false), isFreeAt('a')]).toEqual([true, true, false])
  for (const ask of asks) ask.heard()
  expect([isFree(true), isFree(false)]).toEqual([false, false])
  for (const ask of asks) {
    ask.silent()
    ask.leave()
  }
  expect([isFree(true), isFree(false), isFreeAt('a')]).toEqual([true, true, true])
})
