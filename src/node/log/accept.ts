/**
 * Accepting other agents' headers. Those that come while a commit is under way wait and go into the next one together: a
 * durable commit takes milliseconds, a burst of gossip is hundreds of headers. While one batch is written, the
 * signatures of the next are checked.
 */
import { didOf } from '../crypto/did.ts'
import type { Verifier } from '../crypto/verifier.ts'
import { InvalidBytesError } from '../schema/codec.ts'
import type { Sketch } from '../schema/header.ts'
import { admit, admitFork, type AdmissionComponents } from './admission.ts'
import { readForkProof, verifyForkClaim } from './fork-proof.ts'
import { headerHash, readHeader, signatureOf } from './header.ts'
import type { StoredHeader } from './records.ts'

/** What became of a header that was offered. Only a `new` one was kept, only an `invalid` one is the sender's fault. */
export type Verdict =
  /** `below`: the highest entry that is held under it (0: none), when the one right before it is not; null: no gap */
  | { status: 'new'; stored: StoredHeader; below: number | null }
  | { status: 'known'; author: string }
  /** the author has forked its log: nothing more of it is accepted. `proof`: encoded, when it was found just now */
  | { status: 'fork'; author: string; proof: Uint8Array | null }
  /** not a header, not signed by its author, or with leaves that its bits don't belong to */
  | { status: 'invalid'; reason: string }
  /** written more than ten minutes from now: one of the two clocks is wrong */
  | { status: 'future'; author: string }
  /** there is no more room for this author, or for anybody, or not for a header as old as this */
  | { status: 'full'; author: string }
  /** too many headers are waiting, or others write all the time: it was not kept, and may be offered again */
  | { status: 'busy' }

/** What became of a fork proof that was offered. */
export type ForkVerdict =
  | { status: 'new' | 'known'; author: string }
  | { status: 'invalid'; reason: string }
  /** there is no more room for such a proof */
  | { status: 'full'; author: string }
  /** too many are waiting, or others write all the time: it was not kept, and may be offered again */
  | { status: 'busy' }

export interface AcceptanceComponents extends AdmissionComponents {
  verifier: Verifier
  /** whether a sketch names the leaves that its bits belong to, as far as we can tell */
  fits: (sketch: Sketch) => boolean
  /** runs what writes headers one after the other */
  inTurn: <T>(work: () => Promise<T>) => Promise<T>
}

export interface Acceptance {
  /** Never throws for bad bytes, only when the store fails. */
  accept(bytes: Uint8Array, peer?: string): Promise<Verdict>
  acceptFork(proof: Uint8Array, peer?: string): Promise<ForkVerdict>
}

/** Headers of one commit. */
const BATCH = 512

/** Bytes that were offered, and whoever waits for the verdict. */
interface Offer {
  bytes: Uint8Array
  /** who brought them */
  peer: string | undefined
  settle: (verdict: Verdict) => void
  fail: (error: unknown) => void
}

export function createAcceptance(components: AcceptanceComponents): Acceptance {
  const { known, verifier, fits, limits, inTurn } = components
  const queue: Offer[] = []
  let waiting = 0
  let draining = false

  async function drain(): Promise<void> {
    // what is offered together is looked at together
    await Promise.resolve()
    let writing: Promise<void> = Promise.resolve()
    while (queue.length > 0) {
      const offers = queue.splice(0, BATCH)
      const checked = await checkAll(offers)
      await writing
      writing = keep(checked)
      // headers that are on their way go into the next batch, not into one each
      if (queue.length === 0) await writing
    }
    draining = false
  }

  /** Settles what can't be kept. @returns the others */
  async function checkAll(offers: Offer[]): Promise<Map<StoredHeader, Offer>> {
    const checked = new Map<StoredHeader, Offer>()
    try {
      await known.ready()
      const read = await Promise.all(offers.map(({ bytes }) => check(bytes)))
      const unknown: StoredHeader[] = []
      offers.forEach((offer, i) => {
        const one = read[i]
        if (one === undefined) return
        if ('status' in one) offer.settle(one)
        else {
          checked.set(one, offer)
          unknown.push(one)
        }
      })
      const holds = await verifier.verify(unknown.map(({ header, bytes }) => signatureOf(header, bytes)))
      unknown.forEach((one, i) => {
        if (holds[i] === true) return
        checked.get(one)?.settle(invalid('expected the signature of the author that the header names'))
        checked.delete(one)
      })
    } catch (error) {
      for (const { fail } of offers) fail(error)
      checked.clear()
    }
    return checked
  }

  /** The header in these bytes, if it is not held yet; otherwise the verdict. */
  async function check(bytes: Uint8Array): Promise<StoredHeader | Verdict> {
    try {
      const header = readHeader(bytes)
      const hash = await headerHash(bytes)
      // gossip brings most headers more than once, and a signature is the dear part
      const held = known.index.find(hash)
      if (held !== null) return { status: 'known', author: held.author }
      // whoever claims leaves that its bits don't belong to wants to be heard where it has nothing to say
      const author = didOf(header.author)
      if (header.sketch !== null && !fits(header.sketch) && known.head(author)?.own !== true) {
        return invalid('expected the leaves that the bits of the sketch belong to')
      }
      return { author, header, hash, bytes }
    } catch (error) {
      if (error instanceof InvalidBytesError) return invalid(error.message)
      throw error
    }
  }

  async function keep(checked: Map<StoredHeader, Offer>): Promise<void> {
    if (checked.size === 0) return
    try {
      const brought = new Map([...checked].map(([stored, { peer }]) => [stored, peer]))
      const verdicts = await inTurn(() => admit(components, brought))
      for (const [stored, { settle }] of checked) settle(verdicts.get(stored) ?? { status: 'busy' })
    } catch (error) {
      for (const { fail } of checked.values()) fail(error)
    }
  }

  async function takeFork(proof: Uint8Array, peer: string | undefined): Promise<ForkVerdict> {
    await known.ready()
    try {
      const claim = await readForkProof(proof)
      const { author } = claim
      // proofs are told again and again, and signatures are the dear part
      if (known.head(author)?.forked === true) return { status: 'known', author }
      await verifyForkClaim(claim, verifier)
      return await inTurn(() => admitFork(components, author, proof, peer))
    } catch (error) {
      if (error instanceof InvalidBytesError) return invalid(error.message)
      throw error
    }
  }

  return {
    async accept(bytes, peer) {
      if (waiting >= limits.maxWaiting) return { status: 'busy' }
      waiting++
      try {
        return await new Promise((settle, fail) => {
          // a copy, because whoever gave it may use the buffer again
          queue.push({ bytes: new Uint8Array(bytes), peer, settle, fail })
          if (draining) return
          draining = true
          void drain()
        })
      } finally {
        waiting--
      }
    },

    async acceptFork(proof, peer) {
      if (waiting >= limits.maxWaiting) return { status: 'busy' }
      waiting++
      try {
        return await takeFork(new Uint8Array(proof), peer)
      } finally {
        waiting--
      }
    }
  }
}

function invalid(reason: string): { status: 'invalid'; reason: string } {
  return { status: 'invalid', reason }
}
