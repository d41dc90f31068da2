/**
 * The table: for each kind of thing that is said above, what the network does for it below. The rest of
 * this folder carries the rows out; nothing outside it names a protocol or speaks to a peer.
 */
import type { ProtocolOptions } from '../net/network.ts'
import {
  MAX_CONTROL_BYTES,
  MAX_DATA_REPLY_BYTES,
  MAX_HELLO_BYTES
} from '../schema/messages.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** Said to everybody: an entry in the log, whose header is gossiped; whoever is interested pulls the body. */
export interface Announced {
  by: 'log entry → header gossip → body on demand'
  /** lapses after this; what an agent offers and insists on is said again at half of it, while it means it */
  lifeMs: number | null
}

/** Said to one agent: a stream to one of its peers, direct if there is one, else through a relay. */
export interface Told extends ProtocolOptions {
  by: 'stream'
  protocol: string
}

/** Said to everybody who is connected, now and then. */
export interface Repeated extends Told {
  lifeMs: number
  everyMs: number
  leastMs: number
}

export const table = {
  capability: { by: 'log entry → header gossip → body on demand', lifeMs: 7 * 24 * HOUR_MS },
  intention: { by: 'log entry → header gossip → body on demand', lifeMs: 24 * HOUR_MS },
  /** what an agent insists on of whoever works with it: looked at before a dial, a pull and an offer, on both sides */
  constraint: { by: 'log entry → header gossip → body on demand', lifeMs: 30 * 24 * HOUR_MS },
  /** what one party of a contract says of the other: in the shards of its topic, for those who care for that */
  rating: { by: 'log entry → header gossip → body on demand', lifeMs: null },
  /** whose judgement of others an agent goes by: for those who follow its list */
  judges: { by: 'log entry → header gossip → body on demand', lifeMs: 30 * 24 * HOUR_MS },
  withdrawal: { by: 'log entry → header gossip → body on demand', lifeMs: null },

  /** how an agent is at this moment: told to each peer that has introduced itself, coarsely, and forgotten soon */
  state: {
    by: 'stream',
    protocol: '/starling/state/1.0.0',
    maxMessageBytes: 128,
    maxStreamsPerPeer: 2,
    /** forgotten after so long, said again at least so often, and not more often than that */
    lifeMs: 6 * MINUTE_MS,
    everyMs: 4 * MINUTE_MS,
    leastMs: MINUTE_MS / 2
  },

  /** which agent a peer speaks for: asked of each peer as it connects */
  introduction: {
    by: 'stream',
    protocol: '/starling/hello/1.0.0',
    maxMessageBytes: MAX_HELLO_BYTES,
    maxStreamsPerPeer: 2
  },

  /** offer, approval, progress, outcome, cancel: one ordered stream a contract, small messages, first in line */
  control: {
    by: 'stream',
    protocol: '/starling/contract/1.0.0',
    maxMessageBytes: MAX_CONTROL_BYTES,
    maxStreamsPerPeer: 32
  },

  /** files and results: streams of their own with back-pressure, to the contract's parties only */
  data: {
    by: 'stream',
    protocol: '/starling/data/1.0.0',
    maxMessageBytes: MAX_DATA_REPLY_BYTES,
    maxStreamsPerPeer: 8
  }
} as const satisfies Record<string, Announced | Told | Repeated>
