/**
 * When to catch up with whom: with a peer as we meet it, now and then with one at random, and sooner while there is more
 * to be had. One exchange of ours at a time, so that what one brings, the next need not.
 */
import { InvalidBytesError } from '../schema/codec.ts'
import type { Clock } from '../support/clock.ts'
import type { ServedEnd } from './reconcile.ts'
import { TooSlowError } from './steps.ts'
import { createStrikes } from './strikes.ts'
import { ON_ITS_WAY_MS, type Exchanged } from './transfer.ts'

/** Between two exchanges with the same peer, doubled for each that brought nothing of what it promised. */
const PAUSE_MS = 2_000
const MAX_PAUSE_MS = 5 * 60_000
/** Of two peers that meet, one opens at once; the other only if that one doesn't. */
const YIELD_MS = 5_000
/** The next one, while there is more: between one and three seconds. */
const SOON_MS = 1_000
/** Of many who are met at once those need not be asked who share only shards in which so many had nothing new. */
const ENOUGH = 1
/** News is told on until so many in a row knew it, or all who keep that shard have been told, and so often at most. */
const TOLD = 3
const MAX_TELLINGS = 8
/** What was compared longer ago than this is not more urgent for it. */
const LONG_MS = 60_000
/** Between exchanges that nothing calls for: nobody may have told us of what is news to our neighbours. */
const PERIOD_MS = 40_000
/** After we have met somebody, or heard old news: how often others are asked who may have more of it. */
const CHECK_MS = 10_000
const CHECKS = 5
/** What was compared only sooner than this after it is compared again: it was not at all our neighbours yet. */
const SETTLED_MS = 15_000

/** Peers that are gone whose pauses are remembered; of more, those whose began longest ago are forgotten. */
const MAX_GONE = 1024

const BAD_ANSWER_POINTS = 20
const NOT_DELIVERED_POINTS = 10
/** Each exchange that was broken off because the peer was too slow costs it more than the one before; the first is free. */
const TOO_SLOW = { free: 1, step: 5, most: 25 }

export interface ExchangesComponents {
  clock: Clock
  random: () => number
  exchange(peer: string): Promise<Exchanged | null>
  penalise(peer: string, reason: string, points: number): void
  /** a failure of our own */
  report(error: unknown): void
  /** Whether an error is of our own making, such as the store's. */
  isOurs(error: unknown): boolean
}

export interface ExchangesInit {
  /** our peer id */
  self: string
  connected: Pick<ReadonlyMap<string, unknown>, 'has' | 'keys'>
  /** Topics of the shards that we keep. */
  kept(): string[]
  /** The connected peers that take part in a shard. */
  keepers(topic: string): string[]
  /** whether there is an exchange now and then, though nothing calls for it */
  periodic: boolean
}

export interface Exchanges {
  /** Begins; what was due before is due now. */
  start(): void
  meet(peer: string): void
  leave(peer: string): void
  /** We keep other shards than before: those that were never compared are, soon, with those who keep them. */
  widened(): void
  /** An exchange that a peer opened is over. */
  served(peer: string, result: Exchanged, end: ServedEnd): void
  /** Whether a peer that wants an exchange is not one that lately promised in vain. */
  welcome(peer: string): boolean
  stop(): void
}

export function createExchanges(components: ExchangesComponents, init: ExchangesInit): Exchanges {
  const { clock, random, exchange, penalise, report, isOurs } = components
  const { self, connected, kept, keepers, periodic } = init
  /** when an exchange with a peer is due; when one may be at the earliest; how many in a row were in vain */
  const due = new Map<string, number>()
  const resting = new Map<string, number>()
  const vain = new Map<string, number>()
  const slow = createStrikes(() => clock.now(), TOO_SLOW)
  /** peers whose exchange is due only because we have met */
  const met = new Set<string>()
  /** for each of our shards, exchanges of ours in a row that moved nothing */
  const idle = new Map<string, number>()
  /** when each was compared last, and when we met somebody, or heard old news, last */
  const compared = new Map<string, number>()
  let stirredAt = clock.now()
  /** shards in which there was news, which is told on until nobody lacks it, and how often more at most */
  const restless = new Map<string, number>()
  /** for each of our shards, who has compared it with us since there was news in it: there is nothing to tell them */
  const told = new Map<string, Set<string>>()
  let running = false
  let state: 'before' | 'on' | 'over' = 'before'
  let cancelTimer: () => void = () => undefined
  let cancelPeriod: () => void = () => undefined
  let cancelCheck: () => void = () => undefined
  /** how many checks are to come */
  let checks = 0

  /** @param onlyMet whether there is no other reason than that we have met */
  function schedule(peer: string, inMs: number, onlyMet = false): void {
    if (!onlyMet) met.delete(peer)
    else if (!due.has(peer)) met.add(peer)
    const earliest = Math.max(clock.now() + inMs, resting.get(peer) ?? 0)
    due.set(peer, Math.min(due.get(peer) ?? Infinity, earliest))
    arm()
  }

  function soon(): number {
    return SOON_MS * (1 + 2 * random())
  }

  /** Some peer that keeps what we keep, another than this one; any, when none of those is there. */
  function scheduleAny(inMs: number, except?: string): void {
    const keeping = new Set(kept().flatMap(keepers))
    const inLine = [...(keeping.size > 0 ? keeping : connected.keys())]
    scheduleOne(inLine.filter((peer) => peer !== except), inMs)
  }

  function scheduleOne(inLine: readonly string[], inMs: number): void {
    const others = trusted(inLine)
    const peer = others[Math.floor(random() * others.length)]
    if (peer !== undefined) schedule(peer, inMs)
  }

  /** Those of them that did not just promise in vain, or take all our time; all, when there are none. */
  function trusted(peers: readonly string[]): readonly string[] {
    const some = peers.filter((peer) => !vain.has(peer))
    return some.length > 0 ? some : peers
  }

  function arm(): void {
    cancelTimer()
    if (running || state !== 'on') return
    const now = clock.now()
    let next = Infinity
    const ripe: string[] = []
    for (const [peer, time] of due) {
      next = Math.min(next, time)
      if (time <= now) ripe.push(peer)
    }
    const first = ripe.length > 1 ? mostPromising(trusted(ripe)) : ripe[0]
    if (first !== undefined) void run(first)
    else if (next < Infinity) cancelTimer = clock.after(next - now, arm)
  }

  /** Who keeps what we keep comes before others, and who keeps more of what was not compared for long. */
  function mostPromising(peers: readonly string[]): string | undefined {
    const scores = new Map(peers.map((peer) => [peer, 0]))
    for (const topic of kept()) {
      const score = 1 + Math.min(LONG_MS, clock.now() - (compared.get(topic) ?? 0))
      for (const peer of keepers(topic)) {
        const sum = scores.get(peer)
        if (sum !== undefined) scores.set(peer, sum + score)
      }
    }
    return peers.reduce((best, peer) => ((scores.get(peer) ?? 0) > (scores.get(best) ?? 0) ? peer : best))
  }

  function done(peer: string): void {
    due.delete(peer)
    met.delete(peer)
  }

  /**
   * We have met somebody, or heard old news. Of those whom we met none may have kept some shard of ours, and other keepers
   * may have such news of it, or get it later.
   */
  function stir(): void {
    stirredAt = clock.now()
    if (checks === 0) checkLater()
    checks = CHECKS
  }

  function checkLater(): void {
    cancelCheck = clock.after(CHECK_MS * (0.75 + random() / 2), () => {
      const since = Math.min(stirredAt, clock.now() - 2 * SETTLED_MS) + SETTLED_MS
      const isSure = (topic: string) => (idle.get(topic) ?? 0) >= ENOUGH && (compared.get(topic) ?? 0) >= since
      scheduleFor(kept().filter((topic) => !isSure(topic)))
      if (--checks > 0) checkLater()
    })
  }

  /** As few peers as keep all of these shards between them. */
  function scheduleFor(topics: readonly string[]): void {
    const left = new Map(topics.map((topic) => [topic, keepers(topic).filter((peer) => !vain.has(peer))]))
    for (;;) {
      const counts = new Map<string, number>()
      for (const peers of left.values()) for (const peer of peers) counts.set(peer, (counts.get(peer) ?? 0) + 1)
      const most = Math.max(0, ...counts.values())
      if (most === 0) return
      const best = [...counts].filter(([, count]) => count === most)
      const [peer] = best[Math.floor(random() * best.length)] ?? ['']
      schedule(peer, soon())
      for (const [topic, peers] of left) if (peers.includes(peer)) left.delete(topic)
    }
  }

  async function run(peer: string): Promise<void> {
    const onlyMet = met.has(peer)
    done(peer)
    if (!connected.has(peer)) {
      arm()
      return
    }
    running = true
    try {
      const result = await exchange(peer)
      if (result !== null) judge(peer, result)
      else {
        schedule(peer, soon(), onlyMet)
      }
    } catch (error) {
      fail(peer, error)
    }
    running = false
    arm()
  }

  /** What an exchange says about the peer, and about whether there is more to be had. */
  function judge(peer: string, result: Exchanged): void {
    const { fresh, refused, missed, more } = result
    const isVain = missed > fresh || (fresh === 0 && refused > 0)
    rest(peer, isVain)
    note(peer, result)
    if (missed > fresh) penalise(peer, 'it did not give what it said it has', NOT_DELIVERED_POINTS)
    if (more && !isVain) schedule(peer, 0)
    else if (more || missed > 0) scheduleAny(soon(), peer)
    spread(peer, result)
  }

  function rest(peer: string, inVain: boolean): void {
    const times = inVain ? (vain.get(peer) ?? 0) + 1 : 0
    if (times === 0) vain.delete(peer)
    else vain.set(peer, times)
    resting.delete(peer)
    resting.set(peer, clock.now() + Math.min(PAUSE_MS * 2 ** times, MAX_PAUSE_MS))
    if (!connected.has(peer)) forgetSome()
  }

  /** Who left in vain, or while an exchange went on, is not remembered for ever. */
  function forgetSome(): void {
    const gone = [...resting.keys()].filter((peer) => !connected.has(peer))
    for (const peer of gone.slice(0, Math.max(0, gone.length - MAX_GONE))) {
      resting.delete(peer)
      vain.delete(peer)
    }
  }

  function fail(peer: string, error: unknown): void {
    rest(peer, true)
    if (state === 'over') return
    if (error instanceof InvalidBytesError) penalise(peer, `an exchange of headers: ${error.message}`, BAD_ANSWER_POINTS)
    else if (error instanceof TooSlowError) tooSlow(peer)
    else if (isOurs(error)) report(error)
    // otherwise it is gone; in any case another may have what it has
    scheduleAny(soon(), peer)
  }

  function tooSlow(peer: string): void {
    // who is gone has not been slow
    const points = connected.has(peer) ? slow.strike(peer) : 0
    if (points > 0) penalise(peer, 'it keeps taking too long for an exchange of headers', points)
  }

  function note(peer: string, { fresh, given, refused, missed, covered, news }: Exchanged): void {
    const isIdle = fresh + given + refused + missed === 0
    for (const topic of covered) {
      idle.set(topic, isIdle ? (idle.get(topic) ?? 0) + 1 : 0)
      compared.set(topic, clock.now())
      const knowing = told.get(topic)
      if (knowing === undefined || (fresh > 0 && news.has(topic))) told.set(topic, new Set([peer]))
      else knowing.add(peer)
    }
    for (const topic of news) restless.set(topic, MAX_TELLINGS)
    if (news.size > 0 && fresh > 0) stir()
    const ours = kept()
    const isCalm = (topic: string) => (idle.get(topic) ?? 0) >= ENOUGH
    for (const record of [idle, compared, told]) {
      for (const topic of record.keys()) if (!ours.includes(topic)) record.delete(topic)
    }
    // whoever is told and knows it already will know others who do
    for (const topic of restless.keys()) if ((idle.get(topic) ?? 0) >= TOLD || !ours.includes(topic)) restless.delete(topic)
    // who are met at once have the same news: when nobody has any more, those who were not asked yet need not be
    const isKept = new Map(ours.map((topic) => [topic, new Set(keepers(topic))]))
    for (const other of [...met]) {
      const shared = ours.filter((topic) => isKept.get(topic)?.has(other))
      if (shared.length > 0 && shared.every(isCalm)) done(other)
    }
  }

  /** What was news to one of us, and is not on its way to all, may be news to our neighbours in that shard. */
  function spread(peer: string, { fresh }: Exchanged): void {
    // what was on its way may have been lost on it
    if (restless.size === 0 && fresh > 0) scheduleAny(ON_ITS_WAY_MS, peer)
    for (const [topic, left] of [...restless]) {
      restless.delete(topic)
      const others = keepers(topic).filter((other) => other !== peer && told.get(topic)?.has(other) !== true)
      if (others.length === 0) continue
      if (left > 1) restless.set(topic, left - 1)
      // one after the other: the next may be news to us, or settle several shards at once
      if (!others.some((other) => (due.get(other) ?? Infinity) < clock.now() + 3 * SOON_MS)) scheduleOne(others, soon())
      return
    }
  }

  function nextPeriod(): void {
    cancelPeriod = clock.after(PERIOD_MS * (0.5 + random()), () => {
      scheduleAny(0)
      nextPeriod()
    })
  }

  return {
    start() {
      if (state !== 'before') return
      state = 'on'
      if (periodic) nextPeriod()
      arm()
    },
    widened() {
      scheduleFor(kept().filter((topic) => !compared.has(topic)))
    },
    meet(peer) {
      // it may know what nobody did before
      idle.clear()
      stir()
      schedule(peer, self < peer ? 0 : YIELD_MS, true)
    },
    leave(peer) {
      done(peer)
      for (const knowing of told.values()) knowing.delete(peer)
      // who went away in vain does not come back anew
      if (!vain.has(peer)) resting.delete(peer)
      forgetSome()
      arm()
    },
    served(peer, result, end) {
      const isVain = end === 'done' && result.missed > result.fresh
      if (isVain || end === 'slow') rest(peer, true)
      if (isVain) penalise(peer, 'it did not give what it offered', NOT_DELIVERED_POINTS)
      else if (end === 'slow') tooSlow(peer)
      else if (end === 'done' && !result.more) done(peer)
      note(peer, result)
      if (result.more || result.missed > 0) scheduleAny(soon(), peer)
      spread(peer, result)
      arm()
    },
    welcome: (peer) => !vain.has(peer) || (resting.get(peer) ?? 0) <= clock.now(),
    stop() {
      state = 'over'
      cancelTimer()
      cancelPeriod()
      cancelCheck()
      due.clear()
      met.clear()
      restless.clear()
    }
  }
}
