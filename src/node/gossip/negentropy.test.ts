import fc from 'fast-check'
import { nip77 } from 'nostr-tools'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../crypto/hash.ts'
import { InvalidBytesError } from '../schema/codec.ts'
import { initiate, proceed, respond, type Difference, type ItemSet } from './negentropy.ts'
import { seeded } from '../support/testing/time.ts'

const LIMIT = { limit: 60_000 }
const SMALL = { limit: 4096 }

interface Item {
  time: number
  id: string
}

function setOf(items: readonly Item[]): ItemSet {
  const sorted = [...items].sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1))
  const hashes = new Uint8Array(sorted.length * 32)
  sorted.forEach(({ id }, i) => hashes.set(fromHex(id), i * 32))
  return { size: sorted.length, times: Float64Array.from(sorted, ({ time }) => time), hashes }
}

/** Items whose times and ids coincide in part, as hostile ones may. */
function randomItems(random: () => number, count: number, times: number, from = 1_700_000_000_000): Item[] {
  const items = new Map<string, Item>()
  while (items.size < count) {
    const bytes = Uint8Array.from({ length: 32 }, () => Math.floor(random() * 256))
    if (random() < 0.3) bytes.fill(7, 0, 1 + Math.floor(random() * 31))
    const id = toHex(bytes)
    items.set(id, { id, time: from + Math.floor(random() * times) })
  }
  return [...items.values()]
}

interface Found {
  have: Set<string>
  need: Set<string>
}

function collect(set: ItemSet): Difference & { found: Found } {
  const found: Found = { have: new Set(), need: new Set() }
  return {
    found,
    have(index) {
      found.have.add(toHex(set.hashes.subarray(index * 32, index * 32 + 32)))
    },
    need(id) {
      found.need.add(toHex(id))
    }
  }
}

function compareOurs(mine: ItemSet, theirs: ItemSet, limit: { limit: number }): Found & { rounds: number; bytes: number } {
  const sink = collect(mine)
  let [rounds, bytes] = [0, 0]
  for (let message: Uint8Array | null = initiate(mine, limit); message !== null; rounds++) {
    const answer = respond(theirs, message, limit)
    expect(message.length).toBeLessThanOrEqual(limit.limit)
    expect(answer.length).toBeLessThanOrEqual(limit.limit)
    bytes += message.length + answer.length
    message = proceed(mine, answer, limit, sink)
  }
  return { ...sink.found, rounds, bytes }
}

function parted(random: () => number, common: number, left: number, right: number, times: number, from?: number) {
  const items = randomItems(random, common + left + right, times, from)
  const [shared, onlyMine, onlyTheirs] = [
    items.slice(0, common),
    items.slice(common, common + left),
    items.slice(common + left)
  ]
  return { shared, onlyMine, onlyTheirs, mine: [...shared, ...onlyMine], theirs: [...shared, ...onlyTheirs] }
}

const ids = (items: readonly Item[]) => new Set(items.map(({ id }) => id))

const scenario = fc.record({
  seed: fc.integer(),
  common: fc.oneof(fc.nat(40), fc.nat(3000)),
  left: fc.oneof(fc.constant(0), fc.nat(30), fc.nat(800)),
  right: fc.oneof(fc.constant(0), fc.nat(30), fc.nat(800)),
  times: fc.constantFrom(1, 3, 100, 1e6, 1e11)
})

describe('reconciliation', () => {
  test('finds just the difference, whatever the sets', () => {
    fc.assert(
      fc.property(scenario, fc.constantFrom(LIMIT, SMALL), ({ seed, common, left, right, times }, limit) => {
        const { mine, theirs, onlyMine, onlyTheirs } = parted(seeded(seed), common, left, right, times)
        const { have, need } = compareOurs(setOf(mine), setOf(theirs), limit)
        expect(have).toEqual(ids(onlyMine))
        expect(need).toEqual(ids(onlyTheirs))
      }),
      { seed: 77, numRuns: 80 }
    )
  })

  test('of equal sets takes one round', () => {
    const set = setOf(randomItems(seeded(1), 10_000, 1e9))
    expect(compareOurs(set, set, LIMIT)).toMatchObject({ rounds: 1, have: new Set(), need: new Set() })
  })

  test('costs by the difference: a hundred of 100,000 take less than two bytes for each byte of their ids and paths', () => {
    const { mine, theirs } = parted(seeded(2), 100_000, 50, 50, 1e9)
    const { have, need, bytes, rounds } = compareOurs(setOf(mine), setOf(theirs), LIMIT)
    expect(have.size + need.size).toBe(100)
    // naming all of them would take 3.2 MB a side
    expect(bytes).toBeLessThan(250_000)
    expect(rounds).toBeLessThan(8)
  })

  test('of what came in one stretch of time costs little more than its ids', () => {
    const random = seeded(3)
    const shared = randomItems(random, 20_000, 1e9)
    const recent = (count: number) => randomItems(random, count, 1e6).map(({ id, time }) => ({ id, time: time + 2e9 }))
    const { bytes } = compareOurs(setOf([...shared, ...recent(500)]), setOf([...shared, ...recent(500)]), LIMIT)
    expect(bytes).toBeLessThan(1.15 * 1000 * 32)
  })
})

describe('beside nostr-tools', () => {
  /** Their times are seconds: numbers above 2^32 are cut. */
  const SECONDS = 1_700_000_000
  const inSeconds = scenario.filter(({ times }) => times < 1e9)

  function theirSide(items: readonly Item[], limit: number) {
    const storage = new nip77.NegentropyStorageVector()
    for (const { time, id } of items) storage.insert(time, id)
    storage.seal()
    return new nip77.Negentropy(storage, limit)
  }

  test('they begin, we answer', () => {
    fc.assert(
      fc.property(inSeconds, fc.constantFrom(LIMIT, SMALL), ({ seed, common, left, right, times }, limit) => {
        const { mine, theirs, onlyMine, onlyTheirs } = parted(seeded(seed), common, left, right, times, SECONDS)
        // a message of theirs that is cut short leaves out what it was cut at, so their limit is out of reach
        const nostr = theirSide(mine, 10_000_000)
        const set = setOf(theirs)
        const found: Found = { have: new Set(), need: new Set() }
        for (let message: string | null = nostr.initiate(); message !== null; ) {
          const answer = respond(set, fromHex(message), limit)
          expect(answer.length).toBeLessThanOrEqual(limit.limit)
          message = nostr.reconcile(
            toHex(answer),
            (id) => found.have.add(id),
            (id) => found.need.add(id)
          )
        }
        expect(found).toEqual({ have: ids(onlyMine), need: ids(onlyTheirs) })
      }),
      { seed: 78, numRuns: 80 }
    )
  })

  test('we begin, they answer; they take a list of ids in instead of answering it, so both halves make the whole', () => {
    fc.assert(
      fc.property(inSeconds, fc.constantFrom(LIMIT, SMALL), ({ seed, common, left, right, times }, limit) => {
        const { mine, theirs, onlyMine, onlyTheirs } = parted(seeded(seed), common, left, right, times, SECONDS)
        const nostr = theirSide(theirs, 10_000_000)
        const set = setOf(mine)
        const sink = collect(set)
        for (let message: Uint8Array | null = initiate(set, limit); message !== null; ) {
          expect(message.length).toBeLessThanOrEqual(limit.limit)
          const answer: string | null = nostr.reconcile(
            toHex(message),
            (id) => sink.found.need.add(id),
            (id) => sink.found.have.add(id)
          )
          message = answer === null ? null : proceed(set, fromHex(answer), limit, sink)
        }
        expect(sink.found).toEqual({ have: ids(onlyMine), need: ids(onlyTheirs) })
      }),
      { seed: 79, numRuns: 80 }
    )
  })

  test('the first messages are the same, byte for byte', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(2000), fc.constantFrom(1, 3, 1e6), (seed, count, times) => {
        const items = randomItems(seeded(seed), count, times, SECONDS)
        expect(toHex(initiate(setOf(items), LIMIT))).toBe(theirSide(items, 10_000_000).initiate())
      }),
      { seed: 80, numRuns: 100 }
    )
  })
})

describe('against those who mean ill', () => {
  const set = setOf(randomItems(seeded(4), 2000, 1e9))
  const nothing = { have: () => undefined, need: () => undefined }

  test('bytes that are no message are refused, and no message makes more than one frame', () => {
    const good = initiate(set, LIMIT)
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 3000 }).map((bytes) => Uint8Array.of(0x61, ...bytes)),
          fc.uint8Array({ maxLength: 50 }),
          fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, byte]) => {
            const bad = good.slice()
            bad[at] = byte
            return bad
          })
        ),
        (bytes) => {
          for (const answer of [() => respond(set, bytes, SMALL), () => proceed(set, bytes, SMALL, nothing)]) {
            try {
              expect(answer()?.length ?? 0).toBeLessThanOrEqual(SMALL.limit)
            } catch (error) {
              expect(error).toBeInstanceOf(InvalidBytesError)
            }
          }
        }
      ),
      { seed: 81, numRuns: 2000 }
    )
  })

  test('thousands of ranges that match nothing are answered in one frame, and soon', () => {
    const range = [0x01, 0x00, 0x01, ...new Uint8Array(16)]
    const message = Uint8Array.from([0x61, ...Array.from({ length: 3000 }, () => range).flat()])
    const started = performance.now()
    expect(respond(set, message, LIMIT).length).toBeLessThanOrEqual(LIMIT.limit)
    expect(performance.now() - started).toBeLessThan(500)
  })

  test('a list that claims more ids than it brings is refused', () => {
    expect(() => respond(set, Uint8Array.of(0x61, 0, 0, 2, 0xff, 0xff, 0x7f), LIMIT)).toThrow(InvalidBytesError)
    expect(() => respond(set, Uint8Array.of(0x62), LIMIT)).toThrow('version')
  })
})
