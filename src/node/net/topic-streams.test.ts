import type { Connection, PeerId, Stream, StreamHandler, Topology } from '@libp2p/interface'
import { describe, expect, it } from 'vitest'
import { createTestTime } from '../support/testing/time.ts'
import { createTopicStreams } from './topic-streams.ts'

const PEER = 'the peer'
const id = { toString: () => PEER } as PeerId

function setUp() {
  const clock = createTestTime()
  const streams: EventTarget[] = []
  let failing = false
  const connection = {
    remotePeer: id,
    newStream: async () => {
      if (failing) throw new Error('no stream')
      const stream = new EventTarget()
      streams.push(stream)
      return stream as unknown as Stream
    }
  } as unknown as Connection
  let usable: Connection | null = connection

  const topicStreams = createTopicStreams({ clock, log: { error: () => {} }, connection: () => usable })
  let watched: Topology = {}
  let handler: StreamHandler = () => {}
  const registrar = topicStreams.registrar({
    register: async (_protocol: string, topology: Topology) => {
      watched = topology
      return ''
    },
    handle: async (_protocol: string, given: StreamHandler) => {
      handler = given
    }
  } as unknown as Parameters<typeof topicStreams.registrar>[0])

  /** As gossipsub does: one stream a peer, and none if there is one. */
  let mine: EventTarget | null = null
  const attach = async (over: Connection) => {
    if (mine !== null) return
    const stream = await over.newStream(['/meshsub'])
    mine = stream
    stream.addEventListener('close', () => (mine = null))
  }
  void registrar.register('/meshsub', {
    onConnect: (_id, over) => {
      attach(over).catch(() => {})
    }
  })
  void registrar.handle('/meshsub', (_stream, over) => void attach(over))

  return {
    clock,
    streams,
    topicStreams,
    identified: () => void watched.onConnect?.(id, connection),
    disconnected: () => void watched.onDisconnect?.(id),
    incoming: () => void handler(new EventTarget() as unknown as Stream, connection),
    close: (stream: EventTarget | undefined) => stream?.dispatchEvent(new Event('close')),
    fail: (next: boolean) => (failing = next),
    use: (next: Connection | null) => (usable = next),
    connection
  }
}

describe('topic streams', () => {
  it('are opened when a peer is identified, once', async () => {
    const { clock, streams, identified } = setUp()
    identified()
    identified()
    await clock.pass(60_000)
    expect(streams).toHaveLength(1)
  })

  it('wait until the peer is to be gossiped with', async () => {
    const { clock, streams, identified, topicStreams, use, connection } = setUp()
    use(null)
    identified()
    await clock.pass(60_000)
    expect(streams).toHaveLength(0)
    use(connection)
    topicStreams.poke(PEER)
    await clock.pass(0)
    expect(streams).toHaveLength(1)
  })

  it('are opened again when they close', async () => {
    const { clock, streams, identified, close } = setUp()
    identified()
    await clock.pass(0)
    close(streams[0])
    await clock.pass(1000)
    expect(streams).toHaveLength(2)
  })

  it('are opened again when opening failed', async () => {
    const { clock, streams, identified, fail } = setUp()
    fail(true)
    identified()
    await clock.pass(3000)
    expect(streams).toHaveLength(0)
    fail(false)
    await clock.pass(8000)
    expect(streams).toHaveLength(1)
  })

  it('are followed also when an incoming one was answered', async () => {
    const { clock, streams, identified, incoming, close } = setUp()
    incoming()
    await clock.pass(0)
    identified()
    await clock.pass(60_000)
    expect(streams).toHaveLength(1)
    close(streams[0])
    await clock.pass(1000)
    expect(streams).toHaveLength(2)
  })

  it('are not opened again to a peer that is gone', async () => {
    const { clock, streams, identified, disconnected, close } = setUp()
    identified()
    await clock.pass(0)
    disconnected()
    close(streams[0])
    await clock.pass(60_000)
    expect(streams).toHaveLength(1)
    expect(clock.waiting).toBe(0)
  })
})
