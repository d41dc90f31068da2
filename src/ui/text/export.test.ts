import { describe, expect, test } from 'vitest'
import { chartTable, fileNameFor, resultMarkdown, resultText, tableCsv } from './export.ts'

describe('CSV', () => {
  const csv = (rows: Array<Array<string | number | boolean | null>>) =>
    tableCsv({ kind: 'table', columns: ['a'], rows })
  test('quotes what must be quoted', () => {
    expect(csv([['x,y'], ['say "hi"'], ['two\nlines'], [1.5], [true], [null]])).toBe(
      'a\r\n"x,y"\r\n"say ""hi"""\r\n"two\nlines"\r\n1.5\r\ntrue\r\n\r\n'
    )
  })
  test('never hands a formula to a spreadsheet', () => {
    expect(csv([['=1+1'], ['@SUM(A1)'], ['+cmd'], ['-2+3'], ['-5'], [-5]])).toBe(
      "a\r\n'=1+1\r\n'@SUM(A1)\r\n'+cmd\r\n'-2+3\r\n-5\r\n-5\r\n"
    )
  })
})

test('a chart is a table too', () => {
  const chart = {
    kind: 'chart' as const,
    chart: 'line' as const,
    xLabel: 'month',
    labels: ['Jan', 'Feb'],
    series: [
      { name: 'rain', values: [1, null] },
      { name: 'sun', values: [3] }
    ]
  }
  expect(chartTable(chart)).toEqual({
    kind: 'table',
    columns: ['month', 'rain', 'sun'],
    rows: [
      ['Jan', 1, 3],
      ['Feb', null, null]
    ]
  })
})

describe('text', () => {
  const result = {
    summary: '# not a heading',
    parts: [
      { kind: 'list' as const, title: 'Points', items: ['[a](javascript:alert(1))', '<b>x</b>'] },
      { kind: 'json' as const, json: '{"a":"```"}' },
      { kind: 'table' as const, columns: ['a|b'], rows: [['c']] }
    ]
  }
  test('Markdown keeps a stranger’s text as text', () => {
    expect(resultMarkdown(result)).toBe(
      '\\# not a heading\n\n## Points\n\n- \\[a\\]\\(javascript:alert\\(1\\)\\)\n- \\<b\\>x\\</b\\>\n\n' +
        '````json\n{"a":"```"}\n````\n\n| a\\|b |\n| --- |\n| c |\n'
    )
  })
  test('plain text has no marks of its own but bullets', () => {
    expect(resultText(result)).toBe(
      '# not a heading\n\nPoints\n• [a](javascript:alert(1))\n• <b>x</b>\n\n{"a":"```"}\n\na|b\nc'
    )
  })
})

test('file names', () => {
  expect(fileNameFor('../../etc/passwd', 'csv')).toBe('etcpasswd.csv')
  expect(fileNameFor('Rain in\u202E Köln: 2025?', 'csv')).toBe('Rain-in-Köln-2025.csv')
  expect(fileNameFor('…', 'md')).toBe('result.md')
})
