/**
 * Whom to try: small, checked work for agents without a record, so that newcomers get one. Those with a prospect are drawn by
 * it. Of the others, strangers, next to nothing is known, and any number of them can be made up: how often one is tried
 * follows from how those did who were tried before, as those with voice say. So a topic full of made-up agents closes itself
 * to strangers, and opens again when those who are tried do well.
 */

/** Strangers' share of what is explored, while all of them do well. */
const MOST = 0.5
/** What an earlier trial counts when a new one comes. */
const MEMORY = 0.98

export interface Trials {
  /** A stranger was tried, and somebody with voice has said how it did. */
  record(didWell: boolean): void
  /** Strangers' share of what is explored, 0 to 1. */
  share(): number
}

export function createTrials(): Trials {
  // one of each to begin with
  let well = 1
  let badly = 1
  return {
    record(didWell) {
      well = MEMORY * well + (didWell ? 1 : 0)
      badly = MEMORY * badly + (didWell ? 0 : 1)
    },
    share: () => MOST * (well / (well + badly)) ** 2
  }
}
