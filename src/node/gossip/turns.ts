/**
 * Who has the next turn: in the order in which they came, but that those who are favoured need not wait for the others. These have a
 * turn now and then all the same, so that nobody waits for ever.
 */

/** Turns of the favoured for one of the others, while both wait. */
const FAVOURED_TURNS = 3

export interface Turns<T> {
  /** Puts somebody at the end of its line; whoever waits already keeps its place. */
  add(one: T): void
  delete(one: T): void
  /** The next, which waits no more; undefined when nobody does. */
  take(): T | undefined
}

export function createTurns<T>(isFavoured: (one: T) => boolean): Turns<T> {
  const favoured = new Set<T>()
  const others = new Set<T>()
  let inARow = 0

  function takeFrom(line: Set<T>): T | undefined {
    for (const one of line) {
      line.delete(one)
      return one
    }
    return undefined
  }

  return {
    add(one) {
      // what is thought of it may have changed while it waits
      if (!favoured.has(one) && !others.has(one)) (isFavoured(one) ? favoured : others).add(one)
    },
    delete(one) {
      favoured.delete(one)
      others.delete(one)
    },
    take() {
      const isTheirs = favoured.size > 0 && (inARow < FAVOURED_TURNS || others.size === 0)
      inARow = isTheirs ? inARow + 1 : 0
      return takeFrom(isTheirs ? favoured : others)
    }
  }
}
