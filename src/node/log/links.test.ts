import { expect, test } from 'vitest'
import type { Header } from '../schema/header.ts'
import { fit, namedBy, naming } from './links.ts'
import { skipTarget } from './skip-link.ts'

const hash = (n: number) => new Uint8Array(32).fill(n)

const linked = (seq: number, own: number, { previous, skip }: { previous?: number; skip?: number } = {}) => {
  const header: Header = {
    version: 1,
    author: hash(0),
    seq,
    previous: previous === undefined ? null : hash(previous),
    skip: skip === undefined ? null : hash(skip),
    kind: 'intention',
    bodyHash: hash(0),
    bodySize: 1,
    time: 0,
    expiry: null,
    sketch: null,
    signature: new Uint8Array(64)
  }
  return { header, hash: hash(own) }
}

test('two at one number fit only when they are the same', () => {
  expect(fit(linked(3, 1, { previous: 9 }), linked(3, 1, { previous: 9 }))).toBe(true)
  expect(fit(linked(3, 1, { previous: 9 }), linked(3, 2, { previous: 9 }))).toBe(false)
})

test('an entry fits the one before it when it names it, in whichever order they are given', () => {
  const first = linked(1, 1)
  expect(fit(first, linked(2, 2, { previous: 1 }))).toBe(true)
  expect(fit(linked(2, 2, { previous: 1 }), first)).toBe(true)
  expect(fit(linked(2, 2, { previous: 3 }), first)).toBe(false)
})

test('an entry fits the one that its skip link goes to when it names it', () => {
  expect(fit(linked(8, 8, { previous: 7, skip: 4 }), linked(4, 4, { previous: 3, skip: 1 }))).toBe(true)
  expect(fit(linked(8, 8, { previous: 7, skip: 5 }), linked(4, 4, { previous: 3, skip: 1 }))).toBe(false)
})

test('entries that don’t name each other fit whatever is in them', () => {
  expect(fit(linked(9, 9, { previous: 7, skip: 4 }), linked(4, 4, { previous: 3, skip: 1 }))).toBe(true)
  expect(fit(linked(2, 1, { previous: 9 }), linked(9, 2, { previous: 9 }))).toBe(true)
})

test('who names an entry is who has it among those that it names', () => {
  const most = 1500
  const expected = new Map<number, number[]>()
  for (let seq = 1; seq <= most; seq++) {
    expect(namedBy(seq)).toEqual([...new Set([seq - 1, skipTarget(seq)])].filter((named) => named > 0))
    for (const named of namedBy(seq)) expected.set(named, [...(expected.get(named) ?? []), seq])
  }
  for (let seq = 1; seq <= most; seq++) expect(naming(seq, most).sort((a, b) => a - b)).toEqual(expected.get(seq) ?? [])
})

test('few name one entry, however far the log goes', () => {
  for (const seq of [1, 4, 13, 88_573, 2 ** 40, Number.MAX_SAFE_INTEGER - 1]) {
    expect(naming(seq, Number.MAX_SAFE_INTEGER).length).toBeLessThan(40)
  }
})
