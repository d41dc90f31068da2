/**
 * Gossipsub as `@libp2p/gossipsub` does it, on virtual time: meshes (D 6, 4 to 12), a heartbeat each second, IHAVE to
 * some that are not in the mesh and IWANT in answer, IDONTWANT for what is 512 bytes or more, flood publishing, backoff
 * after a prune, and no favours for those with a negative score.
 *
 * It runs on streams, so what a link loses is sent again, and comes later. What it leaves out or makes simpler: who takes
 * part in which topic is known at once (its bytes are counted); GRAFT and PRUNE are never lost; there is no opportunistic
 * grafting and no peer exchange, and the score is what is held against a peer. A heartbeat is planned only where it has
 * something to do. A message to somebody who has it already is counted and not delivered.
 */
import type { TopicHandler } from '../src/node/net/network.ts'
import { OFFENCES } from '../src/node/net/offences.ts'
import { shuffle } from './random.ts'
import { chunks, onRpc, rpc } from './wire.ts'
import type { Link, Member, World } from './world.ts'

const D = 6
const D_LOW = 4
const D_HIGH = 12
const D_SCORE = 4
const D_OUT = 2
const D_LAZY = 6
const GOSSIP_FACTOR = 0.25
const HEARTBEAT_MS = 1000
/** heartbeats for which a message is told of by IHAVE, and for which it is given on IWANT */
const GOSSIP_WINDOWS = 3
const WINDOWS = 5
const SEEN_MS = 120_000
const BACKOFF_MS = 60_000
const LEAVE_BACKOFF_MS = 10_000
const DONT_WANT_BYTES = 512
/** Scores below which a peer is told nothing of, sent nothing, and not heard. */
const GOSSIP_SCORE = -10
const PUBLISH_SCORE = -50
const GRAYLIST_SCORE = -80
const SCORE_PER_POINT = 0.6

/** A handler that may answer at once, for nodes of the reduced model. */
export type SimTopicHandler = (
  ...given: Parameters<TopicHandler>
) => ReturnType<TopicHandler> | Awaited<ReturnType<TopicHandler>>

export interface TopicState {
  readonly name: string
  readonly handler: SimTopicHandler
  readonly mesh: Set<Member>
  /** until when a member is not grafted */
  readonly backoff: Map<Member, number>
  /** messages passed on, by the heartbeat since which; the newest first */
  windows: Message[][]
  /** whether the next heartbeat has to look at the mesh: something has changed */
  unsettled: boolean
}

export interface Message {
  readonly topic: string
  readonly data: Uint8Array
  readonly publisher: Member
  /** on the wire */
  readonly bytes: number
  readonly chunks: number
  /** when each member first saw it */
  readonly seen: Seen
}

interface Seen {
  get(index: number): number | undefined
  set(index: number, at: number): void
}

export interface Topics {
  subscribe(member: Member, topic: string, handler: SimTopicHandler): () => void
  /**
   * @returns the number of peers that it was given to; 0 when nobody is there, or it went round already
   * @throws Error when none of those who are there is worth telling
   */
  publish(member: Member, topic: string, data: Uint8Array): number
  /** Gives a message to chosen neighbours, whatever the rules say: for adversaries. */
  inject(member: Member, topic: string, data: Uint8Array, to: Iterable<Link>): void
  /** Everybody who takes part, in no order. Not to be changed. */
  subscribers(topic: string): readonly Member[]
}

export function createTopics(world: World): Topics {
  const { engine, random } = world
  const registry = new Map<string, Roll>()
  /** messages of the last two minutes, by their topic and what is in them */
  const known = new Map<string, Message>()

  const score = (member: Member, other: Member): number =>
    member.penalties === null ? 0 : -SCORE_PER_POINT * world.points(member, other)

  function messageOf(topic: string, data: Uint8Array, publisher: Member): Message {
    const key = `${topic}\n${Buffer.from(data.buffer, data.byteOffset, data.length).toString('latin1')}`
    const found = known.get(key)
    if (found !== undefined) return found
    const wire = rpc.message(topic.length, data.length)
    const dense = (registry.get(topic)?.members.length ?? 0) * 16 > world.members.length
    const message: Message = {
      topic,
      data,
      publisher,
      bytes: onRpc(wire),
      chunks: chunks(wire),
      seen: dense ? seenByAll(world.members.length) : new Map()
    }
    known.set(key, message)
    engine.after(SEEN_MS, () => known.delete(key))
    return message
  }

  function send(from: Member, link: Link, message: Message): void {
    world.count(from, 'topics', message.bytes)
    // who has it by now only sees it once more
    if (message.seen.get(link.other.index) !== undefined) return
    engine.after(world.reliable(link, message.chunks), () => arrive(from, link, message))
  }

  function arrive(from: Member, link: Link, message: Message): void {
    const member = link.other
    if (!link.up || message.seen.get(member.index) !== undefined) return
    const topic = member.topics.get(message.topic)
    if (topic === undefined || score(member, from) < GRAYLIST_SCORE) return
    message.seen.set(member.index, engine.now())
    if (message.data.length >= DONT_WANT_BYTES) {
      const others = topic.mesh.size - (topic.mesh.has(from) ? 1 : 0)
      if (others > 0) world.count(member, 'idontwant', others * onRpc(rpc.idontwant(1)))
    }
    const verdict = topic.handler(message.data, { from: from.peer, publisher: message.publisher.peer })
    if (typeof verdict === 'string') {
      judged(verdict)
      return
    }
    engine.touch()
    void verdict.then(judged)

    function judged(is: 'accept' | 'ignore' | 'reject'): void {
      if (is === 'accept' && topic !== undefined) forward(member, topic, message, from)
      else if (is === 'reject') world.penalise(member, from, OFFENCES.rejected)
    }
  }

  function keep(member: Member, topic: TopicState, message: Message): void {
    const [window] = topic.windows
    if (window === undefined) topic.windows.push([message])
    else window.push(message)
    wake(member)
  }

  function forward(member: Member, topic: TopicState, message: Message, from: Member): void {
    keep(member, topic, message)
    for (const other of topic.mesh) {
      if (other === from) continue
      const link = member.links.get(other.index)
      if (link !== undefined && !dontWant(link, message)) send(member, link, message)
    }
  }

  /** Whether the other end has said, and it has arrived, that it has the message. */
  function dontWant(link: Link, message: Message): boolean {
    if (message.data.length < DONT_WANT_BYTES || message.publisher === link.other) return false
    const at = message.seen.get(link.other.index)
    return at !== undefined && at + link.latency <= engine.now()
  }

  function unsettle(member: Member, topic: TopicState): void {
    topic.unsettled = true
    wake(member)
  }

  function wake(member: Member): void {
    if (member.beating || !member.up) return
    member.beating = true
    const into = (engine.now() - member.phase) % HEARTBEAT_MS
    const rest = HEARTBEAT_MS - (into < 0 ? into + HEARTBEAT_MS : into)
    engine.after(rest, () => {
      member.beating = false
      if (member.up && beat(member)) wake(member)
    })
  }

  /** @returns whether the next one has something to do too */
  function beat(member: Member): boolean {
    let again = false
    for (const topic of member.topics.values()) {
      const { mesh, name } = topic
      const telling = topic.windows.some((messages) => messages.length > 0)
      if (!telling && !topic.unsettled) continue
      topic.unsettled = false
      if (member.penalties !== null) {
        for (const other of mesh) if (score(member, other) < 0) prune(member, topic, other, BACKOFF_MS)
      }
      const candidates: Link[] = []
      const told: Link[] = []
      let wanting = false
      for (const link of member.links.values()) {
        if (mesh.has(link.other) || !link.other.topics.has(name)) continue
        const points = score(member, link.other)
        if (points >= 0) {
          if ((topic.backoff.get(link.other) ?? 0) <= engine.now()) candidates.push(link)
          else wanting = true
        }
        if (points >= GOSSIP_SCORE) told.push(link)
      }
      if (mesh.size < D_LOW || mesh.size > D_HIGH || lacksOutbound(member, topic)) {
        shuffle(random, candidates)
        if (mesh.size < D_LOW) for (const link of candidates.splice(0, D - mesh.size)) graft(member, topic, link)
        if (mesh.size > D_HIGH) cut(member, topic)
        if (mesh.size >= D_LOW) addOutbound(member, topic, candidates)
      }
      if (telling) {
        emitGossip(member, topic, told)
        topic.windows.unshift([])
        if (topic.windows.length > WINDOWS) topic.windows.length = WINDOWS
        again = true
      }
      if (wanting && mesh.size < D_LOW) {
        topic.unsettled = true
        again = true
      }
    }
    return again
  }

  function outbound(member: Member, topic: TopicState): number {
    let count = 0
    for (const other of topic.mesh) if (member.links.get(other.index)?.outbound === true) count++
    return count
  }

  const lacksOutbound = (member: Member, topic: TopicState): boolean =>
    topic.mesh.size >= D_LOW && outbound(member, topic) < D_OUT

  function addOutbound(member: Member, topic: TopicState, candidates: Link[]): void {
    let missing = D_OUT - outbound(member, topic)
    for (const link of candidates) {
      if (missing <= 0) return
      if (!link.outbound || topic.mesh.has(link.other)) continue
      graft(member, topic, link)
      missing--
    }
  }

  /** Too many in the mesh: the best few stay, and a random choice of the others. */
  function cut(member: Member, topic: TopicState): void {
    const sorted = [...topic.mesh].sort((a, b) => score(member, b) - score(member, a))
    const others = shuffle(random, sorted.slice(D_SCORE))
    const isOutbound = (other: Member): boolean => member.links.get(other.index)?.outbound === true
    others.sort((a, b) => Number(isOutbound(b)) - Number(isOutbound(a)))
    const kept = new Set([...sorted.slice(0, D_SCORE), ...others.splice(0, D_OUT)])
    for (const other of shuffle(random, others)) {
      if (kept.size < D) kept.add(other)
      else prune(member, topic, other, BACKOFF_MS)
    }
  }

  function graft(member: Member, topic: TopicState, link: Link): void {
    topic.mesh.add(link.other)
    world.count(member, 'mesh', onRpc(rpc.graft(topic.name.length)))
    engine.after(link.latency, () => {
      if (!link.up) return
      const theirs = link.other.topics.get(topic.name)
      if (theirs === undefined || theirs.mesh.has(member)) return
      const back = link.other.links.get(member.index)
      const backingOff = (theirs.backoff.get(member) ?? 0) > engine.now()
      const full = theirs.mesh.size >= D_HIGH && back?.outbound !== true
      if (backingOff || full || score(link.other, member) < 0) prune(link.other, theirs, member, BACKOFF_MS)
      else {
        theirs.mesh.add(member)
        if (theirs.mesh.size > D_HIGH) unsettle(link.other, theirs)
      }
    })
  }

  function prune(member: Member, topic: TopicState, other: Member, backoffMs: number): void {
    topic.mesh.delete(other)
    topic.backoff.set(other, engine.now() + backoffMs)
    const link = member.links.get(other.index)
    if (link === undefined) return
    world.count(member, 'mesh', onRpc(rpc.prune(topic.name.length)))
    engine.after(link.latency, () => {
      const theirs = other.topics.get(topic.name)
      if (!link.up || theirs === undefined) return
      theirs.mesh.delete(member)
      theirs.backoff.set(member, engine.now() + backoffMs)
      unsettle(other, theirs)
    })
  }

  function emitGossip(member: Member, topic: TopicState, told: Link[]): void {
    const messages: Message[] = []
    for (const window of topic.windows.slice(0, GOSSIP_WINDOWS)) messages.push(...window)
    if (messages.length === 0 || told.length === 0) return
    const count = Math.min(told.length, Math.max(D_LAZY, Math.floor(GOSSIP_FACTOR * told.length)))
    const size = onRpc(rpc.ihave(topic.name.length, messages.length))
    for (const link of shuffle(random, told, count).slice(0, count)) {
      world.count(member, 'ihave', size)
      const { index } = link.other
      if (messages.every((message) => message.seen.get(index) !== undefined)) continue
      engine.after(world.reliable(link, chunks(size)), () => askFor(member, topic, link, messages))
    }
  }

  /** The other end has been told of these messages. */
  function askFor(member: Member, topic: TopicState, link: Link, messages: Message[]): void {
    const { other } = link
    if (!link.up || score(other, member) < GOSSIP_SCORE || !other.topics.has(topic.name)) return
    const lacking = messages.filter((message) => message.seen.get(other.index) === undefined)
    if (lacking.length === 0) return
    const size = onRpc(rpc.iwant(lacking.length))
    world.count(other, 'iwant', size)
    engine.after(world.reliable(link, chunks(size)), () => {
      if (!link.up) return
      for (const message of lacking) {
        if (topic.windows.some((window) => window.includes(message))) send(member, link, message)
      }
    })
  }

  function leave(member: Member, topic: TopicState): void {
    for (const other of topic.mesh) prune(member, topic, other, LEAVE_BACKOFF_MS)
    world.count(member, 'mesh', member.links.size * onRpc(rpc.subscription(topic.name.length)))
    member.topics.delete(topic.name)
    registry.get(topic.name)?.remove(member)
  }

  world.onConnect((member, link) => {
    let size = 0
    for (const name of member.topics.keys()) size += rpc.subscription(name.length)
    if (size > 0) world.count(member, 'mesh', onRpc(size))
    for (const topic of member.topics.values()) if (link.other.topics.has(topic.name)) unsettle(member, topic)
  })
  world.onDisconnect((member, link) => {
    for (const topic of member.topics.values()) if (topic.mesh.delete(link.other)) unsettle(member, topic)
  })

  return {
    subscribe(member, name, handler) {
      const topic: TopicState = { name, handler, mesh: new Set(), backoff: new Map(), windows: [], unsettled: true }
      member.topics.set(name, topic)
      const all = registry.get(name) ?? createRoll()
      registry.set(name, all)
      all.add(member)
      world.count(member, 'mesh', member.links.size * onRpc(rpc.subscription(name.length)))
      const others = [...member.links.values()].filter((link) => link.other.topics.has(name))
      for (const link of shuffle(random, others).slice(0, D)) {
        if (score(member, link.other) >= 0) graft(member, topic, link)
      }
      wake(member)
      for (const { other } of others) {
        const theirs = other.topics.get(name)
        if (theirs !== undefined && theirs.mesh.size < D_LOW) unsettle(other, theirs)
      }
      return () => {
        if (member.topics.get(name) === topic) leave(member, topic)
      }
    },
    publish(member, name, data) {
      if (!member.up) return 0
      const message = messageOf(name, data, member)
      if (message.seen.get(member.index) !== undefined) return 0
      const there = [...member.links.values()].filter(({ other }) => other.topics.has(name))
      if (there.length === 0) return 0
      const told = there.filter(({ other }) => score(member, other) >= PUBLISH_SCORE)
      if (told.length === 0) throw new Error('expected somebody to be worth telling')
      message.seen.set(member.index, engine.now())
      const topic = member.topics.get(name)
      if (topic !== undefined) keep(member, topic, message)
      for (const link of told) send(member, link, message)
      return told.length
    },
    inject(member, name, data, to) {
      const message = messageOf(name, data, member)
      for (const link of to) send(member, link, message)
    },
    subscribers: (topic) => registry.get(topic)?.members ?? []
  }
}

/** A set of which a random one is soon taken. */
interface Roll {
  readonly members: readonly Member[]
  add(member: Member): void
  remove(member: Member): void
}

function createRoll(): Roll {
  const members: Member[] = []
  const places = new Map<Member, number>()
  return {
    members,
    add(member) {
      if (places.has(member)) return
      places.set(member, members.push(member) - 1)
    },
    remove(member) {
      const place = places.get(member)
      const last = members.at(-1)
      if (place === undefined || last === undefined) return
      members[place] = last
      places.set(last, place)
      members.pop()
      places.delete(member)
    }
  }
}

/** For a message that most will see: a place for each member. */
function seenByAll(members: number): Seen {
  const at = new Int32Array(members).fill(-1)
  return {
    get(index) {
      const time = at[index] ?? -1
      return time < 0 ? undefined : time
    },
    set(index, time) {
      at[index] = time
    }
  }
}
