import { useRef } from 'react'
import {
  Bar,
  BarChart,
  CartesianGrid,
  Legend,
  Line,
  LineChart,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis
} from 'recharts'
import type { ChartPart } from '../../node/schema/result.ts'
import { cleanLine, cut } from '../text/clean.ts'
import { fileNameFor } from '../text/export.ts'
import { formatNumber, plural } from '../text/format.ts'
import { saveFile } from './save-file.ts'
import { svgFile } from './svg-file.ts'
import './chart.css'

const colours = [1, 2, 3, 4, 5, 6].map((n) => `var(--chart-${n})`)
const dashes = [undefined, '6 4', '2 3']
const axis = { stroke: 'var(--line-strong)', tick: { fill: 'var(--ink-soft)', fontSize: 12 }, tickLine: false }

/** A chart of a result. Each series differs in colour, and lines past the sixth in their dashes too. */
export function Chart({ part, label }: { part: ChartPart; label: string }) {
  const box = useRef<HTMLDivElement>(null)
  const series = part.series.map((one, i) => ({
    key: `s${i}`,
    name: short(one.name, 30),
    colour: colours[i % colours.length] ?? 'currentColor',
    dash: dashes[Math.floor(i / colours.length) % dashes.length]
  }))
  const data = part.labels.map((name, at) => ({
    name: short(name, 24),
    ...Object.fromEntries(part.series.map((one, i) => [`s${i}`, one.values[at] ?? null]))
  }))
  const frame = [
    <CartesianGrid key="grid" stroke="var(--line)" vertical={false} />,
    <XAxis
      key="x"
      dataKey="name"
      {...axis}
      height={part.xLabel === undefined ? 30 : 48}
      {...(part.xLabel === undefined
        ? {}
        : {
            label: { value: short(part.xLabel, 40), position: 'insideBottom', fill: 'var(--ink-soft)', fontSize: 12 }
          })}
    />,
    <YAxis
      key="y"
      {...axis}
      width={part.yLabel === undefined ? 56 : 72}
      tickFormatter={tickText}
      {...(part.yLabel === undefined
        ? {}
        : {
            label: {
              value: short(part.yLabel, 40),
              angle: -90,
              position: 'insideLeft',
              fill: 'var(--ink-soft)',
              fontSize: 12,
              style: { textAnchor: 'middle' }
            }
          })}
    />,
    <Tooltip
      key="tip"
      isAnimationActive={false}
      cursor={{ fill: 'var(--sunken)', stroke: 'var(--line-strong)' }}
      contentStyle={{
        background: 'var(--raised)',
        border: '1px solid var(--line)',
        borderRadius: 10,
        color: 'var(--ink)'
      }}
      formatter={(value) => (typeof value === 'number' ? formatNumber(value) : String(value))}
    />,
    ...(series.length > 1
      ? [<Legend key="legend" position="top" wrapperStyle={{ fontSize: 13, color: 'var(--ink-soft)' }} />]
      : [])
  ]
  const margin = { top: 12, right: 12, bottom: 4, left: 0 }
  const save = () => {
    const svg = box.current?.querySelector('svg')
    if (svg instanceof SVGSVGElement) saveFile(fileNameFor(label, 'svg'), 'image/svg+xml', svgFile(svg, label))
  }
  return (
    <figure className="stack-s">
      <div className="chart" ref={box} role="img" aria-label={describe(part, label)}>
        <ResponsiveContainer width="100%" height={320}>
          {part.chart === 'bar' ? (
            <BarChart data={data} margin={margin} accessibilityLayer={false}>
              {frame}
              {series.map(({ key, name, colour }) => (
                <Bar
                  key={key}
                  dataKey={key}
                  name={name}
                  fill={colour}
                  radius={[4, 4, 0, 0]}
                  maxBarSize={64}
                  isAnimationActive={false}
                />
              ))}
            </BarChart>
          ) : (
            <LineChart data={data} margin={margin} accessibilityLayer={false}>
              {frame}
              {series.map(({ key, name, colour, dash }) => (
                <Line
                  key={key}
                  dataKey={key}
                  name={name}
                  stroke={colour}
                  strokeWidth={2}
                  dot={data.length <= 40}
                  {...(dash === undefined ? {} : { strokeDasharray: dash })}
                  isAnimationActive={false}
                />
              ))}
            </LineChart>
          )}
        </ResponsiveContainer>
      </div>
      <div>
        <button type="button" className="link small" onClick={save}>
          Save as SVG
        </button>
      </div>
    </figure>
  )
}

function describe(part: ChartPart, label: string): string {
  const names = part.series.map((one) => short(one.name, 30)).join(', ')
  const shape = part.chart === 'bar' ? 'Bar chart' : 'Line chart'
  const points = plural(part.labels.length, 'point')
  return `${shape}: ${cleanLine(label)}. ${points} of ${names}. The Table tab has the numbers.`
}

function short(text: string, max: number): string {
  const shown = cut(cleanLine(text), max)
  return shown.whole ? shown.text : `${shown.text}…`
}

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 })

function tickText(value: unknown): string {
  return typeof value === 'number' ? compact.format(value) : String(value)
}
