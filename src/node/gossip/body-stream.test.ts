import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createLogs, type Logs } from '../log/log.ts'
import { createMemoryHub, type MemoryHub } from '../net/memory.ts'
import type { Network } from '../net/network.ts'
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
  return bodies.fetch({ peer: 'giver', hash, begun: null, fetch, fits: () => true, stepMs: 5000, signal, onPiece: () => undefined })
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
    await vi.waitFor(() => expect(opened).toBe(1))
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
