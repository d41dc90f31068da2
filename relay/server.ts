/**
 * The one port: the app's files, `/health`, `/metrics`, `/relay.json`, and the relay's WebSocket at `/`, so that
 * any reverse proxy or tunnel that passes WebSockets works in front of it.
 */
import { createServer as createHttpServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server, ServerOptions, ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { clientAddress, createAddressLimit, plainAddress } from './addresses.ts'
import { securityHeaders } from './headers.ts'
import type { Metrics } from './metrics.ts'
import type { Relay } from './relay.ts'
import { findStaticFile, sendStaticFile } from './static.ts'
import type { StaticFiles } from './static.ts'

export interface FrontComponents {
  files: StaticFiles
  relay: Pick<Relay, 'peer' | 'status' | 'accept'>
  metrics: Metrics
}

export interface FrontInit {
  /** PEM text; null: plain HTTP */
  tls: { cert: string; key: string } | null
  trustProxy: boolean
  maxConnections: number
  maxConnectionsPerAddress: number
}

/** Something that listens and can be closed. */
export interface Front {
  /** Listens. With port 0 the system chooses one. @returns the port */
  listen(host: string, port: number): Promise<number>
  /** Listens for this machine only, without TLS. @returns the port */
  listenLoopback(port: number): Promise<number>
  /** Takes no more requests and ends those that are open. */
  close(): Promise<void>
}

/** A browser opens up to six sockets for files besides its WebSocket. */
const SOCKETS_PER_CONNECTION = 2
/** A request must have arrived, and a socket must not be silent, for longer than this, ms. */
const PATIENCE = 15_000

export function createFront(components: FrontComponents, init: FrontInit): Front {
  const sockets = createAddressLimit(init.maxConnectionsPerAddress * SOCKETS_PER_CONNECTION)
  const webSockets = createAddressLimit(init.maxConnectionsPerAddress)
  const answer = createAnswer(components)
  const servers: Server[] = []

  const onConnection = (socket: Socket) => {
    // behind a proxy all sockets come from one address: there the proxy bounds them
    if (init.trustProxy) return
    const release = sockets.take(plainAddress(socket.remoteAddress ?? '0.0.0.0'))
    if (release === null) socket.destroy()
    else socket.once('close', release)
  }

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    if (pathOf(request) !== '/') {
      components.metrics.countRefused('path')
      refuse(socket, '404 Not Found')
      return
    }
    const address = clientAddress(request, init.trustProxy)
    const release = webSockets.take(address)
    if (release === null) {
      components.metrics.countRefused('address')
      refuse(socket, '429 Too Many Requests')
      return
    }
    socket.once('close', release)
    components.relay.accept(request, socket, head, address)
  }

  const open = async (server: Server, host: string, port: number): Promise<number> => {
    server.maxConnections = init.maxConnections * SOCKETS_PER_CONNECTION
    server.setTimeout(PATIENCE)
    server.on('connection', onConnection)
    server.on('upgrade', onUpgrade)
    server.on('clientError', (_error, socket) => refuse(socket, '400 Bad Request'))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, () => {
        server.off('error', reject)
        resolve()
      })
    })
    servers.push(server)
    return (server.address() as AddressInfo).port
  }

  return {
    listen: (host, port) => open(createServer(init.tls, answer), host, port),
    listenLoopback: (port) => open(createServer(null, answer), '127.0.0.1', port),
    async close() {
      await Promise.all(servers.splice(0).map((server) => closeServer(server)))
    }
  }
}

const timeouts: ServerOptions = {
  requestTimeout: PATIENCE,
  headersTimeout: PATIENCE,
  keepAliveTimeout: PATIENCE,
  connectionsCheckingInterval: PATIENCE / 3
}

function createServer(tls: FrontInit['tls'], listener: RequestListener): Server {
  return tls === null
    ? createHttpServer(timeouts, listener)
    : createHttpsServer({ ...timeouts, ...tls, handshakeTimeout: PATIENCE }, listener)
}

function createAnswer({ files, relay, metrics }: FrontComponents): RequestListener {
  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = pathOf(request)
    switch (path) {
      case '/health':
        sendJson(response, { status: 'ok', peer: relay.peer, ...relay.status() })
        return
      case '/relay.json':
        sendJson(response, { peer: relay.peer })
        return
      case '/metrics':
        send(response, 200, metrics.contentType, await metrics.text())
        return
      default: {
        const file = path === null ? undefined : findStaticFile(files, path, request.headers.accept ?? '')
        if (file === undefined) send(response, 404, 'text/plain; charset=utf-8', 'Not found\n')
        else sendStaticFile(file, request, response)
      }
    }
  }

  return (request, response) => {
    response.once('finish', () => metrics.countRequest(request.method ?? '', response.statusCode))
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD')
      send(response, 405, 'text/plain; charset=utf-8', 'Expected GET or HEAD\n')
      return
    }
    route(request, response).catch((error: unknown) => {
      console.error('could not answer', request.url, error)
      if (response.headersSent) response.destroy()
      else send(response, 500, 'text/plain; charset=utf-8', 'Something went wrong here\n')
    })
  }
}

function sendJson(response: ServerResponse, value: unknown): void {
  send(response, 200, 'application/json', JSON.stringify(value))
}

/** Small, never kept. Node leaves the body out for HEAD. */
function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.setHeader('Cache-Control', 'no-store')
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) }).end(body)
}

/** The path, decoded, without what follows `?`; null when it is none. */
function pathOf(request: IncomingMessage): string | null {
  const [path = '/'] = (request.url ?? '/').split(/[?#]/)
  try {
    return decodeURIComponent(path)
  } catch {
    return null
  }
}

function refuse(socket: Duplex, status: string): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy())
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()))
  })
  server.closeAllConnections()
  await closed
}
