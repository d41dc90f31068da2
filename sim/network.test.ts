import { expect, test } from 'vitest'
import { createEngine } from './engine.ts'
import { createNetworks } from './network.ts'
import { createRandom } from './random.ts'
import { createWorld, type WorldInit } from './world.ts'

const options = { maxMessageBytes: 100_000, maxStreamsPerPeer: 2 }

function network(peers: number, init: WorldInit = {}) {
  const engine = createEngine()
  const world = createWorld(engine, createRandom(1), { loss: 0, ...init })
  const networks = createNetworks(world)
  const all = Array.from({ length: peers }, (_, i) => networks.of(world.add(`p${i}`)))
  return { engine, world, all, join: (a: number, b: number) => world.connect(world.members[a]!, world.members[b]!) }
}

test('a stream takes a round trip to open, keeps the order, and ends for both', async () => {
  const { engine, all, join } = network(2, { latency: [100, 100], loss: 0.2 })
  join(0, 1)
  const got: number[] = []
  let ended = false
  all[1]!.handle('/echo', options, async (stream) => {
    for (let message = await stream.read(); message !== null; message = await stream.read()) got.push(message[0]!)
    ended = true
  })
  let openedAt = 0
  void (async () => {
    const stream = await all[0]!.open('p1', '/echo', { ...options, signal: new AbortController().signal })
    openedAt = engine.now()
    for (let i = 0; i < 100; i++) await stream.write(Uint8Array.of(i))
    await stream.close()
  })()
  await engine.run(60_000)
  expect(openedAt).toBeGreaterThanOrEqual(200)
  expect(got).toEqual(Array.from({ length: 100 }, (_, i) => i))
  expect(ended).toBe(true)
})

test('a writer waits for a slow reader', async () => {
  const { engine, all, join } = network(2)
  join(0, 1)
  let written = 0
  let read = (): Promise<unknown> => Promise.resolve()
  all[1]!.handle('/big', options, async (stream, signal) => {
    read = () => stream.read()
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
  })
  void (async () => {
    const stream = await all[0]!.open('p1', '/big', { ...options, signal: new AbortController().signal })
    for (let i = 0; i < 20; i++) {
      await stream.write(new Uint8Array(64 * 1024))
      written++
    }
  })()
  await engine.run(10_000)
  expect(written).toBe(3)
  // each is as much as is given back at once
  for (let i = 0; i < 2; i++) await read()
  await engine.run(20_000)
  expect(written).toBe(5)
})

test('a stream breaks when its connection does', async () => {
  const { engine, world, all, join } = network(2)
  join(0, 1)
  all[1]!.handle('/hold', options, async (stream) => {
    await stream.read()
  })
  let failure: unknown = null
  void (async () => {
    const stream = await all[0]!.open('p1', '/hold', { ...options, signal: new AbortController().signal })
    await stream.read()
  })().catch((error: unknown) => (failure = error))
  await engine.run(1000)
  world.disconnect(world.members[0]!, world.members[1]!)
  await engine.run(2000)
  expect(failure).toBeInstanceOf(Error)
})

test('a message reaches all of a topic once, in spite of loss, and no one else', async () => {
  const peers = 60
  const { engine, world, all } = network(peers, { loss: 0.05 })
  const random = createRandom(2)
  for (let i = 0; i < peers; i++) for (let j = 0; j < 8; j++) world.connect(world.members[i]!, world.members[Math.floor(random() * peers)]!)
  const got = new Map<string, number>()
  for (const [i, one] of all.entries()) {
    if (i % 4 === 0) continue
    one.subscribe('news', async () => {
      got.set(one.peer, (got.get(one.peer) ?? 0) + 1)
      return 'accept'
    })
  }
  await engine.run(5000)
  await all[1]!.publish('news', Uint8Array.of(1))
  await engine.run(15_000)
  expect(got.size).toBe(44)
  expect([...got.values()].every((count) => count === 1)).toBe(true)
})

test('who sends what is rejected is let go; with penalties off it is not', async () => {
  for (const penalties of [true, false]) {
    const { engine, world, all, join } = network(2, { penalties })
    join(0, 1)
    all[0]!.subscribe('news', async () => 'accept')
    all[1]!.subscribe('news', async () => 'reject')
    for (let i = 0; i < 12; i++) {
      await all[0]!.publish('news', Uint8Array.of(i))
      await engine.run(engine.now() + 1000)
    }
    expect(world.members[0]!.links.size).toBe(penalties ? 0 : 1)
  }
})
