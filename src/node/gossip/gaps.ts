/**
 * Closing gaps: a header came, and not the one before it. Who keeps the author's record asks for all that is missing, who
 * follows the author only for the skip path down to the newest header that it held.
 */
import type { Verdict } from '../log/accept.ts'
import type { Logs } from '../log/log.ts'
import type { StoredHeader } from '../log/records.ts'
import { skipPath } from '../log/skip-link.ts'
import { InvalidBytesError } from '../schema/codec.ts'
import { createRateLimit } from '../support/rate-limit.ts'
import { fetchHeaders, rangesOf, type Ranges } from './fetch-headers.ts'
import type { OpenComponents } from './steps.ts'

/** What is missing may be on its way. */
const PATIENCE_MS = 1_000
const MAX_WAITING = 256
const IN_FLIGHT = 2
/** Gaps of one author that are closed: an author can make as many as it likes. */
const AUTHOR_RATE = { rate: 1 / 30, burst: 3, keys: 1024 }
const MAX_RANGES = 64
const BAD_ANSWER_POINTS = 20

export interface GapsComponents extends OpenComponents {
  logs: Logs
  accept(bytes: Uint8Array, peer: string): Promise<Verdict>
  penalise(peer: string, reason: string, points: number): void
  /** a failure of our own */
  report(error: unknown): void
}

export interface Gaps {
  /**
   * @param below the highest entry held under the header
   * @param whole whether all of the log is wanted
   * @param peers who may have what is missing, the likeliest first
   */
  close(stored: StoredHeader, below: number, whole: boolean, peers: () => string[]): void
  stop(): void
}

const MAX_PEERS = 2

export function createGaps({ network, clock, closing, logs, accept, penalise, report }: GapsComponents): Gaps {
  const authorMay = createRateLimit(AUTHOR_RATE)
  /** authors whose gaps wait, and what ends that */
  const waiting = new Map<string, () => void>()
  const queue: Array<() => Promise<void>> = []
  let running = 0

  async function missing({ author, header }: StoredHeader, below: number, whole: boolean): Promise<Ranges> {
    if (whole) return logs.missing(author, MAX_RANGES)
    const path = skipPath(header.seq, below).slice(1, -1)
    const held = await Promise.all(path.map((seq) => logs.header(author, seq)))
    return rangesOf(path.filter((_, i) => held[i] === null))
  }

  async function run(stored: StoredHeader, below: number, whole: boolean, peers: () => string[]): Promise<void> {
    for (const peer of peers().slice(0, MAX_PEERS)) {
      const ranges = await missing(stored, below, whole)
      if (ranges.length === 0) return
      try {
        await fetchHeaders({ network, clock, closing }, peer, { author: stored.author, ranges }, (bytes) => accept(bytes, peer))
      } catch (error) {
        if (closing.aborted) return
        if (error instanceof InvalidBytesError) penalise(peer, `headers: ${error.message}`, BAD_ANSWER_POINTS)
        // otherwise it is slow or gone
      }
    }
  }

  function next(): void {
    while (running < IN_FLIGHT && !closing.aborted) {
      const task = queue.shift()
      if (task === undefined) return
      running++
      void task()
        .catch(report)
        .finally(() => {
          running--
          next()
        })
    }
  }

  return {
    close(stored, below, whole, peers) {
      const { author } = stored
      if (waiting.has(author) || waiting.size >= MAX_WAITING || !authorMay(author, clock.now())) return
      const cancel = clock.after(PATIENCE_MS, () => {
        waiting.delete(author)
        queue.push(() => run(stored, below, whole, peers))
        next()
      })
      waiting.set(author, cancel)
    },
    stop() {
      for (const cancel of waiting.values()) cancel()
      waiting.clear()
      queue.length = 0
    }
  }
}
