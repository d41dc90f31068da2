import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { toHex } from '../crypto/hash.ts'
import { createLogs, type Logs } from '../log/log.ts'
import type { StoredHeader } from '../log/records.ts'
import { createMemoryHub, type MemoryHub } from '../net/memory.ts'
import type { FramedStream, Network } from '../net/network.ts'
import { decode, encode } from '../schema/codec.ts'
import { BODY_PIECE_BYTES, MAX_BODY_REQUEST_BYTES, bodyRequest } from '../schema/messages.ts'
import { createMemoryStore } from '../store/memory.ts'
import { systemClock, type Clock } from '../support/clock.ts'
import { BODY_PROTOCOL, serveBodies } from './body-stream.ts'
import { bitBytes } from './ids.ts'
import { createPuller, type PullInit, type Puller } from './pull.ts'
import { strangersHeader, type Offence } from './testing/party.ts'
import { createTestTime, seeded } from '../support/testing/time.ts'

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

async function side(peer: string, init: Partial<PullInit> = {}, clock: Clock = systemClock): Promise<Side> {
  const network = hub.network(peer)
  const logs = createLogs({ store: createMemoryStore(), clock: systemClock })
  const connected = new Map<string, number>()
  network.on('connect', (connection) => connected.set(connection.peer, systemClock.now()))
  network.on('disconnect', (connection) => connected.delete(connection.peer))
  const offences: Offence[] = []
  const reports: unknown[] = []
  const watched: Network = { ...network, penalise: (other, reason, points) => void offences.push({ peer: other, reason, points }) }
  const puller = createPuller(
    { network: watched, logs, clock, random: seeded(5), report: (error) => reports.push(error) },
    { connected, penalties: true, otherSources: true, refuses: () => false, lends: () => true, favours: () => false, ...init }
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
      await vi.waitFor(() => undefined, 10_000)
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
    const whole = await giver('whole', ({ offset }, stream) => give(stream, body, offset))
    const b = await side('b')
    b.puller.want(await accepted(b.logs, bytes), { from: 'liar' })
    await held(b.logs, key.agent)
    // the rest, then all of it once more, and no more than that
    expect(whole.requests).toEqual([BODY_PIECE_BYTES, 0])
    expect(liar.requests).toEqual([0])
    expect(b.offences).toEqual([
      { peer: 'liar', reason: 'it broke a body off', points: 1 },
      { peer: 'liar', reason: 'a body: expected the bytes that were asked for', points: 20 }
    ])
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

  describe('that a neighbour asks for, who has another way to it', () => {
    /** `b` and `d` know of it by `a`, who has it, and both can give it to `c`, who asks `b` first. @returns whether `b` has it then */
    async function passedOn(init: Partial<PullInit>, between: (b: Side) => void = () => undefined) {
      hub = createMemoryHub({ joined: false })
      const { bytes, body, key } = await strangersHeader({ goal: 'far' })
      const [a, b, c, d] = [await side('a'), await side('b', init), await side('c'), await side('d')]
      for (const [one, other] of [['a', 'b'], ['a', 'd'], ['b', 'c'], ['c', 'd']] as const) hub.join(one, other)
      await accepted(a.logs, bytes)
      await a.logs.putBody(body, [{ author: key.agent, seq: 1 }])
      b.puller.note(await accepted(b.logs, bytes), { publisher: 'a', from: 'a' })
      between(b)
      d.puller.note(await accepted(d.logs, bytes), { publisher: 'a', from: 'a' })
      const began = performance.now()
      c.puller.want(await accepted(c.logs, bytes), { publisher: 'a', from: 'b' })
      await held(c.logs, key.agent)
      // at once, not in a later round; and neither thinks the worse of the other
      expect(performance.now() - began).toBeLessThan(1_000)
      expect([...b.offences, ...c.offences]).toEqual([])
      expect(c.network.bytesByProtocol()[BODY_PROTOCOL]?.sent).toBeGreaterThan(0)
      return { lent: (await b.logs.body(key.agent, 1)) !== null, fetched: b.network.bytesByProtocol()[BODY_PROTOCOL]?.received ?? 0 }
    }

    test('is fetched for it', async () => {
      expect(await passedOn({})).toMatchObject({ lent: true })
    })

    test('is not while that costs, whether it cost when its header came or not before it was asked for', async () => {
      const { lent, fetched } = await passedOn({ lends: () => false })
      expect(lent).toBe(false)
      // what it was asked, and nothing else
      expect(fetched).toBeLessThan(100)
      let lends = true
      expect(await passedOn({ lends: () => lends }, () => (lends = false))).toMatchObject({ lent: false })
    })

    test('is not when we refuse what its author says, nor when we have come to do so since its header came', async () => {
      expect(await passedOn({ refuses: () => true })).toMatchObject({ lent: false })
      let refuses = false
      expect(await passedOn({ refuses: () => refuses }, () => (refuses = true))).toMatchObject({ lent: false })
    })
  })

  test('of an author whom we have come to avoid meanwhile is not kept, nor asked for again, and whoever waits for it goes on', async () => {
    const [late, never] = [await strangersHeader({ goal: 'on its way' }), await strangersHeader({ goal: 'not asked for yet' })]
    const asked: string[] = []
    let refuses = false
    const b = await side('b', { refuses: () => refuses })
    let release = () => {}
    const released = new Promise<void>((resolve) => (release = resolve))
    await giver('whole', async ({ hash, offset }, stream) => {
      asked.push(toHex(hash))
      if (toHex(hash) === toHex(late.hash)) {
        await released
        return give(stream, late.body, offset)
      }
      // it has not got it yet, and would be asked again in the next round
      refuses = true
      await stream.write(encode({ piece: null, rest: 0 }))
    })
    b.puller.want(await accepted(b.logs, late.bytes), { publisher: 'whole', from: 'whole' })
    await vi.waitFor(() => expect(asked).toHaveLength(1), 10_000)
    b.puller.want(await accepted(b.logs, never.bytes), { publisher: 'another', from: 'whole' })
    await vi.waitFor(() => expect(asked).toHaveLength(2), 10_000)
    expect(b.puller.soon(never.hash)).toBeNull()
    release()
    await vi.waitFor(() => expect(b.puller.pending()).toBe(0), 5_000)
    expect(asked).toHaveLength(2)
    expect(await b.logs.body(late.key.agent, 1)).toBeNull()
    expect(b.offences).toEqual([])
  })

  test('that a neighbour waits for is wanted by us, too, is fetched though our connection begins to cost', async () => {
    const { bytes, body, key } = await strangersHeader({ goal: 'wanted' })
    let lends = true
    const b = await side('b', { lends: () => lends })
    let here = false
    await giver('whole', async ({ offset }, stream) => (here ? give(stream, body, offset) : stream.write(encode({ piece: null, rest: 0 }))))
    const stored = await accepted(b.logs, bytes)
    b.puller.note(stored, { from: 'whole' })
    void b.puller.soon(stored.header.bodyHash)
    await vi.waitFor(() => expect(b.puller.pending()).toBe(1), 10_000)
    b.puller.want(stored, { from: 'whole' })
    lends = false
    here = true
    await held(b.logs, key.agent)
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
    await vi.waitFor(() => expect(asked).toHaveLength(4), 10_000)
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
    await vi.waitFor(() => expect(whole.requests.length).toBeGreaterThan(0), 10_000)
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
    await vi.waitFor(() => expect(b.offences.map(({ peer, points }) => [peer, points])).toContainEqual(['liar', 20]), 10_000)
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
    await vi.waitFor(() => expect(withholder.requests.length).toBeGreaterThan(0), 10_000)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect((await b.logs.body(key.agent, 1)) !== null).toBe(comes)
  })

  test('who announces bodies and is silent about them pays more each time, once its whole patience is over', async () => {
    const clock = createTestTime(Date.now())
    const [silent, passing] = [await giver('silent', () => new Promise(() => undefined)), hub.network('passing')]
    await passing.start()
    const b = await side('b', {}, clock)
    const publish = async (i: number) => {
      const { bytes } = await strangersHeader({ goal: `body ${i}` })
      b.puller.want(await accepted(b.logs, bytes), { publisher: 'silent', from: 'passing' })
    }
    await publish(0)
    await clock.pass(2_400)
    expect(b.offences).toEqual([])
    await clock.pass(200)
    expect(b.offences).toEqual([{ peer: 'silent', reason: 'it is silent about a body that it says it has', points: 1 }])
    for (let i = 1; i < 8; i++) await publish(i)
    await clock.pass(5 * 60_000)
    const points = b.offences.filter(({ peer }) => peer === 'silent').map((offence) => offence.points)
    expect(points.slice(0, 5)).toEqual([1, 2, 3, 4, 5])
    expect(Math.max(...points)).toBe(5)
    expect(points.reduce((sum, one) => sum + one)).toBeGreaterThan(30)
    // who only passed them on says nothing of having them
    expect(b.offences.filter(({ peer }) => peer === 'passing')).toEqual([])
    expect(silent.requests.length).toBeGreaterThanOrEqual(points.length)
  })

  test('who is silent, and gives at last, begins anew', async () => {
    const clock = createTestTime(Date.now())
    const all = await Promise.all([1, 2, 3].map((i) => strangersHeader({ goal: `body ${i}` })))
    let answers = false
    await giver('slow', async ({ hash, offset }, stream) => {
      if (!answers) return new Promise(() => undefined)
      const found = all.find((one) => toHex(one.hash) === toHex(hash))
      if (found !== undefined) await give(stream, found.body, offset)
    })
    const b = await side('b', {}, clock)
    const want = async (i: number) => b.puller.want(await accepted(b.logs, all[i]!.bytes), { publisher: 'slow', from: 'slow' })
    await want(0)
    await clock.pass(2_600)
    answers = true
    await want(1)
    await vi.waitFor(async () => {
      await clock.pass(100)
      expect(await b.logs.body(all[1]!.key.agent, 1)).not.toBeNull()
    }, 10_000)
    answers = false
    await want(2)
    await clock.pass(2_600)
    expect(b.offences.map(({ points }) => points)).toEqual([1, 1])
  })

  test('who is silent is not waited for alone, and asked last from then on', async () => {
    const { bytes, body, key } = await strangersHeader({ goal: 'truth' })
    const next = await strangersHeader({ goal: 'more truth' })
    const silent = await giver('silent', () => new Promise(() => undefined))
    await giver('honest', ({ hash, offset }, stream) => give(stream, toHex(hash) === toHex(next.hash) ? next.body : body, offset))
    const b = await side('b')
    const began = performance.now()
    b.puller.want(await accepted(b.logs, bytes), { publisher: 'silent', from: 'silent' })
    await held(b.logs, key.agent)
    expect(performance.now() - began).toBeLessThan(2000)
    b.puller.want(await accepted(b.logs, next.bytes), { publisher: 'silent', from: 'silent' })
    await held(b.logs, next.key.agent)
    expect(silent.requests).toHaveLength(1)
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
