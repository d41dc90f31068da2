import { describe, expect, it } from 'vitest'
import { decode, encode } from '../schema/codec.ts'
import { MAX_PRESENCE_BYTES, MIN_EVERY_S, presence, type Presence } from '../schema/presence.ts'
import { createDiscovery, type Discovery } from './discovery.ts'
import { createTestTime, seeded } from '../support/testing/time.ts'

const peerId = (letter: string) => `12D3KooW${letter.repeat(44)}`
const ANNOUNCE_MS = 1000 * MIN_EVERY_S
const SELF = peerId('s')
const OTHER = peerId('t')
const RELAY = `/dns4/relay.example/tcp/443/tls/ws/p2p/${peerId('r')}`

function setUp() {
  const clock = createTestTime()
  const said: Presence[] = []
  const known = new Map<string, readonly string[]>()
  const penalties: string[] = []
  let relays: string[] = [RELAY]
  let shards: string[] = []
  let card: Uint8Array | null = null
  const discovery = createDiscovery(
    {
      clock,
      random: () => 1,
      publish: async (bytes) => said.push(decode(bytes, presence, MAX_PRESENCE_BYTES)),
      penalise: (peer) => penalties.push(peer)
    },
    {
      self: SELF,
      relays: () => relays,
      shards: () => shards,
      known: () => known.size,
      card: () => card,
      onHeard(peer, said) {
        const stranger = !known.has(peer)
        known.set(peer, [...said.relays, ...said.shards])
        return stranger
      },
      onBye: (peer) => known.delete(peer)
    }
  )
  const presenceOf = (peer: string, more: Partial<Presence> = {}) =>
    encode({ version: 1, peer, relays: [RELAY], every: 10, asks: true, bye: false, at: clock.now(), ...more })
  return {
    clock,
    said,
    known,
    penalties,
    discovery,
    presenceOf,
    relays: (next: string[]) => (relays = next),
    shards: (next: string[]) => (shards = next),
    card: (next: Uint8Array | null) => (card = next)
  }
}

/** Many peers that all hear one another at once. */
function createTestCrowd(count: number) {
  const clock = createTestTime()
  const random = seeded(3)
  const peers: Array<{ self: string; discovery: Discovery }> = []
  let [heard, every] = [0, 0]
  function join(): void {
    const self = peerId('x').slice(0, -3) + base58(peers.length)
    const known = new Set<string>()
    const discovery = createDiscovery(
      {
        clock: { now: () => Math.round(clock.now()), after: clock.after },
        random,
        publish: async (bytes) => {
          heard++
          every = decode(bytes, presence, MAX_PRESENCE_BYTES).every ?? 0
          for (const other of peers) if (other.self !== self) other.discovery.judge(bytes, self)
          return peers.length
        },
        penalise: () => undefined
      },
      {
        self,
        relays: () => [RELAY],
        shards: () => [],
        known: () => known.size,
        card: () => null,
        onHeard: (peer) => known.size !== known.add(peer).size,
        onBye: (peer) => known.delete(peer)
      }
    )
    peers.push({ self, discovery })
    discovery.announce()
  }
  for (let i = 0; i < count; i++) join()
  return {
    join,
    /** @returns messages while this time passes, and what the last one said of when the next comes */
    async pass(ms: number) {
      heard = 0
      for (let passed = 0; passed < ms; passed += 250) await clock.pass(250)
      return { heard, every }
    }
  }
}

const base58 = (number: number): string =>
  [58 * 58, 58, 1].map((unit) => '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'[Math.floor(number / unit) % 58]).join('')

describe('discovery', () => {
  it('says that we are there at once, then now and then', async () => {
    const { clock, said, discovery } = setUp()
    discovery.announce()
    discovery.announce()
    await clock.pass(50)
    expect(said).toMatchObject([{ version: 1, peer: SELF, relays: [RELAY], bye: false }])
    await clock.pass(2 * ANNOUNCE_MS)
    expect(said.length).toBeGreaterThan(1)
    expect(said.length).toBeLessThan(4)
  })

  it('says nothing while we can not be reached', async () => {
    const { clock, said, discovery, relays } = setUp()
    relays([])
    discovery.announce()
    await clock.pass(60_000)
    expect(said).toEqual([])
    relays([RELAY])
    discovery.announce()
    await clock.pass(50)
    expect(said).toHaveLength(1)
  })

  it('tells of shards and hears of them, and of so many only', async () => {
    const { clock, said, known, penalties, discovery, presenceOf, relays, shards } = setUp()
    const many = Array.from({ length: 20 }, (_, i) => `starling/1/meaning/1/${i}`)
    shards(many)
    discovery.announce()
    await clock.pass(50)
    expect(said[0]?.shards).toEqual(many.slice(0, 12))
    expect(discovery.judge(presenceOf(OTHER, { shards: ['starling/1/record/01'] }), OTHER)).toBe('accept')
    expect(known.get(OTHER)).toEqual([RELAY, 'starling/1/record/01'])
    expect(discovery.judge(presenceOf(peerId('u'), { shards: many }), peerId('u'))).toBe('reject')
    expect(penalties).toEqual([peerId('u')])
    // relays with names as long as they may be leave no room
    relays(Array.from({ length: 4 }, (_, i) => `/dns4/${`${i}`.repeat(220)}/tcp/443/tls/ws/p2p/${peerId('r')}`))
    shards(many.map((shard) => shard.padEnd(64, '0')))
    await clock.pass(2 * ANNOUNCE_MS)
    expect(said.at(-1)).toMatchObject({ relays: { length: 4 }, shards: [] })
  })

  it('answers a stranger soon, and one that is known not', async () => {
    const { clock, said, known, discovery, presenceOf } = setUp()
    expect(discovery.judge(presenceOf(OTHER), OTHER)).toBe('accept')
    expect(known.get(OTHER)).toEqual([RELAY])
    await clock.pass(120)
    expect(said).toHaveLength(1)
    await clock.pass(1000)
    expect(discovery.judge(presenceOf(OTHER), OTHER)).toBe('accept')
    await clock.pass(1000)
    expect(said).toHaveLength(1)
  })

  it('does not answer a crowd with as many announcements', async () => {
    const { clock, said, discovery, presenceOf } = setUp()
    for (const letter of 'ABCDEFGHJKLMNPQRSTUV') {
      discovery.judge(presenceOf(peerId(letter)), peerId(letter))
      await clock.pass(200)
    }
    expect(said.length).toBeLessThan(14)
  })

  it('does not answer who does not ask', async () => {
    const { clock, said, discovery, presenceOf } = setUp()
    discovery.judge(presenceOf(OTHER, { asks: false }), OTHER)
    await clock.pass(5_000)
    expect(said).toEqual([])
  })

  it('is no more than so much for everybody to hear, however many there are, and a newcomer hears of some at once', async () => {
    const crowd = createTestCrowd(120)
    // twelve a second at first
    await crowd.pass(5 * 60_000)
    const settled = await crowd.pass(5 * 60_000)
    expect(settled.heard / 300).toBeGreaterThan(1)
    expect(settled.heard / 300).toBeLessThan(3)
    expect(settled.every).toBeGreaterThan(45)
    expect(settled.every).toBeLessThan(85)
    crowd.join()
    const joined = await crowd.pass(1000)
    expect(joined.heard).toBeGreaterThan(8)
    expect(joined.heard).toBeLessThan(40)
  })

  it('is not made rare by few who say much', async () => {
    const { clock, said, discovery, presenceOf } = setUp()
    discovery.announce()
    for (let i = 0; i < 2 * 60 * 10; i++) {
      const liar = peerId('ABCDEFGHJK'[i % 10] ?? '')
      discovery.judge(presenceOf(liar, { every: 3600 }), liar)
      await clock.pass(500)
    }
    expect(said.at(-1)?.every).toBe(10)
  })

  it('believes a peer only of itself', async () => {
    const { known, penalties, discovery, presenceOf } = setUp()
    expect(discovery.judge(presenceOf(OTHER), peerId('u'))).toBe('reject')
    expect(known.size).toBe(0)
    expect(penalties).toEqual([peerId('u')])
  })

  it('holds garbage against whoever signed it', async () => {
    const { penalties, discovery } = setUp()
    expect(discovery.judge(Uint8Array.of(1, 2, 3), OTHER)).toBe('reject')
    expect(discovery.judge(encode({ version: 1, peer: OTHER }), OTHER)).toBe('reject')
    expect(discovery.judge(new Uint8Array(10_000), OTHER)).toBe('reject')
    expect(penalties).toEqual([OTHER, OTHER, OTHER])
  })

  it('takes a goodbye, and nothing older after it', async () => {
    const { clock, known, discovery, presenceOf } = setUp()
    const early = presenceOf(OTHER)
    await clock.pass(10)
    discovery.judge(presenceOf(OTHER), OTHER)
    await clock.pass(10)
    expect(discovery.judge(presenceOf(OTHER, { bye: true }), OTHER)).toBe('accept')
    expect(known.size).toBe(0)
    expect(discovery.judge(early, OTHER)).toBe('ignore')
    expect(known.size).toBe(0)
    await clock.pass(10)
    discovery.judge(presenceOf(OTHER), OTHER)
    expect(known.size).toBe(1)
  })

  it('ignores what bears a time far from now', async () => {
    const { clock, known, discovery, presenceOf } = setUp()
    expect(discovery.judge(presenceOf(OTHER, { at: clock.now() + 3_600_000 }), OTHER)).toBe('ignore')
    expect(discovery.judge(presenceOf(OTHER, { at: clock.now() - 3_600_000 }), OTHER)).toBe('ignore')
    expect(known.size).toBe(0)
  })

  it('takes only so much from one signer', async () => {
    const { clock, discovery, presenceOf } = setUp()
    const verdicts: string[] = []
    for (let i = 0; i < 40; i++) {
      await clock.pass(1)
      verdicts.push(discovery.judge(presenceOf(OTHER), OTHER))
    }
    expect(verdicts.filter((verdict) => verdict === 'accept').length).toBeLessThan(20)
    expect(verdicts[0]).toBe('accept')
  })

  it('says goodbye last', async () => {
    const { clock, said, discovery } = setUp()
    discovery.announce()
    await clock.pass(50)
    await discovery.bye()
    discovery.announce()
    await clock.pass(60_000)
    expect(said).toMatchObject([{ bye: false }, { bye: true }])
    expect(said[1]?.at).toBeGreaterThan(said[0]?.at ?? 0)
    expect(clock.waiting).toBe(0)
  })
})
