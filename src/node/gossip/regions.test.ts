import { describe, expect, test } from 'vitest'
import { createHeaderIndex } from '../log/header-index.ts'
import { factsOf } from '../log/parse-header.ts'
import type { Header, Sketch } from '../schema/header.ts'
import { createRegions } from './regions.ts'
import { topicOf, type Shard } from './shards.ts'
import { sketchOf, testCodebook } from './testing/party.ts'
import { createTestTime } from '../support/testing/time.ts'

const key = (first: number) => Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? first : 1))

function setup({ sketches = [sketchOf(5)], depth = 0, record = true }: { sketches?: Sketch[]; depth?: number; record?: boolean } = {}) {
  const index = createHeaderIndex()
  const clock = createTestTime()
  let wanted = sketches
  let authorsWanted: Uint8Array[] = []
  const regions = createRegions(
    { logs: { index }, clock, codebook: testCodebook, interests: { sketches: () => wanted, authors: () => authorsWanted } },
    { self: key(0b0100_0000), depth, recordDepth: depth, record }
  )
  let authors = 0
  const names = (shards: Shard[]) => shards.map((shard) => topicOf(shard).replace('starling/1/', '')).sort()
  return {
    index,
    clock,
    regions,
    want: (next: Sketch[]) => {
      wanted = next
    },
    wantAuthors: (first: number[]) => {
      authorsWanted = first.map(key)
    },
    kept: () => names(regions.kept()),
    followed: () => names(regions.followed()),
    /** New authors with a live header each, at a leaf, their keys spread or beginning with a byte. */
    authors(count: number, leaf: number, expiry: number | null = null) {
      for (let i = 0; i < count; i++) {
        const author = key((authors * 37) % 256)
        const header = { author, seq: 1, kind: 'capability', time: 1, expiry, sketch: sketchOf(leaf) } as Header
        const hash = new Uint8Array(32)
        new DataView(hash.buffer).setUint32(0, ++authors)
        index.add(`author ${authors}`, factsOf(header), hash)
      }
    },
    /** Looks until nothing changes. */
    settle() {
      while (regions.update());
    }
  }
}

describe('regions', () => {
  test('a young network is one shard of each tree, and their halves are listened to', () => {
    const { kept, followed } = setup()
    expect(kept()).toEqual(['meaning/1/-', 'record/-'])
    expect(followed()).toEqual(['meaning/1/-', 'meaning/1/0', 'meaning/1/1', 'record/-', 'record/0', 'record/1'])
  })

  test('go deeper along what interests us as authors come, each tree by itself', () => {
    const { authors, settle, kept } = setup()
    authors(31, 0)
    authors(100, 5)
    settle()
    expect(kept()).toEqual(['meaning/1/-', 'record/01'])
    authors(1, 0)
    settle()
    expect(kept()).toEqual(['meaning/1/1', 'record/01'])
  })

  test('of lapsed authors count for nothing, and a deserted shard is left after a while', async () => {
    const { authors, settle, kept, clock, regions } = setup()
    const soon = clock.now() + 60_000
    authors(64, 0, soon)
    authors(64, 5, soon)
    authors(2, 5)
    settle()
    expect(kept()).toContain('meaning/1/1')
    await clock.pass(61_000)
    expect(regions.update()).toBe(false)
    await clock.pass(60_000)
    expect(regions.update()).toBe(true)
    expect(kept()).toContain('meaning/1/-')
  })

  test('follow interests', () => {
    const { want, kept, regions } = setup({ depth: 3 })
    want([sketchOf(5, 4), sketchOf(0)])
    expect(regions.update()).toBe(true)
    expect(kept()).toEqual(['meaning/1/000', 'meaning/1/100', 'meaning/1/101', 'record/010'])
    expect(regions.update()).toBe(false)
  })

  test('are bounded, what is nearest first', () => {
    const { want, regions, kept } = setup({ depth: 3 })
    want(Array.from({ length: 30 }, (_, i) => sketchOf(i % 8, (i + 1) % 8, (i + 2) % 8)))
    regions.update()
    expect(kept().length).toBeLessThanOrEqual(9)
  })

  test('keep the record of authors of interest too, as deep as our own, each slice once, and let it go again', () => {
    const { wantAuthors, regions, kept, followed } = setup({ depth: 3 })
    const before = followed()
    wantAuthors([0b1110_0000, 0b1111_1111, 0b0101_0000, 0b0010_0000])
    expect(regions.update()).toBe(true)
    expect(regions.update()).toBe(false)
    expect(kept()).toEqual(['meaning/1/101', 'record/001', 'record/010', 'record/111'])
    // one topic each
    expect(followed()).toHaveLength(before.length + 2)
    wantAuthors(Array.from({ length: 200 }, (_, i) => i))
    regions.update()
    expect(kept().length).toBeLessThanOrEqual(2 + 9)
    wantAuthors([])
    expect(regions.update()).toBe(true)
    expect(followed()).toEqual(before)
  })

  test('of a young network hold every author’s record already', () => {
    const { wantAuthors, regions, kept } = setup()
    const before = kept()
    wantAuthors([0b1110_0000])
    regions.update()
    expect(kept()).toEqual(before)
  })

  test('without interests are where our key falls, so that every shard has keepers', () => {
    expect(setup({ sketches: [], depth: 3 }).kept()).toEqual(['meaning/1/010', 'record/010'])
    // of a model that nobody here knows
    expect(setup({ sketches: [[9, new Uint8Array(32), [1]]], depth: 3 }).kept()).toContain('meaning/1/010')
  })

  test('of a newcomer begin where most of its peers are, whatever a few say', () => {
    const { regions, kept } = setup()
    const said = (depth: number): Shard[] => [
      { of: 'meaning', model: 1, depth, prefix: 0 },
      { of: 'record', depth, prefix: 0 }
    ]
    regions.hear('liar', said(3))
    regions.hear('a', said(2))
    regions.update()
    expect(kept()).toEqual(['meaning/1/-', 'record/-'])
    regions.hear('b', said(2))
    regions.update()
    expect(kept()).toEqual(['meaning/1/10', 'record/01'])
  })

  test('of who has listened for a while are its own judgement', async () => {
    const { regions, clock } = setup()
    await clock.pass(3 * 60_000)
    for (const peer of 'abcde') regions.hear(peer, [{ of: 'meaning', model: 1, depth: 3, prefix: 0 }])
    expect(regions.update()).toBe(false)
  })
})
