import { Tabs } from '@base-ui/react/tabs'
import { Suspense, lazy } from 'react'
import type { ChartPart, Part, Result } from '../../node/schema/result.ts'
import { chartTable, fileNameFor, tableCsv } from '../text/export.ts'
import { DataTable } from './data-table.tsx'
import { saveFile } from './save-file.ts'
import { StrangerLine, StrangerText } from './stranger-text.tsx'
import './result-view.css'

const Chart = lazy(async () => ({ default: (await import('./chart.tsx')).Chart }))
const LIST_FIRST = 100

/** What came of a task, each part drawn as what it is. All of it is a stranger's: text stays text. */
export function ResultView({ result }: { result: Result }) {
  return (
    <div className="result stack">
      <div className="result-summary">
        <StrangerText text={result.summary} quoted={false} max={500} />
      </div>
      {result.parts.map((part, i) => (
        <ResultPart key={i} part={part} index={i} />
      ))}
    </div>
  )
}

function ResultPart({ part, index }: { part: Part; index: number }) {
  const title = part.title ?? ''
  return (
    <section className="result-part stack-s" aria-label={title === '' ? `Part ${index + 1}` : undefined}>
      {title !== '' && (
        <h3>
          <StrangerLine text={title} />
        </h3>
      )}
      <PartBody part={part} label={title === '' ? `Part ${index + 1} of the result` : title} />
    </section>
  )
}

function PartBody({ part, label }: { part: Part; label: string }) {
  switch (part.kind) {
    case 'text':
      return <StrangerText text={part.text} quoted={false} max={4000} />
    case 'list':
      return <ResultList items={part.items} />
    case 'table':
      return (
        <>
          <DataTable table={part} label={label} />
          <SaveCsv name={label} csv={() => tableCsv(part)} />
        </>
      )
    case 'chart':
      return <ChartOrTable part={part} label={label} />
    case 'json':
      return <JsonText json={part.json} />
  }
}

function ResultList({ items }: { items: readonly string[] }) {
  return (
    <ul className="result-list">
      {items.slice(0, LIST_FIRST).map((item, i) => (
        <li key={i}>
          <StrangerText text={item} quoted={false} max={600} />
        </li>
      ))}
      {items.length > LIST_FIRST && (
        <li className="faint">and {items.length - LIST_FIRST} more, in the file you can save</li>
      )}
    </ul>
  )
}

function ChartOrTable({ part, label }: { part: ChartPart; label: string }) {
  const table = chartTable(part)
  return (
    <Tabs.Root defaultValue="chart" className="stack-s">
      <Tabs.List className="tabs" aria-label={`Ways to see ${label}`}>
        <Tabs.Tab className="tab" value="chart">
          Chart
        </Tabs.Tab>
        <Tabs.Tab className="tab" value="table">
          Table
        </Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="chart">
        <Suspense
          fallback={
            <div className="chart-space skeleton" role="status">
              Drawing the chart…
            </div>
          }
        >
          <Chart part={part} label={label} />
        </Suspense>
      </Tabs.Panel>
      <Tabs.Panel value="table" className="stack-s">
        <DataTable table={table} label={label} />
        <SaveCsv name={label} csv={() => tableCsv(table)} />
      </Tabs.Panel>
    </Tabs.Root>
  )
}

function JsonText({ json }: { json: string }) {
  let pretty = json
  try {
    pretty = JSON.stringify(JSON.parse(json), null, 2)
  } catch {
    // What is not JSON is shown as it came.
  }
  return (
    <div className="source">
      <code>
        <StrangerText text={pretty} quoted={false} max={6000} />
      </code>
    </div>
  )
}

function SaveCsv({ name, csv }: { name: string; csv: () => string }) {
  return (
    <div>
      <button
        type="button"
        className="link small"
        onClick={() => saveFile(fileNameFor(name, 'csv'), 'text/csv', csv())}
      >
        Save as CSV
      </button>
    </div>
  )
}
