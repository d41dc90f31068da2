/**
 * News that came by an exchange, and that gossip should have brought: perhaps the one neighbour that heard it of its author knew
 * nobody else of that shard. Whoever has come to hold its body says it once more to the shard; those who know it drop it. What is
 * old, or comes in masses as after a cut, is left to exchanges.
 */
import type { StoredHeader } from '../log/records.ts'
import type { Network } from '../net/network.ts'
import type { Clock } from '../support/clock.ts'
import { keepNewest } from '../support/keep-newest.ts'
import { createRateLimit } from '../support/rate-limit.ts'

export interface Retelling {
  /** A header has come by an exchange that interests us. */
  came(stored: StoredHeader): void
  /** We hold the body of one now, and can answer for it. */
  held(author: string, seq: number): void
}

export interface RetellingComponents {
  network: Pick<Network, 'publish' | 'subscribers'>
  clock: Clock
  /** the topics of those of our shards that it belongs to */
  topicsOf(stored: StoredHeader): string[]
  report: (error: unknown) => void
}

/** Older than this it is no news. */
const NEWS_MS = 10 * 60_000
/** Headers of which the body is waited for. */
const MAX_WAITING = 32
/** What one node tells on. */
const RATE = { rate: 1 / 30, burst: 2, keys: 1 }
/** When more than so many came in so long, they come in masses. */
const FEW = 4
const TOGETHER_MS = 60_000

export function createRetelling({ network, clock, topicsOf, report }: RetellingComponents): Retelling {
  const waiting = new Map<string, StoredHeader>()
  const may = createRateLimit(RATE)
  /** when the last of them came, oldest first */
  const lately: number[] = []

  const inMasses = (): boolean => lately.length > FEW && clock.now() - (lately[0] ?? 0) < TOGETHER_MS

  return {
    came(stored) {
      lately.push(clock.now())
      if (lately.length > FEW + 1) lately.shift()
      if (clock.now() - stored.header.time > NEWS_MS) return
      const key = `${stored.author}/${stored.header.seq}`
      waiting.set(key, stored)
      keepNewest(waiting, MAX_WAITING)
    },
    held(author, seq) {
      const key = `${author}/${seq}`
      const stored = waiting.get(key)
      if (stored === undefined) return
      waiting.delete(key)
      if (inMasses()) return
      const topics = topicsOf(stored).filter((topic) => network.subscribers(topic).length > 0)
      if (topics.length === 0 || !may('', clock.now())) return
      for (const topic of topics) network.publish(topic, stored.bytes).catch(report)
    }
  }
}
