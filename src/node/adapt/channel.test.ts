import { afterEach, beforeEach, expect, test } from 'vitest'
import { createMemoryHub } from '../net/memory.ts'
import type { FramedStream, Network } from '../net/network.ts'
import { encode } from '../schema/codec.ts'
import { followerMessage, leaderMessage, type FollowerMessage, type LeaderMessage } from '../schema/messages.ts'
import { answerChannels, createChannel, openChannel, type ChannelComponents } from './channel.ts'
import { table } from './table.ts'

const signal = AbortSignal.timeout(10_000)
let a: Network
let b: Network
const penalised: string[] = []

beforeEach(async () => {
  const hub = createMemoryHub()
  a = hub.network('a')
  b = hub.network('b')
  penalised.length = 0
  await a.start()
  await b.start()
})
afterEach(async () => {
  await a.stop()
  await b.stop()
})

/** The two ends of a control stream: the first is still raw. */
async function streams(): Promise<[FramedStream, FramedStream]> {
  const other = new Promise<FramedStream>((resolve) => {
    a.handle(table.control.protocol, table.control, (stream, over) => {
      resolve(stream)
      return new Promise((done) => over.addEventListener('abort', () => done()))
    })
  })
  return [await b.open('a', table.control.protocol, { ...table.control, signal }), await other]
}

const watched = (network: Network): Network => ({ ...network, penalise: (peer) => penalised.push(peer) })

test('carries messages in order, both ways, and tells when the other end has closed', async () => {
  const [mine, theirs] = await streams()
  const leader = createChannel<FollowerMessage, LeaderMessage>({ network: b, stream: mine, agent: 'f' }, followerMessage)
  const follower = createChannel<LeaderMessage, FollowerMessage>({ network: a, stream: theirs, agent: 'l' }, leaderMessage)
  expect([leader.agent, follower.agent]).toEqual(['f', 'l'])
  await leader.send({ type: 'cancel' }, signal)
  await leader.send({ type: 'disputed', reason: 'no' }, signal)
  expect(await follower.receive(signal)).toEqual({ type: 'cancel' })
  expect(await follower.receive(signal)).toEqual({ type: 'disputed', reason: 'no' })
  await follower.send({ type: 'pending' }, signal)
  expect(await leader.receive(signal)).toEqual({ type: 'pending' })
  await leader.close()
  expect(await follower.receive(signal)).toBeNull()
})

test('what is no message ends it and is held against the peer', async () => {
  for (const bytes of [new Uint8Array([9, 9]), encode({ type: 'pending' }), encode({ type: 'disputed', reason: 'x'.repeat(501) })]) {
    const [mine, theirs] = await streams()
    const follower = createChannel<LeaderMessage, FollowerMessage>({ network: watched(a), stream: theirs, agent: 'l' }, leaderMessage)
    await mine.write(bytes)
    await expect(follower.receive(signal)).rejects.toThrow()
    await expect(mine.read({ signal })).rejects.toThrow()
  }
  expect(penalised).toEqual(['b', 'b', 'b'])
})

/** A network on which each peer stands for the agent that has its name in capitals. */
function among(network: Network): ChannelComponents {
  return {
    network,
    directory: {
      peersOf: (agent) => network.status().connections.filter(({ peer }) => peer.toUpperCase() === agent),
      identified: async (peer) => peer.toUpperCase()
    }
  }
}

test('is opened to an agent, who knows by whom, and ends when it is answered', async () => {
  const ended: string[] = []
  answerChannels(among(a), async (channel) => {
    expect(await channel.receive(signal)).toEqual({ type: 'cancel' })
    await channel.send({ type: 'pending' }, signal)
    ended.push(channel.agent)
  })
  const leader = await openChannel(among(b), 'A', signal)
  await leader.send({ type: 'cancel' }, signal)
  expect(leader.agent).toBe('A')
  expect(await leader.receive(signal)).toEqual({ type: 'pending' })
  expect(await leader.receive(signal)).toBeNull()
  expect(ended).toEqual(['B'])
})

test('is not opened to an agent that is not there', async () => {
  await expect(openChannel(among(b), 'C', signal)).rejects.toThrow('the other agent went away')
})
