import '../src/node/net/polyfill.ts'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ComponentLogger, Logger, MultiaddrConnection, Upgrader } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { createUpgrades } from './upgrades.ts'

const SOON = { timeout: 10_000, interval: 10 }
const log: Logger = Object.assign(() => undefined, {
  enabled: false,
  error: () => undefined,
  trace: () => undefined,
  newScope: () => log
})
const quiet: ComponentLogger = { forComponent: () => log }

let closing: Array<() => unknown>
let connections: MultiaddrConnection[]

beforeEach(() => {
  closing = []
  connections = []
})
afterEach(async () => {
  for (const close of closing.reverse()) await close()
})

async function listen(pingInterval: number) {
  const counted = { received: 0, sent: 0 }
  const upgrades = createUpgrades({ pingInterval, onBytes: (direction, bytes) => (counted[direction] += bytes) })
  const upgrader = {
    upgradeInbound: (connection: MultiaddrConnection) => {
      connections.push(connection)
      return Promise.resolve()
    }
  } as unknown as Upgrader
  const listener = upgrades.transport({ logger: quiet }).createListener({ upgrader })
  await listener.listen(multiaddr('/ip4/127.0.0.1/tcp/0/ws'))
  const server = createServer()
  server.on('upgrade', (request, socket, head) => upgrades.accept(request, socket, head, '10.1.2.3'))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  closing.push(() => listener.close(), () => server.close())
  return { counted, listener, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function open(url: string, options = {}): Promise<{ socket: WebSocket; connection: MultiaddrConnection }> {
  const before = connections.length
  const socket = new WebSocket(url, options)
  closing.push(() => socket.terminate())
  await once(socket, 'open')
  const connection = await vi.waitUntil(() => connections[before], SOON)
  return { socket, connection }
}

describe('upgrades', () => {
  it('give libp2p bytes both ways, and the address of the peer', async () => {
    const { url, counted } = await listen(60_000)
    const { socket, connection } = await open(url)
    expect(connection.remoteAddr.toString()).toMatch(/^\/ip4\/10\.1\.2\.3\/tcp\/\d+\/ws$/)
    const heard = new Promise<string>((resolve) => {
      connection.addEventListener('message', ({ data }) => resolve(new TextDecoder().decode(data.subarray())))
    })
    socket.send('ping')
    expect(await heard).toBe('ping')
    connection.send(new TextEncoder().encode('pong!'))
    const [answer] = (await once(socket, 'message')) as [Buffer]
    expect(String(answer)).toBe('pong!')
    expect(counted).toEqual({ received: 4, sent: 5 })
  })

  it('end a socket that answers no ping, and leave alone one that does', async () => {
    const { url } = await listen(50)
    const { socket: alive } = await open(url)
    const { socket: dead, connection } = await open(url, { autoPong: false })
    const pings = vi.fn()
    alive.on('ping', pings)
    await once(dead, 'close')
    await vi.waitFor(() => expect(connection.status).not.toBe('open'), SOON)
    await vi.waitFor(() => expect(pings.mock.calls.length).toBeGreaterThan(3), SOON)
    expect(alive.readyState).toBe(WebSocket.OPEN)
  })

  it('ask the sender to wait for a peer that does not read, and go on when it does', async () => {
    const { url } = await listen(60_000)
    const { socket, connection } = await open(url)
    const piece = new Uint8Array(256 * 1024)
    socket.pause()
    let sent = 0
    while (connection.send(piece)) sent += piece.length
    sent += piece.length
    let received = 0
    const all = new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        received += data.length
        if (received === sent) resolve()
      })
    })
    socket.resume()
    await connection.onDrain({ signal: AbortSignal.timeout(10_000) })
    await all
    expect(connection.status).toBe('open')
  })

  it('drop a peer that lets too much wait', async () => {
    const { url } = await listen(60_000)
    const { socket, connection } = await open(url)
    socket.pause()
    const piece = new Uint8Array(1024 * 1024)
    for (let i = 0; i < 64 && connection.status === 'open'; i++) connection.send(piece)
    expect(connection.status).toBe('aborted')
  })

  it('drop a message that is larger than any of libp2p', async () => {
    const { url } = await listen(60_000)
    const { socket, connection } = await open(url)
    socket.send(new Uint8Array(5 * 1024 * 1024))
    await once(socket, 'close')
    await vi.waitFor(() => expect(connection.status).not.toBe('open'), SOON)
  })

  it('end all sockets when the listener closes, and take no more', async () => {
    const { url, listener } = await listen(60_000)
    const { socket } = await open(url)
    const closed = once(socket, 'close')
    await listener.close()
    await closed
    const late = new WebSocket(url)
    const [code] = (await once(late, 'close')) as [number]
    expect(code).toBe(1001)
  })
})
