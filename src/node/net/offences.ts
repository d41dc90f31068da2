/** What the network itself holds against a peer, in points: at 100 a peer is refused for a while. */
export const OFFENCES = {
  /** a message over the limit, or bytes that are no frame */
  badFrame: 30,
  /** a message that its protocol's schema refuses */
  badMessage: 20,
  /** a message on a topic that was rejected */
  rejected: 10,
  /** a stream more than its protocol allows */
  tooManyStreams: 5
} as const
