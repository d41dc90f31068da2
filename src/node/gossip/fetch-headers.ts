/**
 * Headers of one author by sequence number: what closes gaps. Who keeps an author's record asks for all that is missing,
 * who follows its declarations for the skip path down to the newest that it held before.
 */
import { didOf, publicKeyOf } from '../crypto/did.ts'
import type { Verdict } from '../log/accept.ts'
import { decodeHeader } from '../log/header.ts'
import type { Logs } from '../log/log.ts'
import type { Network, ProtocolOptions } from '../net/network.ts'
import { InvalidBytesError } from '../schema/codec.ts'
import {
  MAX_BATCH_BYTES,
  MAX_BATCH_HEADERS,
  MAX_HEADERS_REQUEST_BYTES,
  MAX_RANGES,
  headerBatch,
  headersRequest
} from '../schema/messages.ts'
import type { Clock } from '../support/clock.ts'
import { createRateLimit } from '../support/rate-limit.ts'
import type { PaceInit } from './pace.ts'
import { inSteps, withStream, type OpenComponents, type Steps } from './steps.ts'

export const HEADERS_PROTOCOL = '/starling/headers/1.0.0'
const options: ProtocolOptions = { maxMessageBytes: MAX_BATCH_BYTES, maxStreamsPerPeer: 4 }
/** How slow the other side of a request may be. At this pace the most that one brings takes 41 s. */
const PACE: PaceInit = { patienceMs: 10_000, bytesPerSecond: 8_000, wholeMs: 60_000 }

/** The most headers that one request brings. */
export const MAX_FETCHED = 1024

/** Requests that a peer may make. */
const REQUEST_RATE = { rate: 4, burst: 32, keys: 1024 }
const MAX_REQUESTS_PER_STREAM = 32

export type Ranges = ReadonlyArray<readonly [from: number, to: number]>

/** Answers peers that close gaps. One that asks too often finds its stream closed. */
export function serveHeaders({ network, logs, clock }: { network: Network; logs: Logs; clock: Clock }): void {
  const may = createRateLimit(REQUEST_RATE)
  network.handle(HEADERS_PROTOCOL, options, async (stream) => {
    const steps = inSteps(stream, clock, PACE)
    for (let requests = 0; requests < MAX_REQUESTS_PER_STREAM; requests++) {
      steps.renew()
      const request = await steps.hear(headersRequest, MAX_HEADERS_REQUEST_BYTES)
      if (request === null || !may(stream.peer, clock.now())) return
      await answer(logs, steps, didOf(request.author), request.ranges)
    }
  })
}

async function answer(logs: Logs, stream: Steps, author: string, ranges: Ranges): Promise<void> {
  let left = MAX_FETCHED
  for (const [from, to] of ranges) {
    let after = Math.max(0, from - 1)
    while (left > 0 && after < to) {
      const limit = Math.min(left, MAX_BATCH_HEADERS, to - after)
      const page = await logs.headers(author, { after, limit })
      const headers = page.filter(({ header }) => header.seq <= to)
      if (headers.length > 0) await stream.say({ headers: headers.map(({ bytes }) => bytes) })
      left -= headers.length
      const last = headers.at(-1)
      if (last === undefined || headers.length < limit) break
      after = last.header.seq
    }
  }
  await stream.say({ headers: [] })
}

/**
 * Asks a peer for headers of an author and hands each to `accept`.
 *
 * @returns how many were new
 * @throws InvalidBytesError when what comes is not what was asked for; TooSlowError; other errors when the peer is gone
 */
export function fetchHeaders(
  components: OpenComponents,
  peer: string,
  { author, ranges }: { author: string; ranges: Ranges },
  accept: (bytes: Uint8Array) => Promise<Verdict>
): Promise<number> {
  const wanted = atMost(ranges, MAX_FETCHED)
  const target = { peer, protocol: HEADERS_PROTOCOL, options, pace: PACE }
  return withStream(components, target, async (stream) => {
    await stream.say({ author: publicKeyOf(author), ranges: wanted })
    let fresh = 0
    let last = 0
    for (;;) {
      const reply = await stream.hear(headerBatch, MAX_BATCH_BYTES)
      if (reply === null || reply.headers.length === 0) return fresh
      for (const bytes of reply.headers) {
        const header = decodeHeader(bytes)
        const named = wanted.some(([from, to]) => header.seq >= from && header.seq <= to)
        if (didOf(header.author) !== author || header.seq <= last || !named) {
          throw new InvalidBytesError('expected the headers that were asked for, in order')
        }
        last = header.seq
      }
      const verdicts = await Promise.all(reply.headers.map(accept))
      for (const verdict of verdicts) {
        if (verdict.status === 'invalid') throw new InvalidBytesError(verdict.reason)
        if (verdict.status === 'new') fresh++
      }
    }
  })
}

/** The first `most` numbers of some ranges. */
function atMost(ranges: Ranges, most: number): Array<[number, number]> {
  const result: Array<[number, number]> = []
  let left = most
  for (const [from, to] of ranges.slice(0, MAX_RANGES)) {
    if (left <= 0) break
    const last = Math.min(to, from + left - 1)
    result.push([from, last])
    left -= last - from + 1
  }
  return result
}

/** Sequence numbers, in any order, as ranges from the lowest. */
export function rangesOf(seqs: readonly number[]): Array<[number, number]> {
  const ranges: Array<[number, number]> = []
  for (const seq of [...seqs].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last !== undefined && last[1] === seq - 1) last[1] = seq
    else if (last?.[1] !== seq) ranges.push([seq, seq])
  }
  return ranges
}
