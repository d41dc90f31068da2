/** Figures as tables for people. */
import type { AttackOutcome } from './attacks.ts'
import type { ModeResult } from './run.ts'
import type { CurvePoint, ModelError, Result } from './simulate.ts'

export function printResult({ nodes, seed, degree, modes, forkKnownShare, modelError }: Result): void {
  console.log(`${count(nodes)} nodes, ${degree} connections each, seed ${seed}\n`)
  const columns = Object.entries(modes)
  const row = (name: string, of: (result: ModeResult) => string): string[] => [name, ...columns.map(([, result]) => of(result))]
  printTable([
    ['', ...columns.map(([mode]) => mode)],
    row('bytes per node per announcement', (r) => decimals(r.bytesPerNodePerAnnouncement)),
    row('recall@10', (r) => share(r.recallAt10)),
    row('announcement to body, median', (r) => ms(r.announcementToBodyMs.p50)),
    row('announcement to body, p99', (r) => ms(r.announcementToBodyMs.p99)),
    row('bodies that arrived where wanted', (r) => share(r.deliveredShare)),
    row('missing 60 s after a cut healed', (r) => (r.missingAfterHeal === null ? '-' : count(r.missingAfterHeal))),
    row('bytes to heal, for each missing', (r) => (r.healBytesRatio === null ? '-' : decimals(r.healBytesRatio))),
    row('invalid entries stored', (r) => (r.invalidStored === null ? '-' : count(r.invalidStored))),
    row('forks known after 30 s', (r) => (r.forkKnownShare === null ? '-' : share(r.forkKnownShare))),
    row('model', (r) => r.model)
  ])
  const { flood, full } = modes
  if (flood && full) {
    console.log(`\nflooding costs ${decimals(flood.bytesPerNodePerAnnouncement / full.bytesPerNodePerAnnouncement)} times as much`)
  }
  if (forkKnownShare !== null) console.log(`forks are known to ${share(forkKnownShare)} after 30 s`)
  if (modelError !== null) console.log(`\n${modelErrorText(modelError)}`)
}

export function printCurve(points: readonly CurvePoint[]): void {
  const rows: string[][] = [['nodes', 'mode', 'model', 'bytes', 'recall@10', 'median', 'p99']]
  for (const { nodes, real, reduced } of points) {
    for (const [model, modes] of [['real', real], ['reduced', reduced]] as const) {
      for (const [mode, result] of Object.entries(modes ?? {})) {
        const { bytesPerNodePerAnnouncement, recallAt10, announcementToBodyMs: { p50, p99 } } = result
        rows.push([count(nodes), mode, model, decimals(bytesPerNodePerAnnouncement), share(recallAt10), ms(p50), ms(p99)])
      }
    }
  }
  printTable(rows)
  for (const { error } of points) if (error !== null) console.log(`\n${modelErrorText(error)}`)
}

export function printAttacks(outcomes: readonly AttackOutcome[]): void {
  printTable([
    ['attack', 'without', 'what it did', 'as it should be'],
    ...outcomes.map(({ attack, without, harm, asExpected }) => [
      attack,
      without ?? '-',
      harm.length === 0 ? 'nothing' : harm.join(', '),
      asExpected ? 'yes' : 'NO'
    ])
  ])
}

function modelErrorText({ nodes, bytesPerNodePerAnnouncement, recallAt10, p50, p99 }: ModelError): string {
  return (
    `the reduced model is off by ${share(bytesPerNodePerAnnouncement)} in bytes, ${decimals(100 * recallAt10)} points in recall, ` +
    `${share(p50)} in the median, ${share(p99)} in p99 (full, ${count(nodes)} nodes)`
  )
}

function printTable(rows: readonly string[][]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  for (const row of rows) {
    const cells = row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
    console.log(cells.join('  ').trimEnd())
  }
}

const count = (value: number): string => value.toLocaleString('en-US')
const decimals = (value: number): string => (value >= 100 ? count(Math.round(value)) : value.toFixed(1))
const share = (value: number): string => `${(100 * value).toFixed(1)} %`
const ms = (value: number): string => `${count(Math.round(value))} ms`
