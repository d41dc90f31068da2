import { beforeEach, describe, expect, test } from 'vitest'
import { agentKey, generateKeyPair, type AgentKey } from '../crypto/keys.ts'
import { digest } from '../crypto/hash.ts'
import { encodeForkProof } from '../log/fork-proof.ts'
import { createLogs, type Logs } from '../log/log.ts'
import { createMemoryHub, type MemoryHub } from '../net/memory.ts'
import type { FramedStream, Network } from '../net/network.ts'
import { decode, encode } from '../schema/codec.ts'
import { MAX_RECONCILE_BYTES, reconcileReply, reconcileRequest } from '../schema/messages.ts'
import { noChanges } from '../store/changes.ts'
import { createMemoryStore } from '../store/memory.ts'
import { systemClock, type Clock } from '../support/clock.ts'
import { createHoldings } from './holdings.ts'
import { initiate } from './negentropy.ts'
import { RECONCILE_PROTOCOL, reconcile, serveReconcile, type ReconcileInit } from './reconcile.ts'
import { recordShard, type Shard } from './shards.ts'
import { strangersHeader } from './testing/party.ts'
import { createTransfer, nothing, type Exchanged } from './transfer.ts'

const options = { maxMessageBytes: MAX_RECONCILE_BYTES, maxStreamsPerPeer: 2 }
const { signal } = new AbortController()
const wholeRecord: Shard[] = [recordShard(0, 0)]
const covered = ['starling/1/control', 'starling/1/record/-']

interface Side {
  network: Network
  logs: Logs
  taken: number
  served: Array<{ result: Exchanged; end: string }>
  with(peer: string): Promise<Exchanged | null>
}

let hub: MemoryHub

beforeEach(() => {
  hub = createMemoryHub()
})

async function side(peer: string, init: Partial<ReconcileInit> = {}, clock: Clock = systemClock): Promise<Side> {
  const network = hub.network(peer)
  const logs = createLogs({ store: createMemoryStore(), clock: systemClock })
  const holdings = createHoldings({ logs, changes: noChanges, report: () => undefined }, { leafBits: 3, forkProofs: true })
  const one: Side = {
    network,
    logs,
    taken: 0,
    served: [],
    with: (other) => reconcile(components, whole, other)
  }
  const transfer = createTransfer({
    holdings,
    clock: systemClock,
    topicsOf: () => ['starling/1/record/-'],
    taker: {
      header(bytes) {
        one.taken++
        return logs.accept(bytes)
      },
      fork: (proof) => logs.acceptFork(proof)
    }
  })
  const components = { network, clock, holdings, transfer, closing: new AbortController().signal }
  const whole: ReconcileInit = {
    kept: () => wholeRecord,
    onShards: () => undefined,
    onServed: (_, result, end) => void one.served.push({ result, end }),
    mayServe: () => true,
    rateLimits: true,
    ...init
  }
  serveReconcile(components, whole)
  await network.start()
  return one
}

async function newKey(): Promise<AgentKey> {
  return agentKey(await generateKeyPair())
}

async function grow(logs: Logs, key: AgentKey, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await logs.append(key, 'intention', { kind: 'intention', goal: `${key.agent} ${i}`, tags: [] })
  }
}

async function reach({ logs }: Side): Promise<Record<string, number>> {
  await logs.ready()
  return Object.fromEntries(await logs.authors())
}

describe('an exchange', () => {
  test('settles both ways, and moves only what is lacking', async () => {
    const [a, b] = [await side('a'), await side('b')]
    const [keyA, keyB] = [await newKey(), await newKey()]
    await grow(a.logs, keyA, 300)
    await grow(b.logs, keyB, 5)
    expect(await b.with('a')).toEqual({ ...nothing(), fresh: 300, given: 5, covered })
    await expect.poll(() => a.served.length).toBe(1)
    expect(await reach(a)).toEqual(await reach(b))
    await grow(a.logs, keyA, 1)
    const before = b.taken
    expect(await b.with('a')).toEqual({ ...nothing(), fresh: 1, covered })
    expect(b.taken - before).toBe(1)
    await expect.poll(() => a.served.length).toBe(2)
    expect(a.served.map(({ end, result }) => [end, result.fresh, result.given])).toEqual([
      ['done', 5, 300],
      ['done', 0, 1]
    ])
  })

  test('between peers that hold the same costs a hundred bytes', async () => {
    const [a, b] = [await side('a'), await side('b')]
    await grow(a.logs, await newKey(), 400)
    await b.with('a')
    const bytes = () => b.network.bytesByProtocol()[RECONCILE_PROTOCOL]!
    const before = bytes()
    expect(await b.with('a')).toEqual({ ...nothing(), covered })
    expect(bytes().sent + bytes().received - before.sent - before.received).toBeLessThan(150)
  })

  test('costs at most 1.4 times of what it moves', async () => {
    const [a, b] = [await side('a'), await side('b')]
    for (const one of [a, b]) for (let i = 0; i < 40; i++) await grow(one.logs, await newKey(), 5)
    await b.with('a')
    await expect.poll(() => a.served.length).toBe(1)
    const { sent, received } = b.network.bytesByProtocol()[RECONCILE_PROTOCOL]!
    let moved = 0
    for (const [author] of await a.logs.authors()) for (const { bytes } of await a.logs.headers(author)) moved += bytes.length
    expect((sent + received) / moved).toBeLessThan(1.4)
    expect(moved).toBeGreaterThan(70_000)
  })

  test('is about the shards that both keep', async () => {
    const keys = await Promise.all(Array.from({ length: 12 }, newKey))
    const a = await side('a')
    for (const key of keys) await grow(a.logs, key, 2)
    const prefix = 0b0100_0000_0000_0000
    const b = await side('b', { kept: () => [recordShard(prefix, 1)] })
    await b.with('a')
    const expected = keys.filter(({ publicKey }) => publicKey[0]! < 128).map(({ agent }) => agent)
    expect(new Set(Object.keys(await reach(b)))).toEqual(new Set(expected))
  })

  test('of meaning leaves out what has lapsed; of a record it does not', async () => {
    const lapsed = await strangersHeader({ expiry: Date.now() - 1, sketch: [1, new Uint8Array(32), [2]] })
    const root: Shard[] = [{ of: 'meaning', model: 1, depth: 0, prefix: 0 }]
    for (const [kept, count] of [[root, 0], [wholeRecord, 1]] as const) {
      hub = createMemoryHub()
      const [a, b] = [await side('a', { kept: () => [...kept] }), await side('b', { kept: () => [...kept] })]
      await a.logs.accept(lapsed.bytes)
      await b.with('a')
      expect(Object.keys(await reach(b))).toHaveLength(count)
    }
  })

  test('brings fork proofs, and no more headers of who forked', async () => {
    const [a, b] = [await side('a'), await side('b')]
    const [one, other] = [await strangersHeader({ goal: 'one' }), await strangersHeader({ goal: 'other' })]
    const twin = await strangersHeader({ goal: 'twin', key: one.key })
    await a.logs.accept(one.bytes)
    await a.logs.accept(other.bytes)
    expect((await a.logs.acceptFork(encodeForkProof(one.bytes, twin.bytes))).status).toBe('new')
    expect(await b.with('a')).toMatchObject({ fresh: 2, missed: 0 })
    expect(await b.logs.forked(one.key.agent)).toEqual(await a.logs.forked(one.key.agent))
    expect(await reach(b)).toEqual({ [other.key.agent]: 1 })
    expect(await a.with('b')).toEqual({ ...nothing(), covered })
  })

  test('two at once fetch nothing twice', async () => {
    const [a, b, c] = [await side('a'), await side('b'), await side('c')]
    const key = await newKey()
    await grow(a.logs, key, 200)
    await b.with('a')
    const [fromA, fromB] = await Promise.all([c.with('a'), c.with('b')])
    expect(fromA!.fresh + fromB!.fresh).toBe(200)
    expect(c.taken).toBe(200)
    expect(fromA!.more || fromB!.more).toBe(true)
  })

  test('with who has no time ends at once', async () => {
    const [a, b] = [await side('a', { mayServe: () => false }), await side('b')]
    await grow(a.logs, await newKey(), 1)
    expect(await b.with('a')).toBeNull()
  })

  test('that one peer opens again and again is refused; without the limit it would not be', async () => {
    const busy = async (rateLimits: boolean) => {
      hub = createMemoryHub()
      const [, b] = [await side('a', { rateLimits }), await side('b')]
      let refused = 0
      for (let i = 0; i < 20; i++) if ((await b.with('a')) === null) refused++
      return refused
    }
    expect(await busy(true)).toBeGreaterThan(8)
    expect(await busy(false)).toBe(0)
  })
})

describe('a peer that lies', () => {
  /** Answers as told: each message of the asker goes in, what comes out is sent. */
  async function liar(answer: (request: ReturnType<typeof read>, stream: FramedStream) => Promise<void>): Promise<void> {
    const network = hub.network('liar')
    network.handle(RECONCILE_PROTOCOL, options, async (stream) => {
      for (let message = await stream.read(); message !== null; message = await stream.read()) await answer(read(message), stream)
    })
    await network.start()
  }
  const read = (message: Uint8Array) => decode(message, reconcileRequest, MAX_RECONCILE_BYTES)
  const opened = encode({ type: 'opened', shards: [[0, 0, 0]], fingerprint: new Uint8Array(16) })
  const someIds = (count: number) => ({
    size: count,
    times: new Float64Array(count).map((_, i) => i + 1),
    hashes: crypto.getRandomValues(new Uint8Array(count * 32))
  })

  test('about what it has is found out', async () => {
    const b = await side('b')
    await liar(async (request, stream) => {
      if (request.type === 'open') await stream.write(opened)
      if (request.type === 'compare') await stream.write(encode({ type: 'compare', message: initiate(someIds(20), { limit: 4096 }) }))
      if (request.type === 'want') await stream.write(encode({ type: 'give', headers: [], forks: [], more: false }))
    })
    expect(await b.with('liar')).toEqual({ ...nothing(), missed: 20, covered })
  })

  test('without end is heard for a bounded number of rounds, and asked for a bounded number of items', async () => {
    const b = await side('b')
    let [rounds, wanted] = [0, 0]
    const end = { bound: [0x00, 0x00] }
    await liar(async (request, stream) => {
      if (request.type === 'open') await stream.write(opened)
      if (request.type === 'compare') {
        rounds++
        // other ids each time, and then a fingerprint that fits nothing
        const ids = crypto.getRandomValues(new Uint8Array(1000 * 32))
        const list = [0x61, 0x02, 0x00, 0x02, 0x87, 0x68, ...ids]
        await stream.write(encode({ type: 'compare', message: Uint8Array.from([...list, ...end.bound, 0x01, ...new Uint8Array(16)]) }))
      }
      if (request.type === 'want') {
        wanted += request.ids.length / 32
        await stream.write(encode({ type: 'give', headers: [], forks: [], more: false }))
      }
    })
    const result = await b.with('liar')
    expect(result).toMatchObject({ fresh: 0, more: true })
    expect(rounds).toBeLessThanOrEqual(64)
    expect(wanted).toBeLessThanOrEqual(20_000)
  })

  test('without end, and slowly, has its turn, and then others have theirs', async () => {
    let offset = 0
    const b = await side('b', {}, { now: () => Date.now() + offset, after: systemClock.after })
    const asked: string[] = []
    await liar(async (request, stream) => {
      asked.push(request.type)
      if (request.type === 'open') await stream.write(opened)
      if (request.type === 'compare') {
        if (asked.length === 4) offset = 61_000
        const ids = crypto.getRandomValues(new Uint8Array(1000 * 32))
        const list = [0x61, 0x02, 0x00, 0x02, 0x87, 0x68, ...ids]
        await stream.write(encode({ type: 'compare', message: Uint8Array.from([...list, 0x00, 0x00, 0x01, ...new Uint8Array(16)]) }))
      }
      if (request.type === 'want') await stream.write(encode({ type: 'give', headers: [], forks: [], more: false }))
    })
    expect(await b.with('liar')).toMatchObject({ more: true, missed: 1024 })
    expect(asked).toEqual(['open', 'compare', 'compare', 'compare', 'want'])
  })

  test('by giving what nobody asked for is broken off', async () => {
    const b = await side('b')
    const [asked, pushed] = [await strangersHeader(), await strangersHeader()]
    const hash = await digest(asked.bytes)
    await liar(async (request, stream) => {
      if (request.type === 'open') await stream.write(opened)
      if (request.type === 'compare') {
        const set = { size: 1, times: Float64Array.of(5), hashes: hash }
        await stream.write(encode({ type: 'compare', message: initiate(set, { limit: 4096 }) }))
      }
      if (request.type === 'want') await stream.write(encode({ type: 'give', headers: [pushed.bytes], forks: [], more: false }))
    })
    await expect(b.with('liar')).rejects.toThrow('only what was wanted')
    expect(await reach(b)).toEqual({})
  })

  test('by promising more and more is broken off', async () => {
    const b = await side('b')
    const { bytes } = await strangersHeader()
    const set = { size: 1, times: Float64Array.of(5), hashes: await digest(bytes) }
    await liar(async (request, stream) => {
      if (request.type === 'open') await stream.write(opened)
      if (request.type === 'compare') await stream.write(encode({ type: 'compare', message: initiate(set, { limit: 4096 }) }))
      if (request.type === 'want') for (;;) await stream.write(encode({ type: 'give', headers: [], forks: [], more: true }))
    })
    await expect(b.with('liar')).rejects.toThrow('expected what was wanted')
  })

  test('with forged headers is broken off, and nothing of them is kept', async () => {
    const b = await side('b')
    const { bytes } = await strangersHeader()
    bytes[bytes.length - 1]! ^= 1
    const set = { size: 1, times: Float64Array.of(5), hashes: await digest(bytes) }
    await liar(async (request, stream) => {
      if (request.type === 'open') await stream.write(opened)
      if (request.type === 'compare') await stream.write(encode({ type: 'compare', message: initiate(set, { limit: 4096 }) }))
      if (request.type === 'want') await stream.write(encode({ type: 'give', headers: [bytes], forks: [], more: false }))
    })
    await expect(b.with('liar')).rejects.toThrow('signature')
    expect(await reach(b)).toEqual({})
  })

  test('by asking for more than was offered is broken off', async () => {
    const b = await side('b')
    await grow(b.logs, await newKey(), 2)
    await liar(async (request, stream) => {
      if (request.type === 'open') await stream.write(opened)
      if (request.type === 'compare') await stream.write(encode({ type: 'compare', message: Uint8Array.of(0x61, 0, 0, 2, 0) }))
      if (request.type === 'offer') await stream.write(encode({ type: 'choose', chosen: new Uint8Array(2).fill(255) }))
    })
    await expect(b.with('liar')).rejects.toThrow('a bit for each id')
  })

  test('by offering what it does not give is found out, and keeps nobody we chose from giving it', async () => {
    const [a, b] = [await side('a'), await side('b')]
    await grow(a.logs, await newKey(), 3)
    const network = hub.network('thief')
    await network.start()
    const stream = await network.open('b', RECONCILE_PROTOCOL, { ...options, signal })
    const say = async (value: unknown) => {
      await stream.write(encode(value))
      return decode((await stream.read())!, reconcileReply, MAX_RECONCILE_BYTES)
    }
    await say({ type: 'open', version: 1, at: Date.now(), shards: [[0, 0, 0]] })
    const [author] = (await a.logs.authors())[0]!
    const stored = await a.logs.headers(author)
    const ids = Uint8Array.from(stored.flatMap(({ hash }) => [...hash]))
    expect(await say({ type: 'offer', ids })).toEqual({ type: 'choose', chosen: Uint8Array.of(0b1110_0000) })
    // it is silent now; meanwhile we ask somebody else
    expect(await b.with('a')).toMatchObject({ fresh: 3 })
    await stream.write(encode({ type: 'give', headers: [], forks: [], more: false }))
    await stream.close()
    await expect.poll(() => b.served).toEqual([{ result: { ...nothing(), missed: 3, covered }, end: 'done' }])
  })
})
