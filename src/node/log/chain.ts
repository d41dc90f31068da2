/**
 * What a header is to the part of its author's log that is held here: next, held already, too far ahead,
 * or proof of a fork. No I/O: whoever calls has read the store and checked the signature.
 */
import { equalBytes } from '../crypto/hash.ts'
import type { Header } from '../schema/header.ts'

/** The newest header held of a log; `seq` 0 and no hash when none is. */
export interface Head {
  seq: number
  hash: Uint8Array | null
}

export const NO_HEAD: Head = { seq: 0, hash: null }

export type Place =
  | { is: 'next' }
  | { is: 'known' }
  /** these sequence numbers, first to last, are missing in between */
  | { is: 'gap'; from: number; to: number }
  /** together with the header held at `seq`, this one proves that the author has forked its log */
  | { is: 'fork'; with: number }

/**
 * @param heldHash hash of the header held at the same sequence number; needed up to the head
 */
export function placeOf(header: Header, hash: Uint8Array, head: Head, heldHash: Uint8Array | null): Place {
  if (header.seq <= head.seq) {
    return heldHash !== null && equalBytes(heldHash, hash) ? { is: 'known' } : { is: 'fork', with: header.seq }
  }
  if (header.seq > head.seq + 1) return { is: 'gap', from: head.seq + 1, to: header.seq - 1 }
  if (head.hash === null || header.previous === null) return { is: 'next' }
  // signed by the author and right after the head, but on top of another header: the log has two branches
  return equalBytes(header.previous, head.hash) ? { is: 'next' } : { is: 'fork', with: head.seq }
}
