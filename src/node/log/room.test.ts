import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { AgentKey } from '../crypto/keys.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Logs } from './log.ts'
import { NOW, apart, at, forge, held, intention, newKey, newLogs, standingClock } from './testing/logs.ts'

let key: AgentKey
let others: AgentKey[]
beforeAll(async () => {
  key = await newKey()
  others = await Promise.all(Array.from({ length: 6 }, newKey))
})

const status = async (logs: Logs, bytes: Uint8Array) => (await logs.accept(bytes)).status

test('one author’s oldest make room for its newer ones, lapsed ones first', async () => {
  const logs = newLogs({ maxHeadersPerAuthor: 3 })
  const author = at(others, 0)
  const [a, b, c, d, e] = apart(5) as [number, number, number, number, number]
  for (const [seq, time, expiry] of [[a, -50, null], [b, -40, NOW], [c, -30, null]] as const) {
    expect(await status(logs, await forge(author, { seq, time: NOW + time, expiry }))).toBe('new')
  }
  expect(await status(logs, await forge(author, { seq: d, time: NOW - 20 }))).toBe('new')
  expect(await held(logs, author.agent)).toEqual([a, c, d])
  expect(await status(logs, await forge(author, { seq: e, time: NOW - 10 }))).toBe('new')
  expect(await held(logs, author.agent)).toEqual([c, d, e])
  // as old as what had to go
  expect(await status(logs, await forge(author, { seq: 1, time: NOW - 60 }))).toBe('full')
  expect(await logs.missing(author.agent, 9)).toEqual([])
})

test('all together too: lapsed ones first, then the oldest, the newest of a log after its others', async () => {
  const logs = newLogs({ maxHeaders: 5, settledShare: 0 })
  const [one, two, three] = others as [AgentKey, AgentKey, AgentKey]
  await logs.accept(await forge(one, { seq: 1, time: NOW - 90 }))
  await logs.accept(await forge(two, { seq: 1, time: NOW - 80 }))
  await logs.accept(await forge(two, { seq: 3, time: NOW - 50, expiry: NOW }))
  await logs.accept(await forge(two, { seq: 5, time: NOW - 60 }))
  await logs.accept(await forge(three, { seq: 1, time: NOW - 70 }))
  expect(await status(logs, await forge(three, { seq: 3, time: NOW - 10 }))).toBe('new')
  expect(await held(logs, two.agent)).toEqual([1, 5])
  // the oldest is all that there is of its log
  expect(await status(logs, await forge(three, { seq: 5, time: NOW - 10 }))).toBe('new')
  expect(await held(logs, one.agent)).toEqual([])
  expect(await logs.head(one.agent)).toBeNull()
  // what had to go does not come back
  expect(await status(logs, await forge(one, { seq: 1, time: NOW - 90 }))).toBe('full')
  expect(await status(logs, await forge(three, { seq: 7, time: NOW - 10 }))).toBe('new')
  expect(await held(logs, two.agent)).toEqual([5])
  expect(await held(logs, three.agent)).toEqual([1, 3, 5, 7])
  expect((await logs.authors()).map(([author]) => author).sort()).toEqual([two.agent, three.agent].sort())
})

test('what had to go does not come back, even when there is some room again', async () => {
  // the share that goes at once is 2 of 128
  const logs = newLogs({ maxHeaders: 128, settledShare: 0 })
  const author = at(others, 0)
  const headers: Uint8Array[] = []
  for (const [i, seq] of apart(130).entries()) headers.push(await forge(author, { seq, time: NOW - 1000 + i }))
  for (const bytes of headers.slice(0, 129)) await logs.accept(bytes)
  expect(logs.index.size).toBe(127)
  expect(await status(logs, at(headers, 0))).toBe('full')
  expect(await status(logs, at(headers, 1))).toBe('full')
  expect(await status(logs, at(headers, 129))).toBe('new')
})

test('a limit that was lowered is kept to by sweeping', async () => {
  const store = createMemoryStore()
  const before = newLogs({}, store)
  const seqs = apart(20)
  for (const seq of seqs) await before.accept(await forge(at(others, 0), { seq, time: NOW - 1000 + seq }))
  for (let i = 0; i < 9; i++) await before.append(key, 'intention', intention(`${i}`))
  const logs = newLogs({ maxHeaders: 4 }, store)
  expect(await logs.sweep()).toEqual({ bodies: 0, headers: 16 })
  expect(await held(logs, at(others, 0).agent)).toEqual(seqs.slice(-4))
  expect(await held(logs, key.agent)).toHaveLength(9)
  expect(logs.index.size).toBe(13)
})

test('property: whatever comes, limits hold, ours stays, and so does the newest of each log of which anything is held', async () => {
  const offer = fc.record({
    author: fc.nat(5),
    seq: fc.integer({ min: 1, max: 30 }),
    time: fc.integer({ min: -50, max: 0 }),
    lapsesIn: fc.option(fc.integer({ min: -5, max: 5 })),
    own: fc.boolean()
  })
  const forged = new Map<string, Promise<Uint8Array>>()
  await fc.assert(
    fc.asyncProperty(fc.array(offer, { minLength: 1, maxLength: 60 }), fc.boolean(), async (offers, together) => {
      const clock = standingClock()
      const store = createMemoryStore()
      const logs = newLogs({ maxHeaders: 12, maxHeadersPerAuthor: 5 }, store, clock)
      const taken: Array<[agent: string, seq: number]> = []
      let own = 0
      const run = async ({ author: n, seq, time, lapsesIn, own: isOwn }: (typeof offers)[number]) => {
        if (isOwn && own < 8) {
          own++
          await logs.append(key, 'intention', intention(`${own}`))
        }
        const author = at(others, n)
        const name = `${n}/${seq}/${time}/${lapsesIn}`
        // numbers far apart, so that nothing is a fork but two at one number
        const bytes =
          forged.get(name) ??
          forge(author, { seq: 50 * seq, time: NOW + time, expiry: lapsesIn === null ? null : NOW + lapsesIn })
        forged.set(name, bytes)
        const verdict = await logs.accept(await bytes)
        if (verdict.status === 'new') taken.push([author.agent, 50 * seq])
      }
      if (together) await Promise.all(offers.map(run))
      else for (const one of offers) await run(one)
      let count = 0
      for (const { agent } of others) {
        const stored = (await logs.headers(agent)).map(({ header }) => header.seq)
        count += stored.length
        expect(stored.length).toBeLessThanOrEqual(5)
        // a log that went as a whole may have begun again with less
        for (const seq of stored) expect(taken).toContainEqual([agent, seq])
        expect((await logs.head(agent))?.count ?? 0).toBe(stored.length)
        expect((await store.get('heads', agent)) === undefined).toBe(stored.length === 0)
      }
      expect(count).toBeLessThanOrEqual(12)
      expect(await held(logs, key.agent)).toHaveLength(own)
      for (const { body } of await logs.entries(key.agent)) expect(body).not.toBeNull()
      expect((await store.get<{ headers: number }>('settings', 'log-usage'))?.headers ?? 0).toBe(count)
      const again = newLogs({}, store, clock)
      await again.ready()
      expect(again.index.select(() => true).hashes).toEqual(logs.index.select(() => true).hashes)
    }),
    { seed: 21, numRuns: 60 }
  )
})
