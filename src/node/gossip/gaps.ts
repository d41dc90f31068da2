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
import { TooSlowError, type OpenComponents } from './steps.ts'
import { createStrikes } from './strikes.ts'

/** What is missing may be on its way. */
const PATIENCE_MS = 1_000
/** Authors whose gaps wait to be closed, in all and because of one peer; and those that are being closed, one because of a peer. */
const MAX_WAITING = 256
const MAX_WAITING_PER_PEER = 32
const IN_FLIGHT = 4
/** Gaps of one author that are closed: an author can make as many as it likes. */
const AUTHOR_RATE = { rate: 1 / 30, burst: 3, keys: 1024 }
const MAX_RANGES = 64
/** Peers that are asked for one gap. */
const MAX_PEERS = 2
const BAD_ANSWER_POINTS = 20
/** Each time that a peer is too slow costs it more than the one before; the first is free. */
const TOO_SLOW = { free: 1, step: 5, most: 25 }

export interface GapsComponents extends OpenComponents {
  logs: Logs
  accept(bytes: Uint8Array, peer: string): Promise<Verdict>
  penalise(peer: string, reason: string, points: number): void
  /** a failure of our own */
  report(error: unknown): void
}

/** A header that came, and not the one before it. */
export interface Gap {
  stored: StoredHeader
  /** the highest entry held under the header */
  below: number
  /** whether all of the log is wanted */
  whole: boolean
  /** the peer that gave us the header: others' gaps don't wait behind those that it causes */
  from: string
  /** Who may have what is missing, the likeliest first. */
  peers(): string[]
}

interface Waiting {
  gap: Gap
  isRipe: boolean
  /** ends the patience */
  cancel: () => void
}

export interface Gaps {
  /** Has it closed a moment later, if what is missing has not come by then. Over the bounds it stays open. */
  close(gap: Gap): void
  stop(): void
}

export function createGaps({ network, clock, closing, logs, accept, penalise, report }: GapsComponents): Gaps {
  const authorMay = createRateLimit(AUTHOR_RATE)
  const slow = createStrikes(() => clock.now(), TOO_SLOW)
  /** gaps that wait, by the peer that caused them, of which the first has the next turn, and by author */
  const waiting = new Map<string, Map<string, Waiting>>()
  /** peers that have caused one that is being closed */
  const busy = new Set<string>()

  async function missing({ stored: { author, header }, below, whole }: Gap): Promise<Ranges> {
    if (whole) return logs.missing(author, MAX_RANGES)
    const path = skipPath(header.seq, below).slice(1, -1)
    const held = await Promise.all(path.map((seq) => logs.header(author, seq)))
    return rangesOf(path.filter((_, i) => held[i] === null))
  }

  async function run(gap: Gap): Promise<void> {
    for (const peer of gap.peers().slice(0, MAX_PEERS)) {
      const ranges = await missing(gap)
      if (ranges.length === 0) return
      try {
        const wanted = { author: gap.stored.author, ranges }
        await fetchHeaders({ network, clock, closing }, peer, wanted, (bytes) => accept(bytes, peer))
        slow.forgive(peer)
      } catch (error) {
        if (closing.aborted) return
        fail(peer, error)
      }
    }
  }

  function fail(peer: string, error: unknown): void {
    if (error instanceof InvalidBytesError) penalise(peer, `headers: ${error.message}`, BAD_ANSWER_POINTS)
    if (!(error instanceof TooSlowError)) return
    const points = slow.strike(peer)
    if (points > 0) penalise(peer, 'it keeps taking too long for headers', points)
  }

  function next(): void {
    for (const from of [...waiting.keys()]) {
      if (busy.size >= IN_FLIGHT || closing.aborted) return
      const gap = busy.has(from) ? null : takeRipe(from)
      if (gap === null) continue
      busy.add(from)
      void run(gap)
        .catch(report)
        .finally(() => {
          busy.delete(from)
          next()
        })
    }
  }

  /** The next one that this peer has caused and whose patience is over; the peer goes to the end of the line. */
  function takeRipe(from: string): Gap | null {
    const line = waiting.get(from)
    for (const [author, { gap, isRipe }] of line ?? []) {
      if (!isRipe) continue
      drop(from, author)
      if (line !== undefined && waiting.delete(from)) waiting.set(from, line)
      return gap
    }
    return null
  }

  function drop(from: string, author: string): void {
    const line = waiting.get(from)
    line?.get(author)?.cancel()
    line?.delete(author)
    if (line?.size === 0) waiting.delete(from)
  }

  /** Whether there is room for one more because of this peer. Of too many, one of who has caused the most makes room. */
  function makeRoom(from: string): boolean {
    const count = waiting.get(from)?.size ?? 0
    if (count >= MAX_WAITING_PER_PEER) return false
    const lines = [...waiting].map(([peer, line]) => ({ peer, line }))
    if (lines.reduce((sum, { line }) => sum + line.size, 0) < MAX_WAITING) return true
    const most = lines.reduce((a, b) => (b.line.size > a.line.size ? b : a))
    const last = [...most.line.keys()].at(-1)
    if (last === undefined || most.line.size <= count + 1) return false
    drop(most.peer, last)
    return true
  }

  return {
    close(gap) {
      const { from } = gap
      const { author } = gap.stored
      const isWaiting = [...waiting.values()].some((line) => line.has(author))
      if (isWaiting || !authorMay(author, clock.now()) || !makeRoom(from)) return
      const line = waiting.get(from) ?? new Map<string, Waiting>()
      waiting.set(from, line)
      const cancel = clock.after(PATIENCE_MS, () => {
        const one = line.get(author)
        if (one !== undefined) one.isRipe = true
        next()
      })
      line.set(author, { gap, isRipe: false, cancel })
    },
    stop() {
      for (const line of waiting.values()) for (const { cancel } of line.values()) cancel()
      waiting.clear()
    }
  }
}
