import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { didOf } from '../crypto/did.ts'
import { agentKey, generateKeyPair } from '../crypto/keys.ts'
import { createLogs, type Logs } from '../log/log.ts'
import { skipPath } from '../log/skip-link.ts'
import { createMemoryHub, type MemoryHub } from '../net/memory.ts'
import { decode, encode } from '../schema/codec.ts'
import { MAX_BATCH_BYTES, MAX_HEADERS_REQUEST_BYTES, headerBatch, headersRequest } from '../schema/messages.ts'
import { createMemoryStore } from '../store/memory.ts'
import { systemClock } from '../support/clock.ts'
import { HEADERS_PROTOCOL, fetchHeaders, rangesOf, serveHeaders } from './fetch-headers.ts'
import { createGaps } from './gaps.ts'
import { createTestTime } from '../support/testing/time.ts'

const options = { maxMessageBytes: MAX_BATCH_BYTES, maxStreamsPerPeer: 4 }

let hub: MemoryHub
let closing: AbortController

beforeEach(() => {
  hub = createMemoryHub()
  closing = new AbortController()
})

afterEach(() => closing.abort())

/** A peer with a log of so many entries. */
async function holder(peer: string, count: number) {
  const network = hub.network(peer)
  const logs = createLogs({ store: createMemoryStore(), clock: systemClock })
  const key = await agentKey(await generateKeyPair())
  for (let i = 0; i < count; i++) await logs.append(key, 'intention', { kind: 'intention', goal: String(i), tags: [] })
  serveHeaders({ network, logs, clock: systemClock })
  await network.start()
  return { network, logs, author: key.agent }
}

async function asker(peer = 'asker') {
  const network = hub.network(peer)
  await network.start()
  const logs = createLogs({ store: createMemoryStore(), clock: systemClock })
  return { network, logs, components: { network, clock: systemClock, closing: closing.signal } }
}

const held = async (logs: Logs, author: string) => (await logs.headers(author)).map(({ header }) => header.seq)

describe('headers by number', () => {
  test('are those that were asked for, of those that are held', async () => {
    const { author } = await holder('a', 300)
    const { components, logs } = await asker()
    const wanted = { author, ranges: [[2, 3], [100, 260], [299, 999]] as const }
    expect(await fetchHeaders(components, 'a', wanted, logs.accept)).toBe(165)
    expect(rangesOf(await held(logs, author))).toEqual([[2, 3], [100, 260], [299, 300]])
  })

  test('of a gap that has no end are asked for in bounds', async () => {
    const { author } = await holder('a', 1100)
    const { components, logs } = await asker()
    const wanted = { author, ranges: [[1, Number.MAX_SAFE_INTEGER]] as const }
    expect(await fetchHeaders(components, 'a', wanted, logs.accept)).toBe(1024)
  })

  test.each([
    ['another author’s', async (log: Logs, author: string) => (await log.headers(author)).slice(0, 1)],
    ['of another number', async (log: Logs, author: string) => (await log.headers(author)).slice(4, 5)],
    ['twice', async (log: Logs, author: string) => [...(await log.headers(author)).slice(0, 1), ...(await log.headers(author)).slice(0, 1)]]
  ])('that are not what was asked for are refused: %s', async (what, pick) => {
    const { logs: theirs, author } = await holder('a', 5)
    const other = await holder('b', 5)
    const evil = hub.network('evil')
    evil.handle(HEADERS_PROTOCOL, options, async (stream) => {
      await stream.read()
      const headers = what === 'another author’s' ? await pick(other.logs, other.author) : await pick(theirs, author)
      await stream.write(encode({ headers: headers.map(({ bytes }) => bytes) }))
    })
    await evil.start()
    const { components, logs } = await asker()
    await expect(fetchHeaders(components, 'evil', { author, ranges: [[1, 3]] }, logs.accept)).rejects.toThrow('asked for')
    expect(await held(logs, other.author)).toEqual([])
  })

  test('are given to one peer at a rate', async () => {
    const { author } = await holder('a', 1)
    const { network } = await asker()
    const { publicKeyOf } = await import('../crypto/did.ts')
    const request = encode({ author: publicKeyOf(author), ranges: [[1, 1]] })
    expect(() => decode(request, headersRequest, MAX_HEADERS_REQUEST_BYTES)).not.toThrow()
    let answered = 0
    for (let i = 0; i < 40; i++) {
      const stream = await network.open('a', HEADERS_PROTOCOL, { ...options, signal: AbortSignal.timeout(5000) })
      await stream.write(request)
      const reply = await stream.read()
      if (reply !== null && decode(reply, headerBatch, MAX_BATCH_BYTES).headers.length === 1) answered++
      await stream.close()
    }
    expect(answered).toBeGreaterThanOrEqual(32)
    expect(answered).toBeLessThan(36)
  })
})

describe('a gap', () => {
  async function setup(count: number) {
    const source = await holder('a', count)
    const { network, logs } = await asker()
    const clock = createTestTime()
    const offences: string[] = []
    const gaps = createGaps({
      network,
      clock,
      closing: closing.signal,
      logs,
      accept: (bytes) => logs.accept(bytes),
      penalise: (peer) => void offences.push(peer),
      report: (error) => expect(error).toBeNull()
    })
    const hear = async (seq: number) => {
      const verdict = await logs.accept((await source.logs.header(source.author, seq))!.bytes)
      if (verdict.status !== 'new') throw new Error(verdict.status)
      return verdict
    }
    return { ...source, mine: logs, clock, gaps, hear, offences }
  }

  test('is closed whole by who keeps the record, once what is missing had time to come', async () => {
    const { gaps, hear, mine, author, clock } = await setup(50)
    await hear(1)
    const { stored, below } = await hear(50)
    gaps.close({ stored, below: below!, whole: true, from: 'a', peers: () => ['a'] })
    await clock.pass(900)
    expect(await held(mine, author)).toEqual([1, 50])
    await hear(49)
    await clock.pass(200)
    await vi.waitFor(async () => expect(rangesOf(await held(mine, author))).toEqual([[1, 50]]), 10_000)
  })

  test('is closed along the skip links by who follows: two entries a thousand apart with a handful of headers', async () => {
    const { gaps, hear, mine, author, clock } = await setup(1000)
    await hear(7)
    const { stored, below } = await hear(1000)
    expect(below).toBe(7)
    gaps.close({ stored, below: below!, whole: false, from: 'a', peers: () => ['a'] })
    await clock.pass(1000)
    await vi.waitFor(async () => expect(await mine.path(author, 1000, 7)).not.toBeNull(), 10_000)
    expect((await held(mine, author)).length).toBe(skipPath(1000, 7).length)
    expect((await held(mine, author)).length).toBeLessThan(25)
  })

  test('is asked for from the next when one does not have it', async () => {
    const { gaps, hear, mine, author, clock } = await setup(9)
    const empty = hub.network('empty')
    serveHeaders({ network: empty, logs: createLogs({ store: createMemoryStore(), clock: systemClock }), clock: systemClock })
    await empty.start()
    const { stored } = await hear(9)
    gaps.close({ stored, below: 0, whole: true, from: 'empty', peers: () => ['empty', 'a'] })
    await clock.pass(1000)
    await vi.waitFor(async () => expect((await held(mine, author)).length).toBe(9), 10_000)
  })

  test('that an author makes again and again is asked for a few times', async () => {
    const { gaps, hear, clock } = await setup(30)
    let asked = 0
    for (let seq = 2; seq <= 30; seq += 2) {
      const { stored } = await hear(seq)
      const peers = () => {
        asked++
        return []
      }
      gaps.close({ stored, below: 0, whole: true, from: 'a', peers })
      await clock.pass(1000)
    }
    await vi.waitFor(() => expect(asked).toBeGreaterThan(0), 10_000)
    expect(asked).toBeLessThanOrEqual(4)
  })
})

describe('gaps because of a peer that gives nothing', () => {
  /** Headers of as many authors as are asked for, each with a gap before it. */
  async function setup() {
    const network = hub.network('asker')
    await network.start()
    const clock = createTestTime()
    const source = createLogs({ store: createMemoryStore(), clock: systemClock })
    const key = await agentKey(await generateKeyPair())
    for (let i = 0; i < 4; i++) await source.append(key, 'intention', { kind: 'intention', goal: String(i), tags: [] })
    const log = (await source.headers(key.agent)).map(({ bytes }) => bytes)
    const offences: Array<[peer: string, points: number]> = []
    const begun: string[] = []
    const gaps = createGaps({
      network,
      clock,
      closing: closing.signal,
      logs: {
        ...createLogs({ store: createMemoryStore(), clock }),
        async missing(author) {
          begun.push(author)
          return [[1, 4]]
        }
      },
      accept: async () => ({ status: 'known', author: key.agent }),
      penalise: (peer, _, points) => void offences.push([peer, points]),
      report: (error) => expect(error).toBeNull()
    })
    const asked: string[] = []
    for (const peer of ['silent', 'silent too', 'dripping', 'honest']) {
      const other = hub.network(peer)
      other.handle(HEADERS_PROTOCOL, options, async (stream) => {
        await stream.read()
        asked.push(peer)
        if (peer === 'honest') return stream.write(encode({ headers: [] }))
        await new Promise((resolve) => clock.after(9_000, () => resolve(null)))
        if (peer !== 'dripping') return new Promise(() => undefined)
        for (const bytes of log) {
          await stream.write(encode({ headers: [bytes] }))
          await new Promise((resolve) => clock.after(9_000, () => resolve(null)))
        }
      })
      await other.start()
    }
    const [stored] = await source.headers(key.agent, { after: 3 })
    const close = (from: string, author = didOf(crypto.getRandomValues(new Uint8Array(32)))) => {
      gaps.close({ stored: { ...stored!, author }, below: 0, whole: true, from, peers: () => [from] })
      return author
    }
    return { clock, gaps, close, offences, begun, asked, author: key.agent }
  }

  test('wait in bounds, however many there are, and it pays for each but the first', async () => {
    const { clock, gaps, close, offences, begun } = await setup()
    for (let second = 0; second < 30; second++) {
      for (let i = 0; i < 20; i++) close('silent')
      await clock.pass(1_000)
    }
    expect(offences.map(([, points]) => points)).toEqual([5])
    await clock.pass(60 * 60_000)
    // those that waited when the flood was over, and a few before
    expect(begun.length).toBeLessThan(40)
    gaps.stop()
  })

  test('don’t keep others’ waiting', async () => {
    const { clock, gaps, close, begun } = await setup()
    for (let i = 0; i < 100; i++) for (const peer of ['silent', 'silent too']) close(peer)
    await clock.pass(3_000)
    const author = close('honest')
    await clock.pass(2_000)
    expect(begun).toContain(author)
    expect(begun).toHaveLength(3)
    gaps.stop()
  })

  test('are given up when it gives one header after the other, just in time', async () => {
    const { clock, gaps, close, asked, author } = await setup()
    close('dripping', author)
    await clock.pass(1_000)
    expect(asked).toEqual(['dripping'])
    close('dripping')
    // four headers would have taken it 36 s
    await clock.pass(12_000)
    expect(asked).toEqual(['dripping', 'dripping'])
    gaps.stop()
  })
})
