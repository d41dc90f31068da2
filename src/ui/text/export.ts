/** Results as files that people can keep. Pure: a result in, text out. */
import type { Part, Result, TablePart } from '../../node/schema/result.ts'
import { cleanLine, cleanText } from './clean.ts'

type Cell = TablePart['rows'][number][number]

/**
 * A table as CSV (RFC 4180). A text that a spreadsheet would take for a formula gets an apostrophe before it:
 * the table may come from a stranger, and opening it must not run anything.
 */
export function tableCsv(table: TablePart): string {
  return [table.columns, ...table.rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('')
}

function csvCell(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell !== 'string') return String(cell)
  const guarded = /^[=+\-@\t\r]/.test(cell) && Number.isNaN(Number(cell)) ? `'${cell}` : cell
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}

/** A chart's numbers as a table: one row a label, one column a series. */
export function chartTable(part: Extract<Part, { kind: 'chart' }>): TablePart {
  return {
    kind: 'table',
    ...(part.title === undefined ? {} : { title: part.title }),
    columns: [part.xLabel ?? 'label', ...part.series.map((series) => series.name)],
    rows: part.labels.map((label, i) => [label, ...part.series.map((series) => series.values[i] ?? null)])
  }
}

/** A whole result as Markdown. What a stranger wrote stays text: it can't start a heading, a link or markup. */
export function resultMarkdown(result: Result): string {
  const sections = result.parts.map((part) => {
    const title = part.title === undefined ? '' : `## ${escapeLine(part.title)}\n\n`
    switch (part.kind) {
      case 'text':
        return title + escapeText(part.text)
      case 'list':
        return title + part.items.map((item) => `- ${escapeLine(item)}`).join('\n')
      case 'table':
        return title + markdownTable(part)
      case 'chart':
        return title + markdownTable(chartTable(part))
      case 'json':
        return title + fenced(part.json)
    }
  })
  return `${[escapeText(result.summary), ...sections].join('\n\n')}\n`
}

/** A whole result as plain text, for the clipboard. */
export function resultText(result: Result): string {
  const sections = result.parts.map((part) => {
    const title = part.title === undefined ? '' : `${cleanLine(part.title)}\n`
    switch (part.kind) {
      case 'text':
        return title + cleanText(part.text)
      case 'list':
        return title + part.items.map((item) => `• ${cleanLine(item)}`).join('\n')
      case 'table':
        return title + tabbed(part)
      case 'chart':
        return title + tabbed(chartTable(part))
      case 'json':
        return title + cleanText(part.json)
    }
  })
  return [cleanText(result.summary), ...sections].join('\n\n')
}

function tabbed(table: TablePart): string {
  return [table.columns, ...table.rows]
    .map((row) => row.map((cell) => cleanLine(String(cell ?? ''))).join('\t'))
    .join('\n')
}

function markdownTable(table: TablePart): string {
  const line = (cells: ReadonlyArray<Cell | undefined>) =>
    `| ${cells.map((cell) => escapeLine(String(cell ?? ''))).join(' | ')} |`
  return [
    line(table.columns),
    line(table.columns.map(() => '---')).replaceAll('\\-', '-'),
    ...table.rows.map(line)
  ].join('\n')
}

function escapeLine(text: string): string {
  return cleanLine(text).replace(/[\\`*_{}[\]<>()#+\-!|~&]/g, '\\$&')
}

function escapeText(text: string): string {
  return cleanText(text).split('\n').map(escapeLine).join('\n')
}

function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((run) => run[0].length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}json\n${cleanText(text)}\n${fence}`
}

/** A name that every file system takes, from a text that a stranger may have written. */
export function fileNameFor(text: string, ending: string): string {
  const base = cleanLine(text)
    .replace(/[^\p{L}\p{N} _.-]/gu, '')
    .replace(/\s+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 60)
  return `${base.replace(/[.-]+$/, '') || 'result'}.${ending}`
}
