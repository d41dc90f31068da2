/**
 * On whose account it is that something of strangers is held: that of the peer that brought it. Keys cost nothing, and a
 * connection does, so room is shared out among those who bring things in and not among those who have signed them.
 *
 * Accounts are numbers, as many as there are and no more. They live in memory: of what was held at the start nobody knows
 * any more who brought it, and it is dealt out to accounts of its own, so that no newcomer can take the place of it all.
 */

/** What no peer has brought, such as what came in a file. */
export const NOBODY = 0
/** What we have written ourselves. */
export const OWN = 1
/** What is of agents that are no strangers, whoever brought it. */
export const ACQUAINTANCES = 2
const FIRST_EARLIER = 3
/** Among so many is dealt out what was held before. */
const EARLIER = 16
const FIRST_PEER = FIRST_EARLIER + EARLIER
/** Peers that have an account of their own; whoever comes when there are more takes over that of the one that holds least. */
const PEERS = 1024
/** The number of all accounts. */
export const ACCOUNTS = FIRST_PEER + PEERS

export interface Accounts {
  /** The account of a peer, there or gone; of nobody when it is undefined. */
  of(peer: string | undefined): number
  /** One of the accounts of what was held before, each in its turn. */
  earlier(): number
}

/** @param held how much is held on an account */
export function createAccounts(held: (account: number) => number): Accounts {
  const accounts = new Map<string, number>()
  let dealt = 0

  /** Makes the peer that holds least give up its account. */
  function takeOver(): number {
    let [least, account] = ['', FIRST_PEER]
    for (const [peer, one] of accounts) if (least === '' || held(one) < held(account)) [least, account] = [peer, one]
    accounts.delete(least)
    return account
  }

  return {
    of(peer) {
      if (peer === undefined) return NOBODY
      const known = accounts.get(peer)
      if (known !== undefined) return known
      const account = accounts.size < PEERS ? FIRST_PEER + accounts.size : takeOver()
      accounts.set(peer, account)
      return account
    },
    earlier: () => FIRST_EARLIER + (dealt++ % EARLIER)
  }
}
