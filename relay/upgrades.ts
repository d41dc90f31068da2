/**
 * A libp2p transport without a port of its own: the HTTP server that also serves the app hands over the requests
 * that ask to become a WebSocket. So libp2p sees each peer's own address, which its limits count by, and nothing
 * is piped through a second socket. It only listens: a relay waits to be called.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { DialError, TypedEventEmitter, transportSymbol } from '@libp2p/interface'
import type {
  ComponentLogger, Connection, CreateListenerOptions, Listener, ListenerEvents, Transport, Upgrader
} from '@libp2p/interface'
import { ipPortToMultiaddr } from '@libp2p/utils'
import type { Multiaddr } from '@multiformats/multiaddr'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { WebSocketConnection } from './web-socket-connection.ts'

/** libp2p's frames are 64 KiB and some; more in one message is not libp2p. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024

export interface UpgradesInit {
  /** how often each socket is asked whether it is still there, ms; one that does not answer until the next is ended */
  pingInterval: number
  onBytes: (direction: 'received' | 'sent', bytes: number) => void
}

export interface Upgrades {
  /** for libp2p's `transports` */
  transport: (components: { logger: ComponentLogger }) => Transport
  /** Makes a request a WebSocket and hands it to libp2p. `address` is the peer's IP address. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, address: string): void
}

export function createUpgrades({ pingInterval, onBytes }: UpgradesInit): Upgrades {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false })
  const silent = new WeakSet<WebSocket>()
  let receive: ((socket: WebSocket, remoteAddr: Multiaddr) => void) | null = null

  const ping = () => {
    for (const socket of server.clients) {
      if (silent.has(socket)) {
        socket.terminate()
        continue
      }
      silent.add(socket)
      socket.ping()
    }
  }

  const createListener = (logger: ComponentLogger, upgrader: Upgrader): Listener => {
    const log = logger.forComponent('starling:relay:upgrades')
    const events = new TypedEventEmitter<ListenerEvents>()
    const ended = new AbortController()
    let listening: Multiaddr[] = []
    let timer: NodeJS.Timeout | undefined

    return Object.assign(events, {
      listen(address: Multiaddr) {
        listening = [address]
        timer = setInterval(ping, pingInterval)
        receive = (socket, remoteAddr) => {
          const connection = new WebSocketConnection({ socket, remoteAddr, log, onBytes })
          upgrader.upgradeInbound(connection, { signal: ended.signal }).catch((error: unknown) => {
            log('could not upgrade %a - %e', remoteAddr, error)
            connection.abort(error instanceof Error ? error : new Error(String(error)))
          })
        }
        events.safeDispatchEvent('listening')
        return Promise.resolve()
      },
      getAddrs: () => listening,
      updateAnnounceAddrs() {
        // nothing is announced: peers come by the address of the page
      },
      close() {
        receive = null
        listening = []
        clearInterval(timer)
        ended.abort()
        for (const socket of server.clients) socket.terminate()
        events.safeDispatchEvent('close')
        return Promise.resolve()
      }
    })
  }

  return {
    transport: ({ logger }) => ({
      [transportSymbol]: true,
      [Symbol.toStringTag]: 'starling-relay-upgrades',
      createListener: ({ upgrader }: CreateListenerOptions) => createListener(logger, upgrader),
      listenFilter: (addresses) => addresses,
      dialFilter: () => [],
      dial: (address): Promise<Connection> =>
        Promise.reject(new DialError(`a relay does not dial (${address.toString()})`))
    }),
    accept(request, socket, head, address) {
      server.handleUpgrade(request, socket, head, (webSocket) => {
        if (receive === null) {
          webSocket.close(GOING_AWAY)
          return
        }
        webSocket.on('pong', () => silent.delete(webSocket))
        receive(webSocket, ipPortToMultiaddr(address, request.socket.remotePort ?? 0).encapsulate('/ws'))
      })
    }
  }
}

/** RFC 6455, section 7.4.1. */
const GOING_AWAY = 1001
