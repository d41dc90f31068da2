/**
 * When to catch up with whom: with a peer as we meet it, now and then with one at random, and sooner while there is more
 * to be had. One exchange of ours at a time, so that what one brings, the next need not.
 */
import { InvalidBytesError } from '../schema/codec.ts'
import type { Clock } from '../support/clock.ts'
import type { ServedEnd } from './reconcile.ts'
import type { Exchanged } from './transfer.ts'

/** Between two exchanges with the same peer, doubled for each that brought nothing of what it promised. */
const PAUSE_MS = 2_000
const MAX_PAUSE_MS = 5 * 60_000
/** Of two peers that meet, one opens at once; the other only if that one doesn't. */
const YIELD_MS = 5_000
/** The next one, while there is more: between one and three seconds. */
const SOON_MS = 1_000
const PERIOD_MS = 60_000

const BAD_ANSWER_POINTS = 20
const NOT_DELIVERED_POINTS = 10

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
  connected: ReadonlySet<string>
  /** Peers that keep what we keep, of those that are connected. */
  partners(): string[]
  /** whether there is an exchange now and then, though nothing calls for it */
  periodic: boolean
}

export interface Exchanges {
  /** Begins; what was due before is due now. */
  start(): void
  meet(peer: string): void
  leave(peer: string): void
  /** An exchange that a peer opened is over. */
  served(peer: string, result: Exchanged, end: ServedEnd): void
  /** Whether a peer that wants an exchange is not one that lately promised in vain. */
  welcome(peer: string): boolean
  stop(): void
}

export function createExchanges(components: ExchangesComponents, init: ExchangesInit): Exchanges {
  const { clock, random, exchange, penalise, report, isOurs } = components
  const { self, connected, partners, periodic } = init
  /** when an exchange with a peer is due; when one may be at the earliest; how many in a row were in vain */
  const due = new Map<string, number>()
  const resting = new Map<string, number>()
  const vain = new Map<string, number>()
  let running = false
  let state: 'before' | 'on' | 'over' = 'before'
  let cancelTimer: () => void = () => undefined
  let cancelPeriod: () => void = () => undefined

  function schedule(peer: string, inMs: number): void {
    const earliest = Math.max(clock.now() + inMs, resting.get(peer) ?? 0)
    due.set(peer, Math.min(due.get(peer) ?? Infinity, earliest))
    arm()
  }

  function soon(): number {
    return SOON_MS * (1 + 2 * random())
  }

  /** Some partner, another than this one if there is one. */
  function scheduleAny(inMs: number, except?: string): void {
    const others = partners().filter((peer) => peer !== except)
    const peer = others[Math.floor(random() * others.length)]
    if (peer !== undefined) schedule(peer, inMs)
  }

  function arm(): void {
    cancelTimer()
    if (running || state !== 'on') return
    let first: string | null = null
    let at = Infinity
    for (const [peer, time] of due) {
      if (time >= at) continue
      first = peer
      at = time
    }
    if (first === null) return
    const peer = first
    const wait = at - clock.now()
    if (wait <= 0) void run(peer)
    else cancelTimer = clock.after(wait, () => void run(peer))
  }

  async function run(peer: string): Promise<void> {
    due.delete(peer)
    if (!connected.has(peer)) {
      arm()
      return
    }
    running = true
    try {
      const result = await exchange(peer)
      if (result === null) schedule(peer, soon())
      else judge(peer, result)
    } catch (error) {
      fail(peer, error)
    }
    running = false
    arm()
  }

  /** What an exchange says about the peer, and about whether there is more to be had. */
  function judge(peer: string, result: Exchanged): void {
    const { fresh, late, refused, missed, more } = result
    const isVain = missed > fresh || (fresh === 0 && refused > 0)
    rest(peer, isVain)
    if (missed > fresh) penalise(peer, 'it did not give what it said it has', NOT_DELIVERED_POINTS)
    if (more && !isVain) schedule(peer, 0)
    else if (more || missed > 0) scheduleAny(soon(), peer)
    // what was news to us, and is not on its way to all, may be news to our neighbours
    if (late > 0) scheduleAny(soon(), peer)
  }

  function rest(peer: string, inVain: boolean): void {
    const times = inVain ? (vain.get(peer) ?? 0) + 1 : 0
    if (times === 0) vain.delete(peer)
    else vain.set(peer, times)
    resting.set(peer, clock.now() + Math.min(PAUSE_MS * 2 ** times, MAX_PAUSE_MS))
  }

  function fail(peer: string, error: unknown): void {
    rest(peer, true)
    if (state === 'over') return
    if (error instanceof InvalidBytesError) penalise(peer, `an exchange of headers: ${error.message}`, BAD_ANSWER_POINTS)
    else if (isOurs(error)) report(error)
    // otherwise it is slow or gone; another may have what it has
    scheduleAny(soon(), peer)
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
    meet: (peer) => schedule(peer, self < peer ? 0 : YIELD_MS),
    leave(peer) {
      due.delete(peer)
      // who went away in vain does not come back anew
      if (!vain.has(peer)) resting.delete(peer)
      arm()
    },
    served(peer, result, end) {
      if (result.missed > result.fresh && end !== 'broken') {
        rest(peer, true)
        if (end === 'done') penalise(peer, 'it did not give what it offered', NOT_DELIVERED_POINTS)
      } else if (end === 'done' && !result.more) due.delete(peer)
      if (result.late > 0 || result.more || result.missed > 0) scheduleAny(soon(), peer)
      arm()
    },
    welcome: (peer) => !vain.has(peer) || (resting.get(peer) ?? 0) <= clock.now(),
    stop() {
      state = 'over'
      cancelTimer()
      cancelPeriod()
      due.clear()
    }
  }
}
