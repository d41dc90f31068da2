/**
 * The worker's side of WebRTC: stand-ins for the classes that workers do not have. Install them before libp2p is
 * loaded, which takes the globals as it finds them then.
 *
 * ```js
 * installStandIns(port)
 * const { createLibp2pNetwork } = await import('../../node/net/libp2p.ts')
 * ```
 */
import { ChannelFacade } from './channel-facade.ts'
import {
  INIT_CHANNEL,
  type BridgePort,
  type ConnectionCall,
  type ConnectionCalls,
  type ConnectionSnapshot,
  type ToPage,
  type ToWorker
} from './messages.ts'

export interface WorkerComponents {
  /** what the page sees of our life: it waits for a lock that we hold */
  locks: Pick<LockManager, 'request'>
  /** where the stand-ins go; default the worker's global scope */
  target: object
}

/** The page has gone, or does not take connections any more. */
export class PageGoneError extends Error {
  override readonly name = 'PageGoneError'
}

type Handler<E extends Event = Event> = ((event: E) => void) | null
type Described = Event & { candidate?: unknown; channel?: unknown }

/** What a connection needs of the bridge. */
interface Bridge {
  say(message: ToPage): void
  call(connection: number, call: ConnectionCall): Promise<unknown>
  open(standIn: StandInConnection): number
  forget(connection: number): void
}

/** Installs `RTCPeerConnection`, `RTCSessionDescription` and `RTCIceCandidate`, whose real objects are at the page. */
export function installStandIns(
  port: BridgePort,
  { locks, target }: WorkerComponents = { locks: navigator.locks, target: globalThis }
): void {
  const connections = new Map<number, StandInConnection>()
  const calls = new Map<number, PromiseWithResolvers<unknown>>()
  let lastId = 0
  let gone = false

  const bridge: Bridge = {
    say(message) {
      if (!gone) port.postMessage(message, [])
    },
    call(connection, call) {
      if (gone) return Promise.reject(new PageGoneError('the page takes no more connections'))
      const id = ++lastId
      const reply = Promise.withResolvers<unknown>()
      calls.set(id, reply)
      bridge.say({ type: 'call', connection, id, call })
      return reply.promise
    },
    open(standIn) {
      if (gone) throw new PageGoneError('the page takes no more connections')
      const connection = ++lastId
      connections.set(connection, standIn)
      return connection
    },
    forget: (connection) => void connections.delete(connection)
  }

  function onMessage({ data: message }: MessageEvent<ToWorker>): void {
    if (message.type === 'closed') {
      gone = true
      for (const { reject } of calls.values()) reject(new PageGoneError('the page has closed the connection'))
      calls.clear()
      for (const standIn of [...connections.values()]) standIn.lose()
      return
    }
    const standIn = connections.get(message.connection)
    if (message.type === 'value' || message.type === 'error') {
      const reply = calls.get(message.id)
      calls.delete(message.id)
      // the state first: whoever waits for the reply reads it
      standIn?.take(message)
      if (message.type === 'value') reply?.resolve(message.value)
      else reply?.reject(Object.assign(new Error(message.message), { name: message.name }))
    } else if (standIn !== undefined) {
      standIn.take(message)
    } else if ('real' in message) {
      // the connection was closed meanwhile
      message.real.close()
    }
  }

  port.addEventListener('message', onMessage)
  port.start()

  const lock = `starling-worker-${crypto.randomUUID()}`
  void locks.request(lock, () => {
    bridge.say({ type: 'alive', lock })
    return new Promise(() => {})
  })

  Object.assign(target, {
    RTCPeerConnection: class RTCPeerConnection extends StandInConnection {
      constructor(configuration?: RTCConfiguration) {
        super(bridge, configuration)
      }
    },
    RTCSessionDescription: StandInDescription,
    RTCIceCandidate: StandInCandidate
  })
}

class StandInConnection extends EventTarget {
  connectionState: RTCPeerConnectionState = 'new'
  iceConnectionState: RTCIceConnectionState = 'new'
  iceGatheringState: RTCIceGatheringState = 'new'
  signalingState: RTCSignalingState = 'stable'
  onconnectionstatechange: Handler = null
  oniceconnectionstatechange: Handler = null
  onicegatheringstatechange: Handler = null
  onsignalingstatechange: Handler = null
  onicecandidate: Handler<Described> = null
  onicecandidateerror: Handler = null
  ondatachannel: Handler<Described> = null
  #bridge: Bridge
  #id: number
  /** channels whose real ones are on their way, or stay on the page */
  #facades = new Map<number, ChannelFacade>()
  #lastChannel = 0

  constructor(bridge: Bridge, configuration: RTCConfiguration | undefined) {
    super()
    this.#bridge = bridge
    this.#id = bridge.open(this)
    bridge.say({ type: 'open', connection: this.#id, configuration })
  }

  createDataChannel(label: string, init?: RTCDataChannelInit): ChannelFacade {
    if (this.connectionState === 'closed') throw new DOMException('the connection is closed', 'InvalidStateError')
    const channel = ++this.#lastChannel
    const staysOnPage = label === INIT_CHANNEL
    const facade = new ChannelFacade({
      label,
      protocol: init?.protocol ?? '',
      staysOnPage,
      onClose: () => {
        if (staysOnPage) this.#bridge.say({ type: 'closeChannel', connection: this.#id, channel })
      }
    })
    this.#facades.set(channel, facade)
    this.#bridge.say({ type: 'createChannel', connection: this.#id, channel, label, init })
    return facade
  }

  createOffer(options?: RTCOfferOptions): Promise<RTCSessionDescriptionInit> {
    return this.#call({ method: 'createOffer', argument: options })
  }

  createAnswer(options?: RTCAnswerOptions): Promise<RTCSessionDescriptionInit> {
    return this.#call({ method: 'createAnswer', argument: options })
  }

  setLocalDescription(description?: RTCLocalSessionDescriptionInit): Promise<void> {
    return this.#call({ method: 'setLocalDescription', argument: description && plain(description) })
  }

  setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    return this.#call({ method: 'setRemoteDescription', argument: plain(description) })
  }

  addIceCandidate(candidate?: RTCIceCandidateInit): Promise<void> {
    const { candidate: text, sdpMid, sdpMLineIndex, usernameFragment } = candidate ?? {}
    const fields = Object.entries({ candidate: text, sdpMid, sdpMLineIndex, usernameFragment })
    const argument = Object.fromEntries(fields.filter(([, value]) => value !== undefined && value !== null))
    return this.#call({ method: 'addIceCandidate', argument: candidate && argument })
  }

  /** Closed at once for whoever asks; the page follows. */
  close(): void {
    if (this.connectionState === 'closed') return
    this.#bridge.say({ type: 'close', connection: this.#id })
    this.#over()
  }

  /** The page has closed it. */
  lose(): void {
    if (this.connectionState === 'closed') return
    this.#over()
    this.#emit(new Event('iceconnectionstatechange'))
    this.#emit(new Event('connectionstatechange'))
  }

  /** Takes what the page says of this connection. */
  take(message: Exclude<ToWorker, { type: 'closed' }>): void {
    const closed = this.connectionState === 'closed'
    if (closed) {
      if ('real' in message) message.real.close()
      return
    }
    const before: ConnectionSnapshot = { ...this.#states() }
    Object.assign(this, message.snapshot)
    switch (message.type) {
      case 'candidate': {
        const candidate = message.candidate === null ? null : new StandInCandidate(message.candidate)
        this.#emit(Object.assign(new Event('icecandidate'), { candidate }))
        break
      }
      case 'candidateError': {
        const { code: errorCode, text: errorText } = message
        this.#emit(Object.assign(new Event('icecandidateerror'), { errorCode, errorText }))
        break
      }
      case 'incomingChannel':
        this.#emit(Object.assign(new Event('datachannel'), { channel: message.real }))
        break
      case 'channel':
        this.#facades.get(message.channel)?.attach(message.real)
        this.#facades.delete(message.channel)
        break
      case 'channelFailed':
        this.#facades.get(message.channel)?.fail(message.message)
        this.#facades.delete(message.channel)
        break
      case 'state':
      case 'value':
      case 'error':
        // the snapshot says it all
    }
    this.#emitChanges(before)
  }

  #states(): ConnectionSnapshot {
    const { connectionState, iceConnectionState, iceGatheringState, signalingState } = this
    return { connectionState, iceConnectionState, iceGatheringState, signalingState }
  }

  #emitChanges(before: ConnectionSnapshot): void {
    const now = this.#states()
    if (now.signalingState !== before.signalingState) this.#emit(new Event('signalingstatechange'))
    if (now.iceGatheringState !== before.iceGatheringState) this.#emit(new Event('icegatheringstatechange'))
    if (now.iceConnectionState !== before.iceConnectionState) this.#emit(new Event('iceconnectionstatechange'))
    if (now.connectionState !== before.connectionState) this.#emit(new Event('connectionstatechange'))
  }

  #over(): void {
    this.connectionState = 'closed'
    this.iceConnectionState = 'closed'
    this.signalingState = 'closed'
    this.#bridge.forget(this.#id)
    for (const facade of this.#facades.values()) facade.closeWithoutReal()
    this.#facades.clear()
  }

  async #call<Method extends keyof ConnectionCalls>(
    call: Extract<ConnectionCall, { method: Method }>
  ): Promise<ConnectionCalls[Method]['value']> {
    if (this.connectionState === 'closed') throw new DOMException('the connection is closed', 'InvalidStateError')
    return (await this.#bridge.call(this.#id, call)) as ConnectionCalls[Method]['value']
  }

  #emit(event: Described): void {
    this.dispatchEvent(event)
    switch (event.type) {
      case 'connectionstatechange':
        return this.onconnectionstatechange?.(event)
      case 'iceconnectionstatechange':
        return this.oniceconnectionstatechange?.(event)
      case 'icegatheringstatechange':
        return this.onicegatheringstatechange?.(event)
      case 'signalingstatechange':
        return this.onsignalingstatechange?.(event)
      case 'icecandidate':
        return this.onicecandidate?.(event)
      case 'icecandidateerror':
        return this.onicecandidateerror?.(event)
      case 'datachannel':
        return this.ondatachannel?.(event)
    }
  }
}

/** The description as it can be posted: libp2p gives objects of the classes here. */
const plain = <Description extends RTCLocalSessionDescriptionInit>({ type, sdp }: Description): Description =>
  (sdp === undefined ? { type } : { type, sdp }) as Description

class StandInDescription {
  readonly type: RTCSdpType
  readonly sdp: string

  constructor({ type, sdp = '' }: RTCSessionDescriptionInit) {
    this.type = type
    this.sdp = sdp
  }

  toJSON(): RTCSessionDescriptionInit {
    return { type: this.type, sdp: this.sdp }
  }
}

class StandInCandidate {
  readonly candidate: string
  readonly sdpMid: string | null
  readonly sdpMLineIndex: number | null
  readonly usernameFragment: string | null

  constructor({ candidate = '', sdpMid = null, sdpMLineIndex = null, usernameFragment = null }: RTCIceCandidateInit) {
    this.candidate = candidate
    this.sdpMid = sdpMid
    this.sdpMLineIndex = sdpMLineIndex
    this.usernameFragment = usernameFragment
  }

  toJSON(): RTCIceCandidateInit {
    const { candidate, sdpMid, sdpMLineIndex, usernameFragment } = this
    return { candidate, sdpMid, sdpMLineIndex, usernameFragment }
  }
}
