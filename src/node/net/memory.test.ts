import './polyfill.ts'
import { expect, it } from 'vitest'
import { createMemoryHub } from './memory.ts'
import { networkConformance, nextEvent } from './testing/network-conformance.ts'

networkConformance('memory', async () => {
  const hub = createMemoryHub()
  let made = 0
  return {
    network: async () => hub.network(`peer-${++made}`),
    close: async () => {}
  }
})

it('cuts and joins links by hand', async () => {
  const hub = createMemoryHub({ joined: false })
  const [a, b] = [hub.network('a'), hub.network('b')]
  await Promise.all([a.start(), b.start()])
  expect(a.status().state).toBe('looking')

  hub.join('a', 'b', { relayed: true })
  expect(b.status().connections).toMatchObject([{ peer: 'a', direct: false }])
  expect(b.status().state).toBe('relayed')

  const better = nextEvent(a, 'connect')
  hub.join('a', 'b')
  expect(await better).toMatchObject({ peer: 'b', direct: true })

  hub.cut('b', 'a')
  expect(a.status().connections).toEqual([])
})

it('passes accepted messages on along a line, once each, and no ignored ones', async () => {
  const hub = createMemoryHub({ joined: false })
  const peers = ['a', 'b', 'c', 'd']
  const heard: string[] = []
  const networks = peers.map((peer) => {
    const network = hub.network(peer)
    network.subscribe('topic', async (message, { from }) => {
      heard.push(`${peer}<${from}:${message[0]}`)
      return peer === 'c' && message[0] === 2 ? 'ignore' : 'accept'
    })
    return network
  })
  await Promise.all(networks.map((network) => network.start()))
  for (const [x, y] of ['ab', 'bc', 'cd', 'da']) hub.join(x ?? '', y ?? '')
  expect(await networks[0]?.publish('topic', Uint8Array.of(1))).toBe(2)
  await Promise.resolve().then(() => {})
  await new Promise((resolve) => setImmediate(resolve))
  expect(heard.sort()).toEqual(['b<a:1', 'c<b:1', 'd<a:1'])

  heard.length = 0
  hub.cut('d', 'a')
  await networks[0]?.publish('topic', Uint8Array.of(2))
  await new Promise((resolve) => setImmediate(resolve))
  expect(heard.sort()).toEqual(['b<a:2', 'c<b:2'])
})

it('forgives with time', async () => {
  let now = 0
  const hub = createMemoryHub({ now: () => now })
  const [a, b] = [hub.network('a'), hub.network('b')]
  await Promise.all([a.start(), b.start()])
  a.penalise('b', 'a test', 150)
  expect(a.status().connections).toEqual([])
  hub.join('a', 'b')
  expect(a.status().connections).toEqual([])
  now += 11 * 60_000
  hub.join('a', 'b')
  expect(a.status().connections).toHaveLength(1)
})
