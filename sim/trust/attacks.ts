/** Every attack, with all defences, and with each that matters against it switched off: then it must do better. */
import { STRATEGIES, type Defence, type Options, type StrategyName } from './options.ts'
import { simulate, type Measure } from './simulate.ts'
import type { Figure } from './statistics.ts'

export interface AttackOutcome {
  strategy: StrategyName
  /** share of the agents that attack */
  attackers: number
  without: Defence | null
  /** where the attack shows */
  measure: Measure
  figure: Figure
  /** the figure is to be below it with all defences, above it without one */
  bound: number
  asExpected: boolean
}

interface Aim {
  measure: Measure
  /** with all defences the figure is below it, among 300 agents; among 1,000 it is less */
  bound: number
  stoppedBy: readonly Defence[]
  /** share of the agents, where it isn't that of the options: insiders are as good as others for long, and fewer */
  attackers?: number
}

const INSIDERS = 0.1

/** What each attack is after, and what stops it. */
export const AIMS: Record<StrategyName, Aim> = {
  disguise: { measure: 'attackerShare', bound: 0.06, stoppedBy: ['topics', 'exploration'] },
  'ballot-stuffing': { measure: 'cheated', bound: 0.02, stoppedBy: ['penalties'], attackers: INSIDERS },
  'bad-mouthing': { measure: 'attackerShare', bound: 0.02, stoppedBy: ['voice'] },
  'on-off': { measure: 'attackerShareLate', bound: 0.6, stoppedBy: ['audits', 'penalties'], attackers: INSIDERS },
  whitewashing: { measure: 'attackerShareLate', bound: 0.08, stoppedBy: ['exploration'] },
  'sybil-ring': { measure: 'cheated', bound: 0.02, stoppedBy: ['penalties'], attackers: INSIDERS },
  'slow-infiltration': { measure: 'attackerShareLate', bound: 0.75, stoppedBy: ['audits', 'penalties'], attackers: INSIDERS },
  'self-promotion': { measure: 'attackerShare', bound: 0.08, stoppedBy: ['exploration'] },
  patronage: { measure: 'attackerShare', bound: 0.08, stoppedBy: ['roles'] }
}

/** Without a defence that stops it, an attack does better by so many times, and by a point. */
const FACTOR = 1.2
const POINT = 0.01

/** Runs attacks; the sizes are those of `options`, whose strategy and switches are not looked at. */
export function runAttacks(options: Options, log: (line: string) => void, strategies: readonly StrategyName[] = STRATEGIES): AttackOutcome[] {
  return strategies.flatMap((strategy) => {
    const { measure, bound, stoppedBy, attackers = options.attackers } = AIMS[strategy]
    const measured = (without: readonly Defence[]): Figure => {
      log(`${strategy}${without.length === 0 ? '' : ` without ${without.join(', ')}`}`)
      const { policies: { mg } } = simulate({ ...options, attackers, strategy, policies: ['mg'], without: new Set(without) })
      return mg?.[measure] ?? { mean: NaN, ci95: NaN }
    }
    const held = measured([])
    const least = Math.max(held.mean * FACTOR, held.mean + POINT)
    const outcome = { strategy, attackers, measure, bound }
    return [
      { ...outcome, without: null, figure: held, asExpected: held.mean < bound },
      ...stoppedBy.map((without) => {
        const figure = measured([without])
        return { ...outcome, without, figure, bound: least, asExpected: figure.mean > least }
      })
    ]
  })
}
