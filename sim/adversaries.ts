/** What adversaries do. Each is a node of the real code that departs from it in one way. */
import { BODY_PROTOCOL } from '../src/node/gossip/body-stream.ts'
import { bitBytes } from '../src/node/gossip/ids.ts'
import { RECONCILE_PROTOCOL } from '../src/node/gossip/reconcile.ts'
import { sha256 } from '@noble/hashes/sha2.js'
import { toHex } from '../src/node/crypto/hash.ts'
import { holds, placeOf, topicOf } from '../src/node/gossip/shards.ts'
import { encodeHeader, signHeader } from '../src/node/log/header.ts'
import { storedHeader } from '../src/node/log/records.ts'
import { skipTarget } from '../src/node/log/skip-link.ts'
import type { FramedStream, Network, StreamHandler } from '../src/node/net/network.ts'
import { decode, encode } from '../src/node/schema/codec.ts'
import { MAX_BODY_REQUEST_BYTES, bodyRequest } from '../src/node/schema/messages.ts'
import type { Header } from '../src/node/schema/header.ts'
import { createKey } from './keys.ts'
import { ATTACKS, type Attack, type Options } from './options.ts'
import type { Agent, Population, Text } from './population.ts'
import { below, shuffle, type Random } from './random.ts'
import type { RealNode } from './real.ts'
import type { Shape } from './shape.ts'
import type { Topics } from './topics.ts'
import type { Topology } from './topology.ts'
import type { Member, World } from './world.ts'

export interface Adversaries {
  attackOf(index: number): Attack | null
  /** The network as an adversary uses it. */
  corrupt(index: number, network: Network): Network
  /** Lets them loose, for so many ms. */
  begin(nodes: readonly RealNode[], forMs: number): void
  /** nodes that are to be cut off from all others */
  readonly victims: readonly number[]
}

export interface AdversariesComponents {
  world: World
  topics: Topics
  topology: Topology
  population: Population
  shape: Shape
  random: Random
}

const EVERY_MS: Readonly<Record<'junk' | 'replay' | 'lie' | 'stranger', number>> = { junk: 250, replay: 200, lie: 60_000, stranger: 1000 }
/** Agents that an adversary with many keys is before it is let loose, and how far ahead it dates what they say. */
const MASKS = 100
const AHEAD_MS = 9 * 60_000
/** Peers that an eclipse uses: more than a node has places for. */
const SYBILS = 64
const SYBILS_PER_TURN = 8

export function createAdversaries(
  { world, topics, topology, population, shape, random }: AdversariesComponents,
  options: Options
): Adversaries {
  const { engine } = world
  const attacks = new Map<number, Attack>()
  for (const { index, adversary } of population.agents) {
    if (adversary) attacks.set(index, options.attack ?? (ATTACKS[attacks.size % ATTACKS.length] as Attack))
  }
  const eclipses = [...attacks.values()].includes('eclipse')
  const victims = eclipses ? population.judges.slice(0, 1).map(({ agent }) => agent) : []
  /** bodies that are none, by their hashes */
  const lies = new Map<string, Uint8Array>()
  /** the newest header of each liar */
  const chains = new Map<RealNode, { header: Header; hash: Uint8Array }>()

  function junkBytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => below(random, 256))
  }

  /** A header of nobody's, like a real one but for its signature. */
  function forge(of: Header): Uint8Array {
    return encodeHeader({ ...of, bodyHash: junkBytes(32), seq: 1, previous: null, skip: null, signature: junkBytes(64) })
  }

  function every(ms: number, forMs: number, action: () => void): void {
    const end = engine.now() + forMs
    const again = (): void => {
      if (engine.now() > end) return
      engine.touch()
      action()
      engine.after(ms, again)
    }
    engine.after(random() * ms, again)
  }

  function tell(member: Member, name: string, bytes: Uint8Array): void {
    topics.inject(member, name, bytes, [...member.links.values()].filter(({ other }) => other.topics.has(name)))
  }

  const anyOf = <T>(items: readonly T[]): T | undefined => items[below(random, items.length)]

  const sayJunk = (node: RealNode): void => {
    const name = anyOf([...node.member.topics.keys()])
    if (name === undefined) return
    const like = anyOf([...node.store.all<Uint8Array>('headers')])
    if (like === undefined || random() < 0.5) {
      tell(node.member, name, junkBytes(300))
      return
    }
    const [author, seq] = like[0].split('/')
    void node.logs.header(author ?? '', Number(seq)).then((stored) => {
      if (stored === null) return
      engine.touch()
      for (const topic of shape.announcedOn(node.member.index, stored.header.sketch ?? [0, new Uint8Array(), []])) {
        tell(node.member, topic, forge(stored.header))
      }
    })
  }

  /** Says an old header again where it is known. */
  const sayAgain = (node: RealNode): void => {
    const old = anyOf([...node.store.all<Uint8Array>('headers')])
    if (old === undefined) return
    const { bytes, header } = storedHeader('', old[1])
    const place = placeOf(header)
    const shard = anyOf(shape.kept(node.member.index).filter((one) => holds(one, place, population.codebook.leafBits)))
    if (shard !== undefined) tell(node.member, topicOf(shard), bytes)
  }

  /** Announces a body that nobody can take for one, with all that belongs to it. */
  async function lie(node: RealNode): Promise<void> {
    const agent = population.agents[node.member.index]
    const before = chains.get(node) ?? (await node.logs.header(node.key.agent, 1))
    if (agent === undefined || before === null) return
    const seq = before.header.seq + 1
    if (skipTarget(seq) !== seq - 1) return
    const body = junkBytes(options.body)
    const hash = sha256(body)
    lies.set(toHex(hash), body)
    const header = await signHeader(node.key, {
      seq,
      previous: before.hash,
      skip: null,
      kind: 'capability',
      bodyHash: hash,
      bodySize: body.length,
      time: engine.clock.now(),
      expiry: engine.clock.now() + 3_600_000,
      sketch: agent.profile.sketch
    })
    const bytes = encodeHeader(header)
    chains.set(node, { header, hash: sha256(bytes) })
    engine.touch()
    for (const name of shape.announcedOn(node.member.index, agent.profile.sketch)) topics.publish(node.member, name, bytes)
  }

  let masks = 0

  /** Signs an entry with a key that is used for nothing else, and that nobody has the body of. */
  async function asStranger(like: Text): Promise<Uint8Array> {
    const header = await signHeader(createKey(options.seed, options.nodes + masks++), {
      seq: 1,
      previous: null,
      skip: null,
      kind: 'profile',
      bodyHash: junkBytes(32),
      bodySize: options.body,
      time: engine.clock.now() + AHEAD_MS,
      expiry: engine.clock.now() + 2 * 3_600_000,
      sketch: like.sketch
    })
    return encodeHeader(header)
  }

  const anyProfile = (): Text => (anyOf(population.agents) as Agent).profile

  /** Has much to give to whoever catches up with it. */
  async function becomeMany({ logs, member }: RealNode): Promise<void> {
    for (let i = 0; i < MASKS; i++) await logs.accept(await asStranger(anyProfile()), member.peer)
  }

  async function speakAsStranger(node: RealNode): Promise<void> {
    const bytes = await asStranger(anyProfile())
    await node.logs.accept(bytes, node.member.peer)
    engine.touch()
    await node.say(bytes)
  }

  const holdBack: StreamHandler = async (stream, signal) => {
    await stream.read()
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  }

  const giveJunk = async (stream: FramedStream): Promise<void> => {
    for (let bytes = await stream.read(); bytes !== null; bytes = await stream.read()) {
      const request = decode(bytes, bodyRequest, MAX_BODY_REQUEST_BYTES)
      const reply =
        'held' in request
          ? { held: new Uint8Array(bitBytes(request.held.length / 32)).fill(0xff) }
          : { piece: lies.get(toHex(request.hash)) ?? junkBytes(options.body), rest: 0 }
      await stream.write(encode(reply))
    }
  }

  const giveNothing: StreamHandler = async () => undefined

  const handlers: Partial<Record<Attack, Readonly<Record<string, StreamHandler>>>> = {
    withhold: { [BODY_PROTOCOL]: holdBack },
    'wrong-hash': { [BODY_PROTOCOL]: giveJunk },
    eclipse: { [BODY_PROTOCOL]: holdBack, [RECONCILE_PROTOCOL]: giveNothing }
  }

  /** Fills all places of a victim that has just come back, and keeps them full. */
  function eclipse(victim: Member, forMs: number): void {
    const names = [...victim.topics.keys()]
    topology.leave(victim)
    const sybils = Array.from({ length: SYBILS }, () => world.add(`p${world.members.length}`))
    for (const sybil of sybils) {
      sybil.handlers.set(RECONCILE_PROTOCOL, { options: { maxMessageBytes: 1, maxStreamsPerPeer: 4 }, handler: giveNothing })
      for (const name of names) topics.subscribe(sybil, name, () => 'ignore')
    }
    topology.comeBack(victim)
    for (const sybil of sybils) topology.intrude(sybil, victim)
    every(1000, forMs, () => {
      for (const sybil of shuffle(random, [...sybils]).slice(0, SYBILS_PER_TURN)) topology.intrude(sybil, victim)
    })
  }

  return {
    attackOf: (index) => attacks.get(index) ?? null,
    victims,
    corrupt(index, network) {
      const attack = attacks.get(index)
      if (attack === undefined) return network
      return {
        ...network,
        handle: (protocol, limits, handler) =>
          network.handle(protocol, limits, handlers[attack]?.[protocol] ?? handler),
        subscribe: (topic, handler) =>
          network.subscribe(topic, attack === 'eclipse' ? async () => 'ignore' : handler)
      }
    },
    begin(nodes, forMs) {
      for (const node of nodes) {
        switch (attacks.get(node.member.index)) {
          case 'junk':
            every(EVERY_MS.junk, forMs, () => sayJunk(node))
            break
          case 'replay':
            every(EVERY_MS.replay, forMs, () => sayAgain(node))
            break
          case 'many-keys':
            void becomeMany(node)
            every(EVERY_MS.stranger, forMs, () => void speakAsStranger(node))
            break
          case 'wrong-hash':
            every(EVERY_MS.lie, forMs, () => void lie(node))
            break
          default:
        }
      }
      for (const index of victims) eclipse(world.members[index] as Member, forMs)
    }
  }
}
