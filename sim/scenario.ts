/** Everything that a simulation of one mode consists of, put together from its options. */
import { keyPrefix } from '../src/node/gossip/shards.ts'
import { createAdversaries } from './adversaries.ts'
import { countInvalid } from './audit.ts'
import { topicOfAll } from './design.ts'
import { createEngine, type Engine } from './engine.ts'
import { createKey } from './keys.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { createNetworks } from './network.ts'
import type { Defence, Mode, Options } from './options.ts'
import { createPopulation, type Population } from './population.ts'
import { below, createRandom, type Random } from './random.ts'
import { createRealNodes, type RealDefences } from './real.ts'
import { createReducedNodes } from './reduced.ts'
import { createShape } from './shape.ts'
import type { SimNode } from './sim-node.ts'
import { createTopology, type Rolls, type Topology } from './topology.ts'
import { createWants, type Wants } from './wants.ts'
import { createWorld, type Member, type World } from './world.ts'

export interface Scenario {
  readonly mode: Mode
  readonly engine: Engine
  readonly world: World
  readonly topology: Topology
  readonly population: Population
  readonly ledger: Ledger
  readonly random: Random
  readonly wants: Wants
  /** by their index */
  readonly nodes: readonly SimNode[]
  /** Whether a node is one whose experience counts: it is no adversary. */
  counts(index: number): boolean
  /** Lets the adversaries loose, for so many ms. */
  attack(forMs: number): void
  /** nodes that adversaries try to cut off */
  readonly victims: readonly number[]
  /** who forks its log when it is time */
  readonly forkers: readonly number[]
  /** Looks at all that is stored anywhere. @returns how much of it is not what it has to be */
  invalidStored(): Promise<number | null>
  /** Of the headers that nodes held before the adversaries were let loose, the share that they still hold; null: nothing is stored */
  kept(): number | null
  /** errors of the nodes' own */
  readonly errors: readonly unknown[]
}

const FORKERS = 3
const MAX_FORKERS = 20

export async function createScenario(options: Options, mode: Mode, model: 'real' | 'reduced'): Promise<Scenario> {
  const population = createPopulation(options)
  const engine = createEngine()
  const world = createWorld(engine, createRandom(options.seed, `world ${mode}`), {
    penalties: options.without !== 'penalties'
  })
  const networks = createNetworks(world, (member, topic, least) => topology.seek(member, topic, least))
  const { topics } = networks
  const rolls: Rolls = { of: (member) => member.topics.keys(), on: topics.subscribers }
  const topology = createTopology(world, rolls, createRandom(options.seed, `topology ${mode}`), {
    degree: options.degree,
    reserve: options.without !== 'places',
    rotation: options.without !== 'places'
  })
  const ledger = createLedger()
  const random = createRandom(options.seed, `run ${mode}`)
  for (let i = 0; i < options.nodes; i++) world.add(`p${i}`)
  const keys = model === 'real' ? world.members.map(({ index }) => createKey(options.seed, index)) : null
  const prefixes = world.members.map(({ index }) => keys?.[index] === undefined ? below(random, 65_536) : keyPrefix(keys[index].publicKey))
  const shape = createShape(population, prefixes)
  topology.build(expectedRolls(world.members, (index) => (mode === 'full' ? shape.followed(index) : [topicOfAll(mode)])))
  const wants = createWants(population, shape, mode)
  const adversaries = createAdversaries({ world, topics, topology, population, shape, random }, options)
  const traitors = world.members.map(({ index }) => index).filter((index) => adversaries.attackOf(index) === 'fork')
  const common = {
    mode,
    engine,
    world,
    topology,
    population,
    ledger,
    random,
    wants,
    counts: (index: number) => population.agents[index]?.adversary === false,
    victims: adversaries.victims,
    forkers: traitors.length > 0 ? traitors.slice(0, MAX_FORKERS) : population.announcements.slice(0, FORKERS).map(({ agent }) => agent)
  }
  if (keys === null) {
    const nodes = createReducedNodes({ world, topics, ledger, shape, wants }, mode, options)
    return { ...common, nodes, attack: () => undefined, invalidStored: async () => null, kept: () => null, errors: [] }
  }
  const components = { world, networks, population, ledger, shape, keys, adversaries }
  const { nodes, errors } = await createRealNodes(components, mode, options, defencesWithout(options.without))
  const honest = nodes.filter(({ member }) => common.counts(member.index))
  return {
    ...common,
    nodes,
    errors,
    attack: (forMs) => adversaries.begin(nodes, forMs),
    invalidStored: () => countInvalid(honest),
    kept: () => honest.reduce((sum, node) => sum + node.kept(), 0) / honest.length
  }
}

function defencesWithout(without: Defence | null): RealDefences {
  return {
    gossip: without === null ? {} : { [without]: false },
    signatures: without !== 'signatures',
    bodies: without !== 'bodies',
    memory: without !== 'memory',
    accounts: without !== 'accounts',
    settled: without !== 'settled'
  }
}

/** Who will take part in which topics. */
function expectedRolls(members: readonly Member[], followed: (index: number) => string[]): Rolls {
  const topics = members.map(({ index }) => followed(index))
  const on = new Map<string, Member[]>()
  for (const member of members) {
    for (const name of topics[member.index] ?? []) {
      const there = on.get(name) ?? []
      there.push(member)
      on.set(name, there)
    }
  }
  return { of: ({ index }) => topics[index] ?? [], on: (name) => on.get(name) ?? [] }
}
