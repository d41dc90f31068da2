/**
 * Who has the next turn: in the order in which they came, but that those in a line before need not wait for those in the lines behind.
 * These have a turn now and then all the same, so that nobody waits for ever.
 */

/** Turns of a line for one of those behind it, while both wait. */
const TURNS_OF_LINE = 3

export interface Turns<T> {
  /** Puts somebody at the end of its line; whoever waits already keeps its place. */
  add(one: T): void
  delete(one: T): void
  /** The next, which waits no more; undefined when nobody does. @param lines how many lines have a turn now; all, unless told */
  take(lines?: number): T | undefined
}

/** @param lineOf in which line somebody waits, from 0, the first, to `count` - 1 */
export function createTurns<T>(count: number, lineOf: (one: T) => number): Turns<T> {
  const lines = Array.from({ length: count }, () => ({ waiting: new Set<T>(), inARow: 0 }))

  function takeFrom(waiting: Set<T>): T | undefined {
    for (const one of waiting) {
      waiting.delete(one)
      return one
    }
    return undefined
  }

  return {
    add(one) {
      // what is thought of it may have changed while it waits
      if (lines.every(({ waiting }) => !waiting.has(one))) lines[lineOf(one)]?.waiting.add(one)
    },
    delete(one) {
      for (const { waiting } of lines) waiting.delete(one)
    },
    take(most = count) {
      const some = lines.slice(0, most)
      for (const [i, line] of some.entries()) {
        const isLast = some.slice(i + 1).every(({ waiting }) => waiting.size === 0)
        if (line.waiting.size > 0 && (line.inARow < TURNS_OF_LINE || isLast)) {
          line.inARow++
          return takeFrom(line.waiting)
        }
        line.inARow = 0
      }
      return undefined
    }
  }
}
