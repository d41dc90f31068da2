/**
 * Skip links: besides its predecessor an entry names one further back, so that any two entries of a log are checked
 * against each other with a number of headers that grows with the logarithm of their distance. Which one is the rule of
 * Bamboo's "lipmaa" links (after Buldas and Laud, "New linking schemes for digital time-stamping").
 */

/**
 * The sequence number that the skip link of entry `seq` (from 1) names; 0, which is no entry, for the first. Where it
 * is `seq - 1`, the link to the previous entry says it all and the header has no skip link.
 *
 * Lengths of jumps are 1, 4, 13, 40, …, (3^k - 1) / 2. Written in these, greedily from the longest, `seq` ends in some
 * length, and that is how far the link goes back; but the entry at such a length itself goes back to the length before.
 */
export function skipTarget(seq: number): number {
  let jump = 1
  while (jump < seq) jump = 3 * jump + 1
  if (jump === seq) return (jump - 1) / 3
  let rest = seq
  do {
    jump = (jump - 1) / 3
    rest %= jump
  } while (rest > 0)
  return seq - jump
}

/**
 * The entries that tie entry `from` to the earlier entry `to`, both included, newest first: each is named by the one
 * before it, as its previous entry or by its skip link. At most about four for each tripling of the distance.
 */
export function skipPath(from: number, to: number): number[] {
  const path = [from]
  for (let at = from; at > to; ) {
    const skip = skipTarget(at)
    at = skip >= to ? skip : at - 1
    path.push(at)
  }
  return path
}
