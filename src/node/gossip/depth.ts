/**
 * How deep a tree of shards is followed. Nobody decides it for all: each node judges by the authors that it hears of, and
 * those whose judgement differs by one still meet, because each takes part one deeper and one shallower too. No I/O.
 */

/** Live authors in a shard, and in the halves that it would be split into. */
export interface Crowd {
  all: number
  left: number
  right: number
}

/** Authors that each half of a shard must have before it is split: enough to keep a mesh. */
export const SPLIT_AUTHORS = 32
/** A shard of fewer authors than this is joined with its neighbour: a lone announcement must find a path. */
export const JOIN_AUTHORS = 12

/**
 * The depth that a node should follow next.
 *
 * @param deepest the most there is
 * @param settled whether it has listened at this depth for long enough to know that nobody is there
 */
export function nextDepth(depth: number, { all, left, right }: Crowd, deepest: number, settled: boolean): number {
  if (depth < deepest && left >= SPLIT_AUTHORS && right >= SPLIT_AUTHORS) return depth + 1
  if (depth > 0 && settled && all < JOIN_AUTHORS) return depth - 1
  return depth
}

/** The depth to begin at, when one has heard nothing yet and peers tell theirs; null: too few tell theirs. */
export function usualDepth(told: readonly number[]): number | null {
  if (told.length < 3) return null
  const sorted = [...told].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? null
}

/** The depths that a node takes part at: its own and those of neighbours that judge otherwise. */
export function depthsAround(depth: number, deepest: number): number[] {
  return [depth - 1, depth, depth + 1].filter((one) => one >= 0 && one <= deepest)
}

/** The half of a region that an item is in; an item of several leaves may be in both (3), or elsewhere (0). */
export type Halves = 0 | 1 | 2 | 3

/** Counts distinct authors in some regions. The items of one author have to come one after the other. */
export function createCrowds(regions: number): {
  readonly crowds: readonly Crowd[]
  see(region: number, author: string, halves: Halves): void
} {
  const crowds = Array.from({ length: regions }, (): Crowd => ({ all: 0, left: 0, right: 0 }))
  /** of the author that came last to each region, the halves that it was seen in */
  const seen = Array.from({ length: regions }, () => ({ author: '', halves: 0 }))
  return {
    crowds,
    see(region, author, halves) {
      const [crowd, last] = [crowds[region], seen[region]]
      if (crowd === undefined || last === undefined || halves === 0) return
      if (last.author !== author) {
        last.author = author
        last.halves = 0
        crowd.all++
      }
      const more = halves & ~last.halves
      last.halves |= halves
      if ((more & 1) !== 0) crowd.left++
      if ((more & 2) !== 0) crowd.right++
    }
  }
}
