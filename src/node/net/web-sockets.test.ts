import '../../../headless/web-socket.ts'
import './polyfill.ts'
import type { Libp2p, Transport } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { webSockets, type WebSocketsComponents } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { closingWebSockets } from './web-sockets.ts'

type CreateTransport = (components: WebSocketsComponents) => Transport

describe('a connection over a WebSocket that is given up', () => {
  let server: Libp2p
  let nodes: Libp2p[]

  beforeEach(async () => {
    nodes = []
    server = await start(webSockets(), ['/ip4/127.0.0.1/tcp/0/ws'])
  })
  afterEach(async () => {
    await Promise.all(nodes.map(async (node) => node.stop()))
  })

  async function start(transport: CreateTransport, listen: string[] = []): Promise<Libp2p> {
    const node = await createLibp2p({
      addresses: { listen },
      transports: [transport],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      connectionGater: { denyDialMultiaddr: () => false },
      connectionMonitor: { enabled: false }
    })
    nodes.push(node)
    return node
  }

  async function giveUp(transport: CreateTransport): Promise<void> {
    const client = await start(transport)
    const connection = await client.dial(server.getMultiaddrs())
    await vi.waitFor(() => expect(server.getConnections()).toHaveLength(1), 10_000)
    connection.abort(new Error('given up'))
  }

  it('ends at the other side', async () => {
    await giveUp(closingWebSockets())
    await vi.waitFor(() => expect(server.getConnections()).toEqual([]), { timeout: 5_000 })
  })

  it('stays open there with libp2p alone: once this fails, closingWebSockets is not needed any more', async () => {
    await giveUp(webSockets())
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(server.getConnections()).toHaveLength(1)
  })
})
