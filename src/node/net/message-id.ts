/**
 * Which message on a topic is which. The same bytes on the same topic are one message, whoever publishes them: a header
 * that several peers announce goes round once. All peers and relays must count alike, since they name messages to each
 * other by these ids.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { toHex } from '../crypto/hash.ts'

const ID_BYTES = 20
const textEncoder = new TextEncoder()

/** The first 20 bytes of SHA-256 over the length of the topic (4 bytes, big-endian), the topic and the message. */
export function messageId(topic: string, message: Uint8Array): Uint8Array {
  const name = textEncoder.encode(topic)
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, name.length)
  return sha256.create().update(length).update(name).update(message).digest().subarray(0, ID_BYTES)
}

/** The same as text, for maps. */
export const messageKey = (topic: string, message: Uint8Array): string => toHex(messageId(topic, message))
