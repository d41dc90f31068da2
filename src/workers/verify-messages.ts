/** A batch of signatures as it goes to the worker that checks them: one piece of memory, handed over. */
import type { Signed } from '../node/crypto/verifier.ts'

export interface VerifyRequest {
  id: number
  batch: ArrayBuffer
}

/** 1 for each signature that holds, 0 for others; or why none could be checked. */
export type VerifyReply = { id: number; holds: Uint8Array } | { id: number; error: string }

const LENGTH_BYTES = 4
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Each part of each signature in turn, its length before it. */
export function packBatch(batch: readonly Signed[]): ArrayBuffer {
  const parts = batch.flatMap(({ publicKey, domain, bytes, signature }) => [
    publicKey,
    encoder.encode(domain),
    bytes,
    signature
  ])
  const packed = new Uint8Array(parts.reduce((size, part) => size + LENGTH_BYTES + part.length, 0))
  const view = new DataView(packed.buffer)
  let at = 0
  for (const part of parts) {
    view.setUint32(at, part.length)
    packed.set(part, at + LENGTH_BYTES)
    at += LENGTH_BYTES + part.length
  }
  return packed.buffer
}

export function unpackBatch(packed: ArrayBuffer): Signed[] {
  const view = new DataView(packed)
  let at = 0
  const part = () => {
    const length = view.getUint32(at)
    at += LENGTH_BYTES + length
    return new Uint8Array(packed, at - length, length)
  }
  const batch: Signed[] = []
  while (at < packed.byteLength) {
    const [publicKey, domain, bytes, signature] = [part(), part(), part(), part()]
    batch.push({ publicKey, domain: decoder.decode(domain), bytes, signature })
  }
  return batch
}
