import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createLogs, type Logs } from '../log/log.ts'
import { createMemoryHub, type MemoryHub } from '../net/memory.ts'
import type { Network } from '../net/network.ts'
import { decode, encode } from '../schema/codec.ts'
import { MAX_BODY_REPLY_BYTES, bodyReply } from '../schema/messages.ts'
import { createMemoryStore } from '../store/memory.ts'
import { systemClock } from '../support/clock.ts'
import { BODY_PROTOCOL, createBodyFetcher, serveBodies, type BodyFetcher } from './body-stream.ts'
import { strangersHeader } from './testing/party.ts'
import { createTestTime } from '../support/testing/time.ts'

let hub: MemoryHub
let giver: { network: Network; logs: Logs }
let asker: Network
let opened: number
const waited: Uint8Array[] = []

beforeEach(async () => {
  hub = createMemoryHub()
  giver = { network: hub.network('giver'), logs: createLogs({ store: createMemoryStore(), clock: systemClock }) }
  serveBodies(
    { ...giver, clock: systemClock },
    {
      async soon(hash) {
        waited.push(hash)
      }
    }
  )
  const network = hub.network('asker')
  opened = 0
  asker = {
    ...network,
    open(...given) {
      opened++
      return network.open(...given)
    }
  }
  await giver.network.start()
  await network.start()
})

afterEach(async () => {
  await giver.network.stop()
  await asker.stop()
  waited.length = 0
})

async function held(fields: Parameters<typeof strangersHeader>[0] = {}) {
  const one = await strangersHeader(fields)
  await giver.logs.accept(one.bytes)
  await giver.logs.putBody(one.body, [{ author: one.key.agent, seq: 1 }])
  return one
}

function ask(bodies: BodyFetcher, hash: Uint8Array, { fetch = false, signal = new AbortController().signal } = {}) {
  return bodies.fetch({ peer: 'giver', hash, begun: null, fetch, fits: () => true, patienceMs: 5000, signal, onPiece: () => undefined })
}

describe('a body fetcher', () => {
  test('asks for one body after the other on one stream', async () => {
    const bodies = createBodyFetcher({ network: asker, clock: systemClock })
    const [one, other] = [await held({ goal: 'one' }), await held({ goal: 'other' })]
    expect(await ask(bodies, one.hash)).toEqual(one.body)
    expect(await ask(bodies, new Uint8Array(32))).toBe('none')
    expect(await ask(bodies, other.hash)).toEqual(other.body)
    expect(opened).toBe(1)
    bodies.close()
  })

  test('opens another when the one that it had is broken', async () => {
    const bodies = createBodyFetcher({ network: asker, clock: systemClock })
    const one = await held()
    await ask(bodies, one.hash)
    hub.cut('asker', 'giver')
    hub.join('asker', 'giver')
    expect(await ask(bodies, one.hash)).toEqual(one.body)
    expect(opened).toBe(2)
    bodies.close()
  })

  test('closes what is not used for some seconds', async () => {
    const time = createTestTime()
    const bodies = createBodyFetcher({ network: asker, clock: time })
    const one = await held()
    await ask(bodies, one.hash)
    await time.pass(4000)
    await ask(bodies, one.hash)
    expect(opened).toBe(1)
    await time.pass(6000)
    expect(time.waiting).toBe(0)
    await ask(bodies, one.hash)
    expect(opened).toBe(2)
    bodies.close()
    expect(time.waiting).toBe(0)
  })

  test('has the other side fetch, or wait, only when told to', async () => {
    const bodies = createBodyFetcher({ network: asker, clock: systemClock })
    const hash = new Uint8Array(32).fill(7)
    await ask(bodies, hash)
    expect(waited).toEqual([])
    await ask(bodies, hash, { fetch: true })
    expect(waited).toEqual([hash])
    bodies.close()
  })

  test('that stops breaks off what it is waiting for', async () => {
    const silent = hub.network('silent')
    silent.handle(BODY_PROTOCOL, { maxMessageBytes: 100_000, maxStreamsPerPeer: 8 }, () => new Promise(() => undefined))
    await silent.start()
    const bodies = createBodyFetcher({ network: asker, clock: systemClock })
    const asking = bodies.whichHeld('silent', [new Uint8Array(32)])
    await vi.waitFor(() => expect(opened).toBe(1), 10_000)
    bodies.close()
    await expect(asking).rejects.toThrow('the node stops')
    await silent.stop()
  })
})

describe('what a peer holds', () => {
  test('is told for many bodies at once, and of private ones it is not told', async () => {
    const bodies = createBodyFetcher({ network: asker, clock: systemClock })
    const [one, secret] = [await held({ goal: 'one' }), await held({ kind: 'contract' })]
    const hashes = [new Uint8Array(32), one.hash, secret.hash, ...Array.from({ length: 7 }, () => new Uint8Array(32)), one.hash]
    const expected = hashes.map((hash) => hash === one.hash)
    expect(await bodies.whichHeld('giver', hashes)).toEqual(expected)
    expect(await bodies.whichHeld('giver', hashes)).toEqual(expected)
    expect(opened).toBe(1)
    bodies.close()
  })
})

describe('slow readers', () => {
  const options = { maxMessageBytes: 100_000, maxStreamsPerPeer: 8 }

  /** A giver by a clock of the test's, and peers that each ask it for a large body on eight streams and take a piece now and then. */
  async function setup(readers: number, pieceMs: number) {
    const clock = createTestTime()
    const network = hub.network('slow giver')
    serveBodies({ network, logs: giver.logs, clock }, { soon: () => null })
    await network.start()
    const large = await held({ goal: 'x'.repeat(1_000_000) })
    const begun: string[] = []
    const broken: string[] = []
    const whole: string[] = []
    for (let i = 0; i < readers; i++) {
      const reader = hub.network(`reader ${i}`)
      await reader.start()
      for (let streams = 0; streams < options.maxStreamsPerPeer; streams++) {
        const stream = await reader.open('slow giver', BODY_PROTOCOL, { ...options, signal: new AbortController().signal })
        const read = async () => {
          await stream.write(encode({ hash: large.hash, offset: 0, fetch: false }))
          for (let pieces = 0; ; pieces++) {
            const { rest } = decode((await stream.read()) ?? new Uint8Array(), bodyReply, MAX_BODY_REPLY_BYTES)
            if (pieces === 0) begun.push(reader.peer)
            if (rest === 0) break
            await new Promise<void>((resolve) => clock.after(pieceMs, resolve))
          }
          whole.push(reader.peer)
        }
        read().catch(() => broken.push(reader.peer))
      }
    }
    const pass = async (ms: number) => {
      for (let t = 0; t < ms; t += 500) {
        await clock.pass(500)
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    }
    await pass(1_000)
    return { clock, pass, begun, broken, whole }
  }

  test('keep nobody else waiting, however many they are', async () => {
    const { clock, pass } = await setup(6, 8_000)
    const small = await held({ goal: 'small' })
    const bodies = createBodyFetcher({ network: asker, clock })
    const { signal } = new AbortController()
    let got: unknown = null
    const wanted = { peer: 'slow giver', hash: small.hash, begun: null, fetch: false, patienceMs: 10_000, signal }
    void bodies.fetch({ ...wanted, fits: () => true, onPiece: () => undefined }).then((answer) => (got = answer))
    await pass(1_000)
    expect(got).toEqual(small.body)
    bodies.close()
  })

  test('have a few places, wait for more in bounds, and are broken off when too little moves', async () => {
    const { pass, begun, broken, whole } = await setup(1, 9_500)
    expect(begun).toHaveLength(4)
    await pass(8_000)
    expect(broken).toEqual([])
    await pass(3_000)
    // those that waited; to have their streams ended would tell them that it is not held
    expect(broken).toHaveLength(4)
    await pass(300_000)
    expect(broken).toHaveLength(8)
    expect(whole).toEqual([])
  })

  test('that take what they get at 11 kB/s have all of it, though the last of it was said long before they take it', async () => {
    const { pass, broken, whole } = await setup(1, 3_000)
    await pass(100_000)
    expect(whole).toHaveLength(4)
    expect(broken).toHaveLength(4)
  })
})
