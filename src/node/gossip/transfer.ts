/**
 * Moving headers and fork proofs between two peers that have found out what one of them lacks. Only what was asked for
 * is taken, nothing is fetched twice at a time, and what was refused is not fetched again soon.
 */
import { digest } from '../crypto/hash.ts'
import type { ForkVerdict, Verdict } from '../log/accept.ts'
import { InvalidBytesError } from '../schema/codec.ts'
import type { Header } from '../schema/header.ts'
import { MAX_BATCH_ITEMS } from '../schema/messages.ts'
import type { Clock } from '../support/clock.ts'
import { keepNewest } from '../support/keep-newest.ts'
import { forkId, type Holdings } from './holdings.ts'
import { idKey } from './negentropy.ts'
import { CONTROL_TOPIC } from './shards.ts'

/** What an exchange brought. */
export interface Exchanged {
  /** items that were new here */
  fresh: number
  /** items that the other side took */
  given: number
  /** items that came and could not be kept */
  refused: number
  /** items that were to come and did not */
  missed: number
  /** there is more to be had, from this peer or from another that is just giving it */
  more: boolean
  /** topics of the shards of ours that the other side keeps, too: they were compared as a whole */
  covered: string[]
  /** topics of the shards of ours in which one side had news for the other that are not just on their way to everybody */
  news: Set<string>
}

export const nothing = (): Exchanged => ({
  fresh: 0,
  given: 0,
  refused: 0,
  missed: 0,
  more: false,
  covered: [],
  news: new Set()
})

/** Takes in what came. */
export interface Taker {
  header(bytes: Uint8Array, peer: string): Promise<Verdict>
  fork(proof: Uint8Array, peer: string): Promise<ForkVerdict>
}

export interface Batch {
  headers: Uint8Array[]
  forks: Uint8Array[]
  more: boolean
}

/** Ids that we have asked for and wait for, by key. */
export type Outstanding = Map<string, Uint8Array>

export interface Transfer {
  /**
   * Claims those of some ids that we lack and that are not on their way already.
   *
   * @param ours whether we chose the peer: what others who came to us have promised does not keep us from asking it
   */
  claim(ids: Iterable<Uint8Array>, ours: boolean, result: Exchanged): Outstanding
  /**
   * Takes in batches of what was claimed until no more follows.
   *
   * @throws InvalidBytesError when something comes that was not, or is no header or proof
   */
  receive(peer: string, outstanding: Outstanding, result: Exchanged, next: () => Promise<Batch>): Promise<void>
  /** What has not come may be fetched elsewhere. */
  release(outstanding: Outstanding, result: Exchanged): void
  /** Gives what is held of some ids, in batches. */
  give(ids: readonly Uint8Array[], result: Exchanged, say: (batch: Batch) => Promise<void>): Promise<void>
}

/** Headers that are older than this are not on their way by gossip any more. */
export const ON_ITS_WAY_MS = 20_000
const MAX_REFUSED = 4096

export interface TransferComponents {
  holdings: Holdings
  taker: Taker
  clock: Clock
  /** The topics of those shards of ours that a header belongs to. */
  topicsOf(header: Header): string[]
}

export function createTransfer({ holdings, taker, clock, topicsOf }: TransferComponents): Transfer {
  /** what is on its way to us, and whether from a peer that we chose */
  const claimed = new Map<string, boolean>()
  const refused = new Set<string>()

  function refuse(key: string): void {
    refused.add(key)
    keepNewest(refused, MAX_REFUSED)
  }

  function settle(outstanding: Outstanding, key: string): void {
    if (!outstanding.delete(key)) throw new InvalidBytesError('expected only what was wanted')
    claimed.delete(key)
  }

  function note(verdict: Verdict, key: string, result: Exchanged): void {
    switch (verdict.status) {
      case 'new':
        result.fresh++
        noteNews(verdict.stored.header, result)
        return
      case 'known':
        return
      case 'busy':
        result.more = true
        return
      case 'invalid':
        throw new InvalidBytesError(verdict.reason)
      default:
        result.refused++
        refuse(key)
    }
  }

  async function takeHeaders(peer: string, headers: Uint8Array[], outstanding: Outstanding, result: Exchanged) {
    const keys = await Promise.all(headers.map(async (bytes) => idKey(await digest(bytes))))
    for (const key of keys) settle(outstanding, key)
    const verdicts = await Promise.all(headers.map((bytes) => taker.header(bytes, peer)))
    verdicts.forEach((verdict, i) => note(verdict, keys[i] ?? '', result))
  }

  async function takeFork(peer: string, proof: Uint8Array, outstanding: Outstanding, result: Exchanged) {
    const verdict = await taker.fork(proof, peer)
    if (verdict.status === 'invalid') throw new InvalidBytesError(verdict.reason)
    if (verdict.status === 'busy') {
      // whose it is is not told: all that is still outstanding of this exchange counts as missed
      result.refused++
      return
    }
    const key = idKey(forkId(verdict.author))
    settle(outstanding, key)
    if (verdict.status === 'full') {
      result.refused++
      refuse(key)
    }
    if (verdict.status !== 'new') return
    result.fresh++
    result.news.add(CONTROL_TOPIC)
  }

  function noteNews(header: Header, { news }: Exchanged): void {
    if (header.time >= clock.now() - ON_ITS_WAY_MS) return
    for (const topic of topicsOf(header)) news.add(topic)
  }

  return {
    claim(ids, ours, result) {
      const outstanding: Outstanding = new Map()
      for (const id of ids) {
        const key = idKey(id)
        if (holdings.has(id) || refused.has(key) || outstanding.has(key)) continue
        const other = claimed.get(key)
        if (other === true || (other === false && !ours)) {
          // another exchange is bringing it, if it keeps its word
          result.more = true
          continue
        }
        claimed.set(key, ours)
        outstanding.set(key, id)
      }
      return outstanding
    },

    async receive(peer, outstanding, result, next) {
      for (;;) {
        const { headers, forks, more } = await next()
        const count = headers.length + forks.length
        if (count > outstanding.size || (more && count === 0)) throw new InvalidBytesError('expected what was wanted')
        if (headers.length > 0) await takeHeaders(peer, headers, outstanding, result)
        for (const proof of forks) await takeFork(peer, proof, outstanding, result)
        if (!more) return
      }
    },

    release(outstanding, result) {
      for (const key of outstanding.keys()) claimed.delete(key)
      result.missed += outstanding.size
      outstanding.clear()
    },

    async give(ids, result, say) {
      for (let at = 0; ; ) {
        const items = await Promise.all(ids.slice(at, at + MAX_BATCH_ITEMS).map((id) => holdings.read(id)))
        const batch: Batch = { headers: [], forks: [], more: (at += MAX_BATCH_ITEMS) < ids.length }
        for (const item of items) {
          if (item === null) continue
          result.given++
          if ('fork' in item) {
            batch.forks.push(item.fork)
            result.news.add(CONTROL_TOPIC)
          } else {
            batch.headers.push(item.stored.bytes)
            noteNews(item.stored.header, result)
          }
        }
        if (batch.headers.length + batch.forks.length > 0 || !batch.more) await say(batch)
        if (!batch.more) return
      }
    }
  }
}
