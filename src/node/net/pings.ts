/**
 * How a connection is asked whether it is still there, and when it is given up. libp2p asks again while an answer is
 * awaited, and gives the connection up when more are awaited than may be at a time: that has to allow for the patience.
 */

/** between two pings, ms */
export const PING_MS = 5_000
/** A connection that leaves a ping unanswered for so long is dead; where pings take their time, for so long at most, ms. */
export const PING_PATIENCE_MS = { minTimeout: 10_000, maxTimeout: 15_000 }
/** Pings on a connection at a time, each way. */
export const PINGS_AT_ONCE = { maxInboundStreams: 4, maxOutboundStreams: 4 }
