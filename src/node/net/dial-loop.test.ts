import './polyfill.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseNext } from './dial-choice.ts'
import { createDialLoop, type DialLoopInit, type Said } from './dial-loop.ts'
import { createTestTime, seeded } from '../support/testing/time.ts'

const SAID: Said = { relays: ['/dns4/relay/tcp/443/tls/ws/p2p/r'], shards: [], goodForMs: 45_000 }

function setUp(init: Partial<DialLoopInit> = {}, random = () => 1) {
  const clock = createTestTime()
  const dials: string[] = []
  /** what becomes of the next dials; by default they never end */
  let outcome: (peer: string, how: string) => Promise<void> = () => new Promise(() => {})
  let allowed = true
  let lacking = new Set<string>()
  let sought = new Set<string>()
  const letGo: string[] = []
  const busy = new Set<string>()
  const loop = createDialLoop(
    {
      clock,
      random,
      mayDial: () => allowed,
      lacking: () => lacking,
      sought: () => sought,
      busy: (peer) => busy.has(peer),
      letGo(peer) {
        letGo.push(peer)
        loop.reached(peer, 'none')
      },
      dial(peer, how) {
        dials.push(`${peer} ${how}`)
        return outcome(peer, how)
      }
    },
    { self: 'm', ...init }
  )
  return {
    clock,
    dials,
    loop,
    letGo,
    busy,
    lack: (...shards: string[]) => (lacking = new Set(shards)),
    seek: (...topics: string[]) => (sought = new Set(topics)),
    outcome: (next: typeof outcome) => (outcome = next),
    allow: (next: boolean) => (allowed = next)
  }
}

const failing = () => Promise.reject(new Error('no way'))

describe('the dial loop', () => {
  it('dials those with a higher peer id at once, and waits for the others to dial', async () => {
    const { loop, dials } = setUp()
    expect(loop.heard('a', SAID)).toBe(true)
    expect(loop.heard('z', SAID)).toBe(true)
    expect(loop.heard('z', SAID)).toBe(false)
    expect(loop.heard('m', SAID)).toBe(false)
    expect(dials).toEqual(['z direct'])
  })

  it('dials those with a lower one after a while, and not if they came by themselves', async () => {
    const { loop, dials, clock } = setUp()
    const say = () => ['a', 'b'].forEach((peer) => loop.heard(peer, SAID))
    say()
    for (let i = 0; i < 6; i++) {
      await clock.pass(9_999)
      say()
      if (i === 2) loop.reached('b', 'direct', true)
    }
    expect(dials).toEqual([])
    await clock.pass(10)
    expect(dials).toEqual(['a direct'])
  })

  it('dials two at a time', async () => {
    const { loop, dials, clock, outcome } = setUp()
    const done = Promise.withResolvers<null>()
    outcome(async (peer) => {
      await (peer === 'o' ? done.promise : new Promise(() => {}))
    })
    for (const peer of ['n', 'o', 'p', 'q']) loop.heard(peer, SAID)
    expect(dials).toEqual(['n direct', 'o direct'])
    loop.reached('o', 'direct')
    done.resolve(null)
    await clock.pass(0)
    expect(dials).toEqual(['n direct', 'o direct', 'q direct'])
  })

  it('tries directly three times, then is content with a relay, then tries directly now and then', async () => {
    const { loop, dials, clock, outcome } = setUp()
    outcome(failing)
    loop.heard('z', SAID)
    await clock.pass(0)
    expect(dials).toEqual(['z direct'])
    await clock.pass(499)
    expect(dials).toHaveLength(1)
    await clock.pass(1)
    await clock.pass(1000)
    expect(dials).toEqual(['z direct', 'z direct', 'z direct'])
    outcome(async (peer, how) => {
      if (how === 'direct') throw new Error('no way')
      loop.reached(peer, 'relayed')
    })
    await clock.pass(2000)
    expect(dials.slice(3)).toEqual(['z relayed'])
    await clock.pass(29_999)
    expect(dials).toHaveLength(4)
    await clock.pass(1)
    expect(dials.slice(4)).toEqual(['z direct'])
    await clock.pass(60_000)
    expect(dials.slice(5)).toEqual(['z direct'])
    expect(loop.known()).toMatchObject([{ peer: 'z', reach: 'relayed' }])
  })

  it('dials no more once there is a direct connection, and again soon when it is lost', async () => {
    const { loop, dials, clock, outcome } = setUp()
    outcome(async (peer) => loop.reached(peer, 'direct'))
    loop.heard('z', SAID)
    await clock.pass(600_000)
    expect(dials).toEqual(['z direct'])
    loop.reached('z', 'none')
    await clock.pass(500)
    expect(dials).toEqual(['z direct', 'z direct'])
  })

  it('forgets who said goodbye until it is heard of again', async () => {
    const { loop, dials, clock, outcome } = setUp()
    outcome(async (peer) => loop.reached(peer, 'direct'))
    loop.heard('z', SAID)
    await clock.pass(0)
    loop.gone('z')
    loop.reached('z', 'none')
    await clock.pass(60_000)
    expect(dials).toHaveLength(1)
    expect(loop.known()).toEqual([])
    loop.heard('z', SAID)
    expect(dials).toHaveLength(2)
  })

  it('forgets who is silent and not connected', async () => {
    const { loop, clock } = setUp()
    loop.heard('a', SAID)
    loop.heard('b', SAID)
    loop.reached('b', 'direct')
    await clock.pass(30_000)
    loop.heard('c', SAID)
    loop.heard('d', { ...SAID, goodForMs: 10_000 })
    await clock.pass(20_000)
    expect(loop.known().map(({ peer }) => peer)).toEqual(['b', 'c'])
  })

  it('waits while it may not dial, and wakes', async () => {
    const { loop, dials, clock, allow } = setUp()
    allow(false)
    loop.heard('z', SAID)
    await clock.pass(10_000)
    expect(dials).toEqual([])
    allow(true)
    loop.wake()
    await clock.pass(500)
    expect(dials).toEqual(['z direct'])
  })

  it('knows and connects to so many and no more', async () => {
    const { loop, dials, clock, outcome } = setUp({ maxKnown: 3, maxDialled: 2 })
    outcome(async (peer) => loop.reached(peer, 'direct'))
    for (const peer of ['p', 'q', 'r', 's', 't']) {
      loop.heard(peer, SAID)
      await clock.pass(0)
    }
    await clock.pass(40_000)
    expect(dials).toEqual(['p direct', 'q direct'])
    expect(loop.known().map(({ peer }) => peer)).toEqual(['p', 'q', 't'])
  })

  it('keeps its places for dialling whoever connects to it', async () => {
    const { loop, dials, clock, outcome } = setUp({ maxDialled: 2, maxInbound: 3 })
    outcome(async (peer) => loop.reached(peer, 'direct'))
    for (const peer of ['a', 'b', 'c']) loop.reached(peer, 'direct', true)
    for (const peer of ['n', 'o', 'p']) {
      loop.heard(peer, SAID)
      await clock.pass(0)
    }
    expect(dials).toEqual(['n direct', 'o direct'])
    const places = loop.known().map(({ peer, place }) => `${peer} ${place}`)
    expect(places).toEqual(['a inbound', 'b inbound', 'c inbound', 'n chance', 'o chance', 'p null'])
  })

  it('prefers those of a shard that lacks peers, as long as it does', async () => {
    const { loop, dials, clock, outcome, lack, allow } = setUp()
    outcome(async (peer) => loop.reached(peer, 'direct'))
    allow(false)
    for (const peer of ['n', 'o', 'p', 'q']) loop.heard(peer, SAID)
    for (const peer of ['x', 'y']) loop.heard(peer, { ...SAID, shards: ['ours'] })
    allow(true)
    lack('ours')
    loop.wake()
    await clock.pass(500)
    expect(dials.slice(0, 2).sort()).toEqual(['x direct', 'y direct'])
    expect(dials).toHaveLength(6)
    loop.heard('z', { ...SAID, shards: ['ours'] })
    lack()
    await clock.pass(0)
    const whys = new Map(loop.known().map(({ peer, place }) => [peer, place]))
    expect(['x', 'y', 'z', 'n'].map((peer) => whys.get(peer))).toEqual(['shard', 'shard', 'shard', 'chance'])
  })

  it('finds somebody of a topic that is sought though all places are taken, and not more than a few', async () => {
    const { loop, dials, outcome, seek } = setUp({ maxDialled: 2 })
    outcome(async (peer) => loop.reached(peer, 'direct'))
    for (const peer of ['n', 'o', 'p']) loop.heard(peer, SAID)
    await Promise.resolve()
    for (const peer of ['x', 'y', 'z']) loop.heard(peer, { ...SAID, shards: ['far'] })
    await Promise.resolve()
    expect(dials).toHaveLength(2)
    seek('far')
    loop.wake()
    for (let i = 0; i < 20; i++) await Promise.resolve()
    loop.wake()
    for (let i = 0; i < 20; i++) await Promise.resolve()
    expect(dials.slice(2).map((dial) => dial[0]).sort()).toHaveLength(2)
    expect(dials.slice(2).every((dial) => 'xyz'.includes(dial[0] ?? ''))).toBe(true)
  })

  describe('when all places are taken', () => {
    const names = (first: string, count: number) => Array.from({ length: count }, (_, i) => `${first}${i}`)

    async function full(init: Partial<DialLoopInit> = {}, random = () => 0) {
      const world = setUp({ maxDialled: 8, maxInbound: 4, ...init }, random)
      world.outcome(async (peer) => world.loop.reached(peer, 'direct'))
      for (const peer of [...names('p', 8), ...names('q', 4)]) world.loop.heard(peer, { ...SAID, goodForMs: Infinity })
      await world.clock.pass(1000)
      return world
    }

    it('lets one of the least useful go, rarely, and leaves it alone for a while', async () => {
      const { loop, clock, dials, letGo } = await full()
      expect(dials).toHaveLength(8)
      const connected = loop.known().flatMap(({ peer, reach }) => (reach === 'direct' ? [peer] : []))
      const [dull, ...others] = connected
      const news = () => others.forEach((peer) => loop.useful(peer))
      for (let minute = 0; minute < 14; minute++) {
        news()
        await clock.pass(60_000)
      }
      // the newcomer that took its place has had time to show itself since, and showed nothing
      expect(letGo).toEqual([dull, dials[8]?.split(' ')[0]])
      expect(dials).toHaveLength(10)
      expect(dials.slice(8)).not.toContain(`${dull} direct`)
    })

    it('lets nobody go who is busy, is new, or gives as much as the others', async () => {
      const { loop, clock, letGo, busy } = await full()
      const connected = loop.known().flatMap(({ peer, reach }) => (reach === 'direct' ? [peer] : []))
      busy.add(connected[0] ?? '')
      for (let minute = 0; minute < 14; minute++) {
        for (const peer of connected.slice(1)) loop.useful(peer)
        await clock.pass(60_000)
      }
      expect(letGo).toEqual([])
    })

    it('lets nobody go when nobody waits for the place', async () => {
      const { loop, clock, letGo } = await full()
      for (const { peer, reach } of loop.known()) if (reach === 'none') loop.gone(peer)
      await clock.pass(60 * 60_000)
      expect(letGo).toEqual([])
    })

    it('makes room for those that connect, too', async () => {
      const { loop, clock, letGo } = await full({ maxDialled: 100 })
      for (const peer of names('a', 4)) loop.reached(peer, 'direct', true)
      loop.heard('b0', SAID)
      for (let minute = 0; minute < 8; minute++) {
        for (const peer of [...names('p', 8), ...names('q', 4), ...names('a', 3)]) loop.useful(peer)
        // it is heard of and waits, and is not dialled yet
        loop.gone('b0')
        loop.heard('b0', SAID)
        await clock.pass(30_000)
        loop.gone('b0')
        loop.heard('b0', SAID)
        await clock.pass(30_000)
      }
      expect(letGo).toEqual(['a3'])
    })

    /** An hour with three honest peers among the eight that were dialled. @returns who was let go */
    async function hour(seed: number, tells: boolean): Promise<string[]> {
      const { loop, clock, letGo } = await full({}, seeded(seed))
      for (let minute = 0; minute < 60; minute++) {
        if (tells) for (const peer of HONEST) loop.useful(peer)
        await clock.pass(60_000)
      }
      return letGo
    }
    const HONEST = names('p', 3)

    it('keeps those who bring news, and lets the silent go', async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer(), async (seed) => {
          const letGo = await hour(seed, true)
          expect(letGo.length).toBeGreaterThanOrEqual(5)
          expect(letGo.length).toBeLessThanOrEqual(12)
        }),
        { seed: 20, numRuns: 20 }
      )
      const seeds = Array.from({ length: 20 }, (_, seed) => seed)
      const lost = async (tells: boolean) => {
        const letGo = (await Promise.all(seeds.map((seed) => hour(seed, tells)))).flat()
        return letGo.filter((peer) => HONEST.includes(peer)).length
      }
      expect(await lost(true)).toBe(0)
      // the twin: where nobody says what is useful, it is anybody
      expect(await lost(false)).toBeGreaterThan(20)
    })
  })

  it('leaves at least a third of its places to chance, whatever others say of themselves', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 3, max: 24 }), fc.boolean(), async (seed, maxDialled, alone) => {
        const random = seeded(seed)
        const { loop, clock, outcome, lack, seek } = setUp({ maxDialled }, random)
        lack('ours')
        // they say that they take part, and when connected they don't: somebody is sought for ever
        if (alone) seek('ours')
        const extra = alone ? 2 : 0
        outcome(async (peer) => {
          if (random() < 0.3) throw new Error('no way')
          loop.reached(peer, 'direct')
        })
        const count = (place: string) => loop.known().filter((known) => known.place === place).length
        for (let round = 0; round < 40; round++) {
          // whoever wants to surround us says that it is in our shard
          for (let i = 0; i < 5; i++) loop.heard(`x${Math.floor(random() * 100)}`, { ...SAID, shards: ['ours'] })
          loop.heard(`y${Math.floor(random() * 100)}`, SAID)
          const leaving = loop.known().filter(({ reach }) => reach === 'direct')
          if (leaving.length > 0 && random() < 0.3) loop.gone(leaving[0]?.peer ?? '')
          await clock.pass(2_000 * random())
          expect(count('shard')).toBeLessThanOrEqual(maxDialled - Math.ceil(maxDialled / 3) + extra)
          expect(count('shard') + count('chance')).toBeLessThanOrEqual(maxDialled + extra)
        }
        expect(count('chance')).toBeGreaterThan(0)
        if (alone) expect(count('chance')).toBeGreaterThanOrEqual(Math.floor(maxDialled / 3))
      }),
      { seed: 20, numRuns: 50 }
    )
  })

  it('would leave none to chance if it only preferred', () => {
    const due = [...Array.from({ length: 50 }, () => ({ shards: ['ours'] })), { shards: [] }]
    /** @param given places that it is told were given by chance before */
    const givenByChance = (given: number) => {
      const taken = { shard: 0, chance: 0 }
      for (let i = 0; i < 24; i++) {
        const places = { shard: taken.shard, chance: taken.chance + given, places: 24 + given }
        const why = chooseNext(due, new Set(['ours']), places, seeded(i))?.why
        if (why !== undefined) taken[why] += 1
      }
      return taken.chance
    }
    expect(givenByChance(0)).toBe(8)
    // the twin: chance has had so much already that it need not be minded
    expect(givenByChance(1000)).toBe(0)
  })

  it('leaves nothing behind when it is closed', async () => {
    const { loop, clock, dials } = setUp()
    loop.heard('a', SAID)
    loop.close()
    expect(clock.waiting).toBe(0)
    loop.heard('z', SAID)
    loop.reached('z', 'none')
    await clock.pass(100_000)
    expect(dials).toEqual([])
    expect(clock.waiting).toBe(0)
  })
})
