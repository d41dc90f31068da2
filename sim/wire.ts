/**
 * How many bytes things take between two peers. The constants of gossipsub are those of the protobuf encoding of
 * `@libp2p/gossipsub`, the others those of libp2p over WebRTC data channels; `wire.test.ts` holds the former to the
 * package's own encoder.
 */

/** `from`, `seqno` and `signature` of a signed message, and the protobuf's tags and lengths. */
const SIGNED_MESSAGE = 124
const MESSAGE_ID = 20
const ID_WITH_TAG = MESSAGE_ID + 2
/** the varint before an RPC on its stream */
const RPC_PREFIX = 2

/** libp2p's frame in a data channel: a length, flags, and the tag and length of what is in it */
const CHANNEL_FRAME = 6
/** the header of a chunk of data in SCTP, and what one carries at most, by dcSCTP's default; several share a packet */
const CHUNK_HEADER = 16
const CHUNK_ROOM = 1150

/** A message on a data channel, with what is around it there. What packets add below that (DTLS, UDP, IP) is left out. */
export function onChannel(bytes: number): number {
  return bytes + CHANNEL_FRAME + chunks(bytes) * CHUNK_HEADER
}

/** Chunks that a message needs: each may be lost. */
export function chunks(bytes: number): number {
  return Math.ceil((bytes + CHANNEL_FRAME) / CHUNK_ROOM)
}

/** Sizes of gossipsub's RPCs as its encoder makes them; `onRpc` puts them on the way. */
export const rpc = {
  message: (topic: number, data: number): number => data + topic + SIGNED_MESSAGE + (data + topic < 16 ? -1 : 0),
  ihave: (topic: number, ids: number): number => long(long(topic + 2 + ids * ID_WITH_TAG)),
  iwant: (ids: number): number => long(long(ids * ID_WITH_TAG)),
  idontwant: (ids: number): number => long(long(ids * ID_WITH_TAG)),
  graft: (topic: number): number => topic + 6,
  prune: (topic: number): number => topic + 8,
  subscription: (topic: number): number => topic + 6
} as const

/** With a tag and its length before it. */
function long(bytes: number): number {
  return bytes + 1 + (bytes < 128 ? 1 : bytes < 16_384 ? 2 : 3)
}

export function onRpc(bytes: number): number {
  return onChannel(bytes + RPC_PREFIX)
}

/** A message on a framed stream (`net/framed-stream.ts`): a varint length and a byte for its kind. */
export function framed(bytes: number): number {
  return onChannel(bytes + 1 + (bytes < 127 ? 1 : bytes < 16_383 ? 2 : 3))
}

/** multistream-select's header, `/multistream/1.0.0` and a line break, with its length */
const MULTISTREAM = 20
/** DCEP's open message without a label, and its acknowledgement */
const CHANNEL_OPEN = 12
const CHANNEL_ACK = 1
/** What ends a stream: the frame that says so, and the channel's own flags both ways */
export const STREAM_END = onChannel(2) + 2 * onChannel(2)

/** Opening a stream: what goes there, and what comes back. One round trip. */
export const streamOpen = {
  there: (protocol: string): number => onChannel(CHANNEL_OPEN) + onChannel(MULTISTREAM + protocol.length + 2),
  back: (protocol: string): number => onChannel(CHANNEL_ACK) + onChannel(MULTISTREAM + protocol.length + 2)
} as const
