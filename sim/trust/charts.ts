/** Charts as SVG text: no scripts, colours by the classes of the page (`page.ts`). */
import type { Figure } from './statistics.ts'

export interface Line {
  /** class of its colour */
  name: string
  label: string
  points: readonly Figure[]
}

export interface Bar {
  name: string
  label: string
  figure: Figure
}

const WIDTH = 760
const HEIGHT = 320
const MARGIN = { left: 52, right: 150, top: 14, bottom: 40 }
const LABEL_GAP = 16

/**
 * Lines with their 95 % intervals as bands, named at their ends. Values are shares, 0 to 1.
 *
 * @param marks places along the horizontal axis, 0 to 1, with what begins there
 */
export function lineChart(title: string, lines: readonly Line[], rounds: number, marks: readonly { at: number; label: string }[]): string {
  const right = WIDTH - MARGIN.right
  const bottom = HEIGHT - MARGIN.bottom
  const x = (share: number): number => MARGIN.left + share * (right - MARGIN.left)
  const y = (value: number): number => bottom - value * (bottom - MARGIN.top)
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1]
  const parts = [
    ...ticks.map((tick) => `<path class="grid" d="M${MARGIN.left} ${at(y(tick))}H${right}"/>`),
    ...ticks.map((tick) => text(MARGIN.left - 8, y(tick) + 4, `${Math.round(100 * tick)} %`, 'end')),
    ...[0, 0.25, 0.5, 0.75, 1].map((tick) => text(x(tick), bottom + 18, String(Math.round(rounds * tick)), 'middle')),
    text((MARGIN.left + right) / 2, HEIGHT - 4, 'round', 'middle'),
    ...marks.map(({ at: place }) => `<path class="mark" d="M${at(x(place))} ${MARGIN.top}V${bottom}"/>`),
    ...marks.map(({ at: place, label }) => text(x(place) + 4, MARGIN.top + 10, label, 'start'))
  ]
  const ends: { name: string; label: string; y: number }[] = []
  for (const { name, label, points } of lines) {
    const shown = points.map(({ mean, ci95 }, i) => ({ x: x((i + 0.5) / points.length), mean, ci95 })).filter(({ mean }) => !Number.isNaN(mean))
    const upper = shown.map((point) => `${at(point.x)} ${at(y(Math.min(1, point.mean + point.ci95)))}`)
    const lower = shown.map((point) => `${at(point.x)} ${at(y(Math.max(0, point.mean - point.ci95)))}`).reverse()
    parts.push(`<path class="band ${name}" d="M${[...upper, ...lower].join('L')}Z"/>`)
    parts.push(`<path class="line ${name}" d="M${shown.map((point) => `${at(point.x)} ${at(y(point.mean))}`).join('L')}"/>`)
    ends.push({ name, label, y: y(shown.at(-1)?.mean ?? 0) })
  }
  ends.sort((a, b) => b.y - a.y)
  let floor = Infinity
  for (const { name, label, y: wanted } of ends) {
    floor = Math.min(wanted, floor - LABEL_GAP)
    parts.push(`<circle class="dot ${name}" cx="${right + 10}" cy="${at(floor)}" r="4"/>${text(right + 19, floor + 4, label, 'start')}`)
  }
  return svg(title, WIDTH, HEIGHT, parts)
}

const BAR = { width: 370, left: 84, right: 112, row: 24 }

/** Bars from zero, one for each policy, with whiskers for the 95 % interval. */
export function barChart(title: string, bars: readonly Bar[], format: (value: number) => string): string {
  const most = Math.max(...bars.map(({ figure: { mean, ci95 } }) => (Number.isNaN(mean) ? 0 : mean + ci95)), 1e-9)
  const x = (value: number): number => BAR.left + (Math.max(0, value) / most) * (BAR.width - BAR.left - BAR.right)
  const parts = bars.flatMap(({ name, label, figure: { mean, ci95 } }, row) => {
    const top = row * BAR.row + 4
    const middle = top + 8
    if (Number.isNaN(mean)) return [text(BAR.left - 8, middle + 4, label, 'end'), text(BAR.left + 6, middle + 4, 'not measured', 'start')]
    return [
      text(BAR.left - 8, middle + 4, label, 'end'),
      `<rect class="bar ${name}" x="${BAR.left}" y="${top}" width="${at(Math.max(1, x(mean) - BAR.left))}" height="16" rx="2"/>`,
      `<path class="whisker" d="M${at(x(mean - ci95))} ${middle}H${at(x(mean + ci95))}"/>`,
      text(x(mean + ci95) + 6, middle + 4, format(mean), 'start')
    ]
  })
  return svg(title, BAR.width, bars.length * BAR.row + 4, parts)
}

function svg(title: string, width: number, height: number, parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">${parts.join('')}</svg>`
}

function text(x: number, y: number, value: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}">${escape(value)}</text>`
}

/** What goes into a page as text. */
export function escape(value: string): string {
  return value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}

const at = (value: number): string => value.toFixed(1)
