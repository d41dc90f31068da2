/**
 * Who is there. Each peer says on the presence topic that it is, at once when it can be reached, else now and then: the
 * more rarely the more there are, so that what everybody hears stays the same. Who knows of few asks, and some of those
 * whom it does not know answer. Relays pass it on. Only a peer itself can speak of itself.
 */
import { InvalidBytesError, MAX_CLOCK_SKEW_MS, decode, encode } from '../schema/codec.ts'
import {
  MAX_EVERY_S,
  MAX_PRESENCE_BYTES,
  MAX_RELAYS,
  MAX_SHARDS,
  MIN_EVERY_S,
  presence,
  type Presence
} from '../schema/presence.ts'
import type { Clock } from '../support/clock.ts'
import { keepNewest } from '../support/keep-newest.ts'
import { createRateLimit } from '../support/rate-limit.ts'
import { createCrowd } from './crowd.ts'
import { OFFENCES } from './offences.ts'

/** What all together should say in a second. */
const ALL_PER_S = 2
/** Announcements that are due together are made once. */
const GATHER_MS = 20
/** An answer to a stranger waits for up to this, so that not all answer at the same moment. */
const ANSWER_JITTER_MS = 120
/** About so many answer one who asks; of those who share a shard with it, too. Whoever knows of fewer asks. */
const ANSWERS = 16
/** Who was not heard for so many times as long as it said is gone. */
const MISSED = 4.5
/** Announcements of ours: some at once, then not more often than this. */
const OWN_RATE = { rate: 1, burst: 8, keys: 1 }
/** Presence that is taken from one signer, and from all: any key may make some, and there are as many keys as one likes. */
const SIGNER_RATE = { rate: 2, burst: 16, keys: 1024 }
const TOTAL_RATE = { rate: 32, burst: 1024, keys: 1 }
/** Peers whose last message is remembered; of more, those who speak rarely are taken for strangers each time. */
const MAX_REMEMBERED = 16_384

export interface DiscoveryComponents {
  clock: Clock
  /** 0 to 1 */
  random(): number
  /** Gives bytes to the presence topic. @returns the number of peers that got them */
  publish(bytes: Uint8Array): Promise<number>
  penalise(peer: string, reason: string, points: number): void
}

export interface Heard {
  relays: readonly string[]
  shards: readonly string[]
  card: Uint8Array | null
  goodForMs: number
}

export interface DiscoveryInit {
  self: string
  /** multiaddrs of the relays that we can be reached through now */
  relays(): string[]
  /** shards of gossip that we take part in, those that lack peers most first */
  shards(): string[]
  /** how many peers we know of */
  known(): number
  /** what others may know of who we are */
  card(): Uint8Array | null
  /** A peer is there, and can be taken to be for a while. @returns true when it was not known */
  onHeard(peer: string, said: Heard): boolean
  onBye(peer: string): void
}

export interface Discovery {
  /** What becomes of a message on the presence topic; `signer` is who signed it. */
  judge(bytes: Uint8Array, signer: string): 'accept' | 'ignore' | 'reject'
  /** Says soon that we are there, if we can be reached, and what we take part in. */
  announce(): void
  /** Says that we leave, and nothing afterwards. */
  bye(): Promise<void>
  close(): void
}

export function createDiscovery(components: DiscoveryComponents, init: DiscoveryInit): Discovery {
  const { clock, random, publish, penalise } = components
  const signerMay = createRateLimit(SIGNER_RATE)
  const anyMay = createRateLimit(TOTAL_RATE)
  const mayAnnounce = createRateLimit(OWN_RATE)
  /** the time that each peer's last message bears: older ones are repeats */
  const lastAt = new Map<string, number>()
  /** all that there are, and those who share a shard with us */
  const all = createCrowd()
  const near = createCrowd()
  let saidAt = 0
  let closed = false
  let due: { at: number; cancel: () => void } | null = null

  /** Seconds between announcements of ours, such that all who are there together don't say too much. */
  function every(): number {
    return Math.round(Math.min(MAX_EVERY_S, Math.max(MIN_EVERY_S, all.size(clock.now()) / ALL_PER_S)))
  }

  function message(bye: boolean): Uint8Array {
    // each later than the one before, also when two are made in a millisecond
    saidAt = Math.max(saidAt + 1, clock.now())
    const card = init.card()
    const said: Presence = {
      version: 1,
      peer: init.self,
      relays: init.relays().slice(0, MAX_RELAYS),
      ...(bye || card === null ? {} : { card }),
      ...(bye ? {} : { shards: init.shards().slice(0, MAX_SHARDS), every: every(), asks: init.known() < ANSWERS }),
      bye,
      at: saidAt
    }
    const bytes = encode(said)
    // with long names of relays not all fits: that we are there matters more
    return bytes.length <= MAX_PRESENCE_BYTES ? bytes : encode({ ...said, shards: [] })
  }

  function schedule(ms: number): void {
    if (closed) return
    const at = clock.now() + ms
    if (due !== null && due.at <= at) return
    due?.cancel()
    due = { at, cancel: clock.after(ms, say) }
  }

  function say(): void {
    due = null
    if (init.relays().length > 0) {
      if (!mayAnnounce('', clock.now())) {
        schedule(1000 / OWN_RATE.rate)
        return
      }
      // with nobody there it is lost, and said again in time
      void publish(message(false))
    }
    schedule(1000 * every() * (0.75 + random() / 2))
  }

  function takeIn({ peer, relays, shards = [], card, every: seconds = MIN_EVERY_S, asks, at }: Presence): void {
    const now = clock.now()
    const ours = new Set(init.shards())
    const isNear = shards.some((shard) => ours.has(shard))
    // by its word alone nobody passes for many: what it has been heard for counts
    const ms = Math.min(1000 * seconds, at - (lastAt.get(peer) ?? at - 1000 * MIN_EVERY_S))
    for (const crowd of isNear ? [all, near] : [all]) crowd.heard(ms, now)
    remember(peer, at)
    const isStranger = init.onHeard(peer, { relays, shards, card: card ?? null, goodForMs: MISSED * 1000 * seconds })
    const others = isNear ? near.size(now) : all.size(now)
    if (isStranger && asks === true && random() * others < ANSWERS) schedule(random() * ANSWER_JITTER_MS)
  }

  function remember(peer: string, at: number): void {
    lastAt.delete(peer)
    lastAt.set(peer, at)
    keepNewest(lastAt, MAX_REMEMBERED)
  }

  return {
    judge(bytes, signer) {
      if (!signerMay(signer, clock.now()) || !anyMay('', clock.now())) return 'ignore'
      let said: Presence
      try {
        said = decode(bytes, presence, MAX_PRESENCE_BYTES)
        if (said.peer !== signer) {
          throw new InvalidBytesError(`expected presence of ${signer}, got that of ${said.peer}`)
        }
      } catch (error) {
        penalise(signer, `presence: ${(error as Error).message}`, OFFENCES.badMessage)
        return 'reject'
      }
      if (said.peer === init.self || Math.abs(said.at - clock.now()) > MAX_CLOCK_SKEW_MS) return 'ignore'
      if (said.at <= (lastAt.get(said.peer) ?? 0)) return 'ignore'
      if (said.bye) {
        remember(said.peer, said.at)
        init.onBye(said.peer)
      } else takeIn(said)
      return 'accept'
    },
    announce: () => schedule(GATHER_MS),
    async bye() {
      due?.cancel()
      due = null
      closed = true
      await publish(message(true))
    },
    close() {
      closed = true
      due?.cancel()
      due = null
    }
  }
}
