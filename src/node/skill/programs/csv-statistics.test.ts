import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ChartPart, Result, TablePart } from '../../schema/result.ts'
import { builtInSkills } from '../skills.ts'
import { runSkill } from '../testing/run-program.ts'

let source = ''
beforeAll(async () => {
  source = await builtInSkills.find(({ capability }) => capability.id === 'csv-statistics')!.source()
})

const ask = (text: string, goal = 'Statistics of my file', name = 'data.csv') =>
  runSkill(source, { goal, files: [{ name, type: 'text/csv', text }] })

const table = (result: Result, title: string): TablePart => {
  const found = result.parts.find((part) => part.kind === 'table' && part.title?.startsWith(title))
  if (found?.kind !== 'table')
    throw new Error(`no table “${title}” in ${JSON.stringify(result.parts.map((p) => p.title))}`)
  return found
}

/** A table's row as an object. */
const row = (result: Result, title: string, first: string): Record<string, unknown> => {
  const { columns, rows } = table(result, title)
  const found = rows.find(([name]) => name === first)
  if (!found) throw new Error(`no row “${first}” in ${JSON.stringify(rows)}`)
  return Object.fromEntries(columns.map((name, i) => [name, found[i]]))
}

const figures = (result: Result, column: string) => row(result, 'Numbers', column)
const type = (result: Result, column: string) => row(result, 'Columns', column)['Type']
const charts = (result: Result) => result.parts.filter((part): part is ChartPart => part.kind === 'chart')
const remarks = (result: Result) => result.parts.flatMap((part) => (part.kind === 'list' ? part.items : [])).join('\n')

describe('figures', () => {
  it('are those that a spreadsheet gives', async () => {
    const result = await ask('x\n1\n2\n3\n4\n100\n')
    expect(figures(result, 'x')).toEqual({
      Column: 'x',
      Values: 5,
      Missing: 0,
      Distinct: 5,
      Lowest: 1,
      'Lower quartile': 2,
      Median: 3,
      Average: 22,
      'Upper quartile': 4,
      Highest: 100,
      'Standard deviation': 43.6177,
      Total: 110
    })
  })

  it('add up without the noise of floating point', async () => {
    expect(figures(await ask(`x\n${'0.1\n'.repeat(10)}`), 'x')['Total']).toBe(1)
    expect(figures(await ask('x\n1e16\n1\n-1e16\n'), 'x')['Total']).toBe(1)
  })

  it('are the same whatever the form of the file, by property', async () => {
    const cell = fc.oneof(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => Math.round(value * 100) / 100),
      fc.constant(null)
    )
    const form = fc.record({
      delimiter: fc.constantFrom(',', ';', '\t', '|'),
      end: fc.constantFrom('\n', '\r\n', '\r'),
      bom: fc.constantFrom('', '\ufeff'),
      quoted: fc.boolean(),
      comma: fc.boolean(),
      last: fc.boolean()
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, fc.constantFrom('a', 'b "x"', 'c\nd', 'e;f,g|h\ti')), { minLength: 3, maxLength: 30 }),
        form,
        async (rows, how) => {
          fc.pre(rows.filter(([value]) => value !== null).length >= 3 && new Set(rows.map(([, text]) => text)).size > 1)
          const decimal = how.comma && how.delimiter === ';' ? ',' : '.'
          const number = (value: number | null) => {
            const text = value === null ? '' : value.toFixed(2).replace('.', decimal)
            return how.quoted ? `"${text}"` : text
          }
          const text = (value: string) => `"${value.replaceAll('"', '""').replace('\n', how.end)}"`
          const lines = ['amount', 'label'].map((name) => (how.quoted ? `"${name}"` : name)).join(how.delimiter)
          const body = rows.map(([value, label]) => [number(value), text(label)].join(how.delimiter))
          const result = await ask(how.bom + [lines, ...body].join(how.end) + (how.last ? how.end : ''))
          const values = rows.flatMap(([value]) => (value === null ? [] : [value]))
          const found = figures(result, 'amount')
          expect(found['Values']).toBe(values.length)
          expect(found['Missing']).toBe(rows.length - values.length)
          expect(found['Lowest']).toBeCloseTo(Math.min(...values), 0)
          expect(found['Highest']).toBeCloseTo(Math.max(...values), 0)
          expect(found['Total']).toBeCloseTo(
            values.reduce((sum, value) => sum + value, 0),
            1
          )
          expect(row(result, 'Columns', 'label')['Distinct']).toBe(new Set(rows.map(([, label]) => label)).size)
        }
      ),
      { numRuns: 40 }
    )
  })
})

describe('anything at all', () => {
  it('gives a result or a message for people, by property', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ',',
        ';',
        '\t',
        '|',
        '\n',
        '\r\n',
        '"',
        '""',
        '\0',
        '\ufeff',
        '€',
        '%',
        '1',
        '1,5',
        '2024-01-02',
        'NA',
        '"a,b"',
        ' ',
        '💾',
        '-',
        '=1+1',
        'sep=;\n',
        '\u2028'
      ),
      fc.string({ unit: 'binary', maxLength: 8 })
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 60 }), fc.string({ maxLength: 60 }), async (pieces, goal) => {
        try {
          const result = await ask(pieces.join(''), goal)
          expect(result.summary).not.toBe('')
        } catch (error) {
          expect(error).toMatchObject({ name: 'ProgramError', failure: 'threw' })
          // a message of its own, not a slip of the program
          expect(String(error)).not.toMatch(/TypeError|ReferenceError|RangeError|undefined|NaN/)
        }
      }),
      { numRuns: 120 }
    )
  })

  it.each([
    ['nothing', '', 'data.csv is empty'],
    ['a header alone', 'a,b,c\n', 'no rows below it'],
    ['a workbook', 'PK\u0003\u0004\0\0', 'Excel'],
    ['UTF-16', 'a\0,\0b\0\n\0'.repeat(30), 'UTF-8'],
    ['a web page', '<!DOCTYPE html><html></html>', 'web page'],
    [
      'running text',
      'It was the best of times and it was the worst of times, in short, a time.\n'.replaceAll(',', '').repeat(5),
      'running text'
    ]
  ])('says what to do about %s', async (_, text, words) => {
    await expect(ask(text)).rejects.toThrow(words)
  })

  it('asks for a table when there is none, and takes one from the goal', async () => {
    await expect(runSkill(source, { goal: 'Statistics please', files: [] })).rejects.toThrow('There is no table')
    const result = await runSkill(source, {
      goal: 'Average price by city\ncity,price\nRome,3\nRome,5\nOslo,9',
      files: []
    })
    expect(result.summary).toContain('highest for Oslo (9), lowest for Rome (4)')
  })
})

describe('reading', () => {
  it('copes with quotes that nobody closed or doubled', async () => {
    const result = await ask('name,height\n5" pipe,1\n"a "quoted" word",2\n"never closed,3\nplain,4\n')
    expect(figures(result, 'height')).toMatchObject({ Lowest: 1, Highest: 4 })
    expect(row(result, 'Columns', 'name')['Filled']).toBe(4)
  })

  it('keeps line ends and delimiters inside quotes', async () => {
    const result = await ask('name,n\n"a\r\nb, c",1\n"say ""hi""",2\n')
    const values = table(result, 'Columns')
    expect(values.rows[0]?.[6]).toBe('a\r\nb, c')
    expect(row(result, 'Columns', 'n')['Filled']).toBe(2)
  })

  it.each([
    ['1.234,56', '7,89', '12.000', 1234.56],
    ['1,234.56', '7.89', '12,000', 1234.56],
    ['1 234,56', '7,89', '12 000', 1234.56],
    ['1’234.56', '7.89', '12’000', 1234.56],
    ['$1,234.56', '$7.89', '$12,000', 1234.56],
    ['1.234,56 €', '7,89 €', '12.000 €', 1234.56],
    ['(1,234.56)', '7.89', '12,000', -1234.56],
    ['−1,234.56', '7.89', '12,000', -1234.56],
    ['1234.56-', '7.89', '12000', -1234.56],
    ['1234.56 kg', '7.89 kg', '12000 kg', 1234.56],
    ['12,34,567.5', '7.89', '12,000', 1234567.5],
    ['1.2e3', '7.89', '12000', 1200]
  ])('takes “%s”, “%s” and “%s” for numbers', async (first, second, third, value) => {
    const result = await ask(`label;n\na;${first}\nb;${second}\nc;${third}\n`)
    const [numbers] = table(result, 'Numbers').rows
    expect([numbers?.[4], numbers?.[6], numbers?.[9]]).toEqual([value, 7.89, 12000].sort((a, b) => a - b))
  })

  it('does not take codes, versions, addresses and telephone numbers for numbers', async () => {
    const result = await ask(
      'zip,code,version,address,phone\n01234,007,1.2.3,12 Main Street,555-0100\n98765,012,1.10.0,7 High Road,555-0199\n00501,100,2.0.1,1 Elm Way,555-0123\n'
    )
    for (const column of ['zip', 'code', 'version', 'address', 'phone']) expect(type(result, column)).not.toBe('number')
  })

  it.each([
    ['2024-03-05', '2024-03-05'],
    ['2024/3/5', '2024-03-05'],
    ['05.03.2024', '2024-03-05'],
    ['5 March 2024', '2024-03-05'],
    ['March 5, 2024', '2024-03-05'],
    ['5. März 2024', '2024-03-05'],
    ['5-Mar-24', '2024-03-05'],
    ['Tue, 5 Mar 2024', '2024-03-05'],
    ['2024-03-05T10:30:00Z', '2024-03-05 10:30'],
    ['2024-03-05 10:30', '2024-03-05 10:30'],
    ['2024-03-05T10:30:00+02:00', '2024-03-05 08:30'],
    ['3/25/2024 1:05 PM', '2024-03-25 13:05'],
    ['25/3/2024', '2024-03-25'],
    ['2024-W10', '2024-03-04'],
    ['2024-Q1', '2024-01-01'],
    ['Mar 2024', '2024-03-01']
  ])('takes “%s” for a date', async (text, date) => {
    const result = await ask(`when;n\n${text};1\n${text};2\n${text};3\n`)
    expect(row(result, 'Dates', 'when')['Earliest']).toBe(date)
  })

  it('tells day from month by the whole column, and says when it can’t', async () => {
    const us = await ask('date,n\n03/04/2024,1\n12/31/2024,2\n')
    expect(row(us, 'Dates', 'date')['Earliest']).toBe('2024-03-04')
    const uk = await ask('date,n\n03/04/2024,1\n31/12/2024,2\n')
    expect(row(uk, 'Dates', 'date')['Earliest']).toBe('2024-04-03')
    expect(remarks(await ask('date,n\n03/04/2024,1\n05/06/2024,2\n'))).toContain('month first')
    expect(remarks(await ask('date;n\n03/04/2024;1,5\n05/06/2024;2,5\n'))).toContain('day first')
  })

  it('takes impossible dates for what they are', async () => {
    const result = await ask(
      'date,n\n2024-02-30,1\n2024-02-28,2\n2024-02-29,3\n2024-03-01,4\n2024-03-02,5\n2024-03-03,6\n'
    )
    expect(row(result, 'Dates', 'date')).toMatchObject({ Values: 5, Missing: 1 })
    expect(remarks(result)).toContain('2024-02-30')
  })

  it('counts what is missing or can’t be read', async () => {
    const result = await ask('n,m\n1,\n2,NA\n3,n/a\n4,-\n5,x\n6,#N/A\n7,7\noops,8\n9,null\n10,\n')
    expect(figures(result, 'n')).toMatchObject({ Values: 9, Missing: 1 })
    expect(row(result, 'Columns', 'm')['Missing']).toBe(7)
    expect(remarks(result)).toContain('“oops”')
  })

  it('copes with titles above, ragged rows, no header, and the same name twice', async () => {
    const titled = await ask('Report 2024\n\nSource: us\nx,y\n1,2\n3\n5,6,7\n')
    expect(figures(titled, 'x')).toMatchObject({ Values: 3 })
    expect(remarks(titled)).toMatch(/2 lines above.*\n1 row had fewer.*\n1 row had more/)
    const bare = await ask('1,2\n3,4\n5,6\n')
    expect(figures(bare, 'Column 1')['Values']).toBe(3)
    expect(remarks(bare)).toContain('first row looks like data')
    const twice = await ask('x,x,\n1,2,3\n4,5,6\n')
    expect(table(twice, 'Columns').rows.map(([name]) => name)).toEqual(['x', 'x (2)', 'Column 3'])
    expect(figures(await ask('sep=;\nx;y\n1;2\n2;3\n'), 'y')['Values']).toBe(2)
    expect(figures(await ask('country,2019,2020\nItaly,1,2\nSpain,3,4\n'), '2019')['Values']).toBe(2)
  })

  it('tells categories, yes and no, text and identifiers apart', async () => {
    const rows = Array.from(
      { length: 40 },
      (_, i) =>
        `${i + 1},${['red', 'blue', 'green'][i % 3]},${i % 2 ? 'yes' : 'no'},sentence number ${i} about something,${i * i}`
    )
    const result = await ask(`id,colour,paid,remark,score\n${rows.join('\n')}\n`)
    expect(['id', 'colour', 'paid', 'remark', 'score'].map((name) => type(result, name))).toEqual([
      'number (identifier)',
      'category',
      'yes or no',
      'text',
      'number'
    ])
  })

  it('leaves names of objects’ own things alone', async () => {
    const result = await ask('__proto__,constructor,toString\n1,__proto__,3\n4,__proto__,6\n0,valueOf,6\n')
    expect(figures(result, '__proto__')['Total']).toBe(5)
    expect(row(result, 'Most common values', 'constructor')).toMatchObject({ Value: '__proto__', Rows: 2 })
  })
})

describe('the answer to a goal', () => {
  const shops = `date,city,product,unit price,quantity,paid
2024-01-03,Rome,tea,"1,200.50",2,yes
2024-01-17,Oslo,tea,35.00,10,no
2024-02-01,Rome,cake,35.00,4,yes
2024-02-11,Oslo,cake,99.99,1,yes
2024-03-03,Bern,tea,35.00,7,no
`
  it.each([
    ['Average unit price by city', 'Average unit price by city: highest for Rome (617.75)'],
    ['average price per city', 'Average unit price by city: highest for Rome (617.75)'],
    ['Total quantity for each product', 'Total quantity by product: highest for tea (19), lowest for cake (5)'],
    ['Which cities sold the most? quantity by city', 'Total quantity by city: highest for Oslo (11)'],
    ['how many per city', 'Number of rows by city: highest for Oslo (2)'],
    ['quantity per month', 'Total quantity per month: highest in 2024-01 (12), lowest in 2024-02 (5)'],
    ['median quantity over time', 'quantity over time: highest in 2024-01-17 (10)'],
    ['top 2 cities by quantity', 'Total quantity by city: highest for Oslo (11)'],
    ['lowest quantity by city', 'Total quantity by city: lowest for Rome (6)'],
    ['quantity by weekday', 'Total quantity per weekday: highest in Wednesday'],
    ['is quantity related to unit price?', 'quantity and unit price '],
    ['Durchschnittlicher unit price nach city', 'Average unit price by city: highest for Rome'],
    ['mean of the quantity', 'Average quantity: 4.8, over 5 values']
  ])('“%s”', async (goal, words) => {
    const result = await ask(shops, goal)
    expect(result.summary.startsWith(words), result.summary).toBe(true)
    expect(result.parts[0]?.kind).toBe('chart')
  })

  it('has a table with the groups', async () => {
    expect(table(await ask(shops, 'Average unit price by city'), 'Average unit price by city')).toMatchObject({
      columns: ['city', 'Rows', 'Average', 'Median', 'Lowest', 'Highest', 'Total'],
      rows: [
        ['Rome', 2, 617.75, 617.75, 35, 1200.5, 1235.5],
        ['Oslo', 2, 67.495, 67.495, 35, 99.99, 134.99],
        ['Bern', 1, 35, 35, 35, 35, 35]
      ]
    })
  })

  it('without words to go by draws time as a line, else groups as bars, else a histogram', async () => {
    expect(charts(await ask(shops)).map(({ chart }) => chart)).toEqual(['line', 'bar'])
    expect(charts(await ask('kind,n\na,1\nb,2\na,4\nb,5\n'))[0]).toMatchObject({ chart: 'bar', labels: ['b', 'a'] })
    const numbers = Array.from({ length: 200 }, (_, i) => `${(i * 37) % 101}`).join('\n')
    const [histogram] = charts(await ask(`n\n${numbers}\n`))
    expect(histogram?.chart).toBe('bar')
    expect(histogram?.series[0]?.values.reduce<number>((sum, value) => sum + (value ?? 0), 0)).toBe(200)
  })

  it('finds what goes together, and leaves chance alone', async () => {
    const rows = Array.from({ length: 50 }, (_, i) => `${i},${100 - i * 2 + (i % 3)},${(i * 7919) % 50}`)
    const result = await ask(`hours,left,noise\n${rows.join('\n')}\n`)
    expect(table(result, 'What goes together').rows).toEqual([
      ['hours', 'left', -1, expect.stringContaining('opposite ways strongly'), 50]
    ])
  })

  it('never draws more points than labels, nor more than are allowed', async () => {
    const rows = Array.from(
      { length: 3000 },
      (_, i) => `${new Date(Date.UTC(2000, 0, 1 + i)).toISOString().slice(0, 10)},${i % 17}`
    )
    for (const goal of ['Statistics', 'n per day', 'n by date', 'n over time']) {
      for (const { labels, series } of charts(await ask(`date,n\n${rows.join('\n')}\n`, goal))) {
        expect(labels.length).toBeLessThanOrEqual(1000)
        for (const { values } of series) expect(values.length).toBe(labels.length)
      }
    }
  })
})

describe('a large file', () => {
  it('of 5 MB fits into the limits, with progress', async () => {
    const { capability } = builtInSkills.find(({ capability: { id } }) => id === 'csv-statistics')!
    const { runHere, programRun } = await import('../testing/run-program.ts')
    const lines = ['id,date,city,price,name']
    let size = 0
    for (let i = 0; size < 5_000_000; i++) {
      const line = `${i},2023-${String(1 + (i % 12)).padStart(2, '0')}-01,City ${i % 30},${(i % 1000) / 7},"person, ${i}"`
      size += line.length + 1
      lines.push(line)
    }
    const notes: string[] = []
    const input = {
      goal: 'average price by city',
      files: [{ name: 'large.csv', type: 'text/csv', text: lines.join('\n') }]
    }
    const result = await runHere(programRun(source, { input, limits: capability.limits }), {
      onProgress: (_, note) => notes.push(note)
    })
    expect(table(result, 'Average price by city').rows).toHaveLength(30)
    expect(notes.some((note) => note.startsWith('Read '))).toBe(true)
  }, 120_000)
})
