/** When an iteration has come far enough: by norm, and by the order of those who come first. */

/**
 * Whether the first of a vector stand in their final order: no two neighbours among them have changed places since the last
 * step, unless they are so near that the error that is left could not tell them apart.
 *
 * @param before the vector one step ago
 * @param after the vector
 * @param depth how many of the first are looked at
 * @param error that each of the values may still have
 */
export function isRankingSettled(before: Float64Array, after: Float64Array, depth: number, error: number): boolean {
  const order = firstOf(after, depth)
  for (let i = 1; i < order.length; i++) {
    const higher = order[i - 1] as number
    const lower = order[i] as number
    const apart = (after[higher] as number) - (after[lower] as number)
    if (apart > 2 * error && (before[higher] as number) < (before[lower] as number)) return false
  }
  return true
}

/** Places of the largest values above 0, largest first; equal ones in order of their places. */
export function firstOf(values: Float64Array, count: number): number[] {
  const compare = (a: number, b: number): number => (values[b] as number) - (values[a] as number) || a - b
  if (count === 0) return []
  let best: number[] = []
  let least = 0
  for (let i = 0; i < values.length; i++) {
    if ((values[i] as number) <= least) continue
    best.push(i)
    // looked through in portions, so that a long vector is not sorted
    if (best.length >= 2 * count + 64) {
      best = best.sort(compare).slice(0, count)
      least = values[best[count - 1] as number] as number
    }
  }
  return best.sort(compare).slice(0, count)
}
