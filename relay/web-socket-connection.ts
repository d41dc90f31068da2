/** One peer's WebSocket as libp2p sees it: bytes both ways, with back-pressure both ways. */
import type { Logger } from '@libp2p/interface'
import { AbstractMultiaddrConnection } from '@libp2p/utils'
import type { SendResult } from '@libp2p/utils'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { WebSocket } from 'ws'

/** Above this much unsent, libp2p is asked to wait. */
const PAUSE_BYTES = 1024 * 1024
/** Above this much waiting, the peer does not read and is dropped. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024

type Bytes = Parameters<AbstractMultiaddrConnection['sendData']>[0]

export interface WebSocketConnectionInit {
  socket: WebSocket
  remoteAddr: Multiaddr
  log: Logger
  onBytes: (direction: 'received' | 'sent', bytes: number) => void
}

export class WebSocketConnection extends AbstractMultiaddrConnection {
  readonly #socket: WebSocket
  readonly #onBytes: WebSocketConnectionInit['onBytes']

  constructor({ socket, remoteAddr, log, onBytes }: WebSocketConnectionInit) {
    super({ remoteAddr, log, direction: 'inbound', maxWriteBufferLength: MAX_WAITING_BYTES })
    this.#socket = socket
    this.#onBytes = onBytes
    socket.binaryType = 'nodebuffer'
    socket.on('message', (data) => this.#receive(data as Buffer))
    socket.on('error', (error) => log('socket failed - %e', error))
    socket.once('close', (code) => {
      if (code === ABNORMAL) this.onRemoteReset()
      else this.onTransportClosed()
    })
  }

  override sendData(data: Bytes): SendResult {
    for (const bytes of data) this.#socket.send(bytes, this.#sent)
    this.#onBytes('sent', data.byteLength)
    return { sentBytes: data.byteLength, canSendMore: this.#socket.bufferedAmount < PAUSE_BYTES }
  }

  override sendReset(): void {
    this.#socket.terminate()
  }

  override sendClose(): Promise<void> {
    this.#socket.close()
    return Promise.resolve()
  }

  override sendPause(): void {
    this.#socket.pause()
  }

  override sendResume(): void {
    this.#socket.resume()
  }

  #receive(data: Buffer): void {
    this.#onBytes('received', data.byteLength)
    this.onData(data)
  }

  readonly #sent = (error?: Error | null): void => {
    // a failed send is followed by `close`, which ends the connection
    if (error) this.log('send failed - %e', error)
    else if (this.writableNeedsDrain && this.#socket.bufferedAmount < PAUSE_BYTES) this.safeDispatchEvent('drain')
  }
}

/** The code that a WebSocket closes with when the other side just went away (RFC 6455, section 7.4.1). */
const ABNORMAL = 1006
