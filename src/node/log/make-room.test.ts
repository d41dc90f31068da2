/** Room is shared out among those who bring headers in: many keys of one peer, and what they can't do. */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { AgentKey } from '../crypto/keys.ts'
import type { Verifier } from '../crypto/verifier.ts'
import { MAX_CLOCK_SKEW_MS } from '../schema/codec.ts'
import { createMemoryStore } from '../store/memory.ts'
import { createAccounts } from './accounts.ts'
import { createLogs, type Logs, type LogsComponents } from './log.ts'
import type { LogLimits } from './limits.ts'
import { NOW, apart, at, forge, held, newKey, standingClock } from './testing/logs.ts'

const believer: Verifier = { verify: async (batch) => batch.map(() => true) }

let keys: AgentKey[]
beforeAll(async () => {
  keys = await Promise.all(Array.from({ length: 260 }, newKey))
})

function logsOf(limits: Partial<LogLimits>, components: Partial<LogsComponents> = {}): Logs {
  return createLogs({ store: createMemoryStore(), clock: standingClock(), verifier: believer, ...components }, limits)
}

/** First entries of so many authors, one a minute older than the next. */
const headersOf = (authors: readonly AgentKey[], newest = NOW): Promise<Uint8Array[]> =>
  Promise.all(authors.map((author, i) => forge(author, { time: newest - (authors.length - i) * 60_000 })))

async function bring(logs: Logs, peer: string | undefined, headers: readonly Uint8Array[]): Promise<string[]> {
  return (await Promise.all(headers.map((bytes) => logs.accept(bytes, peer)))).map(({ status }) => status)
}

async function heldOf(logs: Logs, authors: readonly AgentKey[]): Promise<number> {
  return (await Promise.all(authors.map(({ agent }) => logs.head(agent)))).filter((head) => head !== null).length
}

describe('one peer with many keys', () => {
  const honest = () => keys.slice(0, 60)
  const junk = () => keys.slice(60, 240)
  const FUTURE = NOW + MAX_CLOCK_SKEW_MS

  test('takes what room there is, and of others’ only what is more than its own', async () => {
    const logs = logsOf({ maxHeaders: 100 })
    for (const [i, bytes] of (await headersOf(honest())).entries()) await logs.accept(bytes, `honest ${i % 3}`)
    await bring(logs, 'evil', await headersOf(junk(), FUTURE))
    await bring(logs, 'evil', await headersOf(junk(), FUTURE))
    expect(await heldOf(logs, honest())).toBe(60)
    expect(logs.index.size).toBeLessThanOrEqual(100)
    expect(await heldOf(logs, junk())).toBeGreaterThan(30)
  })

  test('makes room for a newcomer, however new its own are', async () => {
    const logs = logsOf({ maxHeaders: 100 })
    await bring(logs, 'evil', await headersOf(junk(), FUTURE))
    expect(await bring(logs, 'honest', await headersOf(honest().slice(0, 40)))).toEqual(Array(40).fill('new'))
    expect(await heldOf(logs, honest())).toBe(40)
  })

  test('gains nothing by dating its own ahead, where an honest one brings some of them', async () => {
    const clock = standingClock()
    const logs = logsOf({ maxHeaders: 100 }, { clock })
    await bring(logs, 'honest', await headersOf(junk(), FUTURE))
    clock.set(NOW + 1000)
    expect(await bring(logs, 'honest', await headersOf(honest().slice(0, 1), NOW + 60_900))).toEqual(['new'])
  })

  test('takes no more than half of what came through the same peer before', async () => {
    const logs = logsOf({ maxHeaders: 100 })
    await bring(logs, 'honest', await headersOf(honest()))
    for (let i = 0; i < 4; i++) await bring(logs, 'honest', await headersOf(junk(), FUTURE - i))
    expect(await heldOf(logs, honest())).toBeGreaterThanOrEqual(50)
    // what comes later still has room, among the other half
    expect(await bring(logs, 'honest', await headersOf(keys.slice(240, 241), FUTURE + 1))).toEqual(['new'])
  })

  test('with all of them on one account, and nothing settled, takes it all', async () => {
    const logs = logsOf({ maxHeaders: 100, settledShare: 0 })
    await bring(logs, undefined, await headersOf(honest()))
    await bring(logs, undefined, await headersOf(junk(), FUTURE))
    expect(await heldOf(logs, honest())).toBe(0)
    expect(await bring(logs, undefined, await headersOf(honest().slice(0, 1)))).toEqual(['full'])
  })

  test('does not get around it by long logs of authors whom an honest peer brought', async () => {
    const logs = logsOf({ maxHeaders: 100 })
    await bring(logs, 'honest', await headersOf(honest().slice(0, 50)))
    const [one, two] = [at(junk(), 0), at(junk(), 1)]
    // heard by gossip from the honest one
    for (const key of [one, two]) await logs.accept(await forge(key, { seq: 1, time: NOW }), 'honest')
    const more = apart(120).flatMap((seq) => [one, two].map((key) => forge(key, { seq, time: FUTURE })))
    for (const bytes of await Promise.all(more)) await logs.accept(bytes, 'evil')
    expect(await heldOf(logs, honest())).toBe(50)
  })

  test('after a restart gets the share of one, too', async () => {
    const store = createMemoryStore()
    await bring(logsOf({ maxHeaders: 100 }, { store }), 'honest', await headersOf(keys.slice(0, 96)))
    const logs = logsOf({ maxHeaders: 100 }, { store })
    await logs.ready()
    await bring(logs, 'evil', await headersOf(keys.slice(96, 240), FUTURE))
    // of seventeen, about
    expect(await heldOf(logs, keys.slice(0, 96))).toBeGreaterThanOrEqual(90)
    expect(await heldOf(logs, keys.slice(96, 240))).toBeGreaterThanOrEqual(5)
  })

  test('displaces nobody that we have to do with, who displace it as long as they have less than half', async () => {
    const friends = new Set(keys.slice(0, 50).map(({ agent }) => agent))
    const logs = logsOf({ maxHeaders: 100 }, { isStranger: (author) => !friends.has(author) })
    await bring(logs, 'honest', await headersOf(keys.slice(0, 30)))
    await bring(logs, 'evil', await headersOf(junk(), FUTURE))
    for (let i = 0; i < 4; i++) await bring(logs, `evil ${i}`, await headersOf(junk().slice(10 * i), FUTURE))
    expect(await heldOf(logs, keys.slice(0, 30))).toBe(30)
    expect(await bring(logs, 'evil', await headersOf(keys.slice(30, 50)))).toEqual(Array(20).fill('new'))
    expect(await heldOf(logs, keys.slice(0, 50))).toBe(50)
    expect(await heldOf(logs, junk())).toBeGreaterThan(40)
  })

  test('and lapsed headers go before all others, whoever brought them', async () => {
    const logs = logsOf({ maxHeaders: 10 })
    const lapsed = await Promise.all(keys.slice(0, 4).map((key) => forge(key, { time: NOW - 50, expiry: NOW - 1 })))
    await bring(logs, 'honest', lapsed)
    await bring(logs, 'evil', await headersOf(keys.slice(4, 10)))
    expect(await bring(logs, 'evil', await headersOf(keys.slice(10, 14)))).toEqual(Array(4).fill('new'))
    expect(await heldOf(logs, keys.slice(0, 4))).toBe(0)
    expect(await heldOf(logs, keys.slice(4, 14))).toBe(10)
  })
})

test('two peers that both have more than there is room for come to rest', async () => {
  const logs = logsOf({ maxHeaders: 64 })
  const [a, b] = [await headersOf(keys.slice(0, 120)), await headersOf(keys.slice(120, 240))]
  const news: number[] = []
  for (let round = 0; round < 12; round++) {
    const told = [...(await bring(logs, 'a', a)), ...(await bring(logs, 'b', b))]
    news.push(told.filter((status) => status === 'new').length)
  }
  expect(news.slice(9)).toEqual([0, 0, 0])
  const [ofA, ofB] = [await heldOf(logs, keys.slice(0, 120)), await heldOf(logs, keys.slice(120, 240))]
  expect(ofA + ofB).toBeGreaterThan(60)
  expect(Math.abs(ofA - ofB)).toBeLessThan(6)
})

test('property: whoever brings what, no peer loses anything as long as it holds less than an equal share', async () => {
  const offer = fc.record({ who: fc.nat(199), peer: fc.nat(4), age: fc.nat(60), many: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(offer, { minLength: 10, maxLength: 120 }), async (offers) => {
      const logs = logsOf({ maxHeaders: 20 })
      const first = new Map<number, number>()
      const lost = new Set<number>()
      for (const { who, peer, age, many } of offers) {
        // the last peer brings most
        const by = many ? 4 : peer
        const before = new Set(heldIn(logs))
        const { status } = await logs.accept(await forge(at(keys, who), { time: NOW - age * 1000 }), `${by}`)
        if (status === 'new') first.set(who, by)
        const counts = new Map<number, number>()
        for (const one of before) counts.set(first.get(one) ?? 0, (counts.get(first.get(one) ?? 0) ?? 0) + 1)
        const after = new Set(heldIn(logs))
        for (const one of before) if (!after.has(one) && (counts.get(first.get(one) ?? 0) ?? 0) < 4) lost.add(one)
      }
      expect([...lost]).toEqual([])
      expect(logs.index.size).toBeLessThanOrEqual(20)
    }),
    { seed: 41, numRuns: 60 }
  )
})

/** The numbers of the keys of which something is held. */
function heldIn(logs: Logs): number[] {
  const found: number[] = []
  logs.index.select(({ author }) => (found.push(keys.findIndex(({ agent }) => agent === author)), false))
  return found
}

test('there are so many accounts; whoever comes when all are taken shares that of the peer that holds least', () => {
  const held = new Map<number, number>()
  const accounts = createAccounts((account) => held.get(account) ?? 0)
  const taken = Array.from({ length: 1024 }, (_, i) => accounts.of(`peer ${i}`))
  expect(new Set(taken).size).toBe(1024)
  taken.forEach((account, i) => held.set(account, i === 77 ? 1 : 5))
  expect(accounts.of('one more')).toBe(taken[77])
  expect(accounts.of('peer 5')).toBe(taken[5])
  expect(new Set(Array.from({ length: 40 }, () => accounts.earlier())).size).toBe(16)
})

test('what one log has of several peers counts for the one that brought most of it', async () => {
  const logs = logsOf({ maxHeaders: 100 })
  const [one] = keys as [AgentKey]
  const seqs = apart(4)
  await logs.accept(await forge(one, { seq: at(seqs, 0) }), 'a')
  for (const seq of seqs.slice(1)) await logs.accept(await forge(one, { seq }), 'b')
  expect(await held(logs, one.agent)).toEqual(seqs)
})
