import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { agentKey, generateKeyPair } from '../crypto/keys.ts'
import { createLogs, type Logs } from '../log/log.ts'
import { createMemoryHub } from '../net/memory.ts'
import type { Network } from '../net/network.ts'
import { decode, encode } from '../schema/codec.ts'
import { MAX_BATCH_BYTES, frontier, headerBatch, MAX_FRONTIER_BYTES } from '../schema/messages.ts'
import { createMemoryStore } from '../store/memory.ts'
import { FRONTIER_PROTOCOL, catchUp, serveCatchUp } from './catch-up.ts'
import { strangersHeader } from './testing/party.ts'

const options = { maxMessageBytes: 100_000, maxStreamsPerPeer: 4 }
const signal = AbortSignal.timeout(20_000)
let a: { network: Network; logs: Logs }
let b: { network: Network; logs: Logs }
let at = 0

beforeEach(async () => {
  at = Date.now()
  const hub = createMemoryHub()
  const side = (peer: string) => ({
    network: hub.network(peer),
    logs: createLogs({ store: createMemoryStore(), clock: Date.now })
  })
  a = side('a')
  b = side('b')
  serveCatchUp({ ...a, now: () => at })
  await a.network.start()
  await b.network.start()
})

afterEach(async () => {
  await a.network.stop()
  await b.network.stop()
})

async function authors(logs: Logs, count: number): Promise<void> {
  const headers = await Promise.all(Array.from({ length: count }, () => strangersHeader()))
  for (const { bytes } of headers) expect((await logs.accept(bytes)).status).toBe('new')
}

describe('catching up', () => {
  test('brings each log whole, in order, and only what is lacking', async () => {
    const key = await agentKey(await generateKeyPair())
    for (let i = 0; i < 300; i++) await a.logs.append(key, 'intention', { kind: 'intention', goal: String(i), tags: [] })
    const took: number[] = []
    const accept = async (bytes: Uint8Array) => {
      took.push(bytes.length)
      return b.logs.accept(bytes)
    }
    expect(await catchUp(b, 'a', accept, signal)).toEqual({ fresh: 300, more: false })
    await a.logs.append(key, 'intention', { kind: 'intention', goal: 'one more', tags: [] })
    expect(await catchUp(b, 'a', accept, signal)).toEqual({ fresh: 1, more: false })
    expect(took).toHaveLength(301)
    expect((await b.logs.head(key.agent))?.seq).toBe(301)
  })

  test('goes through more authors than fit into one message, without sending again what is held', async () => {
    await authors(a.logs, 1500)
    for (const [author] of await a.logs.frontier()) {
      for (const { bytes } of await a.logs.headers(author)) await b.logs.accept(bytes)
    }
    await authors(a.logs, 50)
    let seen = 0
    const result = await catchUp(
      b,
      'a',
      async (bytes) => {
        seen++
        return b.logs.accept(bytes)
      },
      signal
    )
    expect(result).toEqual({ fresh: 50, more: false })
    expect(seen).toBe(50)
  })

  test('with a peer that asks again and again ends at once', async () => {
    await authors(a.logs, 3)
    const fresh: number[] = []
    const nothing = async () => ({ status: 'known', author: '' }) as const
    const headers = async () => {
      let count = 0
      await catchUp({ ...b }, 'a', async () => (count++, nothing()), signal)
      return count
    }
    for (let i = 0; i < 17; i++) fresh.push(await headers())
    expect(fresh.slice(0, 16).every((count) => count === 3)).toBe(true)
    expect(fresh[16]).toBe(0)
    at += 2000
    expect(await headers()).toBe(3)
  })

  test('stops at a header that is invalid', async () => {
    const evil = 'a'
    const forged = (await strangersHeader()).bytes
    forged[40]! ^= 1
    let sent = 0
    a.network.handle(FRONTIER_PROTOCOL, options, async (stream) => {
      for (;;) {
        await stream.write(encode({ headers: [forged] }))
        sent++
      }
    })
    expect(await catchUp(b, evil, (bytes) => b.logs.accept(bytes), signal)).toEqual({ fresh: 0, more: false })
    expect(sent).toBeLessThan(100)
  })

  test('with one that sends without end is broken off, and says that there is more', async () => {
    const header = (await strangersHeader()).bytes
    const batch = encode({ headers: Array.from({ length: 128 }, () => header) })
    a.network.handle(FRONTIER_PROTOCOL, options, async (stream) => {
      for (;;) await stream.write(batch)
    })
    const { more } = await catchUp(b, 'a', async () => ({ status: 'known', author: '' }), signal)
    expect(more).toBe(true)
  })

  test('fails when what comes is no answer', async () => {
    a.network.handle(FRONTIER_PROTOCOL, options, async (stream) => {
      await stream.write(new Uint8Array([0xff]))
    })
    await expect(catchUp(b, 'a', (bytes) => b.logs.accept(bytes), signal)).rejects.toThrow('DAG-CBOR')
  })
})

describe('the answer', () => {
  async function ask(request: unknown): Promise<number> {
    const stream = await b.network.open('a', FRONTIER_PROTOCOL, { ...options, signal })
    await stream.write(encode(request))
    let count = 0
    for (;;) {
      const message = await stream.read({ signal })
      if (message === null) break
      const { headers } = decode(message, headerBatch, MAX_BATCH_BYTES)
      if (headers.length === 0) break
      count += headers.length
    }
    await stream.close()
    return count
  }

  test('is about the authors of the range that was asked for', async () => {
    await authors(a.logs, 10)
    const keys = (await Promise.all((await a.logs.frontier()).map(([author]) => a.logs.header(author, 1)))).map(
      (stored) => stored!.header.author
    )
    const whole = { version: 1, after: null, upTo: null, have: [] }
    expect(await ask(whole)).toBe(10)
    expect(await ask({ ...whole, after: keys[2] })).toBe(7)
    expect(await ask({ ...whole, upTo: keys[2] })).toBe(3)
    expect(await ask({ ...whole, after: keys[2], upTo: keys[5] })).toBe(3)
    expect(await ask({ ...whole, have: keys.slice(0, 4).map((key) => [key, 1]) })).toBe(6)
    // a range that ends before it begins is empty
    expect(await ask({ ...whole, after: keys[5], upTo: keys[2] })).toBe(0)
  })

  test('is refused to what is no question', async () => {
    await expect(ask({ version: 2 })).rejects.toThrow()
    expect(() => decode(encode({ version: 1, have: [] }), frontier, MAX_FRONTIER_BYTES)).toThrow()
  })
})
