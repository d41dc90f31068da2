/**
 * libp2p's transport over WebSockets, such that a connection that is given up closes its socket. By itself it asks
 * for the close code 1006, which neither browsers nor `ws` let anybody send: it throws, the socket stays open for as
 * long as the tab does, and the other side takes it for the way to us (js-libp2p, pull request 3625).
 */
import type { MultiaddrConnection, Transport, Upgrader, UpgraderOptions } from '@libp2p/interface'
import { webSockets, type WebSocketsComponents } from '@libp2p/websockets'

/** The transport, for libp2p's `transports`. */
export function closingWebSockets(): (components: WebSocketsComponents) => Transport {
  const create = webSockets()
  return (components) => {
    const transport = create(components)
    const dial = transport.dial.bind(transport)
    transport.dial = (address, options) => dial(address, { ...options, upgrader: closing(options.upgrader) })
    return transport
  }
}

/** An upgrader whose connections close their sockets when they end, also while they are being upgraded. */
function closing(upgrader: Upgrader): Upgrader {
  const upgradeOutbound = (connection: MultiaddrConnection, options: UpgraderOptions) => {
    // closing it once more is nothing
    connection.addEventListener('close', () => socketOf(connection).close(), { once: true })
    return upgrader.upgradeOutbound(connection, options)
  }
  return Object.assign(Object.create(upgrader) as Upgrader, { upgradeOutbound })
}

/** @throws TypeError when a connection does not keep its socket where it did in the version that we pin */
function socketOf(connection: MultiaddrConnection): WebSocket {
  if (hasSocket(connection)) return connection.websocket
  throw new TypeError('expected a connection over a WebSocket to have one')
}

const hasSocket = (connection: object): connection is { websocket: WebSocket } =>
  'websocket' in connection &&
  typeof connection.websocket === 'object' &&
  connection.websocket !== null &&
  'close' in connection.websocket
