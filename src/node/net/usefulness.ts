/** How much news each peer has given, of late. */
export interface Usefulness {
  /** A peer has given something new. */
  add(peer: string): void
  /** How much it has given; what is older counts less. */
  of(peer: string): number
  forget(peer: string): void
}

const HALF_LIFE_MS = 10 * 60_000

/** @param now milliseconds. Whoever adds peers forgets them, too. */
export function createUsefulness(now: () => number): Usefulness {
  const counts = new Map<string, { count: number; at: number }>()

  function of(peer: string): number {
    const known = counts.get(peer)
    return known === undefined ? 0 : known.count * 2 ** ((known.at - now()) / HALF_LIFE_MS)
  }

  return {
    of,
    add: (peer) => void counts.set(peer, { count: of(peer) + 1, at: now() }),
    forget: (peer) => void counts.delete(peer)
  }
}
