import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { commonShards, heard, holds, meaningShard, overlap, placeOf, recordShard, shardOf, shardsAround, tell, topicOf, type Shard } from './shards.ts'

const codebook = { model: 1, leafBits: 6 }

const shard: fc.Arbitrary<Shard> = fc.oneof(
  fc.tuple(fc.nat(63), fc.nat(6)).map(([leaf, depth]) => meaningShard(codebook, leaf, depth)),
  fc.tuple(fc.nat(0xffff), fc.nat(16)).map(([key, depth]) => recordShard(key, depth))
)

const placed = fc.record({
  prefix: fc.nat(0xffff),
  model: fc.constantFrom(0, 1, 2),
  leaves: fc.array(fc.nat(63), { minLength: 1, maxLength: 4 })
})

test('whoever publishes one deeper or one shallower is heard by all that keep the shard', () => {
  fc.assert(
    fc.property(shard, shard, placed, (kept, other, place) => {
      const deepest = kept.of === 'record' ? 16 : codebook.leafBits
      const differsByOne = kept.of === other.of && Math.abs(kept.depth - other.depth) <= 1
      fc.pre(differsByOne && holds(kept, place, codebook.leafBits) && overlap(kept, other) !== null)
      expect(shardsAround(kept, deepest).map(topicOf)).toContain(topicOf(other))
    }),
    { seed: 22 }
  )
})

describe('topics', () => {
  test('name shards, one to one', () => {
    fc.assert(
      fc.property(shard, (one) => {
        expect(shardOf(topicOf(one))).toEqual(one)
        expect(heard(tell(one))).toEqual(one)
      }),
      { seed: 21 }
    )
  })

  test('are written so', () => {
    expect(topicOf(meaningShard(codebook, 0b101100, 3))).toBe('starling/1/meaning/1/101')
    expect(topicOf(meaningShard(codebook, 0b101100, 0))).toBe('starling/1/meaning/1/-')
    expect(topicOf(recordShard(0b0110_0000_0000_0000, 3))).toBe('starling/1/record/011')
    expect(topicOf(recordShard(1, 0))).toBe('starling/1/record/-')
  })

  test('of other names are of no shard', () => {
    const names = ['starling/1/headers', 'starling/1/record/', 'starling/1/record/2', `starling/1/record/${'0'.repeat(17)}`]
    names.push('starling/1/meaning/0/-', 'starling/1/meaning/70000/-', 'starling/1/meaning/01/-', 'starling/1/meaning/1/-1')
    for (const name of [...names, 'starling/2/record/-', 'starling/1/record/-\n']) expect(shardOf(name)).toBeNull()
  })
})

describe('shards', () => {
  test('have the deeper in common, and nothing if they part', () => {
    const deep = meaningShard(codebook, 0b101100, 4)
    const shallow = meaningShard(codebook, 0b101100, 2)
    expect(overlap(deep, shallow)).toBe(deep)
    expect(overlap(shallow, deep)).toBe(deep)
    expect(overlap(deep, meaningShard(codebook, 0b100100, 4))).toBeNull()
    expect(overlap(deep, recordShard(0, 0))).toBeNull()
    expect(overlap(deep, { ...shallow, model: 2 } as Shard)).toBeNull()
  })

  test('that two peers have in common are the same whoever asks, and hold what both of theirs hold', () => {
    fc.assert(
      fc.property(fc.array(shard, { maxLength: 6 }), fc.array(shard, { maxLength: 6 }), placed, (mine, theirs, item) => {
        const common = commonShards(mine, theirs)
        expect(new Set(common.map(topicOf))).toEqual(new Set(commonShards(theirs, mine).map(topicOf)))
        const both = mine.some((a) =>
          theirs.some((b) => {
            const deeper = overlap(a, b)
            return deeper !== null && holds(deeper, item, 6)
          })
        )
        expect(common.some((one) => holds(one, item, 6))).toBe(both)
      }),
      { seed: 22, numRuns: 500 }
    )
  })

  test('split into halves that part what they hold', () => {
    const header = { author: new Uint8Array(32).fill(0b10100000), sketch: [1, new Uint8Array(32), [0b101100]] }
    const item = placeOf(header as never)
    for (let depth = 0; depth < 6; depth++) {
      expect(holds(meaningShard(codebook, 0b101100, depth), item, 6)).toBe(true)
      expect(holds(meaningShard(codebook, 0b101100 ^ (1 << (5 - depth)), depth + 1), item, 6)).toBe(false)
    }
    expect(holds(recordShard(0b1010_0000_0000_0000, 4), item, 6)).toBe(true)
    expect(holds(recordShard(0b1011_0000_0000_0000, 4), item, 6)).toBe(false)
  })

  test('that are told of and can’t be are none', () => {
    expect(heard([1, 17, 0])).toBeNull()
    expect(heard([0, 2, 4])).toBeNull()
    expect(heard([0, 0, 1])).toBeNull()
  })
})
