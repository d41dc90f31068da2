/**
 * Catching up with a peer, both ways at once: the two find out by range-based reconciliation what one of them lacks of the
 * shards that both keep. Then whoever opened the exchange fetches what it lacks and offers what the other lacks: nobody
 * pushes headers here, either.
 */
import { equalBytes } from '../crypto/hash.ts'
import { StreamAbortedError } from '../net/errors.ts'
import type { Network, ProtocolOptions } from '../net/network.ts'
import { InvalidBytesError } from '../schema/codec.ts'
import {
  MAX_COMPARISON_BYTES,
  MAX_IDS,
  MAX_RECONCILE_BYTES,
  reconcileReply,
  reconcileRequest,
  type ReconcileReply,
  type ReconcileRequest
} from '../schema/messages.ts'
import type { Clock } from '../support/clock.ts'
import { createRateLimit } from '../support/rate-limit.ts'
import type { Holdings } from './holdings.ts'
import { bitBytes, bitsOf, idsIn, isSet, joinIds } from './ids.ts'
import { fingerprint, idKey, initiate, proceed, respond, type ItemSet } from './negentropy.ts'
import type { PaceInit } from './pace.ts'
import { createReception } from './reception.ts'
import { CONTROL_TOPIC, commonShards, heard, tell, topicOf, type Shard, type ToldShard } from './shards.ts'
import { TooSlowError, inSteps, withStream, type Steps } from './steps.ts'
import { nothing, type Exchanged, type Outstanding, type Transfer } from './transfer.ts'

export const RECONCILE_PROTOCOL = '/starling/reconcile/1.0.0'
const options: ProtocolOptions = { maxMessageBytes: MAX_RECONCILE_BYTES, maxStreamsPerPeer: 2 }
const FRAME = { limit: MAX_COMPARISON_BYTES }
const ID_BYTES = 32

/** How slow the other side may be. At this pace what is asked for at once, `MAX_IDS` headers, takes 40 s. */
const PACE: PaceInit = { patienceMs: 10_000, bytesPerSecond: 8_000, wholeMs: 180_000 }

/** The most items that one exchange moves each way, and the most messages of comparison; the next brings the rest. */
const MAX_ITEMS = 20_000
const MAX_ROUNDS = 64
/**
 * After so long no more is compared, and no more than the first `MAX_IDS` items are asked for and offered, so that others have their
 * turn: the next exchange brings the rest.
 */
const TURN_MS = 60_000

/** Exchanges that a peer may open, that all peers together may, and that are open to us at a time, one of a peer. */
const PEER_RATE = { rate: 0.5, burst: 8, keys: 1024 }
const TOTAL_RATE = { rate: 4, burst: 32, keys: 1 }
const MAX_SERVED = 2

export interface ReconcileComponents {
  network: Network
  clock: Clock
  holdings: Holdings
  transfer: Transfer
  /** aborts when we stop */
  closing: AbortSignal
}

/** In order, because the peer took too long, or otherwise. */
export type ServedEnd = 'done' | 'slow' | 'broken'

export interface ReconcileInit {
  /** the shards that we keep */
  kept(): Shard[]
  /** Told what shards a peer says it keeps. */
  onShards(peer: string, shards: Shard[]): void
  /** Told when an exchange that a peer opened is over, and how it ended. */
  onServed(peer: string, result: Exchanged, end: ServedEnd): void
  /** Whether we have time for a peer that comes to us. */
  mayServe(peer: string): boolean
  rateLimits: boolean
}

function shardsIn(told: readonly ToldShard[]): Shard[] {
  return told.flatMap((shard) => heard(shard) ?? [])
}

/** The topics of those shards of ours that are compared as a whole; what is for everybody always is. */
function coveredBy(common: readonly Shard[], mine: readonly Shard[]): string[] {
  const whole = mine.filter((shard) => common.some((one) => topicOf(one) === topicOf(shard)))
  return [CONTROL_TOPIC, ...whole.map(topicOf)]
}

/** Answers peers that catch up with us, a few at a time. The others hear that we are busy. */
export function serveReconcile(
  { network, clock, holdings, transfer }: ReconcileComponents,
  { kept, onShards, onServed, mayServe, rateLimits }: ReconcileInit
): void {
  const peerMay = createRateLimit(PEER_RATE)
  const anyMay = createRateLimit(TOTAL_RATE)
  const reception = createReception(() => clock.now(), { places: MAX_SERVED })

  network.handle(RECONCILE_PROTOCOL, options, async (stream) => {
    const steps = inSteps(stream, clock, PACE)
    const now = clock.now()
    const opening = await steps.hear(reconcileRequest, MAX_RECONCILE_BYTES)
    if (opening === null) return
    if (opening.type !== 'open') throw new InvalidBytesError(`expected an opening, got ${opening.type}`)
    const leave = mayServe(stream.peer) ? reception.enter(stream.peer) : null
    if (leave === null || (rateLimits && !(peerMay(stream.peer, now) && anyMay('', now)))) {
      leave?.()
      await steps.say({ type: 'busy' } satisfies ReconcileReply)
      return
    }
    const result = nothing()
    try {
      const theirs = shardsIn(opening.shards)
      onShards(stream.peer, theirs)
      const mine = kept()
      const common = commonShards(mine, theirs)
      result.covered = coveredBy(common, mine)
      const set = holdings.select(common, opening.at)
      await steps.say({ type: 'opened', shards: mine.map(tell), fingerprint: fingerprint(set) } satisfies ReconcileReply)
      await answer(steps, set, result)
      onServed(stream.peer, result, 'done')
    } catch (error) {
      onServed(stream.peer, result, error instanceof TooSlowError ? 'slow' : 'broken')
      throw error
    } finally {
      leave()
    }
  })

  async function answer(steps: Steps, set: ItemSet, result: Exchanged): Promise<void> {
    let [rounds, wanted, offered] = [0, 0, 0]
    for (;;) {
      const request = await steps.hear(reconcileRequest, MAX_RECONCILE_BYTES)
      if (request === null) return
      switch (request.type) {
        case 'compare':
          if (++rounds > MAX_ROUNDS) throw new InvalidBytesError(`expected at most ${MAX_ROUNDS} comparisons`)
          await steps.say({ type: 'compare', message: respond(set, request.message, FRAME) } satisfies ReconcileReply)
          break
        case 'want':
          wanted += request.ids.length / ID_BYTES
          if (wanted > MAX_ITEMS) throw new InvalidBytesError(`expected at most ${MAX_ITEMS} ids to be wanted`)
          await transfer.give(idsIn(request.ids), result, (batch) => steps.say({ type: 'give', ...batch }))
          break
        case 'offer':
          offered += request.ids.length / ID_BYTES
          if (offered > MAX_ITEMS) throw new InvalidBytesError(`expected at most ${MAX_ITEMS} ids to be offered`)
          await takeOffer(steps, idsIn(request.ids), result)
          break
        default:
          throw new InvalidBytesError(`expected a question, got ${request.type}`)
      }
    }
  }

  async function takeOffer(steps: Steps, ids: Uint8Array[], result: Exchanged): Promise<void> {
    const outstanding = transfer.claim(ids, false, result)
    try {
      await steps.say({ type: 'choose', chosen: bitsOf(ids.map((id) => outstanding.get(idKey(id)) === id)) } satisfies ReconcileReply)
      if (outstanding.size === 0) return
      await transfer.receive(steps.peer, outstanding, result, async () => {
        const request = await steps.hear(reconcileRequest, MAX_RECONCILE_BYTES)
        if (request?.type !== 'give') throw new InvalidBytesError('expected what was wanted')
        return request
      })
    } finally {
      transfer.release(outstanding, result)
    }
  }
}

/**
 * Catches up with a peer.
 *
 * @returns what came of it; null when the peer has no time for us
 * @throws InvalidBytesError when what comes is no answer; other errors when the peer is slow or gone
 */
export function reconcile(
  { network, clock, holdings, transfer, closing }: ReconcileComponents,
  { kept, onShards }: Pick<ReconcileInit, 'kept' | 'onShards'>,
  peer: string
): Promise<Exchanged | null> {
  const target = { peer, protocol: RECONCILE_PROTOCOL, options, pace: PACE }
  const turnEnds = clock.now() + TURN_MS
  return withStream({ network, clock, closing }, target, async (stream) => {
    const result = nothing()
    const mine = kept()
    const at = clock.now()
    await say(stream, { type: 'open', version: 1, at, shards: mine.map(tell) })
    const opened = await hear(stream)
    if (opened.type === 'busy') return null
    if (opened.type !== 'opened') throw unexpected(opened)
    const theirs = shardsIn(opened.shards)
    onShards(peer, theirs)

    const common = commonShards(mine, theirs)
    result.covered = coveredBy(common, mine)
    const set = holdings.select(common, at)
    if (equalBytes(fingerprint(set), opened.fingerprint)) return result
    const { need, have } = await compare(stream, set, result)
    await fetch(stream, need, result)
    await offer(stream, have, result)
    return result
  })

  function isTurnOver(): boolean {
    return clock.now() >= turnEnds
  }

  async function compare(stream: Steps, set: ItemSet, result: Exchanged) {
    const need = new Map<string, Uint8Array>()
    const have: Uint8Array[] = []
    const found = {
      have: (index: number) => {
        have.push(set.hashes.subarray(index * ID_BYTES, (index + 1) * ID_BYTES))
      },
      need: (id: Uint8Array) => {
        need.set(idKey(id), id.slice())
      }
    }
    let message: Uint8Array | null = initiate(set, FRAME)
    for (let rounds = 0; message !== null; rounds++) {
      if (rounds >= MAX_ROUNDS || need.size >= MAX_ITEMS || have.length >= MAX_ITEMS || isTurnOver()) {
        result.more = true
        break
      }
      await say(stream, { type: 'compare', message })
      const answer = await hear(stream)
      if (answer.type !== 'compare') throw unexpected(answer)
      message = proceed(set, answer.message, FRAME, found)
    }
    return { need: [...need.values()].slice(0, MAX_ITEMS), have: have.slice(0, MAX_ITEMS) }
  }

  async function fetch(stream: Steps, need: readonly Uint8Array[], result: Exchanged): Promise<void> {
    for (let at = 0; at < need.length; at += MAX_IDS) {
      if (at > 0 && isTurnOver()) {
        result.more = true
        return
      }
      const outstanding: Outstanding = transfer.claim(need.slice(at, at + MAX_IDS), true, result)
      try {
        if (outstanding.size === 0) continue
        await say(stream, { type: 'want', ids: joinIds(outstanding.values(), outstanding.size) })
        await transfer.receive(peer, outstanding, result, async () => {
          const reply = await hear(stream)
          if (reply.type !== 'give') throw unexpected(reply)
          return reply
        })
      } finally {
        transfer.release(outstanding, result)
      }
    }
  }

  async function offer(stream: Steps, have: readonly Uint8Array[], result: Exchanged): Promise<void> {
    for (let at = 0; at < have.length; at += MAX_IDS) {
      if (at > 0 && isTurnOver()) {
        result.more = true
        return
      }
      const part = have.slice(at, at + MAX_IDS)
      await say(stream, { type: 'offer', ids: joinIds(part, part.length) })
      const reply = await hear(stream)
      if (reply.type !== 'choose') throw unexpected(reply)
      if (reply.chosen.length !== bitBytes(part.length)) throw new InvalidBytesError('expected a bit for each id that was offered')
      const wanted = part.filter((_, i) => isSet(reply.chosen, i))
      if (wanted.length > 0) await transfer.give(wanted, result, (batch) => say(stream, { type: 'give', ...batch }))
    }
  }
}

function say(stream: Steps, request: ReconcileRequest): Promise<void> {
  return stream.say(request)
}

async function hear(stream: Steps): Promise<ReconcileReply> {
  const reply = await stream.hear(reconcileReply, MAX_RECONCILE_BYTES)
  if (reply === null) throw new StreamAbortedError(`expected an answer of ${stream.peer}, got the end of the stream`)
  return reply
}

function unexpected({ type }: ReconcileReply): InvalidBytesError {
  return new InvalidBytesError(`expected another answer than ${type}`)
}
