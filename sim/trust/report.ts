/** Figures as tables for people. */
import type { AttackOutcome } from './attacks.ts'
import type { Measure, Result } from './simulate.ts'
import type { Figure } from './statistics.ts'

export interface Row {
  measure: Measure
  label: string
  format: (value: number) => string
}

const share = (value: number): string => `${(100 * value).toFixed(2)} %`

export const ROWS: readonly Row[] = [
  { measure: 'attackerShare', label: 'target tasks that attackers got, third quarter', format: share },
  { measure: 'attackerShareLate', label: 'target tasks that attackers got, last quarter', format: share },
  { measure: 'attackerShareChosen', label: 'third quarter, without exploration', format: share },
  { measure: 'cheated', label: 'target tasks that were cheated, second half', format: share },
  { measure: 'auc', label: 'AUC of honest against attackers', format: (value) => value.toFixed(3) },
  { measure: 'newcomerRounds', label: 'rounds until a newcomer got work', format: (value) => value.toFixed(1) },
  { measure: 'honestLost', label: 'honest specialists lost', format: share },
  { measure: 'honestUnfound', label: 'honest specialists never found', format: share },
  { measure: 'utility', label: 'utility of a task, second half', format: (value) => value.toFixed(4) },
  { measure: 'unserved', label: 'tasks that nobody was found for', format: share }
]

export function formatOf(measure: Measure): (value: number) => string {
  return ROWS.find((row) => row.measure === measure)?.format ?? String
}

export function printResult(result: Result): void {
  const { agents, topics, attackers, disguised, strategy, rounds, seeds, without, policies } = result
  console.log(
    `${agents} agents, ${topics} topics, ${share(attackers)} attackers, ${share(disguised)} of them disguised, ` +
    `${strategy}, ${rounds} rounds, ${seeds} seeds${without.length === 0 ? '' : `, without ${without.join(', ')}`}\n`
  )
  const columns = Object.entries(policies)
  printTable([
    ['', ...columns.map(([policy]) => policy)],
    ...ROWS.map(({ measure, label, format }) => [label, ...columns.map(([, figures]) => withInterval(figures[measure], format))])
  ])
}

export function printAttacks(outcomes: readonly AttackOutcome[]): void {
  printTable([
    ['attack', 'attackers', 'without', 'measured', 'figure', 'bound', 'as it should be'],
    ...outcomes.map(({ strategy, attackers, without, measure, figure, bound, asExpected }) => [
      strategy,
      share(attackers),
      without ?? '-',
      measure,
      withInterval(figure, formatOf(measure)),
      formatOf(measure)(bound),
      asExpected ? 'yes' : 'NO'
    ])
  ])
}

export function withInterval({ mean, ci95 }: Figure, format: (value: number) => string): string {
  return Number.isNaN(mean) ? '-' : `${format(mean)} ±${format(ci95)}`
}

function printTable(rows: readonly string[][]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  for (const row of rows) {
    const cells = row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
    console.log(cells.join('  ').trimEnd())
  }
}
