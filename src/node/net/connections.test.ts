import type { Connection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { createConnections } from './connections.ts'
import { createTestTime } from '../support/testing/time.ts'

const RELAY = '12D3KooWRhzWr8oSrANjyr3fct2fKGKhmVHLw4q6PnUr35vxFXoY'
const PEER = '12D3KooWED2GupR7peBgXMVmdsvWh7RddwNqSwqZyRX38LfzP38g'
const CIRCUIT = `/ip4/127.0.0.1/tcp/80/ws/p2p/${RELAY}/p2p-circuit/p2p/${PEER}`
const WEBRTC = `/webrtc/p2p/${PEER}`

function setUp() {
  const clock = createTestTime()
  const events: string[] = []
  const busy = new Set<unknown>()
  const used: unknown[] = []
  const connections = createConnections(
    { clock, inUse: (connection) => busy.has(connection) },
    {
      onConnect: ({ direct }) => events.push(direct ? 'direct' : 'relayed'),
      onDisconnect: () => events.push('disconnect'),
      onUse: (connection) => used.push(connection)
    }
  )
  /** A connection that tells of its end as libp2p does. */
  function open(address: string, direction: 'inbound' | 'outbound' = 'outbound') {
    const fake = {
      remotePeer: { toString: () => PEER },
      remoteAddr: multiaddr(address),
      direct: address === WEBRTC,
      direction,
      status: 'open',
      limits: address === WEBRTC ? undefined : { seconds: 100 },
      abort() {
        fake.status = 'aborted'
        connections.closed(connection)
      }
    }
    const connection = fake as unknown as Connection
    connections.opened(connection)
    return connection
  }
  return { clock, events, busy, used, connections, open }
}

describe('connections', () => {
  it('show a direct connection at once', () => {
    const { events, connections, open } = setUp()
    const direct = open(WEBRTC)
    expect(events).toEqual(['direct'])
    expect(connections.best(PEER)).toBe(direct)
    expect(connections.list()).toEqual([{ peer: PEER, address: WEBRTC, direct: true, rttMs: null }])
    direct.abort(new Error('gone'))
    expect(events).toEqual(['direct', 'disconnect'])
    expect(connections.list()).toEqual([])
    expect(connections.peers()).toEqual([])
  })

  it('do not show a relayed connection that a direct one follows', async () => {
    const { clock, events, connections, open } = setUp()
    open(CIRCUIT)
    expect(connections.shown(PEER)).toBe(false)
    await clock.pass(1000)
    open(WEBRTC)
    await clock.pass(10_000)
    expect(events).toEqual(['direct'])
  })

  it('show a relayed connection that stays, or that the other side uses', async () => {
    const { clock, events, connections, open } = setUp()
    open(CIRCUIT)
    await clock.pass(3000)
    expect(events).toEqual(['relayed'])
    const other = setUp()
    other.open(CIRCUIT)
    other.connections.show(PEER)
    other.connections.show(PEER)
    expect(other.events).toEqual(['relayed'])
    expect(connections.list()).toMatchObject([{ direct: false }])
  })

  it('are counted as inbound by whoever made the one that counts', () => {
    const { connections, open } = setUp()
    open(CIRCUIT, 'inbound')
    expect(connections.inbound()).toBe(1)
    const ours = open(WEBRTC, 'outbound')
    expect(connections.inbound()).toBe(0)
    ours.abort(new Error('gone'))
    expect(connections.inbound()).toBe(1)
  })

  it('are used at once when direct, and when they are shown when relayed', async () => {
    const { clock, used, connections, open } = setUp()
    const step = open(CIRCUIT)
    const direct = open(WEBRTC)
    await clock.pass(5000)
    expect(used).toEqual([direct])
    step.abort(new Error('gone'))
    direct.abort(new Error('gone'))
    const relayed = open(CIRCUIT)
    expect(used).toEqual([direct])
    await clock.pass(5000)
    connections.show(PEER)
    expect(used).toEqual([direct, relayed])
  })

  it('end the relayed connection when a direct one is there and it is idle', async () => {
    const { clock, events, busy, open } = setUp()
    const relayed = open(CIRCUIT)
    busy.add(relayed)
    open(WEBRTC)
    await clock.pass(5000)
    expect(relayed.status).toBe('open')
    busy.clear()
    await clock.pass(1000)
    expect(relayed.status).toBe('aborted')
    expect(events).toEqual(['direct'])
    expect(clock.waiting).toBe(0)
  })

  it('leave that to whoever dialled it, for a while', async () => {
    const { clock, open } = setUp()
    const relayed = open(CIRCUIT, 'inbound')
    open(WEBRTC, 'inbound')
    await clock.pass(5000)
    expect(relayed.status).toBe('open')
    await clock.pass(10_000)
    expect(relayed.status).toBe('aborted')
  })

  it('end a relayed connection that never gets idle', async () => {
    const { clock, busy, open } = setUp()
    const relayed = open(CIRCUIT)
    busy.add(relayed)
    open(WEBRTC)
    await clock.pass(60_000)
    expect(relayed.status).toBe('aborted')
  })

  it('use the newer of two direct connections and end the older', () => {
    const { events, connections, open } = setUp()
    const older = open(WEBRTC)
    const newer = open(WEBRTC)
    expect(older.status).toBe('aborted')
    expect(connections.best(PEER)).toBe(newer)
    expect(events).toEqual(['direct'])
  })

  it('say that it got worse when only the relayed one is left', () => {
    const { events, connections, open } = setUp()
    const relayed = open(CIRCUIT)
    const direct = open(WEBRTC)
    direct.abort(new Error('gone'))
    expect(events).toEqual(['direct', 'relayed'])
    expect(connections.best(PEER)).toBe(relayed)
  })

  it('drop a peer without seeming to be relayed on the way', () => {
    const { events, connections, open } = setUp()
    open(CIRCUIT)
    open(WEBRTC)
    connections.drop(PEER, new Error('goodbye'))
    expect(events).toEqual(['direct', 'disconnect'])
  })
})
