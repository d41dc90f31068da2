/**
 * What page and worker say to each other about WebRTC connections, over one message port. Both ends are our own
 * code of one build, so messages are typed and not checked.
 */

/** The part of a `MessagePort` that is used; tests put their own in its place. */
export interface BridgePort {
  postMessage(message: unknown, transfer: Transferable[]): void
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
  removeEventListener(type: 'message', listener: (event: MessageEvent) => void): void
  start(): void
  close(): void
}

/** A connection's state, sent along with everything that is said of it, so that the worker never reads an old one. */
export interface ConnectionSnapshot {
  connectionState: RTCPeerConnectionState
  iceConnectionState: RTCIceConnectionState
  iceGatheringState: RTCIceGatheringState
  signalingState: RTCSignalingState
}

/** Methods of a connection that the page runs for the worker. */
export interface ConnectionCalls {
  createOffer: { argument: RTCOfferOptions | undefined; value: RTCSessionDescriptionInit }
  createAnswer: { argument: RTCAnswerOptions | undefined; value: RTCSessionDescriptionInit }
  setLocalDescription: { argument: RTCLocalSessionDescriptionInit | undefined; value: undefined }
  setRemoteDescription: { argument: RTCSessionDescriptionInit; value: undefined }
  addIceCandidate: { argument: RTCIceCandidateInit | undefined; value: undefined }
}
export type ConnectionCall = {
  [Method in keyof ConnectionCalls]: { method: Method; argument: ConnectionCalls[Method]['argument'] }
}[keyof ConnectionCalls]

export type ToPage =
  | { type: 'open'; connection: number; configuration: RTCConfiguration | undefined }
  | { type: 'call'; connection: number; id: number; call: ConnectionCall }
  | { type: 'createChannel'; connection: number; channel: number; label: string; init: RTCDataChannelInit | undefined }
  /** of a channel that stays on the page */
  | { type: 'closeChannel'; connection: number; channel: number }
  | { type: 'close'; connection: number }
  /** the worker holds this lock as long as it lives */
  | { type: 'alive'; lock: string }

export type ToWorker =
  | { type: 'value'; id: number; value: unknown; connection: number; snapshot: ConnectionSnapshot }
  | { type: 'error'; id: number; name: string; message: string; connection: number; snapshot: ConnectionSnapshot }
  | { type: 'state'; connection: number; snapshot: ConnectionSnapshot }
  | { type: 'candidate'; connection: number; candidate: RTCIceCandidateInit | null; snapshot: ConnectionSnapshot }
  | { type: 'candidateError'; connection: number; code: number; text: string; snapshot: ConnectionSnapshot }
  /** a channel that the other side has opened */
  | { type: 'incomingChannel'; connection: number; real: RTCDataChannel; snapshot: ConnectionSnapshot }
  /** the channel behind a facade */
  | { type: 'channel'; connection: number; channel: number; real: RTCDataChannel; snapshot: ConnectionSnapshot }
  | { type: 'channelFailed'; connection: number; channel: number; message: string; snapshot: ConnectionSnapshot }
  /** the page has closed all connections and takes no more */
  | { type: 'closed' }

/** libp2p's channel that only makes a connection gather candidates. It never leaves the page. */
export const INIT_CHANNEL = 'init'
