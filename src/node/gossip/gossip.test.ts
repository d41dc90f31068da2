import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { agentKey, generateKeyPair } from '../crypto/keys.ts'
import { createLogs } from '../log/log.ts'
import { createMemoryHub, type MemoryHub } from '../net/memory.ts'
import { decode, encode } from '../schema/codec.ts'
import { MAX_BODY_REQUEST_BYTES, bodyRequest } from '../schema/messages.ts'
import { createMemoryStore } from '../store/memory.ts'
import { StoreFullError } from '../store/store.ts'
import { systemClock } from '../support/clock.ts'
import { createTestTime } from '../support/testing/time.ts'
import { BODY_PROTOCOL } from './body-stream.ts'
import { createGossip } from './gossip.ts'
import { createParty, sketchOf, strangersHeader, testCodebook, type Party, type PartyInit } from './testing/party.ts'

const RECORD = 'starling/1/record/-'
const everything = {
  sketches: () => [],
  authors: () => [],
  wants: () => true,
  refuses: () => false,
  lends: () => true,
  favours: () => false,
  watch: () => () => undefined
}

let hub: MemoryHub
const parties: Party[] = []

beforeEach(() => {
  hub = createMemoryHub()
})

afterEach(async () => {
  for (const { gossip, network } of parties) {
    gossip.stop()
    await network.stop()
  }
  expect(parties.splice(0).flatMap(({ reports }) => reports)).toEqual([])
})

async function party(peer: string, init: PartyInit = {}): Promise<Party> {
  const one = await createParty(hub, peer, init)
  parties.push(one)
  return one
}

/** The body of an agent's entry, as soon as it is there. */
async function bodyAt({ logs }: Party, author: string, seq: number): Promise<unknown> {
  return vi.waitFor(async () => {
    const body = await logs.body(author, seq)
    expect(body).not.toBeNull()
    return body
  }, 5000)
}

const bodyOptions = { maxMessageBytes: 100_000, maxStreamsPerPeer: 8 }

describe('an announcement', () => {
  test('of a stranger reaches those who are not connected to it, header and body', async () => {
    hub = createMemoryHub({ joined: false })
    const [a, b, c] = [await party('a'), await party('b'), await party('c')]
    hub.join('a', 'b')
    hub.join('b', 'c')
    for (const { network } of parties) await network.start()
    await a.say('tea')
    expect(await bodyAt(c, a.key.agent, 1)).toMatchObject({ goal: 'tea' })
    expect(b.offences.concat(c.offences)).toEqual([])
    expect([...new Set(c.useful)]).toEqual(['b'])
  })

  test('with a sketch goes to the one shard of meaning that a young network has, and is told once', async () => {
    const [a, b] = [await party('a'), await party('b')]
    for (const { network } of parties) await network.start()
    await a.say('tea', sketchOf(3))
    expect(await bodyAt(b, a.key.agent, 1)).toMatchObject({ goal: 'tea' })
    const sent = Object.keys(a.network.bytesByProtocol()).filter((name) => name.startsWith('starling/'))
    expect(sent).toEqual(['starling/1/meaning/1/-'])
  })

  test('in a grown network goes to the shards of its leaves and to its record', async () => {
    const a = await party('a', { depth: 2, interests: { sketches: () => [sketchOf(0)] } })
    const other = hub.network('other')
    const heard: string[] = []
    const topics = ['00', '01', '11', '10', '1', '-'].map((bits) => `starling/1/meaning/1/${bits}`)
    const byte = a.key.publicKey[0]!
    const slices = [0, 1, 2, 3].map((slice) => slice.toString(2).padStart(2, '0'))
    for (const topic of [...topics, ...slices.map((bits) => `starling/1/record/${bits}`)]) {
      other.subscribe(topic, async () => {
        heard.push(topic)
        return 'ignore'
      })
    }
    await a.network.start()
    await other.start()
    await a.say('tea', sketchOf(2, 7))
    await vi.waitFor(() => expect(heard).toHaveLength(3), 10_000)
    expect(heard.sort()).toEqual([
      'starling/1/meaning/1/01',
      'starling/1/meaning/1/11',
      `starling/1/record/${slices[byte >> 6]}`
    ])
    await other.stop()
  })

  test('that nobody near is there for is not missed: who knows fewer than three in a shard of its own looks for somebody', async () => {
    const time = createTestTime()
    const init: PartyInit = { clock: time, depth: 3, interests: { sketches: () => [sketchOf(5)] }, defences: { recordShards: false } }
    const a = await party('a', init)
    const [b, c, d] = [await party('b', init), await party('c', init), await party('d', init)]
    const topic = 'starling/1/meaning/1/101'
    // within this each looks once at least; after two minutes so few join their shards
    const LOOKED = 38_000
    await a.network.start()
    await time.pass(LOOKED)
    expect(a.sought).toContain(topic)
    await b.network.start()
    await time.pass(100)
    // the two might know nobody but each other
    a.sought.length = 0
    await time.pass(LOOKED)
    expect(a.sought).toContain(topic)
    await Promise.all([c.network.start(), d.network.start()])
    await time.pass(100)
    a.sought.length = 0
    await time.pass(LOOKED)
    expect(a.sought).toEqual([])
    hub.cut('a', 'b')
    await time.pass(100)
    expect(a.sought).toContain(topic)
  })

  test('is told on a topic nearby when nobody listens at our depth', async () => {
    const a = await party('a', { depth: 3, interests: { sketches: () => [sketchOf(0)] }, defences: { recordShards: false } })
    const b = await party('b', { depth: 1, interests: { sketches: () => [sketchOf(5)] }, defences: { recordShards: false } })
    for (const { network } of parties) await network.start()
    await a.say('tea', sketchOf(5))
    expect(await bodyAt(b, a.key.agent, 1)).toMatchObject({ goal: 'tea' })
  })

  test('that was told nearby only is told at its own depth, too, when somebody is there who listens', async () => {
    const a = await party('a', { depth: 3, interests: { sketches: () => [sketchOf(0)] }, defences: { recordShards: false } })
    const b = await party('b', { depth: 0, interests: { sketches: () => [sketchOf(5)] }, defences: { recordShards: false } })
    const c = await party('c', { depth: 3, interests: { sketches: () => [sketchOf(5)] }, defences: { recordShards: false } })
    for (const { network } of [a, b]) await network.start()
    await a.say('tea', sketchOf(5))
    expect(await bodyAt(b, a.key.agent, 1)).toMatchObject({ goal: 'tea' })
    expect(a.sought).toContain('starling/1/meaning/1/101')
    // what one catches up on with b is another matter
    hub.cut('b', 'c')
    await c.network.start()
    expect(await bodyAt(c, a.key.agent, 1)).toMatchObject({ goal: 'tea' })
  })

  test('made while nobody was there is caught up on when peers meet', async () => {
    const [a, b] = [await party('a'), await party('b')]
    await a.network.start()
    for (const goal of ['one', 'two', 'three']) await a.say(goal)
    await b.network.start()
    expect(await bodyAt(b, a.key.agent, 3)).toMatchObject({ goal: 'three' })
  })

  test('after a gap brings what came before it', async () => {
    const [a, b] = [await party('a'), await party('b')]
    hub.cut('a', 'b')
    await a.network.start()
    await b.network.start()
    hub.join('a', 'b')
    await a.say('one')
    await bodyAt(b, a.key.agent, 1)
    // kept, but announced to nobody
    await a.logs.append(a.key, 'intention', { kind: 'intention', goal: 'two', tags: [] })
    await a.say('three')
    expect(await bodyAt(b, a.key.agent, 2)).toMatchObject({ goal: 'two' })
    expect(await bodyAt(b, a.key.agent, 3)).toMatchObject({ goal: 'three' })
  })

  test('that can’t be published is kept all the same, and the failure is told', async () => {
    const one = await party('a')
    const reports: unknown[] = []
    const gossip = createGossip(
      {
        network: { ...one.network, publish: () => Promise.reject(new Error('no mesh')) },
        logs: one.logs,
        clock: systemClock,
        random: Math.random,
        report: (error) => reports.push(error),
        codebook: testCodebook,
        interests: everything
      },
      { self: one.key.publicKey }
    )
    await gossip.announce((await strangersHeader()).bytes)
    expect(reports).toHaveLength(1)
    gossip.stop()
  })
})

test('a store without room is told of, and nothing breaks', async () => {
  const store = createMemoryStore()
  const network = hub.network('full')
  const reports: unknown[] = []
  const logs = createLogs({
    store: { ...store, commit: () => Promise.reject(new StoreFullError('full')) },
    clock: systemClock
  })
  const gossip = createGossip(
    {
      network,
      logs,
      clock: systemClock,
      random: Math.random,
      report: (error) => reports.push(error),
      codebook: testCodebook,
      interests: everything
    },
    { self: new Uint8Array(32) }
  )
  gossip.start()
  const other = hub.network('other')
  await network.start()
  await other.start()
  await other.publish(RECORD, (await strangersHeader()).bytes)
  await vi.waitFor(() => expect(reports.some((error) => error instanceof StoreFullError)).toBe(true), 10_000)
  expect(network.status().connections).toHaveLength(1)
  gossip.stop()
  await network.stop()
  await other.stop()
})

test('bodies that were missing are had after a restart', async () => {
  const key = await agentKey(await generateKeyPair())
  const writer = createLogs({ store: createMemoryStore(), clock: systemClock })
  const entry = await writer.append(key, 'intention', { kind: 'intention', goal: 'late', tags: [] })
  const b = await party('b')
  await b.logs.accept(entry.bytes)
  b.gossip.start()
  const holder = hub.network('holder')
  holder.handle(BODY_PROTOCOL, bodyOptions, async (stream, signal) => {
    for (let bytes = await stream.read({ signal }); bytes !== null; bytes = await stream.read({ signal })) {
      const request = decode(bytes, bodyRequest, MAX_BODY_REQUEST_BYTES)
      const reply =
        'held' in request
          ? { held: Uint8Array.of(0x80) }
          : { piece: (await writer.publicBody(request.hash))!.bytes, rest: 0 }
      await stream.write(encode(reply))
    }
  })
  await holder.start()
  await b.network.start()
  expect(await bodyAt(b, key.agent, 1)).toMatchObject({ goal: 'late' })
  await holder.stop()
})
