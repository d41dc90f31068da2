/**
 * Networks in one process, for tests and simulation: nothing waits for a clock, links are cut and joined by hand.
 *
 * ```js
 * const hub = createMemoryHub()
 * const [a, b] = [hub.network('a'), hub.network('b')]
 * await a.start()
 * await b.start() // a and b are connected now
 * hub.cut('a', 'b')
 * ```
 */
import { InvalidBytesError } from '../schema/codec.ts'
import { createEmitter } from '../support/emitter.ts'
import {
  NetworkStoppedError,
  PeerUnreachableError,
  ProtocolUnsupportedError,
  StreamAbortedError,
  TooManyStreamsError
} from './errors.ts'
import { createAdmission } from './admission.ts'
import { createMemoryStreams, type MemoryStreamEnd } from './memory-stream.ts'
import { messageKey } from './message-id.ts'
import {
  MAX_TOPIC_MESSAGE_BYTES,
  type FramedStream,
  type MessageOrigin,
  type Network,
  type NetworkEvents,
  type PeerConnection,
  type ProtocolOptions,
  type StreamHandler,
  type TopicHandler,
  type Verdict
} from './network.ts'
import { OFFENCES } from './offences.ts'
import { createPenalties } from './penalties.ts'
import { createTraffic } from './traffic.ts'

/** How long a message is known to have gone round, as in gossipsub, and how many are. */
const SEEN_MS = 2 * 60_000
const MAX_SEEN = 4096

export interface MemoryHubInit {
  /** whether a network that starts is linked to all others; default true */
  joined?: boolean
  /** milliseconds, for how long penalties last; default `Date.now` */
  now?: () => number
}

export interface MemoryHub {
  /** A new network on this hub. Its name is its peer id. */
  network(peer: string): Network
  /** Takes the link between two peers away; what is open between them breaks. */
  cut(a: string, b: string): void
  /** Links two peers, directly unless `relayed`. They are connected as soon as both are started. */
  join(a: string, b: string, options?: { relayed?: boolean }): void
}

export function createMemoryHub({ joined = true, now = Date.now }: MemoryHubInit = {}): MemoryHub {
  const members = new Map<string, Member>()
  // by `a b` in order: null is a link that was cut by hand
  const links = new Map<string, { relayed: boolean } | null>()

  const hub: Hub = {
    now,
    member: (peer) => members.get(peer),
    link(a, b) {
      const made = links.get(linkKey(a, b))
      return made === undefined && joined ? { relayed: false } : (made ?? null)
    },
    others: (peer) => [...members.values()].filter((member) => member.network.peer !== peer)
  }

  function relink(a: string, b: string): void {
    const [first, second] = [members.get(a), members.get(b)]
    if (first === undefined || second === undefined) return
    first.refresh(second)
    second.refresh(first)
  }

  return {
    network(peer) {
      if (members.has(peer)) throw new RangeError(`expected a new peer, got ${peer} again`)
      const member = createMember(peer, hub, relink)
      members.set(peer, member)
      return member.network
    },
    cut(a, b) {
      links.set(linkKey(a, b), null)
      relink(a, b)
    },
    join(a, b, { relayed = false } = {}) {
      links.set(linkKey(a, b), { relayed })
      relink(a, b)
    }
  }
}

const linkKey = (a: string, b: string): string => JSON.stringify(a < b ? [a, b] : [b, a])

interface Hub {
  now: () => number
  member(peer: string): Member | undefined
  link(a: string, b: string): { relayed: boolean } | null
  others(peer: string): Member[]
}

interface OpenStream extends MemoryStreamEnd {
  protocol: string
}

/** A network with what the others on the hub need of it. */
interface Member {
  network: Network
  started(): boolean
  refuses(peer: string): boolean
  /** Whether another is met, by its card; where that is not known, it is asked, and both look again. */
  meets(other: Member): boolean
  card(): Uint8Array | null
  connected(peer: string): boolean
  /** Looks again at whether we are connected to another, and how. */
  refresh(other: Member): void
  /** Takes a stream in. @returns the other end's limits are its own; null when the protocol is not spoken */
  speaks(protocol: string): ProtocolOptions | null
  take(end: OpenStream): void
  subscribed(topic: string): boolean
  seen(key: string): boolean
  deliver(topic: string, message: Uint8Array, origin: MessageOrigin): Promise<void>
  tooLong(peer: string, protocol: string): void
  count: { sent(protocol: string, bytes: number): void; received(protocol: string, bytes: number): void }
}

function createMember(peer: string, hub: Hub, relink: (a: string, b: string) => void): Member {
  const emitter = createEmitter<NetworkEvents>()
  const penalties = createPenalties(hub.now)
  const admission = createAdmission()
  const traffic = createTraffic()
  const handlers = new Map<string, { options: ProtocolOptions; handler: StreamHandler }>()
  const topics = new Map<string, TopicHandler>()
  /** messages that went round a short while ago, and when */
  const seen = new Map<string, number>()
  const connections = new Map<string, PeerConnection>()
  const streams = new Map<string, Set<OpenStream>>()
  let running = false

  const open = (other: string, protocol: string) =>
    [...(streams.get(other) ?? [])].filter((stream) => stream.protocol === protocol).length

  function keep(end: OpenStream): void {
    const set = streams.get(end.stream.peer) ?? new Set()
    streams.set(end.stream.peer, set.add(end))
    end.ended.addEventListener('abort', () => set.delete(end), { once: true })
  }

  function penalise(other: string, points: number): void {
    if (penalties.add(other, points)) relink(peer, other)
  }

  function setConnection(other: string, next: PeerConnection | null): void {
    const before = connections.get(other)
    if (next === null) {
      if (before === undefined) return
      connections.delete(other)
      const reason = new StreamAbortedError(`the connection to ${other} is gone`)
      for (const end of [...(streams.get(other) ?? [])]) end.stream.abort(reason)
      streams.delete(other)
      emitter.emit('disconnect', { peer: other })
    } else {
      if (before?.direct === next.direct) return
      connections.set(other, next)
      emitter.emit('connect', next)
    }
    emitter.emit('status', undefined)
  }

  async function runHandler(handler: StreamHandler, end: OpenStream): Promise<void> {
    try {
      await handler(end.stream, end.ended)
      await end.stream.close()
    } catch (error) {
      if (error instanceof InvalidBytesError) penalise(end.stream.peer, OFFENCES.badMessage)
      end.stream.abort(error instanceof Error ? error : new Error(String(error)))
    }
  }

  async function judge(topic: string, message: Uint8Array, origin: MessageOrigin): Promise<Verdict> {
    const handler = topics.get(topic)
    if (handler === undefined) return 'ignore'
    if (message.length > MAX_TOPIC_MESSAGE_BYTES) return 'reject'
    try {
      return await handler(message.slice(), origin)
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
      return 'ignore'
    }
  }

  const hasSeen = (key: string): boolean => (seen.get(key) ?? -Infinity) > hub.now() - SEEN_MS

  /** @returns false when it has been seen before */
  function see(key: string): boolean {
    if (hasSeen(key)) return false
    seen.delete(key)
    seen.set(key, hub.now())
    for (const old of seen.keys()) {
      if (hasSeen(old) && seen.size <= MAX_SEEN) break
      seen.delete(old)
    }
    return true
  }

  const subscribers = (topic: string): string[] =>
    [...connections.keys()].filter((other) => hub.member(other)?.subscribed(topic) === true)

  /** @returns the number of neighbours that it is given to */
  function spread(topic: string, message: Uint8Array, publisher: string): number {
    const key = messageKey(topic, message)
    const receivers = subscribers(topic)
      .map((other) => hub.member(other))
      .filter((member) => member !== undefined)
      .filter((member) => !member.seen(key))
    for (const member of receivers) {
      traffic.sent(topic, message.length)
      queueMicrotask(() => void member.deliver(topic, message, { from: peer, publisher }))
    }
    return receivers.length
  }

  const member: Member = {
    started: () => running,
    refuses: (other) => penalties.refused(other) || admission.refused(other),
    meets(other) {
      const card = other.card()
      const { peer: name } = other.network
      const admitted = admission.known(name, card)
      if (admitted === null) void admission.ask(name, card).then(() => relink(peer, name))
      return admitted ?? member.connected(name)
    },
    card: admission.card,
    connected: (other) => connections.has(other),
    count: traffic,
    subscribed: (topic) => topics.has(topic),
    speaks: (protocol) => handlers.get(protocol)?.options ?? null,
    tooLong: (other) => penalise(other, OFFENCES.badFrame),
    refresh(other) {
      const link = hub.link(peer, other.network.peer)
      const bothUp = running && other.started()
      // both are asked, whatever the first says
      const met = bothUp && [member.meets(other), other.meets(member)].every(Boolean)
      const up = met && !member.refuses(other.network.peer) && !other.refuses(peer)
      setConnection(
        other.network.peer,
        link !== null && up
          ? { peer: other.network.peer, address: `/memory/${other.network.peer}`, direct: !link.relayed, rttMs: 0 }
          : null
      )
    },
    take(end) {
      const entry = handlers.get(end.protocol)
      if (entry === undefined) return
      if (open(end.stream.peer, end.protocol) >= entry.options.maxStreamsPerPeer) {
        penalise(end.stream.peer, OFFENCES.tooManyStreams)
        end.stream.abort(new TooManyStreamsError(`expected at most ${entry.options.maxStreamsPerPeer} streams`))
        return
      }
      keep(end)
      void runHandler(entry.handler, end)
    },
    seen: hasSeen,
    async deliver(topic, message, origin) {
      if (!connections.has(origin.from)) return
      traffic.received(topic, message.length)
      if (!topics.has(topic) || !see(messageKey(topic, message))) return
      const verdict = await judge(topic, message, origin)
      if (verdict === 'accept') spread(topic, message, origin.publisher)
      if (verdict === 'reject') penalise(origin.from, OFFENCES.rejected)
    },
    network: {
      peer,
      async start() {
        running = true
        emitter.emit('status', undefined)
        for (const other of hub.others(peer)) relink(peer, other.network.peer)
      },
      async stop() {
        running = false
        for (const other of [...connections.keys()]) relink(peer, other)
        emitter.emit('status', undefined)
      },
      status() {
        const list = [...connections.values()]
        const state = list.some(({ direct }) => direct) ? 'direct' : list.length > 0 ? 'relayed' : 'looking'
        return {
          state: running ? state : 'offline',
          reason: running ? '' : 'The network is not started.',
          peer,
          relay: running,
          connections: list
        }
      },
      handle(protocol, options, handler) {
        handlers.set(protocol, { options, handler })
      },
      async open(other, protocol, { signal, ...options }): Promise<FramedStream> {
        signal.throwIfAborted()
        if (!running) throw new NetworkStoppedError('expected a started network')
        const target = hub.member(other)
        if (target === undefined || !connections.has(other)) {
          throw new PeerUnreachableError(`no connection to ${other}`)
        }
        const theirs = target.speaks(protocol)
        if (theirs === null) throw new ProtocolUnsupportedError(`${other} does not speak ${protocol}`)
        if (open(other, protocol) >= options.maxStreamsPerPeer) {
          throw new TooManyStreamsError(`expected at most ${options.maxStreamsPerPeer} streams to ${other}`)
        }
        const [mine, remote] = createMemoryStreams(
          {
            peer: other,
            maxMessageBytes: options.maxMessageBytes,
            onSent: (bytes) => traffic.sent(protocol, bytes),
            onReceived: (bytes) => traffic.received(protocol, bytes),
            onTooLong: () => penalise(other, OFFENCES.badFrame)
          },
          {
            peer,
            maxMessageBytes: theirs.maxMessageBytes,
            onSent: (bytes) => target.count.sent(protocol, bytes),
            onReceived: (bytes) => target.count.received(protocol, bytes),
            onTooLong: () => target.tooLong(peer, protocol)
          }
        )
        keep({ ...mine, protocol })
        queueMicrotask(() => target.take({ ...remote, protocol }))
        return mine.stream
      },
      subscribe(topic, handler) {
        topics.set(topic, handler)
        return () => {
          if (topics.get(topic) === handler) topics.delete(topic)
        }
      },
      subscribers,
      // everybody who is there is connected
      seek: () => undefined,
      async publish(topic, message) {
        if (!running || subscribers(topic).length === 0 || !see(messageKey(topic, message))) return 0
        return spread(topic, message.slice(), peer)
      },
      // who is connected to whom is the hub's to say
      useful: () => {},
      guard: admission.guard,
      shown(other, card) {
        if (admission.known(other, card) === null) void admission.ask(other, card).then(() => relink(peer, other))
      },
      reconsider() {
        void admission.reconsider().then(() => {
          for (const other of hub.others(peer)) relink(peer, other.network.peer)
        })
      },
      penalise: (other, _reason, points) => penalise(other, points),
      bytesByProtocol: () => traffic.byProtocol(),
      on: emitter.on
    }
  }
  return member
}
