/** Peers that mean ill, on gossip's topics and streams. Each defence has a twin that is off, and lets the attack through. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { agentKey, generateKeyPair, type AgentKey } from '../crypto/keys.ts'
import { encodeForkProof } from '../log/fork-proof.ts'
import { createLogs } from '../log/log.ts'
import { createMemoryHub, type MemoryHub } from '../net/memory.ts'
import type { Network } from '../net/network.ts'
import { encode } from '../schema/codec.ts'
import type { Change } from '../store/changes.ts'
import { createMemoryStore } from '../store/memory.ts'
import { systemClock, type Clock } from '../support/clock.ts'
import { createEmitter } from '../support/emitter.ts'
import { forkId, createHoldings } from './holdings.ts'
import { CONTROL_TOPIC } from './shards.ts'
import { createParty, sketchOf, strangersHeader, type Party, type PartyInit } from './testing/party.ts'
import { createTestTime } from '../support/testing/time.ts'

const RECORD = 'starling/1/record/-'
const MEANING = 'starling/1/meaning/1/-'

let hub: MemoryHub
const stops: Array<() => Promise<void>> = []

beforeEach(() => {
  hub = createMemoryHub()
})

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function party(peer: string, init: PartyInit = {}): Promise<Party> {
  const one = await createParty(hub, peer, init)
  stops.push(async () => {
    one.gossip.stop()
    await one.network.stop()
    expect(one.reports).toEqual([])
  })
  await one.network.start()
  return one
}

/** A peer that takes what it hears, and says what a test says. */
async function listener(peer: string, ...topics: string[]): Promise<{ network: Network; heard: Uint8Array[] }> {
  const network = hub.network(peer)
  const heard: Uint8Array[] = []
  for (const topic of topics) {
    network.subscribe(topic, async (message) => {
      heard.push(message)
      return 'accept'
    })
  }
  await network.start()
  stops.push(() => network.stop())
  return { network, heard }
}

const newKey = async (): Promise<AgentKey> => agentKey(await generateKeyPair())
const isConnected = ({ network }: Party, peer: string) => network.status().connections.some((one) => one.peer === peer)
const quiet = () => new Promise((resolve) => setTimeout(resolve, 100))

/** Two first entries of one author. */
async function fork(key?: AgentKey) {
  const one = await strangersHeader({ goal: 'one', ...(key === undefined ? {} : { key }) })
  const other = await strangersHeader({ goal: 'other', key: one.key })
  return { author: one.key.agent, one: one.bytes, other: other.bytes, proof: encodeForkProof(one.bytes, other.bytes) }
}

describe('junk', () => {
  test.each([
    ['a wrong signature', async () => flipped((await strangersHeader()).bytes), RECORD],
    ['no header', async () => crypto.getRandomValues(new Uint8Array(100)), RECORD],
    ['a header without a sketch, told as if it had a meaning', async () => (await strangersHeader()).bytes, MEANING],
    [
      'leaves that its bits don’t belong to',
      async () => (await strangersHeader({ sketch: [1, new Uint8Array(32), [5]] })).bytes,
      MEANING
    ],
    ['a kind that is not for everybody, told to everybody', async () => (await strangersHeader()).bytes, CONTROL_TOPIC],
    ['no fork proof', async () => encode(['fork', (await strangersHeader()).bytes, new Uint8Array(3)]), CONTROL_TOPIC],
    ['a proof that proves nothing', async () => proofOfNothing(), CONTROL_TOPIC]
  ])('%s is not kept, not passed on, and ends in disconnection', async (_, make, topic) => {
    hub = createMemoryHub({ joined: false })
    hub.join('evil', 'b')
    hub.join('b', 'c')
    const b = await party('b')
    const { network: evil } = await listener('evil', RECORD, MEANING, CONTROL_TOPIC)
    const c = await listener('c', RECORD, MEANING, CONTROL_TOPIC)
    for (let i = 0; i < 12; i++) await evil.publish(topic, await make())
    await vi.waitFor(() => expect(isConnected(b, 'evil')).toBe(false), 10_000)
    expect(c.heard).toEqual([])
    expect(await b.logs.authors()).toEqual([])
    expect(await b.logs.forks()).toEqual([])
  })

  test('is borne without end where nobody is held to account', async () => {
    const b = await party('b', { defences: { penalties: false } })
    const { network: evil } = await listener('evil')
    for (let i = 0; i < 50; i++) await evil.publish(RECORD, crypto.getRandomValues(new Uint8Array(100)))
    await quiet()
    expect(isConnected(b, 'evil')).toBe(true)
    expect(await b.logs.authors()).toEqual([])
  })

  function flipped(bytes: Uint8Array): Uint8Array {
    bytes[bytes.length - 1]! ^= 1
    return bytes
  }

  async function proofOfNothing(): Promise<Uint8Array> {
    const [one, other] = [await strangersHeader(), await strangersHeader()]
    return encodeForkProof(one.bytes, other.bytes)
  }
})

describe('a flood of valid headers', () => {
  test.each([
    [true, 200],
    [false, 250]
  ])('of one publisher is cut: with rate limits %s, %d are taken', async (rateLimits, count) => {
    const at = Date.now()
    const clock: Clock = { now: () => at, after: systemClock.after }
    const headers = await Promise.all(Array.from({ length: 250 }, () => strangersHeader()))
    const b = await party('b', { clock, defences: { rateLimits } })
    const { network: evil } = await listener('evil')
    for (const { bytes } of headers) await evil.publish(RECORD, bytes)
    await vi.waitFor(async () => expect((await b.logs.authors()).length).toBeGreaterThanOrEqual(count), 10_000)
    await quiet()
    expect(await b.logs.authors()).toHaveLength(count)
  })

  test.each([
    [true, 100],
    [false, 110]
  ])('of one author is kept, and passed on in bounds: with rate limits %s, %d', async (rateLimits, count) => {
    hub = createMemoryHub({ joined: false })
    hub.join('evil', 'b')
    hub.join('b', 'c')
    const at = Date.now()
    const b = await party('b', { clock: { now: () => at, after: systemClock.after }, defences: { rateLimits } })
    const { network: evil } = await listener('evil', RECORD)
    const c = await listener('c', RECORD)
    const author = await createParty(createMemoryHub(), 'author')
    for (let i = 0; i < 110; i++) await evil.publish(RECORD, await author.say(String(i)))
    await vi.waitFor(async () => expect((await b.logs.head(author.key.agent))?.count).toBe(110), 10_000)
    expect(c.heard).toHaveLength(count)
    author.gossip.stop()
  })
})

describe('a replay', () => {
  test('of what is known and old is not passed on; a header’s other topics are', async () => {
    hub = createMemoryHub({ joined: false, now: () => clock.now() })
    hub.join('evil', 'b')
    hub.join('b', 'c')
    const clock = createTestTime(Date.now())
    const b = await party('b', { clock, trusting: true })
    const { network: evil } = await listener('evil', RECORD, MEANING)
    const c = await listener('c', RECORD, MEANING)
    const { bytes, key } = await strangersHeader({ sketch: sketchOf(3), time: clock.now() })
    await evil.publish(MEANING, bytes)
    await clock.pass(10)
    await evil.publish(RECORD, bytes)
    await clock.pass(10)
    expect(c.heard).toHaveLength(2)
    // by now the network has forgotten that it went round
    await clock.pass(3 * 60_000)
    for (const topic of [MEANING, RECORD]) await evil.publish(topic, bytes)
    await clock.pass(10)
    expect(c.heard).toHaveLength(2)
    expect((await b.logs.head(key.agent))?.count).toBe(1)
    expect(isConnected(b, 'evil')).toBe(true)
  })

  test('of an author’s old headers does not silence the author', async () => {
    const at = Date.now()
    const b = await party('b', { clock: { now: () => at, after: systemClock.after } })
    hub.cut('evil', 'c')
    const { network: evil } = await listener('evil')
    const c = await listener('c', RECORD)
    const author = await createParty(createMemoryHub(), 'author')
    const first = await author.say('one')
    for (let i = 0; i < 150; i++) await evil.publish(RECORD, first)
    await evil.publish(RECORD, await author.say('two'))
    await vi.waitFor(() => expect(c.heard).toHaveLength(2), 10_000)
    expect(b.offences).toEqual([])
    author.gossip.stop()
  })
})

describe('a fork', () => {
  test.each([
    [true, true],
    [false, false]
  ])('shown by halves to two who are not connected is known to all: with fork proofs %s', async (forkProofs, isKnown) => {
    hub = createMemoryHub({ joined: false })
    const links: Array<[string, string]> = [['a', 'b'], ['c', 'd'], ['evil', 'a'], ['evil', 'd']]
    for (const [one, other] of links) hub.join(one, other)
    const parties: Party[] = []
    for (const name of ['a', 'b', 'c', 'd']) {
      parties.push(await party(name, { defences: { forkProofs, periodicExchange: false } }))
    }
    const { network: evil } = await listener('evil')
    const { author, one, other } = await fork()
    hub.cut('evil', 'd')
    await evil.publish(RECORD, one)
    await quiet()
    hub.cut('evil', 'a')
    hub.join('evil', 'd')
    await evil.publish(RECORD, other)
    await quiet()
    // nobody has seen both so far; b and c find it out as they meet
    const know = () => Promise.all(parties.map(async ({ logs }) => (await logs.forked(author)) !== null))
    expect(await know()).toEqual([false, false, false, false])
    hub.join('b', 'c')
    await vi.waitFor(async () => expect((await know()).slice(1, 3)).toEqual([true, true]), 10_000)
    await quiet()
    expect(await know()).toEqual([isKnown, true, true, isKnown])
  })

  test('proven to us by somebody is final: nothing more of its author is accepted or asked for', async () => {
    const b = await party('b')
    const { network: evil } = await listener('evil')
    const { author, one, proof } = await fork()
    await evil.publish(CONTROL_TOPIC, proof)
    await vi.waitFor(async () => expect(await b.logs.forked(author)).toEqual(proof), 10_000)
    await evil.publish(RECORD, one)
    await quiet()
    expect(await b.logs.head(author)).toBeNull()
  })

  test.each([
    [true, 200],
    [false, 230]
  ])('of authors whom nobody knows, in a flood, is taken in bounds; of a known one always: with rate limits %s', async (rateLimits, most) => {
    const at = Date.now()
    const b = await party('b', { clock: { now: () => at, after: systemClock.after }, trusting: true, defences: { rateLimits } })
    const evils = await Promise.all(Array.from({ length: 5 }, (_, i) => listener(`evil ${i}`)))
    const known = await newKey()
    const { bytes } = await strangersHeader({ key: known })
    await b.logs.accept(bytes)
    const proofs = await Promise.all(Array.from({ length: 230 }, () => fork()))
    for (const [i, { proof }] of proofs.entries()) await evils[i % 5]!.network.publish(CONTROL_TOPIC, proof)
    await quiet()
    expect((await b.logs.forks()).length).toBe(most)
    const friend = await listener('friend')
    const { proof } = await fork(known)
    await friend.network.publish(CONTROL_TOPIC, proof)
    await vi.waitFor(async () => expect(await b.logs.forked(known.agent)).toEqual(proof), 10_000)
  })
})

describe('by exchanges', () => {
  const LIMITS = { maxHeaders: 60, maxForks: 20, settledShare: 0 }

  /** b, who holds what honest ones gave it, meets a hostile peer that has much to give. */
  async function meeting(prepare: (evil: Party, b: Party) => Promise<void>, init: PartyInit = {}): Promise<{ evil: Party; b: Party }> {
    hub = createMemoryHub({ joined: false })
    const b = await party('b', { logs: LIMITS, trusting: true, ...init })
    const evil = await party('evil', { trusting: true, credulous: true })
    await prepare(evil, b)
    hub.join('b', 'evil')
    return { evil, b }
  }

  /** @returns how many of 30 honest headers are left, given by peers that hold so much each */
  async function manyKeys(from: (i: number) => string): Promise<number> {
    const honest: string[] = []
    const { b } = await meeting(async (evil, b) => {
      for (let i = 0; i < 30; i++) {
        const { bytes, key } = await strangersHeader({ goal: `honest ${i}` })
        await b.logs.accept(bytes, from(i))
        honest.push(key.agent)
      }
      for (let i = 0; i < 150; i++) await evil.logs.accept((await strangersHeader({ goal: `junk ${i}`, time: Date.now() + 9 * 60_000 })).bytes)
    })
    await vi.waitFor(() => expect(b.logs.index.size).toBeGreaterThan(50), 10_000)
    await quiet()
    expect(b.logs.index.size).toBeLessThanOrEqual(LIMITS.maxHeaders)
    const heads = await Promise.all(honest.map((author) => b.logs.head(author)))
    return heads.filter((head) => head !== null).length
  }

  test('many keys of one peer take the room that there is, and nobody’s who holds less', async () => {
    expect(await manyKeys((i) => `honest ${i % 3}`)).toBe(30)
  })

  test('with one account for all they take it all', async () => {
    expect(await manyKeys(() => 'evil')).toBe(0)
  })

  test('strangers’ fork proofs leave room for a fork that is found, and one who gave nothing has its share', async () => {
    const { b } = await meeting(async (evil) => {
      for (let i = 0; i < 30; i++) await evil.logs.acceptFork((await fork()).proof)
    })
    await vi.waitFor(async () => expect(await b.logs.forks()).toHaveLength(10), 10_000)
    const { author, one, other } = await fork()
    await b.logs.accept(one, 'honest')
    expect((await b.logs.accept(other, 'honest')).status).toBe('fork')
    expect(await b.logs.forked(author)).not.toBeNull()
    expect(await b.logs.forks()).toHaveLength(10)
  })

  test('leaves that are lies are an offence of whoever gives them, and never told on', async () => {
    const lie = await strangersHeader({ goal: 'a lie', sketch: [1, new Uint8Array(32), [5]] })
    const { b } = await meeting(async (evil) => {
      await evil.logs.accept(lie.bytes)
      await evil.logs.putBody(lie.body, [{ author: lie.key.agent, seq: 1 }])
    })
    await vi.waitFor(() => expect(b.offences).toMatchObject([{ peer: 'evil', points: 20 }]), 10_000)
    expect(await b.logs.head(lie.key.agent)).toBeNull()
  })

  test('who believes them is held to account for it by others', async () => {
    const lie = await strangersHeader({ goal: 'a lie', sketch: [1, new Uint8Array(32), [5]] })
    const { b } = await meeting((evil) => evil.logs.accept(lie.bytes).then(() => undefined), { credulous: true })
    await vi.waitFor(async () => expect(await b.logs.head(lie.key.agent)).not.toBeNull(), 10_000)
    const a = await party('a')
    hub.join('a', 'b')
    await vi.waitFor(() => expect(a.offences).toMatchObject([{ peer: 'b', points: 20 }]), 10_000)
  })
})

test('a fork proof that another tab has kept is not fetched again, and one that made room there is not offered', async () => {
  const { proof, author } = await fork()
  const store = createMemoryStore()
  const [tab, other] = [createLogs({ store, clock: systemClock }), createLogs({ store, clock: systemClock })]
  const { on, emit } = createEmitter<{ change: Change }>()
  const holdings = createHoldings(
    { logs: tab, changes: { listen: (listener) => on('change', listener) }, report: (error) => expect(error).toBeNull() },
    { leafBits: 3, forkProofs: true }
  )
  await other.acceptFork(proof)
  expect(holdings.has(forkId(author))).toBe(false)
  emit('change', { what: 'fork', author })
  await vi.waitFor(() => expect(holdings.has(forkId(author))).toBe(true), 10_000)
  expect(await holdings.read(forkId(author))).toEqual({ fork: proof })
  await store.commit([{ delete: 'forks', key: author }])
  expect(await holdings.read(forkId(author))).toBeNull()
  expect(holdings.has(forkId(author))).toBe(false)
  holdings.close()
})
