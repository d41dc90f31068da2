/**
 * Catching up with a peer: it is told how far each log reaches here and answers with the headers after
 * that, a range of authors at a time on one stream. What one exchange costs grows with the number of authors;
 * range-based reconciliation will take its place.
 */
import { didOf, publicKeyOf } from '../crypto/did.ts'
import type { Verdict } from '../log/accept.ts'
import type { Logs } from '../log/log.ts'
import type { FramedStream, Network, ProtocolOptions } from '../net/network.ts'
import { decode, encode } from '../schema/codec.ts'
import {
  MAX_BATCH_BYTES,
  MAX_BATCH_HEADERS,
  MAX_FRONTIER_AUTHORS,
  MAX_FRONTIER_BYTES,
  frontier,
  headerBatch
} from '../schema/messages.ts'
import { createRateLimit } from '../support/rate-limit.ts'

export const FRONTIER_PROTOCOL = '/starling/frontier/1.0.0'
const options: ProtocolOptions = { maxMessageBytes: Math.max(MAX_FRONTIER_BYTES, MAX_BATCH_BYTES), maxStreamsPerPeer: 4 }
const STEP_MS = 15_000

/** The most headers, and ranges of authors, that one exchange brings; the next exchange brings the rest. */
const MAX_HEADERS = 20_000
const MAX_RANGES = 128
const AUTHORS_PAGE = 256

/** Exchanges that a peer may ask for: one in two seconds, and some at once. */
const EXCHANGE_RATE = { rate: 0.5, burst: 16, keys: 1024 }

export interface CatchUpComponents {
  network: Network
  logs: Logs
  now: () => number
}

/** Answers peers that catch up with us. One that asks too often finds its stream closed. */
export function serveCatchUp({ network, logs, now }: CatchUpComponents): void {
  const may = createRateLimit(EXCHANGE_RATE)
  network.handle(FRONTIER_PROTOCOL, options, async (stream, signal) => {
    if (!may(stream.peer, now())) return
    const step = () => AbortSignal.any([signal, AbortSignal.timeout(STEP_MS)])
    let budget = MAX_HEADERS
    for (let ranges = 0; ranges < MAX_RANGES; ranges++) {
      const request = await stream.read({ signal: step() })
      if (request === null) return
      budget -= await answer(logs, stream, decode(request, frontier, MAX_FRONTIER_BYTES), budget, step)
    }
  })
}

/** Sends what is wanted, at most `budget` headers. @returns how many were sent */
async function answer(
  logs: Logs,
  stream: FramedStream,
  { after, upTo, have }: { after: Uint8Array | null; upTo: Uint8Array | null; have: Array<[Uint8Array, number]> },
  budget: number,
  step: () => AbortSignal
): Promise<number> {
  const theirs = new Map(have.map(([publicKey, seq]) => [didOf(publicKey), seq]))
  const last = upTo === null ? null : didOf(upTo)
  let sent = 0
  let at = after === null ? '' : didOf(after)
  for (;;) {
    const authors = await logs.frontier({ after: at, limit: AUTHORS_PAGE })
    for (const [author, reach] of authors) {
      if (sent >= budget || (last !== null && author > last)) break
      let from = theirs.get(author) ?? 0
      while (from < reach && sent < budget) {
        const headers = await logs.headers(author, { after: from, limit: Math.min(MAX_BATCH_HEADERS, budget - sent) })
        const newest = headers.at(-1)
        if (newest === undefined) break
        await stream.write(encode({ headers: headers.map(({ bytes }) => bytes) }), { signal: step() })
        from = newest.header.seq
        sent += headers.length
      }
    }
    const end = authors.at(-1)?.[0]
    if (end === undefined || sent >= budget || (last !== null && end >= last)) break
    at = end
  }
  await stream.write(encode({ headers: [] }), { signal: step() })
  return sent
}

/** What an exchange brought: the number of new headers, and whether it broke off with more to come. */
export interface CaughtUp {
  fresh: number
  more: boolean
}

/**
 * Asks a peer for the headers that we lack and hands each to `accept`. A peer that sends one that is invalid
 * is not listened to further.
 *
 * @throws InvalidBytesError when what comes is no answer; other errors when the peer is slow or gone
 */
export async function catchUp(
  { network, logs }: Pick<CatchUpComponents, 'network' | 'logs'>,
  peer: string,
  accept: (bytes: Uint8Array) => Promise<Verdict>,
  signal: AbortSignal
): Promise<CaughtUp> {
  const step = () => AbortSignal.any([signal, AbortSignal.timeout(STEP_MS)])
  const total = { fresh: 0, seen: 0 }
  const stream = await network.open(peer, FRONTIER_PROTOCOL, { ...options, signal: step() })
  try {
    let after: string | null = null
    for (let ranges = 0; ranges < MAX_RANGES; ranges++) {
      const held: Array<[string, number]> = await logs.frontier({ after: after ?? '', limit: MAX_FRONTIER_AUTHORS })
      const upTo: string | null = held.length < MAX_FRONTIER_AUTHORS ? null : (held.at(-1)?.[0] ?? null)
      const request = { version: 1, after: keyOf(after), upTo: keyOf(upTo), have: held.map(([author, seq]) => [keyOf(author), seq]) }
      await stream.write(encode(request), { signal: step() })
      const whole = await readHeaders(stream, accept, total, step)
      if (!whole || upTo === null) break
      after = upTo
    }
  } finally {
    await stream.close()
  }
  return { fresh: total.fresh, more: total.seen >= MAX_HEADERS }
}

function keyOf(author: string | null): Uint8Array | null {
  return author === null ? null : publicKeyOf(author)
}

/** Takes one answer in. @returns whether it came to its end */
async function readHeaders(
  stream: FramedStream,
  accept: (bytes: Uint8Array) => Promise<Verdict>,
  total: { fresh: number; seen: number },
  step: () => AbortSignal
): Promise<boolean> {
  while (total.seen < MAX_HEADERS) {
    const message = await stream.read({ signal: step() })
    if (message === null) return false
    const { headers } = decode(message, headerBatch, MAX_BATCH_BYTES)
    if (headers.length === 0) return true
    total.seen += headers.length
    const verdicts = await Promise.all(headers.map(accept))
    total.fresh += verdicts.filter(({ status }) => status === 'new').length
    if (verdicts.some(({ status }) => status === 'invalid')) return false
  }
  return false
}
