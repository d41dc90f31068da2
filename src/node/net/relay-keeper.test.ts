import './polyfill.ts'
import { describe, expect, it } from 'vitest'
import { createTestTime } from '../support/testing/time.ts'
import { createRelayKeeper } from './relay-keeper.ts'

const ADDRESS = '/dns4/relay/tcp/443/tls/ws/p2p/the-relay'

function setUp() {
  const clock = createTestTime()
  const steps: string[] = []
  const fails = { find: false, connect: false, reserve: false }
  let lose = () => {}
  const step = async (name: keyof typeof fails) => {
    steps.push(name)
    if (fails[name]) throw new Error(name)
  }
  const keeper = createRelayKeeper({
    clock,
    random: () => 1,
    log: () => {},
    source: {
      name: 'https://relay',
      find: async () => {
        await step('find')
        return ADDRESS
      }
    },
    connect: () => step('connect'),
    reserve: () => step('reserve'),
    lost: (_peer, signal) =>
      new Promise((resolve, reject) => {
        lose = resolve
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      }),
    disconnect: () => steps.push('disconnect'),
    onChange: () => steps.push(keeper.state().state)
  })
  return { clock, steps, fails, keeper, lose: () => lose() }
}

describe('a relay keeper', () => {
  it('finds, connects and reserves', async () => {
    const { clock, steps, keeper } = setUp()
    expect(keeper.state().state).toBe('starting')
    keeper.start()
    await clock.pass(0)
    expect(steps).toEqual(['find', 'connect', 'reserve', 'reserved'])
    expect(keeper.state()).toEqual({ state: 'reserved', reason: '', address: ADDRESS })
    await keeper.stop()
  })

  it('starts again when the relay is lost, from the beginning', async () => {
    const { clock, steps, keeper, lose } = setUp()
    keeper.start()
    await clock.pass(0)
    steps.length = 0
    lose()
    await clock.pass(0)
    expect(keeper.state()).toEqual({
      state: 'away',
      reason: 'The connection to the relay at https://relay was lost; trying again in 1 s.',
      address: null
    })
    await clock.pass(250)
    expect(steps).toEqual(['away', 'find', 'connect', 'reserve', 'reserved'])
    await keeper.stop()
  })

  it('waits longer and longer for one that does not answer, and says so', async () => {
    const { clock, steps, fails, keeper } = setUp()
    fails.find = true
    keeper.start()
    await clock.pass(60_000)
    const tries = steps.filter((step) => step === 'find').length
    expect(tries).toBeGreaterThan(12)
    expect(tries).toBeLessThan(20)
    expect(keeper.state().reason).toBe('The relay at https://relay does not answer; trying again in 5 s.')
    fails.find = false
    await clock.pass(5_000)
    expect(keeper.state().state).toBe('reserved')
    await keeper.stop()
  })

  it('lets go of one that gives no place, and tries again', async () => {
    const { clock, steps, fails, keeper } = setUp()
    fails.reserve = true
    keeper.start()
    await clock.pass(0)
    expect(steps).toEqual(['find', 'connect', 'reserve', 'disconnect', 'away'])
    expect(keeper.state().reason).toContain('has no place for us')
    fails.reserve = false
    await clock.pass(250)
    expect(keeper.state().state).toBe('reserved')
    await keeper.stop()
  })

  it('stops wherever it is', async () => {
    const reserved = setUp()
    reserved.keeper.start()
    await reserved.clock.pass(0)
    await reserved.keeper.stop()
    const away = setUp()
    away.fails.connect = true
    away.keeper.start()
    await away.clock.pass(0)
    await away.keeper.stop()
    expect(away.clock.waiting).toBe(0)
  })
})
