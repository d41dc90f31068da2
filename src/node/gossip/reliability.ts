/** How well each peer has given what it was asked for, so that those who don't are asked last. */
import { keepNewest } from '../support/keep-newest.ts'
export interface Reliability {
  gave(peer: string): void
  failed(peer: string): void
  /** How much it has given, of late; what is not known to have given anything is 0. */
  given(peer: string): number
  /** Whether it has failed more often than not, of late. */
  doubtful(peer: string): boolean
}

/** What was before counts less with each time that something comes of asking. */
const DECAY = 0.9
const MAX_PEERS = 256

export function createReliability(): Reliability {
  const records = new Map<string, { gave: number; failed: number }>()

  function count(peer: string, gave: number): void {
    const before = records.get(peer) ?? { gave: 0, failed: 0 }
    records.delete(peer)
    records.set(peer, { gave: before.gave * DECAY + gave, failed: before.failed * DECAY + 1 - gave })
    keepNewest(records, MAX_PEERS)
  }

  return {
    gave: (peer) => count(peer, 1),
    failed: (peer) => count(peer, 0),
    given: (peer) => records.get(peer)?.gave ?? 0,
    doubtful(peer) {
      const record = records.get(peer)
      return record !== undefined && record.failed > record.gave
    }
  }
}
