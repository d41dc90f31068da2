/** The report: one page with charts, no scripts and nothing from elsewhere. */
import type { AttackOutcome } from './attacks.ts'
import { barChart, escape, lineChart } from './charts.ts'
import type { PolicyName } from './options.ts'
import { ROWS, formatOf, withInterval } from './report.ts'
import type { PolicyResult, Result } from './simulate.ts'

export const LABELS: Record<PolicyName, string> = {
  random: 'Random',
  mean: 'Mean rating',
  eigentrust: 'EigenTrust, merged',
  perTopic: 'EigenTrust per topic',
  mg: 'MG-EigenTrust'
}
const SHORT: Record<PolicyName, string> = { random: 'Random', mean: 'Mean', eigentrust: 'Merged', perTopic: 'Per topic', mg: 'MG' }

const STYLE = `
:root { color-scheme: light dark; --ink: #1d2330; --soft: #5a6272; --line: #d9dde5; --ground: #fff; --card: #f6f7f9;
  --random: #8a8f9c; --mean: #c2410c; --eigentrust: #b45309; --perTopic: #0369a1; --mg: #15803d; --bad: #b91c1c }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --soft: #a0a8b8; --line: #343b49; --ground: #14181f; --card: #1c222c;
  --random: #9aa1af; --mean: #fb923c; --eigentrust: #fbbf24; --perTopic: #38bdf8; --mg: #4ade80; --bad: #f87171 } }
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 4rem; background: var(--ground); color: var(--ink);
  font: 15px/1.55 system-ui, sans-serif }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem } h2 { font-size: 1.15rem; margin: 2.25rem 0 .25rem }
h3 { font-size: .95rem; margin: 0 0 .5rem; font-weight: 600 } p { max-width: 46rem; margin: .25rem 0 1rem; color: var(--soft) }
svg { display: block; width: 100%; height: auto } svg text { font: 12px system-ui, sans-serif; fill: var(--soft) }
.grid { stroke: var(--line); fill: none } .mark { stroke: var(--soft); stroke-dasharray: 3 3; fill: none }
.line { fill: none; stroke: var(--c); stroke-width: 2 } .band { fill: var(--c); opacity: .15 } .bar, .dot { fill: var(--c) }
.whisker { stroke: var(--ink); stroke-width: 1.5 }
${Object.keys(LABELS).map((policy) => `.${policy} { --c: var(--${policy}) }`).join(' ')} .held { --c: var(--mg) } .open { --c: var(--bad) }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1rem; margin-top: 1rem }
.card { background: var(--card); border-radius: 8px; padding: 1rem } .wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .87rem; font-variant-numeric: tabular-nums }
th, td { padding: .4rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap }
th:first-child, td:first-child { text-align: left; white-space: normal } thead th { color: var(--soft); font-weight: 600 }
.bad { color: var(--bad) }`

export function reportPage(result: Result, attacks: readonly AttackOutcome[] | null): string {
  const { agents, topics, attackers, disguised, strategy, rounds, seeds, seed, without, policies } = result
  const shown = Object.entries(policies) as [PolicyName, PolicyResult][]
  const title = `Reputation under attack: ${strategy.replaceAll('-', ' ')}`
  const settings =
    `${agents} agents, ${topics} topics, ${Math.round(100 * attackers)} % attackers of whom ${Math.round(100 * disguised)} % are disguised, ` +
    `${rounds} rounds, ${seeds} seeds from ${seed}${without.length === 0 ? '' : `, without ${without.join(', ')}`}.`
  const lines = shown.map(([name, { timeline }]) => ({ name, label: LABELS[name], points: timeline }))
  const marks = [{ at: 1 / 8, label: 'collusion' }, { at: 0.5, label: 'measured' }]
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title><style>${STYLE}</style>
<h1>${escape(title)}</h1>
<p>${escape(settings)} Means over seeds; bands, whiskers and ± are 95 % intervals. Every policy had the same draws.</p>
<h2>Work in the target topic that attackers got</h2>
<p>Share of the tasks of honest leaders, with those that only explore.</p>
${lineChart('share of attackers in the target topic by round', lines, rounds, marks)}
<div class="cards">${ROWS.map(({ measure, label, format }) => {
    const bars = shown.map(([name, figures]) => ({ name, label: SHORT[name], figure: figures[measure] }))
    return `<div class="card"><h3>${escape(capital(label))}</h3>${barChart(label, bars, format)}</div>`
  }).join('')}</div>
<h2>All figures</h2>
<div class="wide">${table(
    ['', ...shown.map(([name]) => LABELS[name])],
    ROWS.map(({ measure, label, format }) => [capital(label), ...shown.map(([, figures]) => withInterval(figures[measure], format))])
  )}</div>
${attacks === null ? '' : attackSection(attacks)}
</html>
`
}

function attackSection(attacks: readonly AttackOutcome[]): string {
  const strategies = [...new Set(attacks.map(({ strategy }) => strategy))]
  return `<h2>Every attack, and what each defence contributes</h2>
<p>The product with all its defences (green), and with one of them switched off (red).</p>
<div class="cards">${strategies.map((strategy) => {
    const those = attacks.filter((outcome) => outcome.strategy === strategy)
    const measure = those[0]?.measure ?? 'attackerShare'
    const label = ROWS.find((row) => row.measure === measure)?.label ?? measure
    const bars = those.map(({ without, figure }) => ({ name: without === null ? 'held' : 'open', label: without ?? 'all on', figure }))
    const chart = barChart(label, bars, formatOf(measure))
    return `<div class="card"><h3>${escape(capital(strategy.replaceAll('-', ' ')))}</h3><p>${escape(capital(label))}</p>${chart}</div>`
  }).join('')}</div>`
}

function table(head: readonly string[], rows: readonly string[][]): string {
  const cells = (row: readonly string[], tag: 'th' | 'td'): string => row.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')
  return `<table><thead><tr>${cells(head, 'th')}</tr></thead><tbody>${rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('')}</tbody></table>`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
