/** What the simulation of reputation is told on its command line. */
import { parseArgs } from 'node:util'

export const STRATEGIES = [
  'disguise',
  'ballot-stuffing',
  'bad-mouthing',
  'on-off',
  'whitewashing',
  'sybil-ring',
  'slow-infiltration',
  'self-promotion',
  'patronage'
] as const
export type StrategyName = (typeof STRATEGIES)[number]

export const POLICIES = ['random', 'mean', 'eigentrust', 'perTopic', 'mg'] as const
export type PolicyName = (typeof POLICIES)[number]

/** What of the product can be switched off. */
export const DEFENCES = [
  /** a graph for each topic; without: one merged graph */
  'topics',
  /** work for what was earned next door; without: none is inherited */
  'prospect',
  /** complaints count; without: only praise does */
  'negative',
  /** who endorsed a culprit loses */
  'penalties',
  /** praise in dense, mutual groups counts less */
  'rings',
  /** some of the full tasks are checked as well */
  'audits',
  /** a failed check is a proof */
  'proofs',
  /** the unknown are tried by what they earned next door; without: all alike */
  'exploration',
  /** what followers say of leaders is not praise of work */
  'roles',
  /** what is earned in one neighbouring topic is inherited only up to a bound */
  'cap',
  /** complaints weigh what the voice of the one who complains weighs; without: all alike */
  'voice'
] as const
export type Defence = (typeof DEFENCES)[number]

export interface Options {
  agents: number
  topics: number
  /** share of the agents that attack */
  attackers: number
  /** share of the attackers that work honestly elsewhere */
  disguised: number
  strategy: StrategyName
  rounds: number
  /** runs, each with draws of its own */
  seeds: number
  /** the first of them */
  seed: number
  policies: readonly PolicyName[]
  without: ReadonlySet<Defence>
}

export interface Command extends Options {
  json: boolean
  /** every strategy, with the defences and without each of those that matter against it */
  attacks: boolean
  /** where to write a page with charts */
  report: string | null
  verbose: boolean
}

export const USAGE = `npm run sim:trust -- [options]

  --agents N         agents (1000)
  --topics N         topics (8)
  --attackers SHARE  agents that attack (0.4)
  --disguised SHARE  attackers that work honestly in other topics (0.5)
  --strategy NAME    ${STRATEGIES.slice(0, 5).join(', ')},
                     ${STRATEGIES.slice(5).join(', ')} (disguise)
  --rounds N         rounds (400): figures are of the third quarter, and of the last
  --seeds N          runs, each with other draws (20)
  --seed N           the first of them (1001)
  --policy NAME      ${POLICIES.join(', ')}; again for more (all)
  --without NAMES    ${DEFENCES.slice(0, 6).join(', ')},
                     ${DEFENCES.slice(6).join(', ')}; commas between
  --attacks          every strategy, with all defences and without each that matters against it;
                     fails when a defence makes no difference
  --report FILE      writes a page with charts
  --json             one line of JSON
  --verbose          what is being done
`

/** @throws RangeError when an option is not as it has to be */
export function parseOptions(args: string[]): Command {
  const { values } = parseArgs({
    args,
    options: {
      agents: { type: 'string', default: '1000' },
      topics: { type: 'string', default: '8' },
      attackers: { type: 'string', default: '0.4' },
      disguised: { type: 'string', default: '0.5' },
      strategy: { type: 'string', default: 'disguise' },
      rounds: { type: 'string', default: '400' },
      seeds: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1001' },
      policy: { type: 'string', multiple: true },
      without: { type: 'string', default: '' },
      attacks: { type: 'boolean', default: false },
      report: { type: 'string' },
      json: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false }
    }
  })
  const without = values.without.split(',').map((name) => name.trim()).filter((name) => name !== '')
  return {
    agents: whole('agents', values.agents, 40, 100_000),
    topics: whole('topics', values.topics, 2, 64),
    attackers: number('attackers', values.attackers, 0, 0.8),
    disguised: number('disguised', values.disguised, 0, 1),
    strategy: oneOf('strategy', values.strategy, STRATEGIES),
    rounds: whole('rounds', values.rounds, 8, 100_000),
    seeds: whole('seeds', values.seeds, 1, 1000),
    seed: whole('seed', values.seed, 0, 2 ** 31),
    policies: values.policy === undefined ? POLICIES : values.policy.map((name) => oneOf('policy', name, POLICIES)),
    without: new Set(without.map((name) => oneOf('without', name, DEFENCES))),
    json: values.json,
    attacks: values.attacks,
    report: values.report ?? null,
    verbose: values.verbose
  }
}

function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= least && value <= most) return value
  throw new RangeError(`expected --${name} to be a number from ${least} to ${most}, got ${text}`)
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = number(name, text, least, most)
  if (Number.isInteger(value)) return value
  throw new RangeError(`expected --${name} to be a whole number, got ${text}`)
}

function oneOf<T extends string>(name: string, text: string, names: readonly T[]): T {
  const found = names.find((one) => one === text)
  if (found !== undefined) return found
  throw new RangeError(`expected --${name} to be one of ${names.join(', ')}, got ${text}`)
}
