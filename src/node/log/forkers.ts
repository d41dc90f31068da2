/** Whose fork proofs are held, in memory, by the accounts that they are on; and which proof goes when there is no more room. */
export interface Forkers {
  /** Takes note that an author's proof is held. The first account counts. */
  add(author: string, account: number): void
  delete(author: string): void
  /**
   * The first to go: the oldest of a stranger on the account that holds most.
   *
   * @param more than so many the account must hold
   * @param isTaken authors whose proofs are going already
   */
  first(more: number, isTaken: (author: string) => boolean): string | null
  /** How many are on an account. */
  held(account: number): number
}

/** @param isStranger whether an author's proof may make room for others */
export function createForkers(isStranger: (author: string) => boolean): Forkers {
  const accounts = new Map<string, number>()
  /** authors of each account, the one that came first first */
  const authors = new Map<number, Set<string>>()

  const held = (account: number): number => authors.get(account)?.size ?? 0

  return {
    add(author, account) {
      if (accounts.has(author)) return
      accounts.set(author, account)
      const some = authors.get(account) ?? new Set()
      authors.set(account, some.add(author))
    },
    delete(author) {
      const account = accounts.get(author)
      if (account === undefined) return
      accounts.delete(author)
      authors.get(account)?.delete(author)
      if (held(account) === 0) authors.delete(account)
    },
    first(more, isTaken) {
      const largestFirst = [...authors.values()].filter(({ size }) => size > more).sort((a, b) => b.size - a.size)
      for (const some of largestFirst) for (const author of some) if (isStranger(author) && !isTaken(author)) return author
      return null
    },
    held
  }
}
