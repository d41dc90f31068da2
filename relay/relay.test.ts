import '../src/node/net/polyfill.ts'
import { mkdtemp, rm, stat, writeFile, mkdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import type { GossipSubComponents } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import type { Libp2p, Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { createPubsub } from '../src/node/net/pubsub.ts'
import { MAX_PRESENCE_BYTES, PRESENCE_TOPIC } from '../src/node/schema/presence.ts'
import { parseRelayOptions } from './options.ts'
import { startRelay } from './run.ts'
import type { RunningRelay } from './run.ts'

const SOON = { timeout: 10_000, interval: 20 }

// Node 20 has none of its own
Object.assign(globalThis, { WebSocket })

let folder: string
let closing: Array<() => unknown>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'starling-relay-'))
  closing = []
  await mkdir(join(folder, 'app'))
  await writeFile(join(folder, 'app', 'index.html'), '<!doctype html><title>Starling</title>')
})

afterEach(async () => {
  for (const close of closing.reverse()) await close()
  await rm(folder, { recursive: true, force: true })
})

async function relayWith(flags: string[] = []): Promise<RunningRelay> {
  const defaults = ['--port', '0', '--app', join(folder, 'app'), '--data', join(folder, 'data')]
  const relay = await startRelay(parseRelayOptions([...defaults, ...flags], {}))
  closing.push(() => relay.stop())
  return relay
}

/** A peer that listens through the relay, answers `/echo`, and counts as gone when the test ends. */
async function peerAt(relay: RunningRelay) {
  const node = await createLibp2p({
    addresses: { listen: [`${addressOf(relay)}/p2p-circuit`] },
    transports: [webSockets(), circuitRelayTransport()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    services: {
      identify: identify(),
      ping: ping(),
      pubsub: (components: GossipSubComponents) => createPubsub(components)
    }
  })
  closing.push(() => node.stop())
  await node.handle('/echo', async (stream) => {
    for await (const bytes of stream) stream.send(bytes)
    await stream.close()
  }, { runOnLimitedConnection: true })
  return node
}

/** A peer on the presence topic. What it says goes out anew each time: the same bytes would be one message. */
async function presentAt(relay: RunningRelay) {
  const { pubsub } = (await peerAt(relay)).services
  const heard: string[] = []
  let said = 0
  pubsub.addEventListener('message', ({ detail }) => {
    heard.push(new TextDecoder().decode(detail.data).split('#')[0] ?? '')
  })
  pubsub.subscribe(PRESENCE_TOPIC)
  const say = (words: string, topic = PRESENCE_TOPIC) =>
    pubsub.publish(topic, new TextEncoder().encode(`${words}#${++said}`))
  return { pubsub, heard, say }
}

/** Says something, again if need be while they find their places in the mesh, until all have heard it. */
async function tell(from: Present, to: Present[], words: string): Promise<void> {
  await vi.waitFor(async () => {
    await from.say(words)
    for (const { heard } of to) expect(heard).toContain(words)
  }, { timeout: 10_000, interval: 200 })
}
type Present = Awaited<ReturnType<typeof presentAt>>

const addressOf = ({ port, peer }: RunningRelay) => `/ip4/127.0.0.1/tcp/${port}/ws/p2p/${peer}`

function dialThrough(relay: RunningRelay, from: Libp2p, to: Libp2p): Promise<Stream> {
  return from.dialProtocol(multiaddr(`${addressOf(relay)}/p2p-circuit/p2p/${to.peerId.toString()}`), '/echo', {
    runOnLimitedConnection: true,
    signal: AbortSignal.timeout(10_000)
  })
}

async function health(relay: RunningRelay): Promise<Record<string, unknown>> {
  const response = await fetch(`http://127.0.0.1:${relay.port}/health`)
  return (await response.json()) as Record<string, unknown>
}

async function text(relay: RunningRelay, path: string): Promise<string> {
  return (await fetch(`http://127.0.0.1:${relay.port}${path}`)).text()
}

describe('a relay on one port', () => {
  it('lets two peers reserve, talk through it, and says so in its numbers', async () => {
    const relay = await relayWith()
    const [alice, bob] = await Promise.all([peerAt(relay), peerAt(relay)])
    expect(await health(relay)).toMatchObject({ status: 'ok', peer: relay.peer, connections: 2, reservations: 2 })

    const stream = await dialThrough(relay, alice, bob)
    stream.send(new TextEncoder().encode('are you there?'))
    for await (const bytes of stream) {
      expect(new TextDecoder().decode(bytes.subarray())).toBe('are you there?')
      break
    }
    const [connection] = alice.getConnections(bob.peerId)
    expect(connection?.limits).toBeDefined()
    expect(await health(relay)).toMatchObject({ circuits: 1 })
    const metrics = await text(relay, '/metrics')
    expect(metrics).toMatch(/^starling_relay_connections 2$/m)
    expect(metrics).toMatch(/^starling_relay_reservations 2$/m)
    expect(metrics).toMatch(/^starling_relay_circuits 1$/m)
    expect(metrics).toMatch(/^starling_relay_bytes_total\{direction="received"\} [1-9]/m)
    expect(metrics).not.toContain(alice.peerId.toString())
  })

  it('says of itself no more than that it is of this network', async () => {
    const relay = await relayWith()
    const alice = await peerAt(relay)
    const [connection] = alice.getConnections()
    const { agentVersion, listenAddrs } = await alice.services.identify.identify(connection!)
    expect({ agentVersion, listenAddrs }).toEqual({ agentVersion: 'starling/1.0.0', listenAddrs: [] })
  })

  it('tells its peer id, which is the same after a restart, from a key that only the owner can read', async () => {
    const first = await relayWith()
    expect(JSON.parse(await text(first, '/relay.json'))).toEqual({ peer: first.peer })
    await first.stop()
    const second = await relayWith()
    expect(second.peer).toBe(first.peer)
    expect((await stat(join(folder, 'data', 'relay.key'))).mode & 0o777).toBe(0o600)
  })

  it('passes presence on between peers that know only the relay', async () => {
    const relay = await relayWith()
    const [alice, bob] = await Promise.all([presentAt(relay), presentAt(relay)])
    await tell(alice, [bob], 'alice is here')
    await tell(bob, [alice], 'so is bob')
  })

  it('passes presence on between many peers of one address', async () => {
    const relay = await relayWith()
    const peers = await Promise.all(Array.from({ length: 16 }, () => presentAt(relay)))
    const [first, ...others] = peers
    if (first === undefined) throw new Error('no peers')
    // scores are worked out at each heartbeat: an address with many peers must not lose by it
    for (let round = 0; round < 3; round++) {
      await new Promise((resolve) => first.pubsub.addEventListener('gossipsub:heartbeat', resolve, { once: true }))
    }
    await tell(first, others, 'do you hear me?')
  })

  it('does not pass on what is too large for presence, nor another topic', async () => {
    const relay = await relayWith()
    const [alice, bob] = await Promise.all([presentAt(relay), presentAt(relay)])
    for (const { pubsub } of [alice, bob]) pubsub.subscribe('elsewhere')
    await tell(alice, [bob], 'the first word')
    await alice.say('x'.repeat(MAX_PRESENCE_BYTES + 1))
    await alice.say('small', 'elsewhere')
    await tell(alice, [bob], 'the last word')
    expect(new Set(bob.heard)).toEqual(new Set(['the first word', 'the last word']))
  })

  it('gives the place of a peer that left to another', async () => {
    const relay = await relayWith(['--max-reservations', '1'])
    const alice = await peerAt(relay)
    await expect(peerAt(relay)).rejects.toThrow()
    await alice.stop()
    await vi.waitFor(async () => expect(await health(relay)).toMatchObject({ reservations: 0 }), SOON)
    const bob = await peerAt(relay)
    expect(bob.getMultiaddrs().join()).toContain('/p2p-circuit')
  })

  it('leads to a peer by the connection that it made last, though an earlier one seems open', async () => {
    const relay = await relayWith()
    const [alice, bob] = await Promise.all([peerAt(relay), peerAt(relay)])
    const [given] = alice.getConnections()
    // libp2p's WebSockets stay open when they are given up
    given?.abort(new Error('given up'))
    await alice.dial(multiaddr(addressOf(relay)))
    await vi.waitFor(async () => expect((await dialThrough(relay, bob, alice)).status).toBe('open'), SOON)
  })

  it('ends a relayed connection that carries more than it may', async () => {
    const relay = await relayWith(['--circuit-mebibytes', '1'])
    const [alice, bob] = await Promise.all([peerAt(relay), peerAt(relay)])
    const stream = await dialThrough(relay, alice, bob)
    const closed = once(stream as unknown as EventTarget, 'close')
    const piece = new Uint8Array(64 * 1024)
    for (let sent = 0; sent < 2 * 1024 * 1024 && stream.status === 'open'; sent += piece.length) {
      if (!stream.send(piece)) await stream.onDrain({ signal: AbortSignal.timeout(5_000) }).catch(() => undefined)
    }
    await closed
    await vi.waitFor(async () => expect(await health(relay)).toMatchObject({ circuits: 0, connections: 2 }), SOON)
  })
})

describe('the bounds of a relay', () => {
  it('refuses WebSockets over the limit of one address, and takes another once one is closed', async () => {
    const relay = await relayWith(['--max-connections-per-address', '2'])
    const url = `ws://127.0.0.1:${relay.port}/`
    const [first] = await Promise.all([openSocket(url), openSocket(url)])
    await expect(openSocket(url)).rejects.toThrow('429')
    first.close()
    await once(first, 'close')
    await vi.waitFor(() => openSocket(url), SOON)
    expect(await text(relay, '/metrics')).toMatch(/^starling_relay_refused_total\{reason="address"\} [1-9]/m)
  })

  it('counts by the forwarded address only when told to', async () => {
    const strict = await relayWith(['--max-connections-per-address', '1'])
    await openSocket(`ws://127.0.0.1:${strict.port}/`, { 'x-forwarded-for': '10.0.0.1' })
    await expect(
      openSocket(`ws://127.0.0.1:${strict.port}/`, { 'x-forwarded-for': '10.0.0.2' })
    ).rejects.toThrow('429')

    const behind = await relayWith(['--max-connections-per-address', '1', '--trust-proxy', 'true'])
    await openSocket(`ws://127.0.0.1:${behind.port}/`, { 'x-forwarded-for': '10.0.0.1' })
    await openSocket(`ws://127.0.0.1:${behind.port}/`, { 'x-forwarded-for': '10.0.0.2' })
    await expect(
      openSocket(`ws://127.0.0.1:${behind.port}/`, { 'x-forwarded-for': '10.9.9.9, 10.0.0.2' })
    ).rejects.toThrow('429')
  })

  it('refuses a WebSocket that is not at its path', async () => {
    const relay = await relayWith()
    await expect(openSocket(`ws://127.0.0.1:${relay.port}/elsewhere`)).rejects.toThrow('404')
  })

  it('drops a socket that speaks but not libp2p, and goes on', async () => {
    const relay = await relayWith()
    const socket = await openSocket(`ws://127.0.0.1:${relay.port}/`)
    const closed = once(socket, 'close')
    socket.send(new Uint8Array(1000).fill(3))
    await closed
    const peer = await peerAt(relay)
    expect(peer.getMultiaddrs()).toHaveLength(1)
  })

  it('answers what is not HTTP with 400 and closes', async () => {
    const relay = await relayWith()
    const socket = connect(relay.port, '127.0.0.1')
    socket.end('\x16\x03\x01 this is not a request\r\n\r\n')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(String(answer)).toMatch(/^HTTP\/1\.1 400 /)
    await once(socket, 'close')
  })
})

describe('a loopback port', () => {
  it('reaches the same relay', async () => {
    const relay = await relayWith(['--loopback-port', '0'])
    const near = { ...relay, port: relay.loopbackPort ?? 0 }
    const [alice, bob] = await Promise.all([peerAt(relay), peerAt(near)])
    const stream = await dialThrough(relay, alice, bob)
    expect(stream.status).toBe('open')
  })
})

function openSocket(url: string, headers: Record<string, string> = {}): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers })
    closing.push(() => socket.terminate())
    socket.once('open', () => resolve(socket))
    socket.once('error', reject)
  })
}
