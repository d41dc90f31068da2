import { expect, test, vi } from 'vitest'
import { didOf } from '../crypto/did.ts'
import type { Header, Sketch } from '../schema/header.ts'
import { createInterests } from './interests.ts'

const sketch = (first: number, model = 1): Sketch => [model, Uint8Array.from({ length: 32 }, (_, i) => (i < first ? 255 : 0)), [3]]
const header = (fields: Partial<Header>): Header => ({
  version: 1,
  author: new Uint8Array(32),
  seq: 1,
  previous: null,
  skip: null,
  kind: 'capability',
  bodyHash: new Uint8Array(32),
  bodySize: 1,
  time: 0,
  expiry: null,
  sketch: sketch(0),
  signature: new Uint8Array(64),
  ...fields
})

test('in a young network everything public is wanted, and nothing private ever', () => {
  const { wants } = createInterests()
  expect(wants(header({ sketch: null }), 0)).toBe(true)
  expect(wants(header({ kind: 'contract' }), 0)).toBe(false)
  expect(wants(header({ kind: 'from-a-later-version' }), 0)).toBe(false)
})

test('later only what is near, by sketches of one model, or by leaves of two', () => {
  const interests = createInterests()
  expect(interests.wants(header({}), 1)).toBe(false)
  interests.declared([sketch(0)])
  expect(interests.wants(header({ sketch: sketch(12) }), 1)).toBe(true)
  expect(interests.wants(header({ sketch: sketch(13) }), 1)).toBe(false)
  expect(interests.wants(header({ sketch: sketch(200, 2) }), 1)).toBe(true)
  expect(interests.wants(header({ sketch: [2, sketch(0)[1], [63]] }), 1)).toBe(false)
  expect(interests.wants(header({ sketch: null }), 1)).toBe(false)
  interests.asked([sketch(24)])
  expect(interests.wants(header({ sketch: sketch(13) }), 1)).toBe(true)
})

test('what was asked for last comes first, and is forgotten after some others; only changes are told', () => {
  const interests = createInterests()
  const changed = vi.fn()
  interests.watch(changed)
  interests.declared([sketch(0)])
  interests.declared([sketch(0)])
  expect(changed).toHaveBeenCalledTimes(1)
  for (let i = 1; i <= 17; i++) interests.asked([sketch(i)])
  interests.asked([sketch(5)])
  expect(changed).toHaveBeenCalledTimes(18)
  expect(interests.sketches()).toEqual([5, 0, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 4, 3, 2].map((first) => sketch(first)))
})

test('who pays for what comes wants only what is near, in a young network, too', () => {
  const interests = createInterests()
  interests.declared([sketch(0)])
  expect(interests.wants(header({ sketch: sketch(24) }), 0)).toBe(true)
  interests.setMetered(true)
  expect(interests.wants(header({ sketch: sketch(24) }), 0)).toBe(false)
  expect(interests.wants(header({ sketch: sketch(12) }), 0)).toBe(true)
})

test('what is not wanted is fetched for neighbours, but not by who pays for what comes', () => {
  const interests = createInterests()
  expect(interests.lends()).toBe(true)
  interests.setMetered(true)
  expect(interests.lends()).toBe(false)
})

test('refused, whoever asks, is what is private, too large for its kind, or of an agent that is avoided, but not what that insists on', () => {
  const { refuses } = createInterests((agent) => agent === 'avoided')
  expect(refuses({ author: 'another', kind: 'capability', size: 4097 })).toBe(false)
  expect(refuses({ author: 'another', kind: 'contract', size: 1 })).toBe(true)
  expect(refuses({ author: 'another', kind: 'judges', size: 4097 })).toBe(true)
  expect(refuses({ author: 'avoided', kind: 'capability', size: 1 })).toBe(true)
  expect(refuses({ author: 'avoided', kind: 'constraint', size: 1 })).toBe(false)
})

test('lists of judges are wanted of those whose lists are looked for, and that they are taken back; no other sketchless thing of them is', () => {
  const interests = createInterests()
  const changed = vi.fn()
  interests.watch(changed)
  const author = Uint8Array.from({ length: 32 }, () => 7)
  const list = header({ kind: 'judges', sketch: null, author })
  expect(interests.wants(list, 1)).toBe(false)
  for (let i = 0; i < 2; i++) interests.looksFor([didOf(author)])
  expect(changed).toHaveBeenCalledTimes(1)
  expect(interests.authors()).toEqual([author])
  expect(interests.wants(list, 1)).toBe(true)
  expect(interests.wants({ ...list, kind: 'withdrawal' }, 1)).toBe(true)
  expect(interests.wants({ ...list, kind: 'constraint' }, 1)).toBe(false)
  expect(interests.wants({ ...list, author: new Uint8Array(32) }, 1)).toBe(false)
  for (const depth of [0, 1]) expect(interests.wants({ ...list, bodySize: 4097 }, depth)).toBe(false)
})

test('nothing is wanted of an agent that is avoided but what it insists on', () => {
  const interests = createInterests(() => true)
  expect(interests.wants(header({}), 0)).toBe(false)
  expect(interests.wants(header({ kind: 'constraint' }), 0)).toBe(true)
})
