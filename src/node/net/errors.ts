/** What can go wrong between peers, by name. */

/** There is no way to the peer now, or we refuse to have one. */
export class PeerUnreachableError extends Error {
  override readonly name = 'PeerUnreachableError'
}

/** The peer is there and does not speak the protocol. */
export class ProtocolUnsupportedError extends Error {
  override readonly name = 'ProtocolUnsupportedError'
}

/** The stream is gone: this side or the other ended it, or the connection broke. */
export class StreamAbortedError extends Error {
  override readonly name = 'StreamAbortedError'
}

/** A message that is longer than its protocol allows. */
export class MessageTooLongError extends Error {
  override readonly name = 'MessageTooLongError'
}

/** One peer has as many streams of a protocol as it may. */
export class TooManyStreamsError extends Error {
  override readonly name = 'TooManyStreamsError'
}

/** The network is not started, or stopped. */
export class NetworkStoppedError extends Error {
  override readonly name = 'NetworkStoppedError'
}
