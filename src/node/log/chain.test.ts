import { expect, test } from 'vitest'
import type { Header } from '../schema/header.ts'
import { NO_HEAD, placeOf } from './chain.ts'

const hash = (n: number) => new Uint8Array(32).fill(n)
const header = (seq: number, previous: Uint8Array | null): Header => ({
  version: 1,
  author: hash(0),
  seq,
  previous,
  skip: null,
  kind: 'intention',
  bodyHash: hash(0),
  bodySize: 1,
  time: 0,
  expiry: null,
  sketch: null,
  signature: new Uint8Array(64)
})
const head = { seq: 3, hash: hash(3) }

test('the first header of an unknown author, and no other, is next', () => {
  expect(placeOf(header(1, null), hash(1), NO_HEAD, null)).toEqual({ is: 'next' })
  expect(placeOf(header(2, hash(1)), hash(2), NO_HEAD, null)).toEqual({ is: 'gap', from: 1, to: 1 })
})

test('a header on top of the head is next', () => {
  expect(placeOf(header(4, hash(3)), hash(4), head, null)).toEqual({ is: 'next' })
})

test('a header further on leaves a gap, from the first to the last that is missing', () => {
  expect(placeOf(header(7, hash(6)), hash(7), head, null)).toEqual({ is: 'gap', from: 4, to: 6 })
})

test('the header that is held is known', () => {
  expect(placeOf(header(2, hash(1)), hash(2), head, hash(2))).toEqual({ is: 'known' })
})

test('another header at the same sequence number is a fork', () => {
  expect(placeOf(header(2, hash(1)), hash(9), head, hash(2))).toEqual({ is: 'fork', with: 2 })
})

test('a header after the head that is on top of another one is a fork with the head', () => {
  expect(placeOf(header(4, hash(9)), hash(4), head, null)).toEqual({ is: 'fork', with: 3 })
})
