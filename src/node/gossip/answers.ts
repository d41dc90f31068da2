/**
 * What peers answer when they are asked for a body: what has come is checked and kept, and who gives what is wrong, or not what it
 * said it has, is held to account.
 */
import { digest, equalBytes } from '../crypto/hash.ts'
import type { Logs } from '../log/log.ts'
import type { Network } from '../net/network.ts'
import { InvalidBytesError } from '../schema/codec.ts'
import type { Clock } from '../support/clock.ts'
import type { Part } from './body-stream.ts'
import type { Reliability } from './reliability.ts'
import { liarsIn, suspicionsOf } from './shares.ts'
import { TooSlowError } from './steps.ts'
import { createStrikes } from './strikes.ts'
import type { WantedEntry, Wish, Wishes } from './wishes.ts'

const BAD_REPLY_POINTS = 20
const NOT_DELIVERED_POINTS = 5
const BROKEN_OFF_POINTS = 1
/** A body that a peer says it has, and is silent about: at last it costs as much as one that is not given. */
const SILENT = { free: 0, step: 1, most: NOT_DELIVERED_POINTS }

export interface Answers {
  /** It does not hold it, or what it holds is of another size. */
  none(wish: Wish, peer: string, why: 'none' | 'unfit'): void
  /**
   * Checks a body that has come, and keeps it.
   *
   * @param begun what others had given of it
   * @returns whether that was it; false: it is asked for anew, or not wanted any more
   * @throws InvalidBytesError when it is not what was asked for, and all of it is this peer's
   */
  body(wish: Wish, bytes: Uint8Array, peer: string, begun: Wish['begun']): Promise<boolean>
  /** It gave something else, broke off, or took too long. @param partial what it gave of it */
  failed(wish: Wish, peer: string, error: unknown, partial: Part | null, begun: Wish['begun']): void
  /** It did not say which of some bodies it holds. */
  unheard(peer: string, error: unknown): void
}

export interface AnswersComponents {
  network: Pick<Network, 'penalise' | 'useful'>
  logs: Pick<Logs, 'putBody'>
  clock: Clock
  reliability: Reliability
  wishes: Pick<Wishes, 'keepPart'>
  report: (error: unknown) => void
}

export interface AnswersInit {
  connected: Pick<ReadonlyMap<string, unknown>, 'has'>
  /** whether peers that give what is wrong are held to account */
  penalties: boolean
  /** Whether an entry's body may be kept, as things are now. */
  mayCome(entry: WantedEntry): boolean
  isWanted(wish: Wish): boolean
  /** aborts when we stop */
  closing: AbortSignal
}

export function createAnswers({ network, logs, clock, reliability, wishes, report }: AnswersComponents, init: AnswersInit): Answers {
  const { connected, penalties, mayCome, isWanted, closing } = init
  const silences = createStrikes(() => clock.now(), SILENT)

  function penalise(peer: string, reason: string, points: number): void {
    if (penalties) network.penalise(peer, reason, points)
  }

  /** Whether a peer has said that it has the body: it announced it, or was asked. Others may have been lied to. */
  function answersFor({ origin, holder }: Wish, peer: string): boolean {
    return peer === origin.publisher || peer === holder
  }

  /** Holds those to account who gave other bytes than these. */
  async function blame(suspicions: Wish['suspicions'], bytes: Uint8Array): Promise<void> {
    for (const liar of await liarsIn(bytes, suspicions)) {
      reliability.failed(liar)
      penalise(liar, 'a body: expected the bytes that were asked for', BAD_REPLY_POINTS)
    }
  }

  async function keep({ entries }: Wish, bytes: Uint8Array, peer: string): Promise<void> {
    try {
      // if it still is not what a header says, then that header's author has lied, not this peer
      // other entries may want it while it is kept for the first
      for (let kept = 0; kept < entries.length; ) {
        const some = entries.slice(kept)
        kept += some.length
        const { status } = await logs.putBody(bytes, some.filter(mayCome))
        if (status === 'new') network.useful(peer)
      }
    } catch (error) {
      if (!closing.aborted) report(error)
    }
  }

  return {
    none(wish, peer, why) {
      wish.without.add(peer)
      if (!answersFor(wish, peer)) return
      reliability.failed(peer)
      const reason = why === 'none' ? 'it says it has a body that it does not give' : 'a body of another size than its header says'
      penalise(peer, reason, NOT_DELIVERED_POINTS)
    },

    async body(wish, bytes, peer, begun) {
      if (!equalBytes(await digest(bytes), wish.hash)) {
        wish.begun = null
        const shares = [...(begun?.shares ?? []), { by: peer, to: bytes.length }]
        if (shares.every(({ by }) => by === peer)) throw new InvalidBytesError('expected a body with the hash that was asked for')
        // one of several has lied: from now on each gives all of it, and the liar is found
        wish.distrusted = true
        wish.suspicions = await suspicionsOf(bytes, shares)
        wish.sources.unshift(peer)
        return false
      }
      reliability.gave(peer)
      silences.forgive(peer)
      await blame(wish.suspicions.splice(0), bytes)
      if (!isWanted(wish)) return false
      await keep(wish, bytes, peer)
      return true
    },

    failed(wish, peer, error, partial, begun) {
      reliability.failed(peer)
      if (error instanceof InvalidBytesError) {
        penalise(peer, `a body: ${error.message}`, BAD_REPLY_POINTS)
        return
      }
      // slow, or gone, or it does not give bodies; what it gave is kept, and another may go on there
      if (partial === null) {
        const isSilent = error instanceof TooSlowError && connected.has(peer) && answersFor(wish, peer)
        if (isSilent) penalise(peer, 'it is silent about a body that it says it has', silences.strike(peer))
        return
      }
      if (connected.has(peer)) penalise(peer, 'it broke a body off', BROKEN_OFF_POINTS)
      if (wish.distrusted || partial.filled <= (wish.begun?.filled ?? 0)) return
      wishes.keepPart(wish, { ...partial, shares: [...(begun?.shares ?? []), { by: peer, to: partial.filled }] })
    },

    unheard(peer, error) {
      reliability.failed(peer)
      if (error instanceof InvalidBytesError) penalise(peer, `what it holds: ${error.message}`, BAD_REPLY_POINTS)
    }
  }
}
