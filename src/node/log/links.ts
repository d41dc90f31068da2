/**
 * How the headers of one log hang together: each names the one before it, and by its skip link one further back. No I/O.
 */
import { equalBytes } from '../crypto/hash.ts'
import type { Header } from '../schema/header.ts'
import { skipTarget } from './skip-link.ts'

/** A header and the hash of its encoding. */
export interface Linked {
  header: Header
  hash: Uint8Array
}

/**
 * Whether both can be in one log: they can't when they are two at one sequence number, or when the later one names
 * another header in the place of the earlier one.
 */
export function fit(one: Linked, other: Linked): boolean {
  const [lower, upper] = one.header.seq <= other.header.seq ? [one, other] : [other, one]
  const { seq } = lower.header
  const { header } = upper
  if (header.seq === seq) return equalBytes(lower.hash, upper.hash)
  if (header.seq === seq + 1 && header.previous !== null && !equalBytes(header.previous, lower.hash)) return false
  return header.skip === null || skipTarget(header.seq) !== seq || equalBytes(header.skip, lower.hash)
}

/** The lengths of jumps, (3^k - 1) / 2, as far as sequence numbers go. */
const jumps: number[] = []
for (let jump = 1; jump < Number.MAX_SAFE_INTEGER; jump = 3 * jump + 1) jumps.push(jump)

/** The sequence numbers that entry `seq` names: none for the first, otherwise one or two. */
export function namedBy(seq: number): number[] {
  if (seq === 1) return []
  const skip = skipTarget(seq)
  return skip === seq - 1 ? [seq - 1] : [seq - 1, skip]
}

/** The sequence numbers, up to `most`, whose entries name entry `seq`, lowest first. */
export function naming(seq: number, most: number): number[] {
  const found: number[] = []
  if (seq < most) found.push(seq + 1)
  for (const jump of jumps) {
    if (jump === 1) continue
    if (seq + jump > most) break
    if (skipTarget(seq + jump) === seq) found.push(seq + jump)
  }
  // the entry at the length of a jump goes back to the length before
  const longer = 3 * seq + 1
  if (jumps.includes(seq) && longer <= most && !found.includes(longer)) found.push(longer)
  return found
}
