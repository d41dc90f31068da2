/**
 * Declarations that mean ill, from their headers on a topic to what a page is given. Each defence that can be switched off has
 * a twin without it, which lets the attack through.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { digest } from '../crypto/hash.ts'
import { agentKey, generateKeyPair, type AgentKey } from '../crypto/keys.ts'
import { BODY_PROTOCOL, serveBodies } from '../gossip/body-stream.ts'
import { createParty, strangersHeader, type Party, type PartyInit } from '../gossip/testing/party.ts'
import { createLogs, type Logs } from '../log/log.ts'
import { createMemoryHub, type MemoryHub } from '../net/memory.ts'
import type { FramedStream, Network } from '../net/network.ts'
import type { StarlingNode } from '../node.ts'
import { decode, encode } from '../schema/codec.ts'
import type { Capability } from '../schema/declaration.ts'
import type { Sketch } from '../schema/header.ts'
import { BODY_PIECE_BYTES, MAX_BODY_REPLY_BYTES, MAX_BODY_REQUEST_BYTES, bodyRequest } from '../schema/messages.ts'
import { fieldsOf } from '../semantic/hybrid.ts'
import { createWordIndex } from '../semantic/word-index.ts'
import { createStandIn } from '../semantic/stand-in.ts'
import { createMemoryStore } from '../store/memory.ts'
import { joinBytes } from '../support/bytes.ts'
import { systemClock } from '../support/clock.ts'
import { createTestTime } from '../support/testing/time.ts'
import { createNodes, createProfile, type Nodes, type Profile } from '../testing/nodes.ts'
import { wordsOf } from './meaning.ts'

const RECORD = 'starling/1/record/-'
const MEBIBYTE = 2 ** 20
const SOON = { timeout: 5_000, interval: 20 }
const bodyOptions = { maxMessageBytes: MAX_BODY_REPLY_BYTES, maxStreamsPerPeer: 8 }

let hub: MemoryHub
let stops: Array<() => Promise<unknown>>

beforeEach(() => {
  hub = createMemoryHub()
  stops = []
})

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function started(peer: string): Promise<Network> {
  const network = hub.network(peer)
  await network.start()
  stops.push(() => network.stop())
  return network
}

async function party(peer: string, init: PartyInit = {}): Promise<Party> {
  const one = await createParty(hub, peer, init)
  await one.network.start()
  stops.push(async () => {
    one.gossip.stop()
    await one.network.stop()
    expect(one.reports).toEqual([])
  })
  return one
}

const newKey = async (): Promise<AgentKey> => agentKey(await generateKeyPair())

const capability = (fields: Partial<Capability> = {}): Capability => ({
  kind: 'capability',
  id: 'tea',
  name: 'Tea',
  description: 'Brews tea.',
  tags: ['tea'],
  examples: ['A pot of green tea'],
  inputModes: ['text/plain'],
  outputModes: ['text/plain'],
  program: '0'.repeat(64),
  limits: { ms: 1000, memoryBytes: 1000, inputBytes: 0, outputBytes: 1000 },
  ...fields
})

/** A peer that serves any bytes as bodies. Each is declared by a key of its own. */
async function liar(peer: string) {
  const network = await started(peer)
  const bodies = new Map<string, Uint8Array>()
  network.handle(BODY_PROTOCOL, bodyOptions, async (stream) => {
    for (let m = await stream.read(); m !== null; m = await stream.read()) {
      const request = decode(m, bodyRequest, MAX_BODY_REQUEST_BYTES)
      if ('held' in request) await stream.write(encode({ held: new Uint8Array(8) }))
      else await give(stream, bodies.get(request.hash.join()), request.offset)
    }
  })
  return {
    network,
    /** Declares these bytes. @returns the agent that does */
    async declare(bytes: Uint8Array, kind = 'capability'): Promise<string> {
      const bodyHash = await digest(bytes)
      const header = await strangersHeader({ kind, bodyHash, bodySize: bytes.length })
      bodies.set(bodyHash.join(), bytes)
      await network.publish(RECORD, header.bytes)
      return header.key.agent
    },
    /** Serves these bytes for the body of that hash. */
    serve: (hash: Uint8Array, bytes: Uint8Array) => void bodies.set(hash.join(), bytes)
  }
}

async function give(stream: FramedStream, bytes: Uint8Array | undefined, from: number): Promise<void> {
  if (bytes === undefined) {
    await stream.write(encode({ piece: null, rest: 0 }))
    return
  }
  for (let at = from; at < bytes.length; at += BODY_PIECE_BYTES) {
    const piece = bytes.slice(at, at + BODY_PIECE_BYTES)
    await stream.write(encode({ piece, rest: bytes.length - at - piece.length }))
  }
}

/** An agent with a log, on a peer that gives its bodies as it should. */
interface Author {
  network: Network
  logs: Logs
  key: AgentKey
  say(body: Capability, sketch?: Sketch): Promise<void>
}

async function author(peer: string): Promise<Author> {
  const network = await started(peer)
  const logs = createLogs({ store: createMemoryStore(), clock: systemClock })
  const key = await newKey()
  serveBodies({ network, logs, clock: systemClock }, { soon: () => null })
  return {
    network,
    logs,
    key,
    async say(body, sketch) {
      await network.publish(RECORD, (await logs.append(key, body.kind, body, sketch === undefined ? {} : { sketch })).bytes)
    }
  }
}

describe('a whole node', () => {
  let nodes: Nodes
  let profile: Profile
  let victim: StarlingNode

  beforeEach(async () => {
    nodes = createNodes(hub)
    profile = await createProfile()
    victim = await nodes.open('victim', profile)
  })

  afterEach(async () => {
    await nodes.closeAll()
    expect(nodes.reports).toEqual([])
  })

  const capabilitiesOf = async (agent: string) =>
    (await victim.client.agent(agent))?.capabilities.map((one) => one.capability) ?? []

  /** Somebody honest who comes afterwards is heard, so that all that came before has been looked at. */
  async function stillHears(): Promise<void> {
    const friend = await author('friend')
    await friend.say(capability({ id: 'coffee', name: 'Coffee' }))
    await vi.waitFor(async () => expect(await capabilitiesOf(friend.key.agent)).toHaveLength(1), SOON)
  }

  const hostileTexts = {
    markup: '<img src=x onerror=alert(1)><script>alert(1)</script>&lt;b&gt;',
    'a link': '[free tea](javascript:alert(1)) ![x](https://evil.example/pixel.png)',
    'text that runs backwards': '\u202Egnp.exe\u2066\u200F\u061C never closed',
    zalgo: `z\u0334${'\u0301\u0323\u0489'.repeat(30)}`,
    'lines and controls': 'one\r\n\u2028two\u0000\u001B[2J\u0007'
  }

  test.each(Object.entries(hostileTexts))('gives %s in every text to the page as it is, and no longer than allowed', async (_, text) => {
    const fill = (length: number) => text.repeat(Math.ceil(length / text.length)).slice(0, length)
    const said = capability({
      name: fill(80),
      description: fill(1000),
      tags: Array.from({ length: 24 }, () => fill(40)),
      examples: Array.from({ length: 12 }, () => fill(200)),
      inputModes: [fill(80)],
      outputModes: [fill(80)]
    })
    const evil = await liar('evil')
    const agent = await evil.declare(encode(said))
    await vi.waitFor(async () => expect(await capabilitiesOf(agent)).toEqual([said]), SOON)
    // what others say is quoted among our own words: it is short, on one line, and can't turn these around
    const found = (await victim.client.find(text)).find((one) => one.agent === agent)
    expect(found?.reasons.map(({ kind }) => kind)).toContain('matches')
    for (const reason of found?.reasons ?? []) {
      expect(reason.text.length).toBeLessThan(250)
      expect(reason.text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>]/u)
    }
  })

  test.each([
    ['name', { name: 'x'.repeat(81) }],
    ['description', { description: 'x'.repeat(1001) }],
    ['tags', { tags: Array.from({ length: 25 }, String) }],
    ['one tag', { tags: ['x'.repeat(41)] }],
    ['one example', { examples: ['x'.repeat(201)] }],
    ['id', { id: '<script>' }]
  ] satisfies Array<[string, Partial<Capability>]>)('passes over a capability with too much in its %s', async (_, fields) => {
    const evil = await liar('evil')
    const agent = await evil.declare(encode(capability(fields)))
    await stillHears()
    expect(await capabilitiesOf(agent)).toEqual([])
  })

  test('gives the page nothing that the schema does not name', async () => {
    const evil = await liar('evil')
    const agent = await evil.declare(encode({ ...capability(), blob: new Uint8Array(MEBIBYTE - 1000), html: '<b>' }))
    await vi.waitFor(async () => expect(await capabilitiesOf(agent)).toEqual([capability()]), SOON)
  })

  /** A capability with a key of its own before all others, whose value these bytes are. */
  function withValue(value: Uint8Array): Uint8Array {
    const plain = encode(capability())
    const map = 0xa0 + Object.keys(capability()).length
    expect(plain[0]).toBe(map)
    return joinBytes([Uint8Array.of(map + 1, 0x61, 0x7a), value, plain.subarray(1)])
  }
  const nested = (levels: number) => {
    const value = new Uint8Array(levels).fill(0x81)
    value[levels - 1] = 0x80
    return value
  }

  test.each([
    ['100 levels', () => nested(100)],
    ['10,000 levels', () => nested(10_000)],
    ['levels for all of a mebibyte', () => nested(MEBIBYTE - 1000)],
    ['a list that says it has 2^32 items', () => Uint8Array.of(0x9a, 0xff, 0xff, 0xff, 0xff)],
    ['a text that is no UTF-8', () => Uint8Array.of(0x62, 0xc0, 0x80)]
  ])('takes no body with %s, and goes on', async (_, value) => {
    const evil = await liar('evil')
    const agent = await evil.declare(withValue(value()))
    await stillHears()
    expect(await capabilitiesOf(agent)).toEqual([])
  })

  test('is not changed by what a body says under __proto__', async () => {
    const polluting = { ...capability(), ['__proto__']: { polluted: true } }
    expect(Object.keys(polluting)).toContain('__proto__')
    const evil = await liar('evil')
    const agent = await evil.declare(encode(polluting))
    await stillHears()
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    for (const one of await capabilitiesOf(agent)) expect((one as unknown as Record<string, unknown>).polluted).toBeUndefined()
  })

  test('takes one with as many levels as are allowed', async () => {
    const evil = await liar('evil')
    const agent = await evil.declare(withValue(nested(60)))
    await vi.waitFor(async () => expect(await capabilitiesOf(agent)).toEqual([capability()]), SOON)
  })

  test('remembers of one author who declares hundreds of things the newest 64', async () => {
    const evil = await author('evil')
    const ids = Array.from({ length: 150 }, (_, i) => `tea-${i}`)
    for (const id of ids) await evil.say(capability({ id }))
    await vi.waitFor(async () => {
      const known = (await capabilitiesOf(evil.key.agent)).map(({ id }) => id)
      expect(known.sort()).toEqual(ids.slice(-64).sort())
    }, SOON)
    await stillHears()
  })

  test('refuses a header that claims a body of ten megabytes, and ends with who goes on giving such', async () => {
    const evil = await started('evil')
    for (let i = 0; i < 11; i++) await evil.publish(RECORD, await claimOf(10 * MEBIBYTE))
    await vi.waitFor(async () => expect((await victim.client.status()).connections).toEqual([]), SOON)
    expect((await profile.store.list('heads')).map(([agent]) => agent)).toEqual([profile.key.agent])
  })

  /** What many ask for, in every place there is. */
  const popular =
    'free best translate translation subtitles German English document summary text report data chart average price city photo ' +
    'video tax return contract recipe music travel plan code website email letter convert file list table statistics analyse help'
  const stuffed = capability({
    id: 'anything',
    name: popular.slice(0, 80),
    description: popular,
    tags: popular.split(' ').slice(0, 24),
    examples: Array.from({ length: 12 }, (_, i) => popular.slice(9 * i, 9 * i + 200))
  })
  const exact = capability({
    id: 'subtitles',
    name: 'Subtitle translation',
    description: 'Translates subtitles from German to English and keeps their times.',
    tags: ['subtitles', 'translation', 'german', 'english'],
    examples: ['Translate these subtitles from German to English']
  })
  const request = 'translate subtitles from German to English'

  test('finds who does just what is asked for before somebody who says every word there is', async () => {
    const [evil, friend] = [await author('evil'), await author('friend')]
    await evil.say(stuffed)
    await friend.say(exact)
    await vi.waitFor(async () => {
      const found = (await victim.client.find(request)).map(({ skill }) => skill)
      expect(found).toEqual(expect.arrayContaining(['subtitles', 'anything']))
      expect(found[0]).toBe('subtitles')
    }, SOON)
  })

  test('would not, if it did not matter how much else is said', () => {
    const first = (usualLength?: number) => {
      const index = createWordIndex()
      for (const one of [stuffed, exact]) {
        index.set(one.id, fieldsOf(one).map((field) => (usualLength === undefined ? field : { ...field, usualLength })))
      }
      return index.search(request, 2)[0]?.id
    }
    expect(first()).toBe('subtitles')
    expect(first(Infinity)).toBe('anything')
  })

  test('finds a sketch that lies about its body at the first pull, and whoever goes on so is not listened to or met', async () => {
    const [evil, friend] = [await author('evil'), await author('honest')]
    const { sketch } = createStandIn()
    const pills = (id: string) => capability({ id, name: 'Cheap pills', description: 'Buy now.', tags: ['pills'], examples: [] })
    const honest = async (said: Capability) => sketch(wordsOf(said) ?? '')
    await friend.say(exact, await honest(exact))
    await evil.say(pills('honest-pills'), await honest(pills('honest-pills')))
    await vi.waitFor(async () => expect(await capabilitiesOf(evil.key.agent)).toHaveLength(1), SOON)
    await vi.waitFor(async () => expect(await capabilitiesOf(friend.key.agent)).toEqual([exact]), SOON)
    for (let i = 0; i < 3; i++) {
      await evil.say(pills(`pills-${i}`), await sketch(request))
      // each is found as soon as its body is here, which is then deleted
      await vi.waitFor(async () => {
        const entry = (await victim.client.log({ author: evil.key.agent })).at(-1)
        expect(entry).toMatchObject({ seq: i + 2, body: null })
      }, SOON)
    }
    await vi.waitFor(async () => expect(await capabilitiesOf(evil.key.agent)).toEqual([]), SOON)
    await evil.say(capability({ id: 'tea' }), await honest(capability({ id: 'tea' })))
    await stillHears()
    expect(await capabilitiesOf(evil.key.agent)).toEqual([])
    expect(await capabilitiesOf(friend.key.agent)).toEqual([exact])
  })
})

/** A header that is signed, and says that its body has so many bytes. */
async function claimOf(bodySize: number): Promise<Uint8Array> {
  const key = await newKey()
  const unsigned = [1, key.publicKey, 1, null, null, 'capability', new Uint8Array(32), bodySize, Date.now(), null, null]
  return encode([...unsigned, await key.sign('header', encode(unsigned))])
}

describe('a body of ten megabytes behind a header that says a thousand bytes', () => {
  test('is left after its first piece, each time it is asked for, and nothing of it is kept', async () => {
    const clock = createTestTime(Date.now())
    const victim = await party('victim', { clock, trusting: true })
    const evil = await liar('evil')
    const { bytes, hash, key } = await strangersHeader({ bodySize: 1000, time: clock.now() })
    evil.serve(hash, new Uint8Array(10 * MEBIBYTE))
    await evil.network.publish(RECORD, bytes)
    // all rounds in which it is asked for
    await clock.pass(5 * 60_000)
    expect(victim.network.bytesByProtocol()[BODY_PROTOCOL]?.received).toBeGreaterThan(BODY_PIECE_BYTES)
    expect(victim.network.bytesByProtocol()[BODY_PROTOCOL]?.received).toBeLessThan(MEBIBYTE / 2)
    expect(await victim.logs.body(key.agent, 1)).toBeNull()
    expect(await victim.store.list('bodies')).toEqual([])
  })
})

describe('a thousand headers a second of one author', () => {
  const SECONDS = 2
  const PER_SECOND = 1000
  /** 200 at once and then 20 a second are looked at of one publisher; 100 and then 10 are passed on of one author. */
  test.each([
    { rateLimits: true, kept: 200 + 20 * SECONDS, passedOn: 100 + 10 * SECONDS },
    { rateLimits: false, kept: PER_SECOND * SECONDS, passedOn: PER_SECOND * SECONDS }
  ])('are kept and passed on in bounds, and others are heard meanwhile: $rateLimits', async ({ rateLimits, kept, passedOn }) => {
    const clock = createTestTime(Date.now())
    hub = createMemoryHub({ joined: false, now: clock.now })
    for (const [a, b] of [['evil', 'victim'], ['friend', 'victim'], ['victim', 'far']] as const) hub.join(a, b)
    const victim = await party('victim', { clock, trusting: true, defences: { rateLimits } })
    const [evil, friend, far] = [await started('evil'), await started('friend'), await started('far')]
    const heard: Uint8Array[] = []
    far.subscribe(RECORD, async (bytes) => {
      heard.push(bytes)
      return 'accept'
    })
    const flood = await createParty(createMemoryHub(), 'author', { clock, trusting: true })
    stops.push(async () => flood.gossip.stop())

    const honest: Uint8Array[] = []
    for (let at = 0; at < SECONDS * 10; at++) {
      for (let i = 0; i < PER_SECOND / 10; i++) await evil.publish(RECORD, await flood.say('more'))
      const one = (await strangersHeader({ time: clock.now() })).bytes
      honest.push(one)
      await friend.publish(RECORD, one)
      await clock.pass(100)
      // within the tenth of a second in which it was said
      await vi.waitFor(() => expect(heard.map((bytes) => bytes.join())).toContain(one.join()), SOON)
    }

    const isHonest = new Set(honest.map((bytes) => bytes.join()))
    const flooded = heard.filter((bytes) => !isHonest.has(bytes.join())).length
    expect((await victim.logs.head(flood.key.agent))?.count).toBeLessThanOrEqual(kept)
    expect((await victim.logs.head(flood.key.agent))?.count).toBeGreaterThan(0.9 * kept)
    expect(flooded).toBeLessThanOrEqual(passedOn)
    expect(flooded).toBeGreaterThan(0.9 * passedOn)
  }, 60_000)
})
