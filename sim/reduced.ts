/**
 * The reduced model: the same links, meshes and shards, and nodes that do what the real code does without doing it:
 * they count its bytes and take its time. For as many nodes as the real code is too slow for; `main.ts` shows how far
 * the two are apart where both run.
 */
import {
  BODY_REQUEST_BYTES,
  CONTROL,
  FORK_PROOF_BYTES,
  HEADER_BYTES,
  PERIOD_MS,
  PIECE_OVERHEAD,
  ROUND_PAUSES_MS,
  SERVE_WAIT_MS,
  STREAM_IDLE_MS,
  bodyProtocol,
  reconcileBytes,
  reconcileProtocol,
  topicOfAll
} from './design.ts'
import type { Ledger } from './ledger.ts'
import type { Mode, Options } from './options.ts'
import type { Announcement } from './population.ts'
import type { Shape } from './shape.ts'
import { topicOf } from '../src/node/gossip/shards.ts'
import { below } from './random.ts'
import type { SimNode } from './sim-node.ts'
import { indexOf } from './streams.ts'
import type { Topics } from './topics.ts'
import { STREAM_END, chunks, framed, streamOpen } from './wire.ts'
import type { Wants } from './wants.ts'
import type { Link, Member, World } from './world.ts'

export interface ReducedComponents {
  world: World
  topics: Topics
  ledger: Ledger
  shape: Shape
  wants: Wants
}

export function createReducedNodes(components: ReducedComponents, mode: Mode, options: Options): SimNode[] {
  const { world, topics, ledger, shape, wants } = components
  const { engine, random } = world
  const known = new Map<number, Announcement>()
  const messageBytes = mode === 'flood' ? HEADER_BYTES + options.body : HEADER_BYTES

  /** where each announcement goes */
  const places = new Map<number, string[]>()
  function topicsOf({ number, agent, text }: Announcement): string[] {
    const known = places.get(number)
    if (known !== undefined) return known
    const names = mode === 'full' ? shape.announcedOn(agent, text.sketch) : [topicOfAll(mode)]
    places.set(number, names)
    return names
  }
  const followed = (agent: number): string[] => (mode === 'full' ? shape.followed(agent) : [topicOfAll(mode)])

  /** A body on its way to a node: whom else it may be had from, and who waits for it there. */
  interface Wish {
    readonly sources: number[]
    readonly waiting: Array<() => void>
    /** fetched for ourselves, or only for others */
    own: boolean
    running: boolean
  }
  const wishes = new Map<number, Map<number, Wish>>()
  /** until when streams for bodies stay open, by who has opened them to whom */
  const openUntil = new WeakMap<Link, number>()

  function wishOf(number: number, index: number): Wish {
    const all = wishes.get(number) ?? new Map<number, Wish>()
    wishes.set(number, all)
    const wish = all.get(index) ?? { sources: [], waiting: [], own: false, running: false }
    all.set(index, wish)
    return wish
  }

  /** Asks one after another for a body until somebody gives it; for others only whoever had told us, and once. */
  function pull(member: Member, number: number): void {
    const wish = wishOf(number, member.index)
    if (wish.running) return
    wish.running = true
    const announcement = known.get(number) as Announcement
    const asked = new Set<number>()
    let round = 0

    function next(): void {
      const done = ledger.bodyAt(number, member.index) !== undefined
      if (done || !member.up) {
        wish.running = false
        return
      }
      const told = [announcement.agent, ...wish.sources]
      const order = wish.own ? [...told, ...sharers(member, announcement)] : told
      const source = order.find((index) => member.links.has(index) && !asked.has(index))
      if (source !== undefined) {
        asked.add(source)
        ask(member.links.get(source) as Link, told.includes(source))
      } else if (wish.own && round < ROUND_PAUSES_MS.length) {
        asked.clear()
        engine.after(ROUND_PAUSES_MS[round++] as number, next)
      } else {
        wish.running = false
        answer(wish)
      }
    }

    /** @param fetch whether it is asked to get it from others if it has not got it */
    function ask(link: Link, fetch: boolean): void {
      const back = link.other.links.get(member.index) as Link
      const isOpen = (openUntil.get(link) ?? 0) > engine.now()
      openUntil.set(link, engine.now() + STREAM_IDLE_MS)
      world.count(member, bodyProtocol, framed(BODY_REQUEST_BYTES))
      if (!isOpen) {
        world.count(member, bodyProtocol, streamOpen.there(bodyProtocol) + STREAM_END)
        world.count(link.other, bodyProtocol, streamOpen.back(bodyProtocol) + STREAM_END)
      }
      const opened = isOpen ? 0 : world.reliable(link, 2) + world.reliable(back, 2)
      engine.after(opened + world.reliable(link, 1), () => {
        if (link.up) serve(link, back, fetch)
        else next()
      })
    }

    function serve(link: Link, back: Link, fetch: boolean): void {
      const { other } = link
      let over = false
      const reply = (): void => {
        if (over) return
        over = true
        const has = ledger.bodyAt(number, other.index) !== undefined
        const bytes = has ? options.body + PIECE_OVERHEAD : PIECE_OVERHEAD
        world.count(other, bodyProtocol, framed(bytes))
        engine.after(world.reliable(back, chunks(bytes)), () => {
          if (has && link.up && ledger.bodyAt(number, member.index) === undefined) {
            ledger.body(number, member.index, engine.now())
            wish.running = false
            answer(wish)
          } else next()
        })
      }
      const theirs = wishOf(number, other.index)
      const holds = ledger.bodyAt(number, other.index) !== undefined
      const waits = theirs.running || (fetch && ledger.hasHeader(number, other.index))
      if (holds || !waits) {
        reply()
        return
      }
      theirs.waiting.push(reply)
      pull(other, number)
      engine.after(SERVE_WAIT_MS, reply)
    }
    next()
  }

  /** Tells those who wait for a body that it is here, or that it will not come. */
  function answer(wish: Wish): void {
    for (const reply of wish.waiting.splice(0)) reply()
  }

  function sharers(member: Member, announcement: Announcement): number[] {
    const names = topicsOf(announcement).filter((name) => member.topics.has(name))
    return [...member.links.values()]
      .filter(({ other }) => names.some((name) => other.topics.has(name)))
      .map(({ other }) => other.index)
  }

  function take(member: Member, number: number, from: number): 'accept' | 'ignore' {
    if (mode !== 'flood') wishOf(number, member.index).sources.push(from)
    // it is news, and goes on on each of its topics, whichever it came on first
    if (ledger.hasHeader(number, member.index)) return mode === 'full' ? 'accept' : 'ignore'
    ledger.header(number, member.index)
    const { text } = known.get(number) as Announcement
    if (mode === 'flood') ledger.body(number, member.index, engine.now())
    else if (wants(member.index, text)) {
      wishOf(number, member.index).own = true
      pull(member, number)
    }
    return 'accept'
  }

  /** One exchange over what two peers have in common; it settles both ways. */
  function reconcile(member: Member, link: Link): void {
    const shared = [...member.topics.keys()].filter((name) => link.other.topics.has(name) && name !== CONTROL)
    if (shared.length === 0) return
    const both = ledger.all().filter((announcement) => topicsOf(announcement).some((name) => shared.includes(name)))
    const held = ({ number }: Announcement, node: Member): boolean => ledger.hasHeader(number, node.index)
    const forUs = both.filter((one) => held(one, link.other) && !held(one, member))
    const forThem = both.filter((one) => held(one, member) && !held(one, link.other))
    const [there, back] = reconcileBytes(forUs.length + forThem.length)
    world.count(member, reconcileProtocol, there + forThem.length * HEADER_BYTES)
    world.count(link.other, reconcileProtocol, back + forUs.length * HEADER_BYTES)
    const ms = 2.5 * (world.reliable(link, 1) + link.latency)
    engine.after(ms, () => {
      if (!link.up) return
      for (const { number } of forUs) take(member, number, link.other.index)
      for (const { number } of forThem) take(link.other, number, member.index)
      // what was news to one side may be news to its neighbours
      if (forUs.length > 0) engine.after(1000 * (1 + 2 * random()), () => reconcileAny(member))
      if (forThem.length > 0) engine.after(1000 * (1 + 2 * random()), () => reconcileAny(link.other))
    })
  }
  world.onConnect((member, link) => {
    // one of the two asks; what they say to each other settles both sides
    if (link.outbound && mode !== 'flood') engine.after(link.latency, () => link.up && reconcile(member, link))
  })

  /** Now and then there is an exchange though nothing calls for it. */
  function reconcileLater(member: Member): void {
    engine.after(PERIOD_MS * (0.5 + random()), () => {
      reconcileLater(member)
      reconcileAny(member)
    })
  }

  function reconcileAny(member: Member): void {
    const names = [...member.topics.keys()].filter((name) => name !== CONTROL)
    const kept = [...member.links.values()].filter(({ other }) => names.some((name) => other.topics.has(name)))
    const link = kept[below(random, kept.length)]
    if (link !== undefined) reconcile(member, link)
  }

  /** the branch that each node has seen of each forked log */
  const branches = new Map<number, Map<number, number>>()

  /** @returns whether to pass it on; two branches in one place are a proof, which goes to everybody */
  function takeBranch(member: Member, agent: number, branch: number): 'accept' | 'ignore' {
    const seen = branches.get(agent) ?? new Map<number, number>()
    branches.set(agent, seen)
    const other = seen.get(member.index)
    if (other === undefined) seen.set(member.index, branch)
    if (other === undefined || other === branch) return other === undefined ? 'accept' : 'ignore'
    if (ledger.forkKnownAt(agent, member.index) === undefined) {
      ledger.fork(agent, member.index, engine.now())
      topics.publish(member, CONTROL, encodeMessage(agent, 0, FORK_PROOF_BYTES))
    }
    return 'ignore'
  }

  return world.members.map((member): SimNode => {
    const { index } = member
    function onHeader(data: Uint8Array, { from }: { from: string }): 'accept' | 'ignore' {
      const { number, branch } = decodeMessage(data)
      return branch > 0 ? takeBranch(member, number, branch) : take(member, number, indexOf(from))
    }
    function onProof(data: Uint8Array): 'accept' | 'ignore' {
      const { number: agent } = decodeMessage(data)
      if (ledger.forkKnownAt(agent, index) !== undefined) return 'ignore'
      ledger.fork(agent, index, engine.now())
      return 'accept'
    }
    return {
      member,
      start() {
        for (const name of followed(index)) topics.subscribe(member, name, onHeader)
        topics.subscribe(member, CONTROL, onProof)
        if (mode !== 'flood') reconcileLater(member)
      },
      announce(announcement) {
        const { number } = announcement
        known.set(number, announcement)
        ledger.header(number, index)
        ledger.body(number, index, engine.now())
        for (const name of topicsOf(announcement)) topics.publish(member, name, encodeMessage(number, 0, messageBytes))
      },
      keeping() {
        const kept = new Set(shape.kept(index).map(topicOf))
        return (announcement) => mode !== 'full' || topicsOf(announcement).some((name) => kept.has(name))
      },
      fork({ sketch }) {
        for (const name of mode === 'full' ? shape.announcedOn(index, sketch) : [topicOfAll(mode)]) {
          const links = [...member.links.values()].filter(({ other }) => other.topics.has(name))
          const half = Math.ceil(links.length / 2)
          topics.inject(member, name, encodeMessage(index, 1, HEADER_BYTES), links.slice(0, half))
          topics.inject(member, name, encodeMessage(index, 2, HEADER_BYTES), links.slice(half))
        }
      }
    }
  })
}

function encodeMessage(number: number, branch: number, bytes: number): Uint8Array {
  const data = new Uint8Array(bytes)
  const view = new DataView(data.buffer)
  view.setUint32(0, number)
  view.setUint8(4, branch)
  return data
}

function decodeMessage(data: Uint8Array): { number: number; branch: number } {
  const view = new DataView(data.buffer, data.byteOffset)
  return { number: view.getUint32(0), branch: view.getUint8(4) }
}
