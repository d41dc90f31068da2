/** What a simulation is told on its command line. */
import { parseArgs } from 'node:util'
import { defaultLimits } from '../src/node/log/limits.ts'

export const MODES = ['flood', 'headers', 'full'] as const
export type Mode = (typeof MODES)[number]

export const ATTACKS = ['withhold', 'junk', 'fork', 'replay', 'wrong-hash', 'eclipse', 'many-keys'] as const
export type Attack = (typeof ATTACKS)[number]

/** What can be switched off. The first six are gossip's own (`src/node/gossip/gossip.ts`). */
export const DEFENCES = [
  'penalties',
  'rateLimits',
  'forkProofs',
  'otherSources',
  'recordShards',
  'periodicExchange',
  /** signatures are checked */
  'signatures',
  /** bodies are checked against their headers */
  'bodies',
  /** a header that is held is not taken for a new one */
  'memory',
  /** half of a peer's places are for those that it dials itself, and who gives nothing makes room */
  'places',
  /** room is shared out among those who bring headers */
  'accounts',
  /** what was here first makes no room for what comes later */
  'settled'
] as const
export type Defence = (typeof DEFENCES)[number]

export interface Options {
  /** number of nodes */
  nodes: number
  /** connections of a node, about */
  degree: number
  /** announcements of a node in an hour */
  rate: number
  /** announcements that are measured */
  announcements: number
  /** share of the nodes that go away for a while in an hour */
  churn: number
  /** share of the nodes that is cut off for ten minutes; 0: none is */
  partition: number
  /** share of the nodes that are adversaries */
  adversaries: number
  fields: number
  /** bytes of a body */
  body: number
  /** headers of others that an honest node has room for */
  room: number
  seed: number
  model: 'real' | 'reduced' | 'auto'
  modes: readonly Mode[]
  /** what the adversaries do; null: each something else */
  attack: Attack | null
  without: Defence | null
}

export interface Command extends Options {
  json: boolean
  /** every attack is tried; on a small network, unless nodes are given */
  attacks: boolean
  nodesGiven: boolean
  curve: boolean
  verbose: boolean
}

export const USAGE = `npm run sim:gossip -- [options]

  --nodes N          nodes (1000)
  --degree N         connections of a node, about (24)
  --rate N           announcements of a node in an hour (4)
  --announcements N  announcements that are measured (by the number of nodes)
  --churn SHARE      nodes that go away for some minutes, in an hour (0.1)
  --partition SHARE  nodes that are cut off for ten minutes (0.5; 0: none)
  --adversaries SHARE  (0)
  --fields N         fields of interest (64)
  --body BYTES       (2048)
  --room N           headers of others that a node has room for (200000)
  --seed N           (1)
  --mode NAME        flood, headers or full; again for more (all)
  --model NAME       real, reduced or auto: what runs in some minutes (auto)
  --attack NAME      ${ATTACKS.join(', ')}; with --adversaries (0.2)
  --without DEFENCE  ${DEFENCES.slice(0, 5).join(', ')},
                     ${DEFENCES.slice(5).join(', ')}
  --attacks          every attack with its defences, and each of these off; fails when one makes no difference (200 nodes)
  --curve            100, 1,000, 10,000 and 100,000 nodes
  --json             one line of JSON
  --verbose          what is being done, and what took how long
`

/** @throws RangeError when an option is not as it has to be */
export function parseOptions(args: string[]): Command {
  const { values } = parseArgs({
    args,
    options: {
      nodes: { type: 'string' },
      degree: { type: 'string', default: '24' },
      rate: { type: 'string', default: '4' },
      announcements: { type: 'string' },
      churn: { type: 'string', default: '0.1' },
      partition: { type: 'string', default: '0.5' },
      adversaries: { type: 'string' },
      fields: { type: 'string', default: '64' },
      body: { type: 'string', default: '2048' },
      room: { type: 'string', default: String(defaultLimits.maxHeaders) },
      seed: { type: 'string', default: '1' },
      mode: { type: 'string', multiple: true },
      model: { type: 'string', default: 'auto' },
      attack: { type: 'string' },
      without: { type: 'string' },
      attacks: { type: 'boolean', default: false },
      curve: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false }
    }
  })
  const nodes = number('nodes', values.nodes ?? '1000', 8, 1_000_000)
  const attack = values.attack === undefined ? null : oneOf('attack', values.attack, ATTACKS)
  const adversaries = number('adversaries', values.adversaries ?? (attack === null ? '0' : '0.2'), 0, 0.9)
  const model = oneOf('model', values.model, ['real', 'reduced', 'auto'] as const)
  if (adversaries > 0 && model === 'reduced') throw new RangeError('expected --model real with adversaries: the reduced model has none')
  return {
    nodes,
    degree: number('degree', values.degree, 2, 64),
    rate: number('rate', values.rate, 0.001, 1000),
    announcements: number('announcements', values.announcements ?? String(defaultAnnouncements(nodes)), 1, 100_000),
    churn: number('churn', values.churn, 0, 1),
    partition: number('partition', values.partition, 0, 0.9),
    adversaries,
    fields: number('fields', values.fields, 2, 4096),
    body: number('body', values.body, 64, 16_000),
    room: number('room', values.room, 16, defaultLimits.maxHeaders),
    seed: number('seed', values.seed, 0, 2 ** 31),
    model,
    modes: values.mode === undefined ? MODES : values.mode.map((mode) => oneOf('mode', mode, MODES)),
    attack,
    without: values.without === undefined ? null : oneOf('without', values.without, DEFENCES),
    json: values.json,
    attacks: values.attacks,
    nodesGiven: values.nodes !== undefined,
    curve: values.curve,
    verbose: values.verbose
  }
}

function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= least && value <= most) return value
  throw new RangeError(`expected --${name} to be a number from ${least} to ${most}, got ${text}`)
}

function oneOf<T extends string>(name: string, text: string, names: readonly T[]): T {
  const found = names.find((one) => one === text)
  if (found !== undefined) return found
  throw new RangeError(`expected --${name} to be one of ${names.join(', ')}, got ${text}`)
}

/** Few at many nodes: that many receive each of them. */
export function defaultAnnouncements(nodes: number): number {
  if (nodes > 20_000) return 80
  return nodes > 2_000 ? 160 : Math.min(320, nodes)
}
