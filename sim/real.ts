/** Nodes of the real code: logs, gossip and interests as the app has them, over simulated peers. */
import type { Adversaries } from './adversaries.ts'
import { createInterests } from '../src/node/adapt/interests.ts'
import type { AgentKey } from '../src/node/crypto/keys.ts'
import { createGossip, type Defences as GossipDefences } from '../src/node/gossip/gossip.ts'
import type { Interests } from '../src/node/gossip/interests.ts'
import { RECORD_BITS, holds, keyPrefix, meaningShard, recordShard, topicOf, type Shard } from '../src/node/gossip/shards.ts'
import { encodeHeader, headerHash, signHeader } from '../src/node/log/header.ts'
import { createLogs, type Logs } from '../src/node/log/log.ts'
import type { Network } from '../src/node/net/network.ts'
import { defaultLimits } from '../src/node/log/limits.ts'
import { HEADER_USAGE, NO_HEAD, entryKey, headerRecord, type StoredHeader } from '../src/node/log/records.ts'
import { skipTarget } from '../src/node/log/skip-link.ts'
import { encode } from '../src/node/schema/codec.ts'
import type { Sketch } from '../src/node/schema/header.ts'
import type { Operation } from '../src/node/store/store.ts'
import { SIM_MODEL } from './codebook.ts'
import { topicOfAll } from './design.ts'
import { createBody } from './body.ts'
import { createFlood } from './flood.ts'
import { createSharedVerifier } from './keys.ts'
import type { Ledger } from './ledger.ts'
import { createLightStore, createShared, type LightStore } from './light-store.ts'
import type { SimNetworks } from './network.ts'
import type { Mode, Options } from './options.ts'
import type { Agent, Announcement, Population, Text } from './population.ts'
import { createRandom } from './random.ts'
import type { Shape } from './shape.ts'
import type { SimNode } from './sim-node.ts'
import { withoutChecks } from './unchecked.ts'
import type { Member, World } from './world.ts'

export interface RealComponents {
  world: World
  networks: SimNetworks
  population: Population
  ledger: Ledger
  shape: Shape
  keys: readonly AgentKey[]
  adversaries: Adversaries
}

/** What stands between a node and its peers; the simulation can take it away. */
export interface RealDefences {
  gossip: Partial<GossipDefences>
  /** signatures are checked */
  signatures: boolean
  /** a body is checked against its header */
  bodies: boolean
  /** a header that is held is not taken for a new one */
  memory: boolean
  /** room is shared out among those who bring headers */
  accounts: boolean
  /** what was here first makes no room for what comes later */
  settled: boolean
}

export interface RealNode extends SimNode {
  readonly key: AgentKey
  readonly logs: Logs
  readonly store: LightStore
  readonly network: Network
  /** The topics on which it tells something of its own with such a sketch. */
  topics(sketch: Sketch): string[]
  /** Announces a header, whoever's it is. */
  say(header: Uint8Array): Promise<void>
  /** Takes in what it holds of others at first, as its neighbours bring it, where room is scarce. */
  fill(): Promise<void>
  /** The share of what it held of others at first that it still holds. */
  kept(): number
}

export interface RealNodes {
  readonly nodes: readonly RealNode[]
  /** Errors of the nodes' own, which there should be none of. */
  readonly errors: readonly unknown[]
}

const HOUR_MS = 3_600_000
const LIFE_MS = 7 * 24 * HOUR_MS

export async function createRealNodes(
  { world, networks, population, ledger, shape, keys, adversaries }: RealComponents,
  mode: Mode,
  options: Options,
  defences: RealDefences
): Promise<RealNodes> {
  const { engine } = world
  const { agents, codebook } = population
  const shared = createShared()
  const verifier = defences.signatures ? createSharedVerifier() : { verify: async (batch: readonly unknown[]) => batch.map(() => true) }
  const leaves = { name: '', fits: codebook.fits }
  const errors: unknown[] = []
  const report = (error: unknown): void => void errors.push(error)
  const indexes = new Map(keys.map(({ agent }, index) => [agent, index]))
  /** what is announced, by its place */
  const numbers = new Map<string, number>()
  const profiles = await Promise.all(agents.map((agent) => profileOf(agent, keys[agent.index] as AgentKey, engine.clock.now())))
  const preloaded = mode === 'full' ? sortIntoShards(profiles, codebook.leafBits) : new Map<string, StoredHeader[]>()

  function createNode(member: Member): RealNode {
    const agent = agents[member.index] as Agent
    const key = keys[member.index] as AgentKey
    const own = profiles[member.index] as StoredHeader
    const store = createLightStore(shared)
    const others = new Map<string, StoredHeader>()
    const depth = shape.leastDepth(member.index)
    for (const shard of mode === 'full' ? shape.kept(member.index) : []) {
      for (const one of preloaded.get(topicOf(atDepth(shard, depth))) ?? []) others.set(one.author, one)
    }
    others.delete(own.author)
    store.preload(recordsOf(own, true))
    const scarce = options.room < defaultLimits.maxHeaders
    if (!scarce) {
      for (const one of others.values()) store.preload(recordsOf(one, false))
      store.preload([{ put: 'settings', key: HEADER_USAGE, value: { revision: 1, headers: others.size, forks: 0 } }])
    }
    const maxHeaders = agent.adversary ? defaultLimits.maxHeaders : options.room

    const logs = withoutChecks(createLogs({ store, clock: engine.clock, verifier, leaves }, { maxHeaders, ...(defences.settled ? {} : { settledShare: 0 }) }), store, defences)
    logs.on('accepted', ({ author, header }) => {
      const number = numbers.get(`${author}/${header.seq}`)
      if (number !== undefined) ledger.header(number, member.index)
    })
    logs.on('body', ({ author, header }) => {
      const number = numbers.get(`${author}/${header.seq}`)
      if (number !== undefined) ledger.body(number, member.index, engine.now())
    })
    logs.on('fork', ({ author }) => ledger.fork(indexes.get(author) ?? -1, member.index, engine.now()))

    const network = adversaries.corrupt(member.index, networks.of(member))
    const gossip =
      mode === 'flood'
        ? createFlood({ network, logs, report })
        : createGossip(
            {
              network,
              logs,
              clock: engine.clock,
              random: createRandom(options.seed, `node ${member.index}`),
              report,
              codebook: mode === 'full' ? codebook : { ...codebook, leafBits: 0 },
              interests: interestsOf(agent, mode)
            },
            {
              self: key.publicKey,
              depth: mode === 'full' ? depth : 0,
              defences: { ...defences.gossip, ...(mode === 'full' ? {} : { recordShards: false }) }
            }
          )

    async function append(announcement: Announcement): Promise<StoredHeader> {
      const body = createBody(options.seed, announcement.number, options.body)
      const entry = await logs.append(key, 'capability', body, {
        sketch: announcement.text.sketch,
        expiry: engine.clock.now() + LIFE_MS
      })
      numbers.set(`${entry.author}/${entry.header.seq}`, announcement.number)
      ledger.header(announcement.number, member.index)
      ledger.body(announcement.number, member.index, engine.now())
      return entry
    }

    /** The topics of those shards that it keeps in which something of its own is told. */
    function topicsOf([model, , leaves]: Sketch): string[] {
      const place = { prefix: keyPrefix(key.publicKey), model, leaves }
      const inPlace = gossip.shards().filter((shard) => holds(shard, place, codebook.leafBits))
      return mode === 'full' ? inPlace.map(topicOf) : [topicOfAll('headers')]
    }

    return {
      member,
      key,
      logs,
      store,
      network,
      async fill() {
        if (!scarce) return
        const neighbours = [...member.links.values()].map(({ other }) => other.peer)
        for (const [i, { bytes }] of [...others.values()].entries()) await logs.accept(bytes, neighbours[i % neighbours.length])
      },
      kept() {
        let held = 0
        for (const { hash } of others.values()) if (logs.index.find(hash) !== null) held++
        return others.size === 0 ? 1 : held / others.size
      },
      topics: topicsOf,
      say: (bytes) => gossip.announce(bytes).catch(report),
      start: () => gossip.start(),
      announce(announcement) {
        append(announcement)
          .then((entry) => gossip.announce(entry.bytes))
          .catch(report)
      },
      keeping() {
        const shards = gossip.shards()
        return ({ agent: author, text: { sketch: [model, , leaves] } }) => {
          const place = { prefix: keyPrefix((keys[author] as AgentKey).publicKey), model, leaves }
          return mode !== 'full' || shards.some((shard) => holds(shard, place, codebook.leafBits))
        }
      },
      fork(about) {
        forkLog(about, { key, logs, member, topics: topicsOf }).catch(report)
      }
    }
  }

  /** Signs two entries of one number and shows one to every second neighbour, the other to the others. */
  async function forkLog({ sketch }: Text, { key, logs, member, topics }: Pick<RealNode, 'key' | 'logs' | 'member' | 'topics'>): Promise<void> {
    const head = await logs.head(key.agent)
    const branches = await Promise.all(
      [1, 2].map(async (branch) => {
        const bytes = encode({ kind: 'capability', name: `branch ${branch}` })
        return encodeHeader(
          await signHeader(key, {
            seq: 1 + (head?.seq ?? 0),
            previous: head?.hash ?? null,
            skip: await skipOf(logs, key.agent, 1 + (head?.seq ?? 0)),
            kind: 'capability',
            bodyHash: await headerHash(bytes),
            bodySize: bytes.length,
            time: engine.clock.now(),
            expiry: engine.clock.now() + LIFE_MS,
            sketch
          })
        )
      })
    )
    for (const name of topics(sketch)) {
      const links = [...member.links.values()].filter(({ other }) => other.topics.has(name))
      for (const [branch, bytes] of branches.entries()) {
        networks.topics.inject(member, name, bytes, links.filter((_, i) => i % 2 === branch))
      }
    }
  }

  const nodes = world.members.map(createNode)
  for (const node of nodes) await node.fill()
  return { nodes, errors }
}

function interestsOf({ wish, profile }: Agent, mode: Mode): Interests {
  const interests = createInterests()
  interests.declared([wish.sketch, profile.sketch])
  if (mode === 'full') return interests
  // one shard for all, however many there are: nobody wants everything
  const root = ([model, bits]: Sketch): Sketch => [model, bits, [0]]
  return {
    ...interests,
    sketches: () => interests.sketches().map(root),
    wants: (header) => interests.wants(header, 1)
  }
}

/** The first entry of an agent's log: what it was known by before the simulation began. */
async function profileOf({ profile }: Agent, key: AgentKey, now: number): Promise<StoredHeader> {
  const body = encode({ kind: 'profile', agent: key.agent })
  const header = await signHeader(key, {
    seq: 1,
    previous: null,
    skip: null,
    kind: 'profile',
    bodyHash: await headerHash(body),
    bodySize: body.length,
    time: now - HOUR_MS,
    expiry: now + LIFE_MS,
    sketch: profile.sketch
  })
  const bytes = encodeHeader(header)
  return { author: key.agent, header, hash: await headerHash(bytes), bytes }
}

/** Profiles by the topics of all shards that they fall in, at every depth. */
function sortIntoShards(profiles: StoredHeader[], leafBits: number): Map<string, StoredHeader[]> {
  const sorted = new Map<string, StoredHeader[]>()
  for (const one of profiles) {
    const { author, sketch } = one.header
    const names = new Set<string>()
    for (let depth = 0; depth <= RECORD_BITS; depth++) names.add(topicOf(recordShard(keyPrefix(author), depth)))
    for (const leaf of sketch?.[2] ?? []) {
      for (let depth = 0; depth <= leafBits; depth++) names.add(topicOf(meaningShard({ model: SIM_MODEL, leafBits }, leaf, depth)))
    }
    for (const name of names) {
      const kept = sorted.get(name) ?? []
      kept.push(one)
      sorted.set(name, kept)
    }
  }
  return sorted
}

/** The shard of less depth that this one is a part of. */
function atDepth(shard: Shard, depth: number): Shard {
  return { ...shard, depth, prefix: shard.prefix >>> (shard.depth - depth) }
}

const records = new WeakMap<StoredHeader, { own: Operation[]; other: Operation[] }>()

/** How a log's first entry lies in the store; the same objects for all that hold it. */
function recordsOf(stored: StoredHeader, own: boolean): Operation[] {
  const known = records.get(stored)
  if (known !== undefined) return own ? known.own : known.other
  const header: Operation = { put: 'headers', key: entryKey(stored.author, 1), value: headerRecord(stored) }
  const head = (isOwn: boolean): Operation => ({
    put: 'heads',
    key: stored.author,
    value: { ...NO_HEAD, revision: 1, seq: 1, hash: stored.hash, count: 1, own: isOwn }
  })
  const made = { own: [header, head(true)], other: [header, head(false)] }
  records.set(stored, made)
  return own ? made.own : made.other
}

async function skipOf(logs: Logs, author: string, seq: number): Promise<Uint8Array | null> {
  const target = skipTarget(seq)
  return target === seq - 1 ? null : ((await logs.header(author, target))?.hash ?? null)
}
