/** Every policy on the same draws, over seeds. */
import { POLICIES, type Options, type PolicyName } from './options.ts'
import { createPolicy } from './policies.ts'
import { run, type RunResult } from './run.ts'
import { figure, type Figure } from './statistics.ts'
import { strategyOf } from './strategies.ts'
import { createWorld } from './world.ts'

export type Measure = Exclude<keyof RunResult, 'timeline'>
export const MEASURES = [
  'attackerShare',
  'attackerShareLate',
  'attackerShareChosen',
  'cheated',
  'auc',
  'newcomerRounds',
  'honestLost',
  'honestUnfound',
  'utility',
  'unserved',
  'iterations'
] as const satisfies readonly Measure[]

export type PolicyResult = Record<Measure, Figure> & {
  /** share of attackers in the target topic over the run, part by part */
  timeline: Figure[]
}

export interface Result {
  agents: number
  topics: number
  attackers: number
  disguised: number
  strategy: string
  rounds: number
  seeds: number
  seed: number
  without: string[]
  policies: Partial<Record<PolicyName, PolicyResult>>
}

export function simulate(options: Options, log: (line: string) => void = () => undefined): Result {
  const { agents, topics, attackers, disguised, strategy, rounds, seeds, seed: first, policies } = options
  const runs = new Map<PolicyName, RunResult[]>(policies.map((policy) => [policy, []]))
  for (let seed = first; seed < first + seeds; seed++) {
    const world = createWorld(options, strategyOf(strategy), seed)
    for (const [policy, results] of runs) {
      const began = performance.now()
      results.push(run(world, createPolicy(policy, world), seed))
      log(`seed ${seed}, ${policy}: ${((performance.now() - began) / 1000).toFixed(1)} s`)
    }
  }
  const results: Result['policies'] = {}
  for (const policy of POLICIES) {
    const those = runs.get(policy)
    if (those !== undefined) results[policy] = summary(those)
  }
  return { agents, topics, attackers, disguised, strategy, rounds, seeds, seed: first, without: [...options.without], policies: results }
}

function summary(runs: readonly RunResult[]): PolicyResult {
  const figures = Object.fromEntries(MEASURES.map((measure) => [measure, figure(runs.map((one) => one[measure]))])) as Record<Measure, Figure>
  const parts = runs[0]?.timeline.length ?? 0
  return { ...figures, timeline: Array.from({ length: parts }, (_, part) => figure(runs.map(({ timeline }) => timeline[part] ?? NaN))) }
}
