/** Peers that give, or take, a little at a time, each time just before a step is over: they keep nobody else waiting for long. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createMemoryHub, type MemoryHub } from '../net/memory.ts'
import type { Network } from '../net/network.ts'
import { decode, encode } from '../schema/codec.ts'
import { MAX_RECONCILE_BYTES, reconcileReply, reconcileRequest } from '../schema/messages.ts'
import { createTestTime, type TestTime } from '../support/testing/time.ts'
import { RECONCILE_PROTOCOL } from './reconcile.ts'
import { createParty, strangersHeader, type Party } from './testing/party.ts'

const options = { maxMessageBytes: MAX_RECONCILE_BYTES, maxStreamsPerPeer: 2 }
const JUST_IN_TIME_MS = 9_000

let clock: TestTime
let hub: MemoryHub
const stops: Array<() => Promise<void>> = []

beforeEach(() => {
  clock = createTestTime(Date.now())
  hub = createMemoryHub({ joined: false, now: () => clock.now() })
})

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

const wait = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve))

/** What is worked out outside of the clock, such as digests, has its time, too. */
async function pass(ms: number): Promise<void> {
  for (let t = 0; t < ms; t += 1_000) {
    await clock.pass(1_000)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

async function party(peer: string): Promise<Party> {
  // with other numbers a time may have a fraction, which no message may say
  const one = await createParty(hub, peer, { clock, trusting: true, random: () => 0.5 })
  stops.push(async () => {
    one.gossip.stop()
    await one.network.stop()
    expect(one.reports).toEqual([])
  })
  await one.network.start()
  return one
}

/** A peer that has so many headers, at most 127, and gives them one by one. */
async function dripper(peer: string, count: number): Promise<{ network: Network; given: () => number }> {
  const network = hub.network(peer)
  const headers = await Promise.all(Array.from({ length: count }, () => strangersHeader({ time: clock.now() - 100_000 })))
  const ids = await Promise.all(headers.map(async ({ bytes }) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes.slice()))))
  // one range, to the end of time, as a list of ids
  const list = Uint8Array.from([0x61, 0, 0, 2, count, ...ids.flatMap((id) => [...id])])
  let given = 0
  network.handle(RECONCILE_PROTOCOL, options, async (stream) => {
    for (let message = await stream.read(); message !== null; message = await stream.read()) {
      const request = decode(message, reconcileRequest, MAX_RECONCILE_BYTES)
      if (request.type === 'open') {
        await stream.write(encode({ type: 'opened', shards: [[0, 0, 0]], fingerprint: new Uint8Array(16) }))
      }
      if (request.type === 'compare') await stream.write(encode({ type: 'compare', message: list }))
      if (request.type !== 'want') continue
      for (const { bytes } of headers) {
        await wait(JUST_IN_TIME_MS)
        given++
        await stream.write(encode({ type: 'give', headers: [bytes], forks: [], more: true }))
      }
    }
  })
  await network.start()
  stops.push(() => network.stop())
  return { network, given: () => given }
}

/** A peer that opens an exchange with b and wants one header after the other; again at once when it is over. */
async function taker(peer: string): Promise<void> {
  const network = hub.network(peer)
  await network.start()
  stops.push(() => network.stop())
  hub.join('b', peer)
  const again = async (): Promise<void> => {
    for (;;) {
      const stream = await network.open('b', RECONCILE_PROTOCOL, { ...options, signal: new AbortController().signal })
      try {
        await stream.write(encode({ type: 'open', version: 1, at: clock.now(), shards: [[0, 0, 0]] }))
        const reply = decode((await stream.read()) ?? new Uint8Array(), reconcileReply, MAX_RECONCILE_BYTES)
        while (reply.type === 'opened') {
          await wait(JUST_IN_TIME_MS)
          await stream.write(encode({ type: 'want', ids: new Uint8Array(32) }))
          await stream.read()
        }
      } catch {
        // broken off
      } finally {
        stream.abort(new Error('once more'))
      }
      await wait(100)
    }
  }
  for (let streams = 0; streams < options.maxStreamsPerPeer; streams++) {
    // until the connection is cut
    again().catch(() => undefined)
  }
}

/** The header that a peer which b can't open an exchange with has for it. */
async function newcomer(peer: string): Promise<{ network: Network; author: string }> {
  const one = await party(peer)
  const { bytes, key } = await strangersHeader({ time: clock.now() - 100_000 })
  await one.logs.accept(bytes)
  hub.join('b', peer)
  return { network: one.network, author: key.agent }
}

describe('a peer that drips', () => {
  test('headers, and holds our places for exchanges, keeps us from nobody, and pays for it again and again', async () => {
    const b = await party('b')
    const { given } = await dripper('evil', 100)
    hub.join('b', 'evil')
    await pass(3_000)
    await taker('evil too')
    await pass(1_000)
    const { author } = await newcomer('honest')
    await pass(20_000)
    expect(await b.logs.head(author)).not.toBeNull()
    // what came before is right, and stays
    expect(given()).toBeGreaterThan(0)
    await pass(1_000)
    expect((await b.logs.authors()).length).toBeGreaterThan(1)
    await pass(2 * 60_000)
    // nobody chooses it again, and who comes by itself ever more rarely has our time
    expect(given()).toBeLessThan(10)
    const points = b.offences.map((offence) => [offence.peer, offence.points])
    expect(points.slice(0, 3)).toEqual([['evil too', 5], ['evil too', 10], ['evil too', 15]])
    expect(points.filter(([peer]) => peer !== 'evil too')).toEqual([])
    expect(points.length).toBeLessThan(6)
  }, 60_000)

  test('as three, at all places that we have, does not keep out who comes to us', async () => {
    const b = await party('b')
    const { bytes, key } = await strangersHeader({ time: clock.now() - 100_000 })
    await b.logs.accept(bytes)
    await dripper('evil', 100)
    hub.join('b', 'evil')
    await pass(2_000)
    for (const peer of ['evil 1', 'evil 2']) await taker(peer)
    await pass(1_000)
    // it has the lower name, so it opens the exchange
    const a = await party('a')
    hub.join('a', 'b')
    await pass(30_000)
    expect(await a.logs.head(key.agent)).not.toBeNull()
  }, 60_000)
})
