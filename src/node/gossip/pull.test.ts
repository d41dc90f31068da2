import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { toHex } from '../crypto/hash.ts'
import { createLogs, type Logs } from '../log/log.ts'
import type { StoredHeader } from '../log/records.ts'
import { createMemoryHub, type MemoryHub } from '../net/memory.ts'
import type { FramedStream, Network } from '../net/network.ts'
import { decode, encode } from '../schema/codec.ts'
import { BODY_PIECE_BYTES, MAX_BODY_REQUEST_BYTES, bodyRequest } from '../schema/messages.ts'
import { createMemoryStore } from '../store/memory.ts'
import { systemClock } from '../support/clock.ts'
import { BODY_PROTOCOL, serveBodies } from './body-stream.ts'
import { bitBytes } from './ids.ts'
import { createPuller, type Puller } from './pull.ts'
import { strangersHeader, type Offence } from './testing/party.ts'
import { seeded } from '../support/testing/time.ts'

const options = { maxMessageBytes: 100_000, maxStreamsPerPeer: 8 }

interface Side {
  network: Network
  logs: Logs
  puller: Puller
  offences: Offence[]
  reports: unknown[]
}

let hub: MemoryHub
const sides: Side[] = []

beforeEach(() => {
  hub = createMemoryHub()
})

afterEach(async () => {
  for (const { puller, network } of sides) {
    puller.close()
    await network.stop()
  }
  expect(sides.splice(0).flatMap(({ reports }) => reports)).toEqual([])
})

interface SideInit {
  otherSources?: boolean
  penalties?: boolean
  favours?: (author: string) => boolean
}

async function side(peer: string, { otherSources = true, penalties = true, favours = () => false }: SideInit = {}): Promise<Side> {
  const network = hub.network(peer)
  const logs = createLogs({ store: createMemoryStore(), clock: systemClock })
  const connected = new Map<string, number>()
  network.on('connect', (connection) => connected.set(connection.peer, systemClock.now()))
  network.on('disconnect', (connection) => connected.delete(connection.peer))
  const offences: Offence[] = []
  const reports: unknown[] = []
  const watched: Network = { ...network, penalise: (other, reason, points) => void offences.push({ peer: other, reason, points }) }
  const puller = createPuller(
    { network: watched, logs, clock: systemClock, random: seeded(5), report: (error) => reports.push(error) },
    { connected, penalties, otherSources, favours }
  )
  serveBodies({ network, logs, clock: systemClock }, { soon: puller.soon })
  await network.start()
  const one = { network, logs, puller, offences, reports }
  sides.push(one)
  return one
}

/** A peer that answers each request as told. */
async function giver(peer: string, answer: (request: { hash: Uint8Array; offset: number }, stream: FramedStream) => Promise<unknown>) {
  const network = hub.network(peer)
  const requests: number[] = []
  network.handle(BODY_PROTOCOL, options, async (stream) => {
    for (let message = await stream.read(); message !== null; message = await stream.read()) {
      const request = decode(message, bodyRequest, MAX_BODY_REQUEST_BYTES)
      if ('held' in request) {
        // whatever it is asked about
        await stream.write(encode({ held: new Uint8Array(bitBytes(request.held.length / 32)).fill(0xff) }))
        continue
      }
      requests.push(request.offset)
      await answer(request, stream)
    }
  })
  await network.start()
  return { network, requests }
}

async function accepted(logs: Logs, bytes: Uint8Array): Promise<StoredHeader> {
  const verdict = await logs.accept(bytes)
  if (verdict.status !== 'new') throw new Error(`expected a new header, got ${verdict.status}`)
  return verdict.stored
}

/** Pieces of a body from a byte on, as an honest peer gives them, at most so many. */
async function give(stream: FramedStream, body: Uint8Array, from: number, most = Infinity): Promise<void> {
  for (let offset = from, count = 0; offset < body.length && count < most; count++) {
    const piece = body.subarray(offset, offset + BODY_PIECE_BYTES)
    offset += piece.length
    await stream.write(encode({ piece, rest: body.length - offset }))
  }
}

const held = (logs: Logs, author: string) => vi.waitFor(async () => expect(await logs.body(author, 1)).not.toBeNull(), 10_000)

describe('a body', () => {
  test('of a megabyte comes in pieces', async () => {
    const { bytes, body, key } = await strangersHeader({ goal: 'x'.repeat(1024 * 1024 - 100) })
    const [a, b] = [await side('a'), await side('b')]
    const stored = await accepted(a.logs, bytes)
    expect((await a.logs.putBody(body, [{ author: key.agent, seq: 1 }])).status).toBe('new')
    b.puller.want(await accepted(b.logs, bytes), { from: 'a' })
    await held(b.logs, key.agent)
    expect(stored.header.bodySize).toBeGreaterThan(31 * BODY_PIECE_BYTES)
    expect(b.puller.pending()).toBe(0)
  })

  test('that breaks off is gone on with at another peer, where it broke off', async () => {
    const { bytes, body, key } = await strangersHeader({ goal: 'x'.repeat(5 * BODY_PIECE_BYTES) })
    const breaking = await giver('breaking', async ({ offset }, stream) => {
      await give(stream, body, offset, 3)
      await vi.waitFor(() => undefined)
      stream.abort(new Error('gone'))
    })
    const whole = await giver('whole', ({ offset }, stream) => give(stream, body, offset))
    const b = await side('b')
    // what was written before the end of a stream may be lost with it: some of it is there, and all of it comes
    b.puller.want(await accepted(b.logs, bytes), { from: 'breaking' })
    await held(b.logs, key.agent)
    expect(breaking.requests).toEqual([0])
    expect(whole.requests).toHaveLength(1)
    expect(whole.requests[0]! % BODY_PIECE_BYTES).toBe(0)
    expect(b.offences).toEqual([{ peer: 'breaking', reason: 'it broke a body off', points: 1 }])
  })

  test('put together from a lie and the truth is found wrong; then each gives all, and the liar is known', async () => {
    const { bytes, body, key } = await strangersHeader({ goal: 'x'.repeat(3 * BODY_PIECE_BYTES) })
    const lie = new Uint8Array(body.length)
    let stalled = false
    const liar = await giver('liar', async ({ offset }, stream) => {
      if (stalled) return give(stream, lie, offset)
      stalled = true
      await give(stream, lie, offset, 1)
      setTimeout(() => stream.abort(new Error('gone')), 50)
    })
    await giver('whole', ({ offset }, stream) => give(stream, body, offset))
    const b = await side('b')
    b.puller.want(await accepted(b.logs, bytes), { from: 'liar' })
    await held(b.logs, key.agent)
    expect(liar.requests).toEqual([0])
    expect(b.offences.filter(({ peer }) => peer === 'whole')).toEqual([])
  })

  test('is asked for once, however many entries have it', async () => {
    const one = await strangersHeader({ goal: 'same' })
    const other = await strangersHeader({ goal: 'same' })
    const b = await side('b')
    const whole = await giver('whole', ({ offset }, stream) => give(stream, one.body, offset))
    const entries = [await accepted(b.logs, one.bytes), await accepted(b.logs, other.bytes)]
    for (const entry of entries) b.puller.want(entry, { from: 'whole' })
    await Promise.all([held(b.logs, one.key.agent), held(b.logs, other.key.agent)])
    expect(whole.requests).toEqual([0])
  })

  test('is had from whoever passed the header on, which fetches it for us though it does not want it', async () => {
    hub = createMemoryHub({ joined: false })
    const { bytes, body, key } = await strangersHeader({ goal: 'far' })
    const [a, b, c] = [await side('a'), await side('b'), await side('c')]
    hub.join('a', 'b')
    hub.join('b', 'c')
    await accepted(a.logs, bytes)
    await a.logs.putBody(body, [{ author: key.agent, seq: 1 }])
    b.puller.note(await accepted(b.logs, bytes), { publisher: 'a', from: 'a' })
    c.puller.want(await accepted(c.logs, bytes), { publisher: 'a', from: 'b' })
    await held(c.logs, key.agent)
    // at once, not in a later round
    expect(await b.logs.body(key.agent, 1)).not.toBeNull()
  })

  test('that is on its way to whom we ask is waited for there, not asked for again and again', async () => {
    hub = createMemoryHub({ joined: false })
    const { bytes, body, key } = await strangersHeader({ goal: 'slow' })
    const [b, c] = [await side('b'), await side('c')]
    const slow = await giver('slow', async ({ offset }, stream) => {
      await new Promise((resolve) => setTimeout(resolve, 600))
      await give(stream, body, offset)
    })
    hub.join('slow', 'b')
    hub.join('b', 'c')
    b.puller.want(await accepted(b.logs, bytes), { from: 'slow' })
    c.puller.want(await accepted(c.logs, bytes), { from: 'b' })
    await held(c.logs, key.agent)
    expect(slow.requests).toEqual([0])
    const asked = Object.entries(c.network.bytesByProtocol()).find(([name]) => name === BODY_PROTOCOL)![1].sent
    expect(asked).toBeLessThan(2 * MAX_BODY_REQUEST_BYTES)
  })

  test('of an author who is favoured comes before those that have waited longer', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, (_, i) => strangersHeader({ goal: `goal ${i}` })))
    const last = all.at(-1)!
    const b = await side('b', { favours: (author) => author === last.key.agent })
    const asked: string[] = []
    let release = () => {}
    const released = new Promise<void>((resolve) => (release = resolve))
    await giver('friend', async ({ hash, offset }, stream) => {
      const one = all.find((other) => toHex(other.hash) === toHex(hash))!
      asked.push(one.key.agent)
      await released
      await give(stream, one.body, offset)
    })
    for (const { bytes } of all) b.puller.want(await accepted(b.logs, bytes), { from: 'friend', publisher: 'friend' })
    // as many as one peer is asked for at a time
    await vi.waitFor(() => expect(asked).toHaveLength(4))
    release()
    await held(b.logs, last.key.agent)
    expect(asked.indexOf(last.key.agent)).toBe(4)
    await Promise.all(all.map(({ key }) => held(b.logs, key.agent)))
  })

  test('whose header lies about its size is nobody’s fault but the author’s', async () => {
    const { bytes, body, key } = await strangersHeader({ bodySize: 5 })
    const whole = await giver('whole', ({ offset }, stream) => give(stream, body, offset))
    const b = await side('b')
    b.puller.want(await accepted(b.logs, bytes), { from: 'whole' })
    await vi.waitFor(() => expect(whole.requests.length).toBeGreaterThan(0))
    expect(await b.logs.body(key.agent, 1)).toBeNull()
    expect(b.offences).toEqual([])
  })
})

describe('against those who mean ill', () => {
  test('wrong bytes are held against whoever gave them, and the body is had from another', async () => {
    const { bytes, body, key } = await strangersHeader({ goal: 'truth' })
    await giver('liar', (_, stream) => give(stream, new Uint8Array(body.length), 0))
    const honest = await giver('honest', ({ offset }, stream) => give(stream, body, offset))
    const b = await side('b')
    b.puller.want(await accepted(b.logs, bytes), { publisher: 'liar', from: 'liar' })
    await held(b.logs, key.agent)
    expect(honest.requests).toEqual([0])
    expect(b.offences).toEqual([{ peer: 'liar', reason: 'a body: expected a body with the hash that was asked for', points: 20 }])
  })

  test.each([
    ['a piece too short', (size: number) => ({ piece: new Uint8Array(10), rest: size - 10 })],
    ['an empty piece', () => ({ piece: new Uint8Array(0), rest: 0 })],
    ['another shape', () => ({ body: new Uint8Array(10) })]
  ])('%s is an offence', async (_, reply) => {
    const { bytes, body } = await strangersHeader({ goal: 'truth' })
    await giver('liar', (_request, stream) => stream.write(encode(reply(body.length))))
    const b = await side('b')
    b.puller.want(await accepted(b.logs, bytes), { from: 'liar' })
    await vi.waitFor(() => expect(b.offences.map(({ peer, points }) => [peer, points])).toContainEqual(['liar', 20]))
  })

  test('who announced a body and does not give it is held to account, and asked last from then on', async () => {
    const announced = await Promise.all([1, 2, 3].map((i) => strangersHeader({ goal: `body ${i}` })))
    const order: string[] = []
    await giver('withholder', async (_, stream) => {
      order.push('withholder')
      await stream.write(encode({ piece: null, rest: 0 }))
    })
    await giver('honest', async ({ hash, offset }, stream) => {
      order.push('honest')
      const found = announced.find((one) => one.hash.every((byte, i) => byte === hash[i]))
      if (found !== undefined) await give(stream, found.body, offset)
    })
    const b = await side('b')
    for (const { bytes, key } of announced) {
      b.puller.want(await accepted(b.logs, bytes), { publisher: 'withholder', from: 'withholder' })
      await held(b.logs, key.agent)
    }
    expect(order).toEqual(['withholder', 'honest', 'honest', 'honest'])
    expect(b.offences).toEqual([
      { peer: 'withholder', reason: 'it says it has a body that it does not give', points: 5 }
    ])
  })

  test.each([
    [true, true],
    [false, false]
  ])('a body that its publisher withholds is had from others: with other sources %s, %s', async (otherSources, comes) => {
    const { bytes, body, key } = await strangersHeader({ goal: 'truth' })
    const withholder = await giver('withholder', (_, stream) => stream.write(encode({ piece: null, rest: 0 })))
    await giver('honest', ({ offset }, stream) => give(stream, body, offset))
    const b = await side('b', { otherSources })
    b.puller.want(await accepted(b.logs, bytes), { publisher: 'withholder', from: 'honest' })
    await vi.waitFor(() => expect(withholder.requests.length).toBeGreaterThan(0))
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect((await b.logs.body(key.agent, 1)) !== null).toBe(comes)
  })

  test('who is silent is not waited for alone', async () => {
    const { bytes, body, key } = await strangersHeader({ goal: 'truth' })
    await giver('silent', () => new Promise(() => undefined))
    await giver('honest', ({ offset }, stream) => give(stream, body, offset))
    const b = await side('b')
    const began = performance.now()
    b.puller.want(await accepted(b.logs, bytes), { publisher: 'silent', from: 'silent' })
    await held(b.logs, key.agent)
    expect(performance.now() - began).toBeLessThan(2000)
  })

  test('a flood of wishes from one peer drives out its own, not those of others', async () => {
    const b = await side('b')
    const honest = await strangersHeader({ goal: 'honest' })
    b.puller.want(await accepted(b.logs, honest.bytes), { from: 'friend' })
    const { bytes } = await strangersHeader({ goal: 'flood' })
    const flood = await accepted(b.logs, bytes)
    for (let i = 0; i < 5000; i++) {
      const bodyHash = new Uint8Array(32)
      new DataView(bodyHash.buffer).setUint32(0, i)
      b.puller.want({ ...flood, header: { ...flood.header, bodyHash } }, { from: 'flooder' })
    }
    expect(b.puller.pending()).toBe(4096)
    await giver('friend', ({ offset }, stream) => give(stream, honest.body, offset))
    b.puller.tryPeer('friend')
    await held(b.logs, honest.key.agent)
  })

  test('nobody but the parties gets a contract’s body', async () => {
    const a = await side('a')
    const { bytes, body, key } = await strangersHeader({ kind: 'contract' })
    const open = await strangersHeader()
    for (const one of [{ bytes, body, key }, open]) {
      await accepted(a.logs, one.bytes)
      await a.logs.putBody(one.body, [{ author: one.key.agent, seq: 1 }])
    }
    const stranger = hub.network('stranger')
    await stranger.start()
    const signal = AbortSignal.timeout(5000)
    const stream = await stranger.open('a', BODY_PROTOCOL, { ...options, signal })
    const replies: boolean[] = []
    for (const one of [body, open.body]) {
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', one as Uint8Array<ArrayBuffer>))
      await stream.write(encode({ hash, offset: 0, fetch: false }))
      replies.push((await stream.read({ signal }))!.length > 30)
    }
    expect(replies).toEqual([false, true])
    await stream.close()
    await stranger.stop()
  })
})
