/**
 * Catching up with a peer: it is told how far each log reaches here and answers with the headers after
 * that. What one exchange costs grows with the number of authors; range-based reconciliation will take its
 * place.
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

export const FRONTIER_PROTOCOL = '/starling/frontier/1.0.0'
const options: ProtocolOptions = { maxMessageBytes: Math.max(MAX_FRONTIER_BYTES, MAX_BATCH_BYTES), maxStreamsPerPeer: 4 }
const STEP_MS = 15_000

/** The most headers that one answer brings; the next exchange brings the rest. */
const MAX_ANSWER_HEADERS = 20_000

export interface CatchUpComponents {
  network: Network
  logs: Logs
}

/** Answers peers that catch up with us. */
export function serveCatchUp({ network, logs }: CatchUpComponents): void {
  network.handle(FRONTIER_PROTOCOL, options, async (stream, signal) => {
    const step = () => AbortSignal.any([signal, AbortSignal.timeout(STEP_MS)])
    const request = await stream.read({ signal: step() })
    if (request === null) return
    const { only, have } = decode(request, frontier, MAX_FRONTIER_BYTES)
    const theirs = new Map(have.map(([publicKey, seq]) => [didOf(publicKey), seq]))
    let budget = MAX_ANSWER_HEADERS
    for (const [author, reach] of await logs.frontier({ limit: 4 * MAX_FRONTIER_AUTHORS })) {
      let after = theirs.get(author) ?? (only ? reach : 0)
      while (after < reach && budget > 0) {
        const headers = await logs.headers(author, { after, limit: Math.min(MAX_BATCH_HEADERS, budget) })
        const last = headers.at(-1)
        if (last === undefined) break
        await stream.write(encode({ headers: headers.map(({ bytes }) => bytes) }), { signal: step() })
        after = last.header.seq
        budget -= headers.length
      }
    }
    await stream.write(encode({ headers: [] }), { signal: step() })
  })
}

/**
 * Asks a peer for the headers that we lack, of all authors or of those in `only` (author → sequence number
 * held), and hands each to `accept`.
 *
 * @returns the number of new headers
 */
export async function catchUp(
  { network, logs }: CatchUpComponents,
  peer: string,
  accept: (bytes: Uint8Array) => Promise<Verdict>,
  { signal, only }: { signal: AbortSignal; only?: ReadonlyArray<[author: string, seq: number]> }
): Promise<number> {
  const step = () => AbortSignal.any([signal, AbortSignal.timeout(STEP_MS)])
  const held = only ?? (await logs.frontier({ limit: MAX_FRONTIER_AUTHORS }))
  const stream = await network.open(peer, FRONTIER_PROTOCOL, { ...options, signal: step() })
  try {
    const have = held.map(([author, seq]) => [publicKeyOf(author), seq])
    await stream.write(encode({ version: 1, only: only !== undefined, have }), { signal: step() })
    return await readHeaders(stream, accept, step)
  } finally {
    await stream.close()
  }
}

async function readHeaders(
  stream: FramedStream,
  accept: (bytes: Uint8Array) => Promise<Verdict>,
  step: () => AbortSignal
): Promise<number> {
  let fresh = 0
  let seen = 0
  while (seen < MAX_ANSWER_HEADERS) {
    const message = await stream.read({ signal: step() })
    if (message === null) return fresh
    const { headers } = decode(message, headerBatch, MAX_BATCH_BYTES)
    if (headers.length === 0) return fresh
    seen += headers.length
    const verdicts = await Promise.all(headers.map(accept))
    fresh += verdicts.filter(({ status }) => status === 'new').length
    // an author's log has to come in order: a peer that sends what can't be used is not listened to further
    if (verdicts.some(({ status }) => status === 'invalid')) return fresh
  }
  return fresh
}
