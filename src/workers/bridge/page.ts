/**
 * The page's side of WebRTC for a worker: owns the real connections, which only windows have, and hands each data
 * channel to the worker in the turn in which it was made, because later it can't be transferred any more.
 */
import {
  INIT_CHANNEL,
  type BridgePort,
  type ConnectionCall,
  type ConnectionSnapshot,
  type ToPage,
  type ToWorker
} from './messages.ts'

export interface PageComponents {
  createConnection: (configuration: RTCConfiguration | undefined) => RTCPeerConnection
  /** tells when a worker has died: its lock is free then */
  locks: Pick<LockManager, 'request'>
  /** where `pagehide` is heard */
  page: Pick<EventTarget, 'addEventListener' | 'removeEventListener'>
}

export interface ServedConnections {
  /** Closes all connections, so that peers are told, and serves no more. */
  close(): void
}

interface Served {
  real: RTCPeerConnection
  /** channels that stay on the page, by the worker's number */
  kept: Map<number, RTCDataChannel>
  /** ends the listeners */
  listening: AbortController
}

/** Serves a worker's connections until the worker dies, the page goes away, or `close` is called. */
export function serveConnections(
  port: BridgePort,
  components: PageComponents = browserComponents()
): ServedConnections {
  const { createConnection, locks, page } = components
  const served = new Map<number, Served>()
  const serving = new AbortController()

  const say = (message: ToWorker, transfer: Transferable[] = []): void => port.postMessage(message, transfer)

  function open(connection: number, configuration: RTCConfiguration | undefined): void {
    const real = createConnection(configuration)
    const listening = new AbortController()
    const entry: Served = { real, kept: new Map(), listening }
    served.set(connection, entry)
    const on = <Type extends keyof RTCPeerConnectionEventMap>(
      type: Type,
      listener: (event: RTCPeerConnectionEventMap[Type]) => void
    ): void => real.addEventListener(type, listener, { signal: listening.signal })
    const state = (): void => say({ type: 'state', connection, snapshot: snapshot(real) })

    on('connectionstatechange', state)
    on('iceconnectionstatechange', state)
    on('icegatheringstatechange', state)
    on('signalingstatechange', state)
    on('icecandidate', ({ candidate }) =>
      say({ type: 'candidate', connection, candidate: candidate?.toJSON() ?? null, snapshot: snapshot(real) })
    )
    on('icecandidateerror', ({ errorCode, errorText }) =>
      say({ type: 'candidateError', connection, code: errorCode, text: errorText, snapshot: snapshot(real) })
    )
    on('datachannel', ({ channel }) => {
      // libp2p's answering side has no use for it, and as it opens and closes while the worker takes it over
      // it would hold up the connection
      if (channel.label === INIT_CHANNEL) return
      try {
        say({ type: 'incomingChannel', connection, real: channel, snapshot: snapshot(real) }, [channel])
      } catch {
        // a browser that can't transfer channels: the other side sees it closed
        channel.close()
      }
    })
  }

  function createChannel({ connection, channel, label, init }: Extract<ToPage, { type: 'createChannel' }>): void {
    const entry = served.get(connection)
    if (entry === undefined) return
    try {
      const real = entry.real.createDataChannel(label, init)
      if (label === INIT_CHANNEL) {
        entry.kept.set(channel, real)
        return
      }
      const message: ToWorker = { type: 'channel', connection, channel, real, snapshot: snapshot(entry.real) }
      say(message, [real])
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      say({ type: 'channelFailed', connection, channel, message, snapshot: snapshot(entry.real) })
    }
  }

  async function run(connection: number, id: number, call: ConnectionCall): Promise<void> {
    const entry = served.get(connection)
    if (entry === undefined) return
    try {
      const value = await perform(entry.real, call)
      say({ type: 'value', id, value, connection, snapshot: snapshot(entry.real) })
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error))
      say({ type: 'error', id, name, message, connection, snapshot: snapshot(entry.real) })
    }
  }

  function closeConnection(connection: number): void {
    const entry = served.get(connection)
    if (entry === undefined) return
    served.delete(connection)
    entry.listening.abort()
    entry.real.close()
  }

  const onMessage = ({ data: message }: MessageEvent<ToPage>): void => {
    switch (message.type) {
      case 'open':
        open(message.connection, message.configuration)
        break
      case 'call':
        void run(message.connection, message.id, message.call)
        break
      case 'createChannel':
        createChannel(message)
        break
      case 'closeChannel':
        served.get(message.connection)?.kept.get(message.channel)?.close()
        break
      case 'close':
        closeConnection(message.connection)
        break
      case 'alive':
        // a dead worker says nothing: the browser gives its lock to us
        locks.request(message.lock, { signal: serving.signal }, close).catch(() => {
          // closed before that
        })
    }
  }

  function close(): void {
    if (serving.signal.aborted) return
    serving.abort()
    for (const connection of [...served.keys()]) closeConnection(connection)
    say({ type: 'closed' })
    page.removeEventListener('pagehide', onPageHide)
    port.removeEventListener('message', onMessage)
    port.close()
  }

  // a page that goes does not close its connections by itself: peers would wait for it in vain
  const onPageHide = (event: Event): void => {
    if (!('persisted' in event && event.persisted === true)) close()
  }

  page.addEventListener('pagehide', onPageHide)
  port.addEventListener('message', onMessage)
  port.start()
  return { close }
}

function perform(real: RTCPeerConnection, call: ConnectionCall): Promise<unknown> {
  switch (call.method) {
    case 'createOffer':
      return real.createOffer(call.argument).then(plainDescription)
    case 'createAnswer':
      return real.createAnswer(call.argument).then(plainDescription)
    case 'setLocalDescription':
      return real.setLocalDescription(call.argument)
    case 'setRemoteDescription':
      return real.setRemoteDescription(call.argument)
    case 'addIceCandidate':
      return real.addIceCandidate(call.argument)
  }
}

const plainDescription = ({ type, sdp }: RTCSessionDescriptionInit): RTCSessionDescriptionInit =>
  sdp === undefined ? { type } : { type, sdp }

const snapshot = (real: RTCPeerConnection): ConnectionSnapshot => ({
  connectionState: real.connectionState,
  iceConnectionState: real.iceConnectionState,
  iceGatheringState: real.iceGatheringState,
  signalingState: real.signalingState
})

const browserComponents = (): PageComponents => ({
  createConnection: (configuration) => new RTCPeerConnection(configuration),
  locks: navigator.locks,
  page: globalThis
})
