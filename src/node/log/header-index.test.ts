import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ranksBelow } from './first-to-go.ts'
import { createHeaderIndex, type HeaderItem } from './header-index.ts'
import type { HeaderFacts } from './parse-header.ts'

const author = (n: number) => `did:key:z6Mk${n}`

function header(n: number, seq: number, fields: Partial<HeaderFacts> = {}): HeaderFacts {
  return { prefix: 257 * n, seq, kind: 'intention', time: seq, expiry: Infinity, model: 0, leaves: [], ...fields }
}

/** Hashes that often begin alike, so that the tables have collisions. */
function hashOf(n: number, seq: number): Uint8Array {
  const hash = new Uint8Array(32)
  hash[3] = seq % 3
  hash[30] = n
  hash[31] = seq
  return hash
}

test('tells what is known of a header', () => {
  const index = createHeaderIndex()
  index.add(author(0x41), header(0x41, 7, { time: 5, expiry: 50, kind: 'capability', model: 5, leaves: [9, 2] }), hashOf(1, 7))
  index.add(author(2), header(2, 1), hashOf(2, 1))
  index.markForked(author(2), true)
  const items: HeaderItem[] = []
  index.select((item) => items.push({ ...item, leaves: [...item.leaves] }) > 0)
  expect(items.sort((one, other) => one.time - other.time)).toEqual([
    { author: author(2), prefix: 0x0202, forked: true, seq: 1, time: 1, expiry: Infinity, kind: 'intention', model: 0, leaves: [] },
    { author: author(0x41), prefix: 0x4141, forked: false, seq: 7, time: 5, expiry: 50, kind: 'capability', model: 5, leaves: [9, 2] }
  ])
  expect(index.find(hashOf(1, 7))).toEqual({ author: author(0x41), seq: 7 })
  expect(index.find(hashOf(1, 8))).toBeNull()
  expect(index.find(new Uint8Array(3))).toBeNull()
})

test('counts authors with live headers', () => {
  const index = createHeaderIndex()
  for (let n = 1; n <= 3; n++) {
    for (let seq = 1; seq <= 3; seq++) index.add(author(n), header(n, seq, { expiry: 10 * n }), hashOf(n, seq))
  }
  expect(index.authorsUnder(() => true, 5)).toBe(3)
  expect(index.authorsUnder(() => true, 10)).toBe(2)
  expect(index.authorsUnder(({ prefix }) => prefix === 0x0303, 10)).toBe(1)
  expect(index.authorsUnder(({ seq }) => seq === 4, 10)).toBe(0)
})

test('what goes first: lapsed ones, then the oldest, the newest of a log after its others, and never ours', () => {
  const index = createHeaderIndex()
  index.add(author(1), header(1, 1, { time: 10 }), hashOf(1, 1))
  index.add(author(1), header(1, 2, { time: 20, expiry: 90 }), hashOf(1, 2))
  index.add(author(1), header(1, 3, { time: 3, expiry: 95 }), hashOf(1, 3))
  index.add(author(2), header(2, 1, { time: 5 }), hashOf(2, 1))
  index.add(author(2), header(2, 2, { time: 6 }), hashOf(2, 2))
  index.add(author(3), header(3, 1, { time: 1 }), hashOf(3, 1))
  index.add(author(4), header(4, 1, { time: 1 }), hashOf(4, 1))
  index.add(author(4), header(4, 2, { time: 1 }), hashOf(4, 2))
  index.markOwn(author(4))
  /** of all, or of one author */
  const goers = (count: number, now: number, of?: string) => {
    if (of !== undefined) return index.first(count, now, of)
    const { lapsed, live } = index.line(count, now, () => 0)
    return [...lapsed, ...[...live.values()].flat()].slice(0, count)
  }
  const first = (...args: Parameters<typeof goers>) => goers(...args).map((one) => `${one.author.slice(12)}/${one.seq}`)
  expect(first(9, 100)).toEqual(['1/2', '3/1', '2/1', '2/2', '1/1', '1/3'])
  expect(first(9, 50)).toEqual(['3/1', '2/1', '2/2', '1/1', '1/2', '1/3'])
  expect(first(2, 100)).toEqual(['1/2', '3/1'])
  expect(first(1, 50, author(1))).toEqual(['1/1'])
  expect(first(1, 100, author(1))).toEqual(['1/2'])
  expect(first(9, 100, author(1))).toEqual(['1/2', '1/1', '1/3'])
  expect(first(1, 50, author(3))).toEqual(['3/1'])
  expect(first(9, 50, author(4))).toEqual([])
  expect(first(9, 50, author(9))).toEqual([])
  // the newest ranks as the last of the others does
  expect(goers(9, 100).at(-1)).toEqual({ author: author(1), seq: 3, live: true, time: 10 })
  expect(ranksBelow({ live: false, time: 9 }, { live: true, time: 1 })).toBe(true)
})

test('property: whatever comes and goes, it is what a plain map would be', () => {
  const step = fc.record({ n: fc.integer({ min: 1, max: 5 }), seq: fc.integer({ min: 1, max: 40 }), add: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), fc.integer({ min: 1, max: 20 }), (steps, every) => {
      const index = createHeaderIndex()
      const plain = new Map<string, { n: number; seq: number; time: number }>()
      steps.forEach(({ n, seq, add }, i) => {
        const key = `${n}/${seq}`
        // times repeat, so that the hash decides
        const time = (seq * 7) % 4
        if (add) {
          expect(index.add(author(n), header(n, seq, { time }), hashOf(n, seq))).toBe(!plain.has(key))
          plain.set(key, { n, seq, time })
        } else {
          index.remove(author(n), seq)
          plain.delete(key)
        }
        if (i % every !== 0) return
        const sorted = [...plain.values()].sort(
          (a, b) => a.time - b.time || Buffer.compare(hashOf(a.n, a.seq), hashOf(b.n, b.seq))
        )
        const { size, times, hashes } = index.select(() => true)
        expect(size).toBe(plain.size)
        expect([...times]).toEqual(sorted.map(({ time }) => time))
        expect([...hashes]).toEqual(sorted.flatMap(({ n, seq }) => [...hashOf(n, seq)]))
      })
      expect(index.size).toBe(plain.size)
      for (let n = 1; n <= 5; n++) {
        const seqs = [...plain.values()].filter((one) => one.n === n).map(({ seq }) => seq)
        expect([...index.seqsOf(author(n))]).toEqual(seqs.sort((a, b) => a - b))
        expect(index.countOf(author(n))).toBe(seqs.length)
        for (let seq = 1; seq <= 41; seq++) {
          expect(index.hashAt(author(n), seq)).toEqual(plain.has(`${n}/${seq}`) ? hashOf(n, seq) : null)
          expect(index.find(hashOf(n, seq))).toEqual(plain.has(`${n}/${seq}`) ? { author: author(n), seq } : null)
        }
      }
    }),
    { seed: 5, numRuns: 60 }
  )
})

test('of each account the logs that came first are settled, with their newest headers, until so many are', () => {
  const index = createHeaderIndex()
  const [A, B] = [7, 8]
  // in another order than they came in, as after a restart
  index.add(author(3), header(3, 1, { time: 1 }), hashOf(3, 1), { account: A, came: 30 })
  index.add(author(1), header(1, 1, { time: 9 }), hashOf(1, 1), { account: A, came: 10 })
  index.add(author(2), header(2, 1, { time: 5 }), hashOf(2, 1), { account: A, came: 20 })
  index.add(author(4), header(4, 1, { time: 2 }), hashOf(4, 1), { account: B, came: 40 })
  index.add(author(5), header(5, 1, { time: 3, expiry: 50 }), hashOf(5, 1), { account: B, came: 1 })
  const left = (mostOf: (account: number) => number, now = 10) => {
    const { lapsed, live } = index.line(99, now, mostOf)
    return [...lapsed, ...[...live.values()].flat()].map((one) => `${one.author.slice(12)}/${one.seq}`).sort()
  }
  expect(left(() => 0)).toEqual(['1/1', '2/1', '3/1', '4/1', '5/1'])
  expect(left((account) => (account === A ? 2 : 0))).toEqual(['3/1', '4/1', '5/1'])
  expect(left(() => 1)).toEqual(['2/1', '3/1', '4/1'])
  expect(left(() => 99)).toEqual([])
  // what has lapsed is not settled
  expect(left(() => 99, 60)).toEqual(['5/1'])
  // a log that grows has eight headers settled, and leaves the others' alone as long as there is room for as many
  for (let seq = 2; seq <= 12; seq++) index.add(author(1), header(1, seq, { time: 9 + seq }), hashOf(1, seq), { account: A, came: 99 })
  expect(left(() => 9)).toEqual(['1/1', '1/2', '1/3', '1/4', '3/1'])
})
