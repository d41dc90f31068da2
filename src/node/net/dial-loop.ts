/**
 * Whom to dial, when and how. A pure core: time, chance and dialling come in as components.
 *
 * Of two peers the one with the lower peer id dials, so that they don't end up with two connections. It tries
 * directly (WebRTC, introduced by a relay); after three failures it is content with a relayed connection and tries
 * directly now and then.
 */
import type { Clock } from './clock.ts'

export type Reach = 'none' | 'relayed' | 'direct'

export interface DialLoopComponents {
  clock: Clock
  /** 0 to 1 */
  random(): number
  /** Connects to a peer by one of the relays. Rejects when that fails; must end by itself. */
  dial(peer: string, how: 'direct' | 'relayed', relays: readonly string[]): Promise<void>
  /** Whether a peer may be dialled: not refused, and there is a relay. */
  mayDial(peer: string): boolean
}

export interface DialLoopInit {
  self: string
  /** dials at a time; default 2 */
  inFlight?: number
  /** peers remembered at most; default 512 */
  maxKnown?: number
  /** peers connected to at most by dialling; default 32 */
  maxConnected?: number
  /** a peer that is not connected is forgotten when nothing was heard of it for so long, ms; default 45 s */
  forgetMs?: number
}

export interface DialLoop {
  /** A peer says that it is there. @returns true when it was not known */
  heard(peer: string, relays: readonly string[]): boolean
  /** A peer has left: it is forgotten until it is heard of again. */
  gone(peer: string): void
  /** How a peer is connected now. */
  reached(peer: string, reach: Reach): void
  /** Looks again at once, for instance when a relay is there again. */
  wake(): void
  known(): Array<{ peer: string; reach: Reach; failures: number }>
  close(): void
}

const FIRST_RETRY_MS = 500
const MAX_RETRY_MS = 30_000
/** between tries to reach a relayed peer directly */
const FIRST_UPGRADE_MS = 30_000
const MAX_UPGRADE_MS = 10 * 60_000
const DIRECT_TRIES = 3
/** A lost connection is made again after at most this. */
const REDIAL_MS = 500

interface Known {
  peer: string
  relays: readonly string[]
  heardAt: number
  reach: Reach
  failures: number
  nextAt: number
  dialling: boolean
}

export function createDialLoop({ clock, random, dial, mayDial }: DialLoopComponents, init: DialLoopInit): DialLoop {
  const { self, inFlight = 2, maxKnown = 512, maxConnected = 32, forgetMs = 45_000 } = init
  // in the order in which they were last heard of
  const peers = new Map<string, Known>()
  let dialling = 0
  let closed = false
  let cancel: (() => void) | null = null

  const jittered = (ms: number): number => ms * (0.5 + random() / 2)

  const meet = (peer: string): Known => ({
    peer,
    relays: [],
    heardAt: clock.now(),
    reach: 'none',
    failures: 0,
    nextAt: clock.now(),
    dialling: false
  })

  function retryDelay({ reach, failures }: Known): number {
    if (failures <= DIRECT_TRIES) return jittered(FIRST_RETRY_MS * 2 ** (failures - 1))
    const more = failures - DIRECT_TRIES
    return reach === 'relayed'
      ? jittered(Math.min(MAX_UPGRADE_MS, FIRST_UPGRADE_MS * 2 ** (more - 1)))
      : jittered(Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** (DIRECT_TRIES + more - 1)))
  }

  function forget(): void {
    for (const known of peers.values()) {
      const silent = clock.now() - known.heardAt >= forgetMs
      if (silent && known.reach === 'none' && !known.dialling) peers.delete(known.peer)
    }
    for (const known of peers.values()) {
      if (peers.size <= maxKnown) return
      if (known.reach === 'none' && !known.dialling) peers.delete(known.peer)
    }
  }

  function candidates(): Known[] {
    const connected = [...peers.values()].filter(({ reach }) => reach !== 'none').length
    const room = maxConnected - connected - dialling
    return [...peers.values()]
      .filter(({ peer, reach, dialling }) => self < peer && reach !== 'direct' && !dialling)
      .filter(({ reach }) => reach === 'relayed' || room > 0)
      .filter(({ peer }) => mayDial(peer))
      .sort((a, b) => a.nextAt - b.nextAt)
  }

  function look(): void {
    cancel?.()
    cancel = null
    if (closed) return
    forget()
    while (dialling < inFlight) {
      const next = candidates()[0]
      if (next === undefined || next.nextAt > clock.now()) break
      void attempt(next)
    }
    const nextDial = dialling < inFlight ? (candidates()[0]?.nextAt ?? Infinity) : Infinity
    const unreached = [...peers.values()].filter(({ reach, dialling }) => reach === 'none' && !dialling)
    const nextForgotten = Math.min(...unreached.map(({ heardAt }) => heardAt + forgetMs))
    const due = Math.min(nextDial, nextForgotten)
    if (due < Infinity) cancel = clock.after(Math.max(0, due - clock.now()), look)
  }

  async function attempt(known: Known): Promise<void> {
    known.dialling = true
    dialling += 1
    const how = known.reach === 'none' && known.failures >= DIRECT_TRIES ? 'relayed' : 'direct'
    try {
      await dial(known.peer, how, known.relays)
      // a relayed connection that was wanted is not the end of it: the way to a direct one is tried later
      if (how === 'relayed') known.failures += 1
    } catch {
      known.failures += 1
    }
    known.dialling = false
    dialling -= 1
    known.nextAt = clock.now() + retryDelay(known)
    look()
  }

  return {
    heard(peer, relays) {
      if (closed || peer === self) return false
      const stranger = !peers.has(peer)
      const known = peers.get(peer) ?? meet(peer)
      known.relays = relays
      known.heardAt = clock.now()
      peers.delete(peer)
      peers.set(peer, known)
      look()
      return stranger
    },
    gone(peer) {
      peers.delete(peer)
      look()
    },
    reached(peer, reach) {
      if (closed || (reach === 'none' && !peers.has(peer))) return
      const known = peers.get(peer) ?? meet(peer)
      if (known.reach === reach) return
      if (reach === 'direct') known.failures = 0
      if (reach === 'none') {
        known.heardAt = clock.now()
        known.nextAt = clock.now() + random() * REDIAL_MS
      }
      known.reach = reach
      peers.set(peer, known)
      look()
    },
    wake() {
      for (const known of peers.values()) {
        if (known.reach === 'none') known.nextAt = Math.min(known.nextAt, clock.now() + random() * REDIAL_MS)
      }
      look()
    },
    known: () => [...peers.values()].map(({ peer, reach, failures }) => ({ peer, reach, failures })),
    close() {
      closed = true
      cancel?.()
      cancel = null
    }
  }
}
