/**
 * Whom we meet. Each peer may say with its presence who it is; whether it is met is for the layers above to decide, who
 * know what is insisted on. A peer that is not admitted is not dialled, and what it dials is refused.
 */
import { equalBytes } from '../crypto/hash.ts'
import { keepNewest } from '../support/keep-newest.ts'
import type { Door } from './network.ts'

export interface Admission {
  /** Sets who decides. Before, everybody is met. */
  guard(door: Door): void
  /** What is said of ourselves; null: nothing. */
  card(): Uint8Array | null
  /** How well thought of a peer is, -1 to 1; 0 while nobody decides. */
  esteem(peer: string): number
  /** Whether a peer with this card is met, where that is known; null: it is to be asked. */
  known(peer: string, card: Uint8Array | null): boolean | null
  /** Decides, and remembers it. Never throws. */
  ask(peer: string, card: Uint8Array | null): Promise<boolean>
  /** Whether a peer is known not to be met. */
  refused(peer: string): boolean
  /**
   * Decides anew about all that are remembered, each by the card that it has shown last. Whoever calls while it is under way shares the
   * next time. Resolves to those that are not met any more.
   */
  reconsider(): Promise<string[]>
}

/** Peers that are remembered; those that were heard of longest ago are forgotten. */
const MAX_PEERS = 4096

export function createAdmission(): Admission {
  const peers = new Map<string, { card: Uint8Array | null; admitted: boolean }>()
  let door: Door | null = null
  let deciding: Promise<unknown> = Promise.resolve()
  /** waits until what is being decided is */
  let next: Promise<string[]> | null = null

  async function ask(peer: string, card: Uint8Array | null): Promise<boolean> {
    const admitted = door === null || (await door.admits(peer, card))
    peers.delete(peer)
    peers.set(peer, { card, admitted })
    keepNewest(peers, MAX_PEERS)
    return admitted
  }

  async function decideAnew(): Promise<string[]> {
    const gone: string[] = []
    for (const [peer, one] of [...peers]) {
      const admitted = door === null || (await door.admits(peer, one.card))
      // of another card that it has shown meanwhile it was decided then
      if (peers.get(peer) !== one) continue
      if (one.admitted && !admitted) gone.push(peer)
      one.admitted = admitted
    }
    return gone
  }

  return {
    guard(by) {
      door = by
    },
    card: () => door?.card() ?? null,
    esteem: (peer) => door?.esteem?.(peer) ?? 0,
    known(peer, card) {
      if (door === null) return true
      const decided = peers.get(peer)
      return decided !== undefined && isSame(decided.card, card) ? decided.admitted : null
    },
    ask,
    refused: (peer) => peers.get(peer)?.admitted === false,
    reconsider() {
      next ??= deciding.then(() => {
        next = null
        const gone = decideAnew()
        deciding = gone.catch(() => undefined)
        return gone
      })
      return next
    }
  }
}

function isSame(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : equalBytes(a, b)
}
