/**
 * Peers and the links between them: who is connected with whom, how long a way is, what is lost on it, and how many
 * bytes went over it. Topics and streams (`topics.ts`, `streams.ts`) stand on it.
 */
import type { ProtocolOptions, StreamHandler, NetworkEvents } from '../src/node/net/network.ts'
import { createPenalties, type Penalties } from '../src/node/net/penalties.ts'
import type { Usefulness } from '../src/node/net/usefulness.ts'
import { createEmitter, type Emitter } from '../src/node/support/emitter.ts'
import type { Engine } from './engine.ts'
import type { Random } from './random.ts'
import type { TopicState } from './topics.ts'

/** One peer. */
export interface Member {
  readonly index: number
  readonly peer: string
  up: boolean
  /** by the index of the other end */
  readonly links: Map<number, Link>
  readonly topics: Map<string, TopicState>
  readonly handlers: Map<string, { options: ProtocolOptions; handler: StreamHandler }>
  readonly emitter: Emitter<NetworkEvents>
  penalties: Penalties | null
  usefulness: Usefulness | null
  /** when in each second its heartbeat is, and whether one is planned */
  readonly phase: number
  beating: boolean
  /** bytes that it has sent */
  sent: number
}

/** A connection as one of its ends sees it. */
export interface Link {
  readonly other: Member
  /** one way, in ms */
  readonly latency: number
  /** whether this end dialled */
  readonly outbound: boolean
  up: boolean
  /** when it was made */
  readonly since: number
  /** Calls of those who have a stream over it, when it goes. */
  readonly streams: Set<StreamOnLink>
}

export interface StreamOnLink {
  readonly protocol: string
  readonly outbound: boolean
  broke(): void
}

export interface WorldInit {
  /** the shortest and the longest way, in ms; default 50 to 200 */
  latency?: [number, number]
  /** the share of chunks that are lost; default 0.01 */
  loss?: number
  /** whether anything is held against a peer; default true */
  penalties?: boolean
}

export interface World {
  readonly engine: Engine
  readonly random: Random
  readonly members: Member[]
  readonly loss: number
  add(peer: string): Member
  /** @returns whether they are connected now and were not before */
  connect(from: Member, to: Member): boolean
  disconnect(a: Member, b: Member): void
  onConnect(listener: (a: Member, link: Link) => void): void
  onDisconnect(listener: (a: Member, link: Link) => void): void
  /** Counts bytes that a member sends. */
  count(member: Member, what: string, bytes: number): void
  /** bytes sent by all, by what for */
  readonly bytes: Map<string, number>
  total(): number
  penalise(member: Member, other: Member, points: number): void
  refuses(member: Member, other: Member): boolean
  points(member: Member, other: Member): number
  /** ms until something gets there that is sent again until it does */
  reliable(link: Link, chunks: number): number
}

/** dcSCTP's shortest time until it sends again. */
const RETRANSMIT_MS = 400

export function createWorld(engine: Engine, random: Random, init: WorldInit = {}): World {
  const { latency: [shortest, longest] = [50, 200], loss = 0.01, penalties = true } = init
  const members: Member[] = []
  const bytes = new Map<string, number>()
  const connectListeners: Array<(a: Member, link: Link) => void> = []
  const disconnectListeners: Array<(a: Member, link: Link) => void> = []
  let total = 0

  function take(a: Member, b: Member): void {
    const link = a.links.get(b.index)
    if (link === undefined) return
    link.up = false
    a.links.delete(b.index)
    for (const stream of [...link.streams]) stream.broke()
    for (const listener of disconnectListeners) listener(a, link)
    engine.touch()
    a.emitter.emit('disconnect', { peer: b.peer })
  }

  function give(a: Member, b: Member, latency: number, outbound: boolean): void {
    const link: Link = {
      other: b,
      latency,
      outbound,
      up: true,
      since: engine.now(),
      streams: new Set()
    }
    a.links.set(b.index, link)
    for (const listener of connectListeners) listener(a, link)
  }

  const tell = (a: Member, b: Member, latency: number): void =>
    a.emitter.emit('connect', { peer: b.peer, address: `/sim/${b.peer}`, direct: true, rttMs: 2 * latency })

  const world: World = {
    engine,
    random,
    members,
    loss,
    bytes,
    add(peer) {
      const member: Member = {
        index: members.length,
        peer,
        up: true,
        links: new Map(),
        topics: new Map(),
        handlers: new Map(),
        emitter: createEmitter(),
        penalties: null,
        usefulness: null,
        phase: Math.floor(random() * 1000),
        beating: false,
        sent: 0
      }
      members.push(member)
      return member
    },
    connect(from, to) {
      if (from === to || !from.up || !to.up || from.links.has(to.index)) return false
      if (world.refuses(from, to) || world.refuses(to, from)) return false
      const latency = shortest + random() * (longest - shortest)
      give(from, to, latency, true)
      give(to, from, latency, false)
      engine.touch()
      tell(from, to, latency)
      tell(to, from, latency)
      return true
    },
    disconnect(a, b) {
      take(a, b)
      take(b, a)
    },
    onConnect: (listener) => void connectListeners.push(listener),
    onDisconnect: (listener) => void disconnectListeners.push(listener),
    count(member, what, size) {
      member.sent += size
      total += size
      bytes.set(what, (bytes.get(what) ?? 0) + size)
    },
    total: () => total,
    penalise(member, other, points) {
      if (!penalties) return
      member.penalties ??= createPenalties(engine.now)
      if (member.penalties.add(other.peer, points)) world.disconnect(member, other)
    },
    refuses: (member, other) => member.penalties?.refused(other.peer) ?? false,
    points: (member, other) => member.penalties?.points(other.peer) ?? 0,
    reliable(link, count) {
      let ms = link.latency
      let wait = Math.max(RETRANSMIT_MS, 3 * link.latency)
      // each round sends again what the one before has lost
      for (let lost = lose(count); lost > 0; lost = lose(lost)) {
        ms += wait
        wait *= 2
      }
      return ms
    }
  }

  function lose(count: number): number {
    let lost = 0
    for (let i = 0; i < count; i++) if (random() < loss) lost++
    return lost
  }

  return world
}
