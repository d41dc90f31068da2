/** Node 20 has no `WebSocket` of its own, and libp2p takes the global one. Import this before the network. */
import { WebSocket } from 'ws'

/** A browser's WebSocket that fails when nobody listens any more says nothing; this one would end the process. */
class QuietWebSocket extends WebSocket {
  constructor(address: string | URL, protocols?: string | string[]) {
    super(address, protocols)
    this.on('error', () => {})
  }
}

if (!('WebSocket' in globalThis)) Object.assign(globalThis, { WebSocket: QuietWebSocket })
