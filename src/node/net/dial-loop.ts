/**
 * Whom to dial, when and how, and whom to let go. A pure core: time, chance and dialling come in as components.
 *
 * Of two peers the one with the lower peer id dials, so that they don't end up with two connections; if it does not for
 * a while, because its places are taken or it can't, the other one does. It is tried directly (WebRTC, introduced by a
 * relay); after three failures a relayed connection is enough, and the direct way is tried now and then.
 */
import type { Clock } from '../support/clock.ts'
import { chooseNext, oneOf, oneToLetGo, shardPlaces, type Place } from './dial-choice.ts'
import { createUsefulness } from './usefulness.ts'

export type Reach = 'none' | 'relayed' | 'direct'

/** What a peer says of itself. */
export interface Said {
  relays: readonly string[]
  shards: readonly string[]
  /** when nothing was heard of it for so long and it is not connected, it is gone */
  goodForMs: number
}

export interface DialLoopComponents {
  clock: Clock
  /** 0 to 1 */
  random(): number
  /** Connects to a peer by one of the relays. Rejects when that fails; must end by itself. */
  dial(peer: string, how: 'direct' | 'relayed', relays: readonly string[]): Promise<void>
  /** Whether a peer may be dialled: not refused, and there is a relay. */
  mayDial(peer: string): boolean
  /** Our shards in which we are connected to too few. */
  lacking(): ReadonlySet<string>
  /** Topics of which somebody is wanted at once, though all places be taken. */
  sought(): ReadonlySet<string>
  /** Whether something goes on with a peer that would suffer if the connection ended. */
  busy(peer: string): boolean
  /** Ends the connections to a peer. */
  letGo(peer: string): void
}

export interface DialLoopInit {
  self: string
  /** dials at a time; default 2 */
  inFlight?: number
  /** peers remembered at most; default 512 */
  maxKnown?: number
  /** places for peers that we dial; default 24 */
  maxDialled?: number
  /** places for peers that dial us; whoever accepts connections keeps to it; default 32 */
  maxInbound?: number
}

export interface DialLoop {
  /** A peer says that it is there. @returns true when it was not known */
  heard(peer: string, said: Said): boolean
  /** A peer has left: it is forgotten until it is heard of again. */
  gone(peer: string): void
  /** How a peer is connected now, and whether it connected to us rather than we to it. */
  reached(peer: string, reach: Reach, inbound?: boolean): void
  /** A peer gave us something new. */
  useful(peer: string): void
  /** Looks whether somebody is to be dialled now, for instance because a topic is sought. */
  look(): void
  /** Looks again at once, and forgets pauses, for instance when a relay is there again. */
  wake(): void
  known(): Array<{ peer: string; reach: Reach; place: Place | null; failures: number }>
  close(): void
}

/** More are taken in than dialled, so that a newcomer finds room somewhere when everybody has dialled all it wants. */
export const MAX_DIALLED_PEERS = 24
export const MAX_INBOUND_PEERS = 32

/** Places beyond those, for peers of topics that are sought. */
const EXTRA_PLACES = 2

const FIRST_RETRY_MS = 500
const MAX_RETRY_MS = 30_000
/** between tries to reach a relayed peer directly */
const FIRST_UPGRADE_MS = 30_000
const MAX_UPGRADE_MS = 10 * 60_000
const DIRECT_TRIES = 3
/** How long a peer is remembered that was connected and has said nothing of itself. */
const UNHEARD_MS = 45_000
/** A lost connection is made again after at most this. */
const REDIAL_MS = 500
/** How long a peer with a lower id is given to dial us: so long at least, and twice that at most. */
const PATIENCE_MS = 30_000
/** When all places are taken, one of the least useful makes room: after so long at least, and twice that at most. */
const REPLACE_MS = 5 * 60_000
/** How long a peer has to show that it is useful, and how long one that was let go is left alone. */
const TRIAL_MS = 5 * 60_000
const REST_MS = 10 * 60_000

interface Known extends Said {
  peer: string
  heardAt: number
  reach: Reach
  /** why it is connected, or would be by the dial that goes on */
  place: Place | null
  /** since when it is connected */
  since: number
  failures: number
  nextAt: number
  restsUntil: number
  dialling: boolean
}

export function createDialLoop(components: DialLoopComponents, init: DialLoopInit): DialLoop {
  const { clock, random, dial, mayDial, lacking, sought, busy, letGo } = components
  const { self, inFlight = 2, maxKnown = 512 } = init
  const { maxDialled = MAX_DIALLED_PEERS, maxInbound = MAX_INBOUND_PEERS } = init
  const usefulness = createUsefulness(clock.now)
  // in the order in which they were last heard of
  const peers = new Map<string, Known>()
  let dialling = 0
  let closed = false
  let cancel: (() => void) | null = null
  let cancelReplacement: (() => void) | null = null

  const jittered = (ms: number): number => ms * (0.5 + random() / 2)
  const isOurs = (peer: string): boolean => self < peer
  const firstDialAt = (peer: string): number => clock.now() + (isOurs(peer) ? 0 : PATIENCE_MS * (1 + random()))

  const meet = (peer: string): Known => ({
    peer,
    relays: [],
    shards: [],
    goodForMs: UNHEARD_MS,
    heardAt: clock.now(),
    reach: 'none',
    place: null,
    since: 0,
    failures: 0,
    nextAt: firstDialAt(peer),
    restsUntil: 0,
    dialling: false
  })

  function retryDelay({ reach, failures }: Known): number {
    if (failures <= DIRECT_TRIES) return jittered(FIRST_RETRY_MS * 2 ** (failures - 1))
    const more = failures - DIRECT_TRIES
    return reach === 'relayed'
      ? jittered(Math.min(MAX_UPGRADE_MS, FIRST_UPGRADE_MS * 2 ** (more - 1)))
      : jittered(Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** (DIRECT_TRIES + more - 1)))
  }

  function drop(peer: string): void {
    peers.delete(peer)
    usefulness.forget(peer)
  }

  function forget(): void {
    const idle = [...peers.values()].filter(({ reach, dialling }) => reach === 'none' && !dialling)
    for (const { peer, heardAt, goodForMs } of idle) {
      if (clock.now() - heardAt >= goodForMs || peers.size > maxKnown) drop(peer)
    }
  }

  /** Places taken, by connections and by dials that go on. */
  const taken = (place: Place): number => [...peers.values()].filter((known) => known.place === place).length
  /** Extra places take none of those that are left to chance. */
  const hasRoom = (): boolean => Math.min(taken('shard'), shardPlaces(maxDialled)) + taken('chance') < maxDialled
  const hasExtraRoom = (): boolean =>
    taken('shard') < shardPlaces(maxDialled) + EXTRA_PLACES && taken('shard') + taken('chance') < maxDialled + EXTRA_PLACES
  /** Topics of which somebody is sought, while there is a place for them. */
  const soughtNow = (): ReadonlySet<string> => (hasExtraRoom() ? sought() : new Set())

  /** Those to dial now or later: for a direct connection where there is a relayed one, and for free places. */
  function candidates(): Known[] {
    const room = hasRoom()
    const wanted = soughtNow()
    return [...peers.values()]
      .filter(({ reach, dialling }) => reach !== 'direct' && !dialling)
      .filter((known) => (known.reach === 'relayed' ? isOurs(known.peer) : room || isOf(known, wanted)))
      .filter(({ peer }) => mayDial(peer))
  }

  const isOf = ({ shards }: Known, topics: ReadonlySet<string>): boolean => shards.some((shard) => topics.has(shard))

  function next(): Known | null {
    const due = candidates().filter(({ nextAt }) => nextAt <= clock.now())
    const upgrade = due.find(({ reach }) => reach === 'relayed')
    if (upgrade !== undefined || due.length === 0) return upgrade ?? null
    const wanted = soughtNow()
    const one = oneOf(due.filter((known) => isOf(known, wanted)), random)
    if (one !== undefined) {
      one.place = 'shard'
      return one
    }
    const places = { shard: taken('shard'), chance: taken('chance'), places: maxDialled }
    const choice = chooseNext(due, lacking(), places, random)
    if (choice === null) return null
    choice.chosen.place = choice.why
    return choice.chosen
  }

  function look(): void {
    cancel?.()
    cancel = null
    if (closed) return
    forget()
    while (dialling < inFlight) {
      const known = next()
      if (known === null) break
      void attempt(known)
    }
    const nextDial = dialling < inFlight ? Math.min(...candidates().map(({ nextAt }) => nextAt)) : Infinity
    const unreached = [...peers.values()].filter(({ reach, dialling }) => reach === 'none' && !dialling)
    const nextForgotten = Math.min(...unreached.map(({ heardAt, goodForMs }) => heardAt + goodForMs))
    const due = Math.min(nextDial, nextForgotten)
    if (due < Infinity) cancel = clock.after(Math.max(0, due - clock.now()), look)
    if (!hasRoom() || taken('inbound') >= maxInbound) {
      cancelReplacement ??= clock.after(REPLACE_MS * (1 + random()), replace)
    }
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
    if (known.reach === 'none') known.place = null
    known.nextAt = clock.now() + retryDelay(known)
    look()
  }

  /** Where all places are taken and others wait, one that brings little goes. */
  function replace(): void {
    cancelReplacement = null
    const waiting = [...peers.values()].some(({ peer, reach }) => reach === 'none' && mayDial(peer))
    const connected = [...peers.values()]
      .filter(({ reach }) => reach !== 'none')
      .map((known) => ({ known, useful: usefulness.of(known.peer) }))
    const replaceable = connected
      .filter(({ known }) => (known.place === 'inbound' ? taken('inbound') >= maxInbound : !hasRoom()))
      .filter(({ known }) => clock.now() - known.since >= TRIAL_MS && !busy(known.peer))
    const victim = waiting ? oneToLetGo(connected, replaceable, random)?.known : undefined
    if (victim !== undefined) {
      victim.restsUntil = clock.now() + REST_MS
      letGo(victim.peer)
    }
    look()
  }

  return {
    heard(peer, said) {
      if (closed || peer === self) return false
      const stranger = !peers.has(peer)
      const known = peers.get(peer) ?? meet(peer)
      known.relays = said.relays
      known.shards = said.shards
      known.goodForMs = said.goodForMs
      known.heardAt = clock.now()
      peers.delete(peer)
      peers.set(peer, known)
      look()
      return stranger
    },
    gone(peer) {
      drop(peer)
      look()
    },
    reached(peer, reach, inbound = false) {
      if (closed || (reach === 'none' && !peers.has(peer))) return
      const known = peers.get(peer) ?? meet(peer)
      const ours = known.place === 'shard' || known.place === 'chance' ? known.place : 'chance'
      if (reach !== 'none') known.place = inbound ? 'inbound' : ours
      if (known.reach === reach) return
      if (reach === 'direct') known.failures = 0
      if (reach === 'none') {
        known.place = null
        known.heardAt = clock.now()
        const soon = isOurs(peer) ? clock.now() + random() * REDIAL_MS : firstDialAt(peer)
        known.nextAt = Math.max(soon, known.restsUntil)
      } else if (known.reach === 'none') {
        known.since = clock.now()
      }
      known.reach = reach
      peers.set(peer, known)
      look()
    },
    look,
    useful(peer) {
      if (peers.has(peer)) usefulness.add(peer)
    },
    wake() {
      for (const known of peers.values()) {
        const rests = known.reach !== 'none' || !isOurs(known.peer) || known.restsUntil > clock.now()
        if (!rests) known.nextAt = Math.min(known.nextAt, clock.now() + random() * REDIAL_MS)
      }
      look()
    },
    known: () => [...peers.values()].map(({ peer, reach, place, failures }) => ({ peer, reach, place, failures })),
    close() {
      closed = true
      cancel?.()
      cancelReplacement?.()
      cancel = null
      cancelReplacement = null
    }
  }
}
