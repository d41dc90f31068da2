import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { digest, equalBytes, toHex } from '../crypto/hash.ts'
import { createMemoryHub, type MemoryHub } from '../net/memory.ts'
import type { FramedStream, Network } from '../net/network.ts'
import { decode, encode } from '../schema/codec.ts'
import { DATA_PIECE_BYTES, MAX_DATA_REQUEST_BYTES, dataRequest } from '../schema/messages.ts'
import { DataUnavailableError, fetchData, serveData, type DataComponents, type Giver } from './data.ts'
import { table } from './table.ts'

const contract = 'c'.repeat(64)
const signal = AbortSignal.timeout(20_000)
let hub: MemoryHub
let a: Network
let b: Network
let bytes: Uint8Array
let wanted: { contract: string; hash: string; size: number }
const penalised: string[] = []

beforeEach(async () => {
  hub = createMemoryHub()
  a = hub.network('a')
  b = hub.network('b')
  await a.start()
  await b.start()
  bytes = Uint8Array.from({ length: 5 * DATA_PIECE_BYTES + 123 }, (_, i) => (i * 31) % 251)
  wanted = { contract, hash: toHex(await digest(bytes)), size: bytes.length }
  penalised.length = 0
})
afterEach(async () => {
  await a.stop()
  await b.stop()
})

/** Peers whose names are their agents’. */
function side(network: Network): DataComponents {
  const peersOf = (agent: string) => network.status().connections.filter(({ peer }) => peer === agent)
  return {
    network: {
      ...network,
      penalise(peer, reason, points) {
        penalised.push(peer)
        network.penalise(peer, reason, points)
      }
    },
    directory: {
      identified: async (peer) => peer,
      peersOf,
      reachable: (agent) => vi.waitFor(() => expect(peersOf(agent)).toHaveLength(1), 10_000)
    }
  }
}

const give: Giver = async (agent, of, hash) => (agent === 'b' && of === contract && hash === wanted.hash ? bytes : null)
const fetch = (what = wanted) => fetchData(side(b), 'a', what, signal)

/** A giver that does as it likes with each request. */
function answer(handle: (stream: FramedStream, offset: number, turn: number) => Promise<void>): number[] {
  const offsets: number[] = []
  a.handle(table.data.protocol, table.data, async (stream) => {
    const { offset } = decode((await stream.read({ signal }))!, dataRequest, MAX_DATA_REQUEST_BYTES)
    offsets.push(offset)
    await handle(stream, offset, offsets.length)
  })
  return offsets
}

const pieces = async (stream: FramedStream, from: number, to: number) => {
  for (let at = from; at < to; at += DATA_PIECE_BYTES) await stream.write(encode({ piece: bytes.slice(at, at + DATA_PIECE_BYTES) }))
}

describe('a party', () => {
  test('gets what it asks for, whole, and nothing when it is empty', async () => {
    serveData(side(a), give)
    expect(equalBytes(await fetch(), bytes)).toBe(true)
    bytes = new Uint8Array(0)
    wanted = { contract, hash: toHex(await digest(bytes)), size: 0 }
    expect(equalBytes(await fetch(), bytes)).toBe(true)
  })

  test('goes on where the connection broke', async () => {
    const offsets = answer(async (stream, offset, turn) => {
      await pieces(stream, offset, turn === 1 ? 2 * DATA_PIECE_BYTES : bytes.length)
      if (turn > 1) return
      hub.cut('a', 'b')
      hub.join('a', 'b')
    })
    expect(equalBytes(await fetch(), bytes)).toBe(true)
    expect(offsets).toHaveLength(2)
    // what was still on its way when it broke may be lost
    expect(offsets[1]).toBeLessThanOrEqual(2 * DATA_PIECE_BYTES)
    expect(offsets[1]! % DATA_PIECE_BYTES).toBe(0)
  })

  test('goes on after a giver that stops in the middle', async () => {
    const offsets = answer((stream, offset) => pieces(stream, offset, offset + DATA_PIECE_BYTES * 2))
    expect(equalBytes(await fetch(), bytes)).toBe(true)
    expect(offsets).toEqual([0, 2 * DATA_PIECE_BYTES, 4 * DATA_PIECE_BYTES])
  })

  test('takes one file at a time from a peer, and waits for its turn no longer than it wants to', async () => {
    let letGo: () => void = () => undefined
    const opened = new Promise<void>((resolve) => (letGo = resolve))
    const offsets = answer(async (stream, offset) => {
      await opened
      await pieces(stream, offset, bytes.length)
    })
    const tired = new AbortController()
    const taker = side(b)
    const [first, second, third] = [signal, signal, tired.signal].map((until) => fetchData(taker, 'a', wanted, until))
    await vi.waitFor(() => expect(offsets).toHaveLength(1), 10_000)
    tired.abort(new Error('not wanted any more'))
    await expect(third).rejects.toThrow('not wanted any more')
    expect(offsets).toHaveLength(1)
    letGo()
    for (const one of [first, second]) expect(equalBytes(await one!, bytes)).toBe(true)
    expect(offsets).toEqual([0, 0])
  })

  test('that is asked before it has what it will have a moment later is asked again', async () => {
    let turn = 0
    serveData(side(a), async () => (turn++ === 0 ? null : bytes))
    expect(equalBytes(await fetch(), bytes)).toBe(true)
    expect(penalised).toEqual([])
  })
})

describe('nothing is given to or taken from', () => {
  test('somebody who is not a party, or asks for what the contract does not name', async () => {
    serveData(side(a), give)
    await expect(fetch({ ...wanted, contract: 'd'.repeat(64) })).rejects.toThrow(DataUnavailableError)
    await expect(fetch({ ...wanted, hash: 'd'.repeat(64) })).rejects.toThrow(DataUnavailableError)
    const c = hub.network('c')
    await c.start()
    await expect(fetchData(side(c), 'a', wanted, signal)).rejects.toThrow(DataUnavailableError)
    await c.stop()
  })

  test('somebody who gives other bytes', async () => {
    serveData(side(a), async () => Uint8Array.from(bytes, (byte) => byte ^ 1))
    await expect(fetch()).rejects.toThrow('its hash is another')
  })

  const bad: Array<[string, (stream: FramedStream) => Promise<void>]> = [
    ['more than was promised', (stream) => stream.write(encode({ piece: new Uint8Array(DATA_PIECE_BYTES + 1) }))],
    ['a byte at a time', (stream) => stream.write(encode({ piece: new Uint8Array(1) }))],
    ['nothing, again and again', (stream) => stream.write(encode({ piece: new Uint8Array(0) }))],
    ['garbage', (stream) => stream.write(new Uint8Array([0xff, 0xff]))],
    ['another shape', (stream) => stream.write(encode({ piece: 'text' }))]
  ]
  for (const [what, handle] of bad) {
    test(`somebody who sends ${what}, and that is held against the peer`, async () => {
      const offsets = answer((stream) => handle(stream))
      await expect(fetch()).rejects.toThrow(DataUnavailableError)
      expect(offsets).toEqual([0])
      expect(penalised).toEqual(['a'])
    })
  }

  test('somebody who asks from beyond the end, or in another shape', async () => {
    serveData(side(a), give)
    const ask = async (request: unknown) => {
      const stream = await b.open('a', table.data.protocol, { ...table.data, signal })
      await stream.write(encode(request))
      return stream.read({ signal })
    }
    expect(await ask({ contract, hash: wanted.hash, offset: bytes.length + 1 })).toEqual(encode({ piece: null }))
    expect(await ask({ contract, hash: wanted.hash, offset: bytes.length })).toBeNull()
    await expect(ask({ contract, hash: wanted.hash, offset: -1 })).rejects.toThrow()
  })
})

test('a fetch ends with its signal', async () => {
  answer(() => new Promise(() => undefined))
  const stop = new AbortController()
  const fetching = fetchData(side(b), 'a', wanted, stop.signal)
  stop.abort(new Error('enough'))
  await expect(fetching).rejects.toThrow('enough')
})
