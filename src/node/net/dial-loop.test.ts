import './polyfill.ts'
import { describe, expect, it } from 'vitest'
import { createDialLoop, type DialLoopInit } from './dial-loop.ts'
import { createFakeClock } from './testing/fake-clock.ts'

const RELAYS = ['/dns4/relay/tcp/443/tls/ws/p2p/r']

function setUp(init: Partial<DialLoopInit> = {}) {
  const clock = createFakeClock()
  const dials: string[] = []
  /** what becomes of the next dials; by default they never end */
  let outcome: (peer: string, how: string) => Promise<void> = () => new Promise(() => {})
  let allowed = true
  const loop = createDialLoop(
    {
      clock,
      random: () => 1,
      mayDial: () => allowed,
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
    outcome: (next: typeof outcome) => (outcome = next),
    allow: (next: boolean) => (allowed = next)
  }
}

const failing = () => Promise.reject(new Error('no way'))

describe('the dial loop', () => {
  it('dials those with a higher peer id at once, and waits for the others to dial', async () => {
    const { loop, dials } = setUp()
    expect(loop.heard('a', RELAYS)).toBe(true)
    expect(loop.heard('z', RELAYS)).toBe(true)
    expect(loop.heard('z', RELAYS)).toBe(false)
    expect(loop.heard('m', RELAYS)).toBe(false)
    expect(dials).toEqual(['z direct'])
  })

  it('dials two at a time', async () => {
    const { loop, dials, clock, outcome } = setUp()
    const done = Promise.withResolvers<null>()
    outcome(async (peer) => {
      await (peer === 'o' ? done.promise : new Promise(() => {}))
    })
    for (const peer of ['n', 'o', 'p', 'q']) loop.heard(peer, RELAYS)
    expect(dials).toEqual(['n direct', 'o direct'])
    loop.reached('o', 'direct')
    done.resolve(null)
    await clock.pass(0)
    expect(dials).toEqual(['n direct', 'o direct', 'p direct'])
  })

  it('tries directly three times, then is content with a relay, then tries directly now and then', async () => {
    const { loop, dials, clock, outcome } = setUp()
    outcome(failing)
    loop.heard('z', RELAYS)
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
    loop.heard('z', RELAYS)
    await clock.pass(600_000)
    expect(dials).toEqual(['z direct'])
    loop.reached('z', 'none')
    await clock.pass(500)
    expect(dials).toEqual(['z direct', 'z direct'])
  })

  it('forgets who said goodbye until it is heard of again', async () => {
    const { loop, dials, clock, outcome } = setUp()
    outcome(async (peer) => loop.reached(peer, 'direct'))
    loop.heard('z', RELAYS)
    await clock.pass(0)
    loop.gone('z')
    loop.reached('z', 'none')
    await clock.pass(60_000)
    expect(dials).toHaveLength(1)
    expect(loop.known()).toEqual([])
    loop.heard('z', RELAYS)
    expect(dials).toHaveLength(2)
  })

  it('forgets who is silent and not connected', async () => {
    const { loop, clock } = setUp()
    loop.heard('a', RELAYS)
    loop.heard('b', RELAYS)
    loop.reached('b', 'direct')
    await clock.pass(30_000)
    loop.heard('c', RELAYS)
    await clock.pass(20_000)
    expect(loop.known().map(({ peer }) => peer)).toEqual(['b', 'c'])
  })

  it('waits while it may not dial, and wakes', async () => {
    const { loop, dials, clock, allow } = setUp()
    allow(false)
    loop.heard('z', RELAYS)
    await clock.pass(10_000)
    expect(dials).toEqual([])
    allow(true)
    loop.wake()
    await clock.pass(500)
    expect(dials).toEqual(['z direct'])
  })

  it('knows and connects to so many and no more', async () => {
    const { loop, dials, clock, outcome } = setUp({ maxKnown: 3, maxConnected: 2 })
    outcome(async (peer) => loop.reached(peer, 'direct'))
    for (const peer of ['p', 'q', 'r', 's', 't']) {
      loop.heard(peer, RELAYS)
      await clock.pass(0)
    }
    await clock.pass(40_000)
    expect(dials).toEqual(['p direct', 'q direct'])
    expect(loop.known().map(({ peer }) => peer)).toEqual(['p', 'q', 't'])
  })

  it('leaves nothing behind when it is closed', async () => {
    const { loop, clock, dials } = setUp()
    loop.heard('a', RELAYS)
    loop.close()
    expect(clock.waiting).toBe(0)
    loop.heard('z', RELAYS)
    loop.reached('z', 'none')
    await clock.pass(100_000)
    expect(dials).toEqual([])
    expect(clock.waiting).toBe(0)
  })
})
