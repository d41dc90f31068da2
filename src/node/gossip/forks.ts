/**
 * Fork proofs among peers: whoever finds one tells everybody, once; whoever hears of one checks it, keeps it and passes it
 * on. Anybody can make keys and fork their logs, so what is looked at of authors of whom nothing else is known is limited;
 * what is kept of strangers the log bounds.
 */
import * as z from 'zod/mini'
import { didOf } from '../crypto/did.ts'
import type { ForkVerdict } from '../log/accept.ts'
import { MAX_FORK_PROOF_BYTES } from '../log/fork-proof.ts'
import type { Logs } from '../log/log.ts'
import { parseHeader } from '../log/parse-header.ts'
import type { Verdict } from '../net/network.ts'
import { InvalidBytesError, bytesUpTo, decode } from '../schema/codec.ts'
import { MAX_HEADER_BYTES } from '../schema/header.ts'
import type { Clock } from '../support/clock.ts'
import { createRateLimit } from '../support/rate-limit.ts'
import type { Holdings } from './holdings.ts'

/** Proofs that are looked at from one peer, and of unknown authors from all peers together. */
const PEER_RATE = { rate: 2, burst: 50, keys: 1024 }
const STRANGERS_RATE = { rate: 2, burst: 200, keys: 1 }

const header = bytesUpTo(MAX_HEADER_BYTES)
const someProof = z.tuple([z.literal('fork'), header, header])

export interface Forks {
  /** What to do with a proof that came on the control topic. */
  judge(proof: Uint8Array, peer: string): Promise<Verdict>
  /** Takes a proof in that we asked for. */
  take(proof: Uint8Array, peer: string): Promise<ForkVerdict>
}

export interface ForksComponents {
  logs: Logs
  holdings: Holdings
  clock: Clock
}

export function createForks({ logs, holdings, clock }: ForksComponents, { rateLimits }: { rateLimits: boolean }): Forks {
  const peerMay = createRateLimit(PEER_RATE)
  const strangersMay = createRateLimit(STRANGERS_RATE)

  /** Whose fork it would prove, if it were one. Nothing is checked. @throws InvalidBytesError */
  function authorOf(proof: Uint8Array): string {
    return didOf(parseHeader(decode(proof, someProof, MAX_FORK_PROOF_BYTES)[1]).author)
  }

  async function mayLookAt(author: string): Promise<boolean> {
    return !rateLimits || (await logs.head(author)) !== null || strangersMay('', clock.now())
  }

  return {
    async judge(proof, peer) {
      if (rateLimits && !peerMay(peer, clock.now())) return 'ignore'
      let author: string
      try {
        author = authorOf(proof)
      } catch (error) {
        if (error instanceof InvalidBytesError) return 'reject'
        throw error
      }
      if (holdings.isForked(author) || !(await mayLookAt(author))) return 'ignore'
      const { status } = await logs.acceptFork(proof, peer)
      if (status === 'invalid') return 'reject'
      return status === 'new' ? 'accept' : 'ignore'
    },
    take: (proof, peer) => logs.acceptFork(proof, peer)
  }
}
