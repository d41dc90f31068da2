import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createMemoryHub, type MemoryHub } from '../net/memory.ts'
import type { Network } from '../net/network.ts'
import { encode } from '../schema/codec.ts'
import { createTestTime, type TestTime } from '../support/testing/time.ts'
import { createStates, READY, type States } from './states.ts'
import { table } from './table.ts'

const { state: row } = table

let hub: MemoryHub
let time: TestTime
const open: Array<{ network: Network; states: States | null }> = []

beforeEach(() => {
  time = createTestTime()
  hub = createMemoryHub({ now: time.now })
})
afterEach(async () => {
  for (const { network, states } of open.splice(0)) {
    states?.close()
    await network.stop()
  }
})

/** A peer whose agent has its name in capitals; everybody who is connected has introduced itself. */
async function side(peer: string) {
  const inner = hub.network(peer)
  const sent: string[] = []
  const offences: string[] = []
  const network: Network = {
    ...inner,
    open(to, protocol, options) {
      sent.push(to)
      return inner.open(to, protocol, options)
    },
    penalise(other, reason, points) {
      offences.push(other)
      inner.penalise(other, reason, points)
    }
  }
  const connections = () => inner.status().connections
  const listeners = new Set<(agent: string) => void>()
  inner.on('connect', ({ peer: other }) => listeners.forEach((listener) => listener(other.toUpperCase())))
  let changes = 0
  const states = createStates({
    network,
    clock: time,
    random: () => 0,
    onChange: () => changes++,
    directory: {
      agentOf: (other) => other.toUpperCase(),
      identified: async (other) => other.toUpperCase(),
      agents: () => connections().map((one) => one.peer.toUpperCase()),
      peersOf: (agent) => connections().filter((one) => one.peer.toUpperCase() === agent),
      watch(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      }
    }
  })
  open.push({ network, states })
  await network.start()
  return { states, sent, offences, changes: () => changes }
}

describe('how an agent is', () => {
  test('is told to whoever is connected, again when it has changed, and before it would be forgotten', async () => {
    const [a, b] = [await side('a'), await side('b')]
    await time.pass(2_000)
    expect(b.states.of('A')).toMatchObject(READY)
    expect(b.changes()).toBe(1)
    a.states.setOurs({ ...READY, load: 'full' })
    await time.pass(row.leastMs + 2_000)
    expect(b.states.of('A')).toMatchObject({ load: 'full', open: true })
    const told = a.sent.length
    await time.pass(row.everyMs + 5_000)
    expect(a.sent.length).toBe(told + 1)
    expect(b.states.of('A')).not.toBeNull()
  })

  test('is forgotten when it was not said for a while', async () => {
    const [, b] = [await side('a'), await side('b')]
    await time.pass(2_000)
    hub.cut('a', 'b')
    await time.pass(row.lifeMs - 3_000)
    expect(b.states.of('A')).not.toBeNull()
    await time.pass(5_000)
    expect(b.states.of('A')).toBeNull()
  })

  test('is not told more often than every half minute, however often it changes', async () => {
    const [a] = [await side('a'), await side('b')]
    await time.pass(2_000)
    const before = a.sent.length
    for (let i = 0; i < 120; i++) {
      a.states.setOurs({ ...READY, load: i % 2 === 0 ? 'busy' : 'full' })
      await time.pass(1_000)
    }
    expect(a.sent.length - before).toBeLessThanOrEqual(5)
    expect(a.sent.length - before).toBeGreaterThanOrEqual(3)
  })

  test('is taken from others within bounds, and what is none is held against them', async () => {
    const b = await side('b')
    const hostile = hub.network('x')
    open.push({ network: hostile, states: null })
    await hostile.start()
    const send = async (bytes: Uint8Array) => {
      const stream = await hostile.open('b', row.protocol, { ...row, maxMessageBytes: 4096, signal: AbortSignal.timeout(5000) })
      await stream.write(bytes)
      await stream.close()
      await time.pass(10)
    }
    for (let i = 0; i < 50; i++) await send(encode({ kind: 'state', ...READY, load: i % 2 === 0 ? 'idle' : 'full', at: time.now() }))
    expect(b.changes()).toBeLessThanOrEqual(4)
    expect(b.offences).toEqual([])
    await time.pass(60_000)
    await send(encode({ kind: 'state', open: 'perhaps' }))
    await send(encode({ kind: 'state', ...READY, at: 1, more: 'x'.repeat(200) }))
    expect(b.states.of('X')).toMatchObject({ load: 'full' })
  })
})
