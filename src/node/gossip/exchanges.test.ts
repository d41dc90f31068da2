import { describe, expect, test } from 'vitest'
import { InvalidBytesError } from '../schema/codec.ts'
import { createExchanges } from './exchanges.ts'
import { TooSlowError } from './steps.ts'
import { createTestTime, seeded } from '../support/testing/time.ts'
import { nothing, type Exchanged } from './transfer.ts'

function setup({ self = 'a', peers = ['b', 'c', 'd'], periodic = false, kept = ['one', 'two'] } = {}) {
  const clock = createTestTime()
  const began = clock.now()
  const connected = new Set(peers)
  const asked: Array<[peer: string, atMs: number]> = []
  const offences: Array<[peer: string, points: number]> = []
  /** the shards that peers keep; all, unless told */
  const topics = new Map<string, string[]>()
  const answers = new Map<string, () => Promise<Exchanged | null>>()
  const keepers = (topic: string) => [...connected].filter((peer) => (topics.get(peer) ?? ['one', 'two']).includes(topic))
  const exchanges = createExchanges(
    {
      clock,
      random: seeded(1),
      exchange(peer) {
        asked.push([peer, clock.now() - began])
        return answers.get(peer)?.() ?? Promise.resolve({ ...nothing(), covered: ['one', 'two'] })
      },
      penalise: (peer, _, points) => void offences.push([peer, points]),
      report: () => undefined,
      isOurs: () => false
    },
    { self, connected, kept: () => kept, keepers, periodic }
  )
  const peersAsked = () => asked.map(([peer]) => peer)
  return { clock, connected, asked, offences, answers, topics, exchanges, peersAsked }
}

const result = (part: Partial<Exchanged>): (() => Promise<Exchanged>) => () => Promise.resolve({ ...nothing(), ...part })

describe('exchanges', () => {
  test('of two who meet, the lower name opens at once, the other only when nobody does', async () => {
    const lower = setup({ self: 'a' })
    lower.exchanges.start()
    lower.exchanges.meet('b')
    await lower.clock.pass(0)
    expect(lower.asked).toEqual([['b', 0]])

    const higher = setup({ self: 'z' })
    higher.exchanges.start()
    higher.exchanges.meet('b')
    higher.exchanges.meet('c')
    await higher.clock.pass(1000)
    higher.exchanges.served('b', nothing(), 'done')
    await higher.clock.pass(10_000)
    expect(higher.asked).toEqual([['c', 5000]])
  })

  test('are with those who keep a shard that we keep from now on, and were never compared', async () => {
    const kept = ['one']
    const { exchanges, clock, answers, topics, peersAsked } = setup({ kept })
    topics.set('b', ['one']).set('c', ['one', 'three']).set('d', ['four'])
    for (const peer of ['b', 'c', 'd']) answers.set(peer, result({ covered: ['one'] }))
    exchanges.start()
    exchanges.meet('b')
    await clock.pass(120_000)
    const before = peersAsked().length
    exchanges.widened()
    await clock.pass(10_000)
    expect(peersAsked().length).toBe(before)
    kept.push('three')
    exchanges.widened()
    await clock.pass(4_000)
    expect(peersAsked().slice(before)).toEqual(['c'])
  })

  test('wait until we know what we hold', async () => {
    const { exchanges, clock, asked } = setup()
    exchanges.meet('b')
    await clock.pass(10_000)
    expect(asked).toEqual([])
    exchanges.start()
    await clock.pass(0)
    expect(asked).toHaveLength(1)
  })

  test('are one at a time', async () => {
    const { exchanges, clock, answers, peersAsked } = setup()
    let end: () => void = () => undefined
    answers.set('b', () => new Promise((resolve) => (end = () => resolve(nothing()))))
    exchanges.start()
    exchanges.meet('b')
    exchanges.meet('c')
    await clock.pass(5_000)
    expect(peersAsked()).toEqual(['b'])
    end()
    await clock.pass(0)
    expect(peersAsked()).toEqual(['b', 'c'])
    exchanges.stop()
  })

  test('with many who are met at once stop when nothing is new any more, in any of our shards', async () => {
    const peers = Array.from({ length: 12 }, (_, i) => `peer ${String(i).padStart(2, '0')}`)
    const { exchanges, clock, answers, peersAsked } = setup({ peers })
    answers.set('peer 00', result({ fresh: 9, given: 3, covered: ['one', 'two'] }))
    for (const peer of peers.slice(1, 4)) answers.set(peer, result({ covered: ['one'] }))
    for (const peer of peers.slice(4)) answers.set(peer, result({ covered: ['two'] }))
    for (const peer of peers) exchanges.meet(peer)
    exchanges.start()
    await clock.pass(60_000)
    expect(peersAsked().slice(0, 5)).toEqual(peers.slice(0, 5))
    // and each shard once more a while later, and again, since what was new may have been on its way to all
    expect(peersAsked().length).toBeGreaterThan(5)
    expect(peersAsked().length).toBeLessThanOrEqual(11)
    // who comes later may know more
    exchanges.meet('peer 11')
    await clock.pass(10_000)
    expect(peersAsked().at(-1)).toBe('peer 11')
  })

  test('are with those first who keep most of what we keep', async () => {
    const { exchanges, clock, answers, topics, peersAsked } = setup()
    topics.set('b', []).set('c', ['two']).set('d', ['one', 'two'])
    for (const peer of ['b', 'c', 'd']) answers.set(peer, result({}))
    for (const peer of ['b', 'c', 'd']) exchanges.meet(peer)
    exchanges.start()
    await clock.pass(10)
    expect(peersAsked()).toEqual(['d', 'c', 'b'])
  })

  test('are not had with those who keep nothing of ours that is still open', async () => {
    const peers = ['b', 'c', 'd', 'e']
    const { exchanges, clock, answers, topics, peersAsked } = setup({ peers })
    answers.set('b', result({ fresh: 1, covered: ['one', 'two'] }))
    for (const peer of ['c', 'd', 'e']) {
      topics.set(peer, ['one'])
      answers.set(peer, result({ covered: ['one'] }))
    }
    exchanges.start()
    for (const peer of peers) exchanges.meet(peer)
    await clock.pass(5000)
    expect(peersAsked()).toEqual(['b', 'c'])
  })

  test('are made up for later with others of a shard, when those whom we met do not keep it', async () => {
    const { exchanges, clock, answers, topics, asked } = setup()
    topics.set('b', ['one']).set('c', ['two']).set('d', ['one'])
    answers.set('b', result({ fresh: 2, covered: ['one'] }))
    answers.set('c', result({ covered: ['two'] }))
    answers.set('d', result({ covered: ['one'] }))
    exchanges.start()
    exchanges.meet('b')
    await clock.pass(5 * 60_000)
    const withC = asked.filter(([peer]) => peer === 'c').map(([, at]) => at)
    // twice, and then it is known that nothing is new
    expect(withC).toHaveLength(2)
    expect(withC[1]).toBeLessThan(60_000)
  })

  test('that leave more to be had go on with the same peer, after a pause', async () => {
    const { exchanges, clock, answers, asked } = setup()
    answers.set('b', result({ fresh: 20_000, more: true }))
    exchanges.start()
    exchanges.meet('b')
    await clock.pass(4500)
    expect(asked).toEqual([
      ['b', 0],
      ['b', 2000],
      ['b', 4000]
    ])
  })

  test('that bring old news are followed by others until all of that shard have been told', async () => {
    const { exchanges, clock, answers, asked } = setup()
    answers.set('b', result({ fresh: 5, covered: ['one'], news: new Set(['one']) }))
    exchanges.start()
    exchanges.meet('b')
    await clock.pass(3_500)
    answers.set('b', result({ covered: ['one'] }))
    await clock.pass(6_500)
    expect(asked).toHaveLength(3)
    expect(new Set(asked.map(([peer]) => peer)).size).toBe(3)
    expect(asked[1]![0]).not.toBe('b')
    expect(asked[1]![1]).toBeLessThan(3000)
  })

  test('that bring old news to a shard of which nobody else is, end soon, too', async () => {
    const { exchanges, clock, answers, asked } = setup()
    answers.set('b', result({ fresh: 5, covered: ['one'], news: new Set(['one']) }))
    for (const peer of ['c', 'd']) answers.set(peer, result({ covered: ['two'] }))
    exchanges.start()
    exchanges.served('b', { ...nothing(), fresh: 5, news: new Set(['one']) }, 'done')
    for (const peer of ['b']) answers.set(peer, result({ covered: [] }))
    await clock.pass(60 * 60_000)
    expect(asked.length).toBeLessThanOrEqual(16)
  })

  test('that a peer opened and that brought old news are passed on alike', async () => {
    const { exchanges, clock, peersAsked } = setup()
    exchanges.start()
    exchanges.served('b', { ...nothing(), fresh: 3, covered: ['two'], news: new Set(['two']) }, 'done')
    await clock.pass(3000)
    expect(peersAsked()).toHaveLength(1)
    expect(peersAsked()).not.toContain('b')
    await clock.pass(6000)
    expect(peersAsked()).toHaveLength(2)
    expect(new Set([...peersAsked(), 'b']).size).toBe(3)
  })

  test('compare every shard again a while after old news came, though we have met nobody', async () => {
    const { exchanges, clock, topics, answers, asked } = setup()
    topics.set('b', ['one']).set('c', ['two']).set('d', [])
    answers.set('b', result({ covered: ['one'] })).set('c', result({ covered: ['two'] }))
    exchanges.start()
    exchanges.served('b', { ...nothing(), fresh: 3, covered: ['one'], news: new Set(['one']) }, 'done')
    await clock.pass(60_000)
    const late = asked.filter(([, at]) => at >= 15_000).map(([peer]) => peer)
    expect(late).toContain('b')
    expect(late).toContain('c')
    const soFar = asked.length
    await clock.pass(10 * 60_000)
    expect(asked).toHaveLength(soFar)
  })

  test('happen now and then with somebody; without that switch they don’t', async () => {
    const [on, off] = [setup({ periodic: true }), setup({ periodic: false })]
    for (const { exchanges, clock } of [on, off]) {
      exchanges.start()
      await clock.pass(10 * 60_000)
      exchanges.stop()
      expect(clock.waiting).toBe(0)
    }
    expect(on.asked.length).toBeGreaterThanOrEqual(10)
    expect(on.asked.length).toBeLessThanOrEqual(30)
    expect(new Set(on.peersAsked()).size).toBe(3)
    expect(off.asked).toEqual([])
  })

  test('with a peer that promises in vain come ever more rarely, and it is held to account', async () => {
    const { exchanges, clock, connected, answers, asked, offences } = setup({ peers: ['b'] })
    answers.set('b', result({ missed: 20, more: true }))
    exchanges.start()
    for (let i = 0; i < 600; i++) {
      exchanges.meet('b')
      await clock.pass(1000)
    }
    expect(asked.length).toBeLessThan(10)
    expect(offences).toHaveLength(asked.length)
    expect(exchanges.welcome('b')).toBe(false)
    // it goes, and comes back: that is no new beginning
    connected.delete('b')
    exchanges.leave('b')
    expect(exchanges.welcome('b')).toBe(false)
    await clock.pass(6 * 60_000)
    expect(exchanges.welcome('b')).toBe(true)
  })

  test('with a peer that gives what can’t be kept come ever more rarely', async () => {
    const { exchanges, clock, answers, asked, offences } = setup({ peers: ['b'] })
    answers.set('b', result({ refused: 1000 }))
    exchanges.start()
    for (let i = 0; i < 600; i++) {
      exchanges.meet('b')
      await clock.pass(1000)
    }
    expect(asked.length).toBeLessThan(10)
    expect(offences).toEqual([])
  })

  test('that fail are an offence only when what came was no answer; another peer is asked', async () => {
    const { exchanges, clock, answers, offences, peersAsked } = setup()
    answers.set('b', () => Promise.reject(new InvalidBytesError('nonsense')))
    answers.set('c', () => Promise.reject(new Error('slow')))
    exchanges.start()
    exchanges.meet('b')
    exchanges.meet('c')
    await clock.pass(20_000)
    expect(offences).toEqual([['b', 20]])
    expect(peersAsked()).toContain('d')
  })

  test('that are broken off because a peer is too slow cost it more each time but the first; others come before it', async () => {
    const { exchanges, clock, answers, asked, offences } = setup()
    answers.set('b', async () => {
      throw new TooSlowError('slow')
    })
    exchanges.start()
    exchanges.meet('b')
    await clock.pass(0)
    expect(offences).toEqual([])
    await clock.pass(2 * 60_000)
    // by the time that one with another peer ends, two more are due
    let end: () => void = () => undefined
    answers.set('d', () => new Promise((resolve) => (end = () => resolve(nothing()))))
    exchanges.meet('d')
    await clock.pass(100)
    for (const peer of ['b', 'c']) exchanges.meet(peer)
    const soFar = asked.length
    end()
    await clock.pass(10)
    expect(asked.slice(soFar).map(([peer]) => peer)).toEqual(['c'])
    for (let i = 0; i < 4; i++) {
      exchanges.meet('b')
      await clock.pass(60_000)
    }
    exchanges.stop()
    expect(offences.slice(0, 3)).toEqual([['b', 5], ['b', 10], ['b', 15]])
  })

  test('that we serve and break off because a peer is too slow cost it its welcome, and points from the second time on', async () => {
    const { exchanges, clock, offences } = setup()
    exchanges.start()
    for (const points of [[], [['b', 5]], [['b', 5], ['b', 10]]]) {
      // it has missed nothing that it offered
      exchanges.served('b', { ...nothing(), given: 3 }, 'slow')
      expect(exchanges.welcome('b')).toBe(false)
      expect(offences).toEqual(points)
      await clock.pass(30_000)
      expect(exchanges.welcome('b')).toBe(true)
    }
    exchanges.stop()
  })

  test('that we serve cost who promised in vain its welcome, but not who went away', () => {
    const { exchanges, offences } = setup()
    exchanges.start()
    exchanges.served('b', { ...nothing(), missed: 5 }, 'broken')
    expect(exchanges.welcome('b')).toBe(true)
    exchanges.served('b', { ...nothing(), missed: 5 }, 'slow')
    expect(exchanges.welcome('b')).toBe(false)
    expect(offences).toEqual([])
    exchanges.served('c', { ...nothing(), missed: 5 }, 'done')
    expect(offences).toEqual([['c', 10]])
    exchanges.stop()
  })

  test('peers that promised in vain and are gone are remembered, so many of them', () => {
    const { exchanges, connected } = setup({ peers: [] })
    exchanges.start()
    for (let i = 0; i < 1030; i++) {
      connected.add(`${i}`)
      exchanges.served(`${i}`, { ...nothing(), missed: 5 }, 'done')
      connected.delete(`${i}`)
      exchanges.leave(`${i}`)
    }
    const unwelcome = Array.from({ length: 1030 }, (_, i) => `${i}`).filter((peer) => !exchanges.welcome(peer))
    expect(unwelcome).toHaveLength(1024)
    expect(unwelcome[0]).toBe('6')
    exchanges.stop()
  })
})
