/**
 * The network as the layers above it see it: peers, framed streams and topics. Two adapters implement
 * it, `libp2p.ts` (the real one) and `memory.ts` (for tests and simulation), and one conformance suite
 * (`testing/network-conformance.ts`) holds both to the same behaviour.
 */

/** How one peer is connected to us right now. */
export interface PeerConnection {
  /** libp2p peer id, as text */
  peer: string
  /** multiaddr of the best connection */
  address: string
  /** true: browser to browser, no relay in between, no limits on data or time */
  direct: boolean
  /** round trip in milliseconds, once it has been measured */
  rttMs: number | null
}

/** Why we are connected as we are. The words for people are in the UI. */
export type NetworkState =
  | 'starting' // not yet tried
  | 'looking' // a relay is there, nobody else yet
  | 'relayed' // others are there, none of them directly
  | 'direct' // at least one direct connection
  | 'offline' // no relay and no peer; will try again

export interface NetworkStatus {
  state: NetworkState
  /** the reason, in the network's words; empty when there is nothing to explain */
  reason: string
  peer: string
  /** whether a relay introduces us at this moment */
  relay: boolean
  connections: PeerConnection[]
}

/** An ordered stream of length-prefixed messages. Whoever opened or accepted it closes it. */
export interface FramedStream {
  readonly peer: string
  /** The next message, or null when the other side has closed. @throws when aborted, broken, or over the limit */
  read(options?: { signal?: AbortSignal }): Promise<Uint8Array | null>
  /** Resolves when the message is handed over and the stream has room again (back-pressure). */
  write(message: Uint8Array, options?: { signal?: AbortSignal }): Promise<void>
  /** Ends our side in order; what was written still arrives. */
  close(): Promise<void>
  /** Ends both sides at once. */
  abort(reason: Error): void
}

export interface ProtocolOptions {
  /** the longest message that is read; a longer one ends the stream and is held against the peer */
  maxMessageBytes: number
  /** the most streams of this protocol that one peer may have open with us */
  maxStreamsPerPeer: number
}

export type StreamHandler = (stream: FramedStream, signal: AbortSignal) => Promise<void>

/** What becomes of a message on a topic: passed on, dropped quietly, or dropped and held against the sender. */
export type Verdict = 'accept' | 'ignore' | 'reject'

/** Where a message on a topic came from. */
export interface MessageOrigin {
  /** the peer that gave it to us, and answers for what it passes on */
  from: string
  /** the peer that published it, as its signature has it */
  publisher: string
}

export interface TopicHandler {
  /** Called once for each message, before it is passed on: the same bytes on the same topic are one message. */
  (message: Uint8Array, origin: MessageOrigin): Promise<Verdict>
}

/** The longest message that is taken on a topic: room for a header or a proof of a fork. */
export const MAX_TOPIC_MESSAGE_BYTES = 1024

/** Who decides whether a peer is met, by what it says of itself. */
export interface Door {
  /** What others learn of us with the news that we are there, at most `MAX_HELLO_BYTES`; null: nothing. */
  card(): Uint8Array | null
  /** Whether a peer is met that says this of itself; null: nothing. Must not throw. Asked again when it says something else. */
  admits(peer: string, card: Uint8Array | null): Promise<boolean>
  /** How well thought of whoever a peer speaks for is, from -1 (shun it) over 0 (unknown) to 1. Asked often. Must not throw. */
  esteem?(peer: string): number
}

export interface NetworkEvents {
  /** a peer can be spoken to now, or its connection became better or worse (relayed, direct) */
  connect: PeerConnection
  /** the last connection to a peer is gone */
  disconnect: { peer: string }
  /** anything in `status()` may have changed */
  status: undefined
}

export interface Network {
  readonly peer: string
  start(): Promise<void>
  /** Says goodbye to everybody and closes; after it nothing of this network runs. */
  stop(): Promise<void>
  status(): NetworkStatus
  /** Registers a handler; the stream is aborted when the handler throws and closed when it returns. */
  handle(protocol: string, options: ProtocolOptions, handler: StreamHandler): void
  /** @throws when the peer can't be reached or does not speak the protocol */
  open(peer: string, protocol: string, options: ProtocolOptions & { signal: AbortSignal }): Promise<FramedStream>
  /** Takes part in a topic, with one handler; a later one takes its place. @returns what leaves it */
  subscribe(topic: string, handler: TopicHandler): () => void
  /** The connected peers that take part in a topic, as far as we know. */
  subscribers(topic: string): string[]
  /**
   * Gives a message to those who take part in a topic. With nobody there, or when it went round a short while ago, it
   * resolves to 0 and nothing is kept. More than `MAX_TOPIC_MESSAGE_BYTES` are held against us by whoever gets them.
   */
  publish(topic: string, message: Uint8Array): Promise<number>
  /**
   * Looks for somebody who takes part in a topic that we have something to say on, or listen to, and know nobody of, or too few: for
   * some minutes, or until `least` are connected; one when not said.
   */
  seek(topic: string, least?: number): void
  /** Sets who decides whom we meet; before `start`. A peer that is not admitted is not dialled, and what it dials is refused. */
  guard(door: Door): void
  /** A connected peer has shown its card otherwise: it may be that we part. */
  shown(peer: string, card: Uint8Array): void
  /** Asks the door anew about everybody, and tells others what its card is now. */
  reconsider(): void
  /** Says that a peer gave us something new: of those who give nothing, one makes room for another now and then. */
  useful(peer: string): void
  /** Holds something against a peer: over a limit it is disconnected and not dialled for a while. */
  penalise(peer: string, reason: string, points: number): void
  /** Bytes sent and received, by protocol, since the start. */
  bytesByProtocol(): Record<string, { sent: number; received: number }>
  on<K extends keyof NetworkEvents>(event: K, listener: (detail: NetworkEvents[K]) => void): () => void
}
