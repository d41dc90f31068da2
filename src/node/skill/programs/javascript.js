/*
 * Runs somebody's own JavaScript function over their data and shows what it returns: a table, a chart, text or JSON,
 * with what it logged. The function gets the data (one file: its value; several: an object by file name) and
 * `{ goal, files, progress(fraction, note) }`.
 */
const tables = globalThis.csv
const MAX_LINES = 500
const MAX_LINE = 1000
const MAX_ROWS = 5000
const MAX_COLUMNS = 200
const MAX_CELL = 2000
const MAX_ITEMS = 1000
const MAX_POINTS = 1000
const MAX_BARS = 60
const MAX_PART = 900_000

async function run(input, host) {
  const { code, name, data } = sortInput(input)
  host.progress(0.02, `Reading ${name}`)
  const log = createLog()
  // for code that logs while it is defined, too
  globalThis.console = log.console
  const fn = compile(code, name)
  const files = {}
  for (const [i, file] of data.entries()) {
    host.progress(0.05 + (0.15 * i) / data.length, `Reading ${file.name}`)
    files[file.name] = readData(file)
  }
  const argument = data.length === 1 ? files[data[0].name] : data.length === 0 ? undefined : files
  host.progress(0.2, 'Running the function')
  const context = {
    goal: input.goal,
    files,
    progress: (fraction, note) =>
      host.progress(0.2 + 0.7 * Math.min(1, Math.max(0, Number(fraction) || 0)), String(note ?? ''))
  }
  let value
  try {
    value = await collect(fn(argument, context))
  } catch (error) {
    throw new Error(explain(error, code, name, data.length === 0 && fn.length > 0, log), { cause: error })
  }
  host.progress(0.92, 'Preparing what it returned')
  const { words, parts } = present(value, log.count())
  return { summary: `${name} ${words}`.slice(0, 1900), parts: [...parts, ...log.parts()] }
}

/* ---------- input ---------- */

const isCode = ({ name, type }) => /\.(js|mjs|cjs)$/i.test(name) || /javascript|ecmascript/.test(type)

function sortInput({ goal, files }) {
  const typed = files.find(({ name }) => /\.(ts|tsx|jsx)$/i.test(name))
  if (typed)
    throw new Error(
      `${typed.name} is not plain JavaScript. Take out the types or compile it first, and name it function.js.`
    )
  const codes = files.filter(isCode)
  const chosen = codes.find(({ name }) => name.toLowerCase() === 'function.js') ?? codes[0]
  if (chosen !== undefined) {
    if (chosen.text.trim() === '')
      throw new Error(`${chosen.name} is empty. Put a function into it, such as (rows) => rows.length`)
    return {
      code: chosen.text.replace(/^\ufeff/, '').replace(/^#!.*/, ''),
      name: chosen.name,
      data: files.filter((file) => file !== chosen)
    }
  }
  const code = codeInWords(goal)
  if (code === null) {
    throw new Error(
      'There is no function to run. Add it as function.js, or write it into the goal, such as (rows) => rows.length'
    )
  }
  return { code, name: 'Your function', data: files }
}

/** The function that stands somewhere in the goal, or null. */
function codeInWords(goal) {
  const fenced = /```(?:js|javascript)?[ \t]*\n([\s\S]*?)```/.exec(goal)
  if (fenced) return fenced[1]
  const starts = [
    ...goal.matchAll(/(?:async\s*)?(?:function\b|\((?:[^()]|\([^()]*\))*\)\s*=>|(?<![\w$.])[A-Za-z_$][\w$]*\s*=>)/g)
  ].map(({ index }) => index)
  for (const start of starts) {
    for (const candidate of shorter(goal.slice(start))) if (parses(expression(candidate))) return candidate
  }
  return starts.length > 0 ? goal.slice(starts[0]) : null
}

/** Some code with words after it, then with fewer and fewer of them. */
function* shorter(code) {
  yield code
  let [line] = code.split('\n')
  for (let tries = 0; tries < 40 && line !== ''; tries++) {
    yield line
    line = line.replace(/(?:\s*[\w,.:;!?'’`-]+|\s*\S)$/, '')
  }
}

function readData({ name, type, text }) {
  const plain = text.replace(/^\ufeff/, '')
  if (/\.(jsonl|ndjson)$/i.test(name)) {
    return plain
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line, i) => parseJson(line, `${name}, line ${i + 1}`))
  }
  if (/\.json$/i.test(name) || /[/+]json\b/.test(type)) return parseJson(plain, name)
  if (/\.(csv|tsv|tab)$/i.test(name) || /csv|tab-separated/.test(type)) return tables.records(plain)
  return text
}

function parseJson(text, where) {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(
      `${where} is not valid JSON${error.lineNumber > 0 ? ` (line ${error.lineNumber})` : ''}: ${error.message}`,
      { cause: error }
    )
  }
}

/* ---------- the function ---------- */

// all on the first line, so that line numbers are those of the file
const expression = (code) => `(function (module, exports) { return (${code.replace(/;\s*$/, '')}\n) })`

function parses(source) {
  try {
    // only what has been called runs
    ;(0, eval)(source)
    return true
  } catch {
    return false
  }
}

function compile(code, name) {
  if (/^\s*import\s*[\w{*"']/m.test(code) || /\brequire\s*\(\s*['"]/.test(code)) {
    throw new Error(`${name} loads other modules, which it can't here: put all that it needs into the one file.`)
  }
  const module = { exports: {} }
  const whole = expression(code)
  const asExpression = parses(whole)
  const { source, names } = asExpression ? { source: whole, names: [] } : asModule(code)
  let found
  try {
    const defined = (0, eval)(source)(module, module.exports)
    found = asExpression ? [defined] : pick(module.exports, names, defined)
  } catch (error) {
    throw new Error(explain(error, code, name, false), { cause: error })
  }
  const fn = found.find((one) => typeof one === 'function')
  if (fn === undefined) {
    throw new Error(
      `${name} defines no function. Write one that takes the data and returns a result, such as (rows) => rows.length`
    )
  }
  return fn
}

function asModule(code) {
  const names = [
    ...code.matchAll(/^(?:export\s+)?(?:default\s+)?(?:async\s+)?function\s*\*?\s*([A-Za-z_$][\w$]*)/gm),
    ...code.matchAll(/^(?:export\s+)?(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*=/gm)
  ]
    .sort((a, b) => a.index - b.index)
    .map(([, name]) => name)
  const plain = code
    .replace(/^export\s+default\s+(?=(?:async\s+)?function\s*\*?\s*[A-Za-z_$])/gm, '')
    .replace(/^export\s+default\s+/gm, 'module.exports = ')
    .replace(/^export\s*\{[^}]*\};?/gm, (line) => line.replace(/[^\n]/g, ''))
    .replace(/^export\s+/gm, '')
  const exported = /^export\s+default\s+(?:async\s+)?function\s*\*?\s*([A-Za-z_$][\w$]*)/m.exec(code)
  if (exported) names.unshift(exported[1])
  const values = names.map((name) => `typeof ${name} === "function" ? ${name} : undefined`).join(', ')
  return { source: `(function (module, exports) { ${plain}\n;return [${values}] })`, names, exported }
}

/** The function that is meant, first: exported, named so, or the last. */
function pick(exports, names, values) {
  const named = (name) => values[names.indexOf(name)]
  const first = names.length > 1 && names.indexOf(names[0], 1) > 0 ? values[0] : undefined
  return [
    exports,
    exports?.default,
    exports?.run,
    exports?.main,
    first,
    ...['run', 'main', 'transform', 'process', 'handler'].map(named),
    ...values.toReversed()
  ]
}

/** What went wrong, on which line, with that line. */
function explain(error, code, name, wantsData, log) {
  if (!(error instanceof Error)) return `${name} threw ${inspect(error, 300)}`
  const frame = /<input>:(\d+)/.exec(String(error.stack ?? ''))
  const number =
    error instanceof SyntaxError && error.lineNumber > 0 ? error.lineNumber : frame ? Number(frame[1]) : null
  const line = number === null ? undefined : code.split('\n')[number - 1]
  const where = number === null ? name : `${name}, line ${Math.min(number, code.split('\n').length)}`
  const shown = line === undefined || line.trim() === '' ? '' : ` — ${line.trim().slice(0, 120)}`
  const hint = wantsData ? ' It expects data: add a JSON, CSV or text file.' : ''
  const last = log?.last() ? ` Last logged: ${log.last().slice(0, 100)}` : ''
  return `${where}: ${error.name}: ${String(error.message).slice(0, 200)}${shown}.${hint}${last}`
}

/** All that a generator gives; anything else as it is. */
async function collect(returned) {
  const value = await returned
  if (value === null || typeof value !== 'object') return value
  if (value instanceof Map)
    return [...value.keys()].every((key) => typeof key === 'string') ? Object.fromEntries(value) : [...value]
  if (
    value instanceof Set ||
    (ArrayBuffer.isView(value) && !(value instanceof DataView)) ||
    (typeof value.next === 'function' && typeof value[Symbol.iterator] === 'function')
  )
    return [...value]
  if (typeof value[Symbol.asyncIterator] !== 'function') return value
  const all = []
  for await (const one of value) all.push(one)
  return all
}

/* ---------- the log ---------- */

function createLog() {
  const lines = []
  let count = 0
  const write =
    (label) =>
    (...values) => {
      count++
      if (lines.length < MAX_LINES)
        lines.push(
          label +
            values
              .map((value) => (typeof value === 'string' ? value : inspect(value, MAX_LINE)))
              .join(' ')
              .slice(0, MAX_LINE)
        )
    }
  const console = {
    log: write(''),
    info: write(''),
    debug: write(''),
    table: write(''),
    dir: write(''),
    trace: write(''),
    warn: write('Warning: '),
    error: write('Error: '),
    assert: (holds, ...values) => holds || write('Assertion failed: ')(...values),
    group: write(''),
    groupEnd() {},
    time() {},
    timeEnd() {},
    count: write('')
  }
  return {
    console,
    count: () => count,
    last: () => lines.at(-1),
    parts() {
      if (count === 0) return []
      const cut = count > lines.length ? `\n… and ${group(count - lines.length)} more lines` : ''
      return [{ kind: 'text', title: 'Log', text: (lines.join('\n') + cut).slice(0, 199_000) }]
    }
  }
}

function inspect(value, most) {
  if (typeof value === 'function') return `[function ${value.name || 'without a name'}]`
  if (typeof value === 'symbol' || typeof value === 'undefined') return String(value)
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Error) return `${value.name}: ${value.message}`.slice(0, most)
  try {
    return (JSON.stringify(value, readable) ?? String(value)).slice(0, most)
  } catch {
    return '[something that can’t be written as JSON]'
  }
}

/** For JSON: what it would lose or refuse, as something that can be read. */
function readable(_, value) {
  if (typeof value === 'bigint')
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value)
  if (typeof value === 'function' || typeof value === 'symbol') return inspect(value)
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (value instanceof Map)
    return [...value.keys()].every((key) => typeof key === 'string') ? Object.fromEntries(value) : [...value]
  if (value instanceof Set) return [...value]
  if (value instanceof RegExp) return String(value)
  if (value instanceof Error) return `${value.name}: ${value.message}`
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return [...value]
  return value
}

/* ---------- what it returned ---------- */

function present(value, logged) {
  if (value === undefined || typeof value === 'function') {
    return {
      words:
        logged > 0
          ? `returned nothing, but logged ${plural(logged, 'line')}.`
          : 'ran and returned nothing. End it with “return” and what you want to see.',
      parts: []
    }
  }
  if (typeof value === 'string') return presentText(value)
  if (value === null || typeof value !== 'object' || value instanceof Date) {
    const shown =
      value instanceof Date ? readDate(value) : typeof value === 'number' ? String(value) : inspect(value, 2000)
    return { words: `returned ${shown}.`, parts: [{ kind: 'text', text: shown }] }
  }
  return presentChart(value) ?? presentRows(value) ?? presentList(value) ?? presentObject(value) ?? presentJson(value)
}

const readDate = (date) => (Number.isNaN(date.getTime()) ? 'an invalid date' : date.toISOString())

function presentText(text) {
  const lines = text.split('\n').length
  const short = text.length <= 200 && lines === 1
  return {
    words: short
      ? `returned “${text}”.`
      : `returned a text of ${plural(text.length, 'character')} in ${plural(lines, 'line')}.`,
    parts: [
      {
        kind: 'text',
        text:
          text.length > 200_000
            ? `${text.slice(0, 199_900)}\n… (${group(text.length - 199_900)} more characters)`
            : text
      }
    ]
  }
}

/** `{ labels, values }`, `{ labels, series: [{ name, values }] }`, or `{ x, y }`. */
function presentChart(value) {
  if (Array.isArray(value)) return null
  const labels = value.labels ?? value.x
  const given = Array.isArray(value.series)
    ? value.series
    : [{ name: value.name ?? value.title ?? 'Value', values: value.values ?? value.y ?? value.data }]
  if (!Array.isArray(labels) || labels.length === 0 || given.length === 0 || given.length > 12) return null
  if (
    !given.every(
      (one) =>
        one !== null && typeof one === 'object' && Array.isArray(one.values) && one.values.length === labels.length
    )
  )
    return null
  const series = given.map(({ name, values }, i) => ({
    name: String(name ?? `Series ${i + 1}`).slice(0, 100),
    values: values.map(chartNumber)
  }))
  if (!series.some(({ values }) => values.some((one) => one !== null))) return null
  const names = labels.map((label) => plainCell(label, 100))
  const title = typeof value.title === 'string' ? { title: value.title.slice(0, 200) } : {}
  return {
    words: `returned ${plural(labels.length, 'point')}${series.length > 1 ? ` in ${series.length} series` : ''}.`,
    parts: [
      drawing(
        names,
        series,
        title,
        ['bar', 'line'].includes(value.chart ?? value.type) ? (value.chart ?? value.type) : undefined
      ),
      fitting({
        kind: 'table',
        ...title,
        columns: ['Label', ...series.map(({ name }) => name)],
        rows: names.map((name, i) => [name, ...series.map(({ values }) => values[i])])
      }).part
    ]
  }
}

const chartNumber = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? value : typeof value === 'bigint' ? Number(value) : null

function drawing(labels, series, title, wanted) {
  const step = Math.ceil(labels.length / MAX_POINTS)
  const some = (list) => (step === 1 ? list : list.filter((_, i) => i % step === 0))
  const dates =
    labels.filter((label) => /^\d{4}(-\d{2}){0,2}([T ]|$)|^\d{4}-?[QW]\d/.test(label)).length > labels.length * 0.8
  return {
    kind: 'chart',
    ...title,
    chart: wanted ?? (dates || labels.length > MAX_BARS ? 'line' : 'bar'),
    labels: some(labels).map((label) => String(label).slice(0, 100)),
    series: series.map(({ name, values }) => ({ name, values: some(values) }))
  }
}

const isFlat = (value) => value === null || typeof value !== 'object' || value instanceof Date
const isRecord = (value) =>
  value !== null &&
  typeof value === 'object' &&
  !Array.isArray(value) &&
  !(value instanceof Date) &&
  !(value instanceof Map) &&
  !(value instanceof Set)

/** Lists of flat objects, or of rows. */
function presentRows(value) {
  if (!Array.isArray(value) || value.length === 0) return null
  if (value.every((row) => isRecord(row) && Object.values(row).every(isFlat))) {
    const names = new Set()
    for (const row of value) for (const name of Object.keys(row)) if (names.size < MAX_COLUMNS) names.add(name)
    const columns = [...names]
    if (columns.length === 0) return null
    return presentTable(columns, value, (row) => columns.map((name) => cellOf(row[name])))
  }
  if (
    value.length > 1 &&
    value.every((row) => Array.isArray(row) && row.length > 0 && row.length <= MAX_COLUMNS && row.every(isFlat))
  ) {
    const width = value.reduce((most, row) => Math.max(most, row.length), 0)
    const [first] = value
    const titled =
      first.length === width &&
      first.every((cell) => typeof cell === 'string') &&
      value.slice(1).some((row) => row.some((cell) => typeof cell === 'number'))
    const columns = Array.from({ length: width }, (_, i) => (titled ? first[i] : `Column ${i + 1}`))
    return presentTable(columns, titled ? value.slice(1) : value, (row) => columns.map((_, i) => cellOf(row[i])))
  }
  return null
}

function presentTable(columns, all, toCells) {
  const rows = all.slice(0, MAX_ROWS).map(toCells)
  const titles = columns.map((name) => name.slice(0, 200))
  const { part, shown } = fitting({ kind: 'table', columns: titles, rows })
  const part_ = shown < all.length ? { ...part, title: `The first ${group(shown)} of ${group(all.length)} rows` } : part
  return {
    words: `returned a table of ${plural(all.length, 'row')} and ${plural(columns.length, 'column')}.`,
    parts: [...tableChart(titles, rows, all.length), part_]
  }
}

/** A chart of a small table with one column of names and one or more of numbers. */
function tableChart(columns, rows, length) {
  if (length < 2 || length > 400) return []
  const numeric = columns.map(
    (_, i) =>
      rows.every((row) => row[i] === null || typeof row[i] === 'number') &&
      rows.some((row) => typeof row[i] === 'number')
  )
  const label = columns.findIndex((name, i) => !numeric[i] && new Set(rows.map((row) => row[i])).size === rows.length)
  if (label < 0) return []
  const isId = (i) => /^(id|.*[ _]id|index|nr)$/i.test(columns[i])
  const shown = columns.map((_, i) => i).filter((i) => numeric[i] && !isId(i))
  const highest = (i) => Math.max(...rows.map((row) => Math.abs(row[i] ?? 0)))
  // series of another size would lie flat on the axis
  const alike = shown
    .filter((i) => highest(i) <= highest(shown[0]) * 20 && highest(i) >= highest(shown[0]) / 20)
    .slice(0, 4)
  const chart = drawing(
    rows.map((row) => plainCell(row[label], 100)),
    alike.map((i) => ({ name: columns[i], values: rows.map((row) => row[i]) })),
    {}
  )
  if (
    alike.length === 0 ||
    (chart.chart === 'bar' && length > MAX_BARS) ||
    (chart.chart === 'line' && length > MAX_BARS && !/^\d{4}-/.test(chart.labels[0]))
  )
    return []
  return [
    {
      ...chart,
      xLabel: columns[label].slice(0, 100),
      ...(alike.length === 1 ? { yLabel: columns[alike[0]].slice(0, 100) } : {})
    }
  ]
}

/** As many rows as there is room for. */
function fitting(table) {
  let rows = table.rows.slice(0, MAX_ROWS)
  while (rows.length > 1 && JSON.stringify(rows).length > MAX_PART) rows = rows.slice(0, Math.floor(rows.length / 2))
  return { part: { ...table, rows }, shown: rows.length }
}

function presentList(value) {
  if (!Array.isArray(value) || !value.every(isFlat)) return null
  if (value.length === 0) return { words: 'returned an empty list.', parts: [{ kind: 'json', json: '[]' }] }
  if (value.length > 1 && value.every((one) => chartNumber(one) !== null)) {
    const labels = value.map((_, i) => String(i + 1))
    return {
      words: `returned ${plural(value.length, 'number')}.`,
      parts: [
        drawing(labels, [{ name: 'Value', values: value.map(chartNumber) }], {}, value.length > 20 ? 'line' : 'bar'),
        fitting({
          kind: 'table',
          columns: ['Number', 'Value'],
          rows: value.slice(0, MAX_ROWS).map((one, i) => [i + 1, cellOf(one)])
        }).part
      ]
    }
  }
  const items = value.slice(0, MAX_ITEMS).map((one) => plainCell(one, 1000))
  return {
    words: `returned a list of ${plural(value.length, 'item')}.`,
    parts: [
      {
        kind: 'list',
        ...(items.length < value.length
          ? { title: `The first ${group(items.length)} of ${group(value.length)} items` }
          : {}),
        items
      }
    ]
  }
}

function presentObject(value) {
  if (!isRecord(value)) return null
  const entries = Object.entries(value)
  if (entries.length === 0 || entries.length > MAX_ROWS || !entries.every(([, one]) => isFlat(one))) return null
  const numbers = entries.length > 1 && entries.every(([, one]) => chartNumber(one) !== null)
  return {
    words:
      entries.length <= 4
        ? `returned ${entries.map(([key, one]) => `${key}: ${plainCell(one, 60)}`).join(', ')}.`
        : `returned an object with ${plural(entries.length, 'value')}.`,
    parts: [
      ...(numbers && entries.length <= 100
        ? [
            drawing(
              entries.map(([key]) => key),
              [{ name: 'Value', values: entries.map(([, one]) => chartNumber(one)) }],
              {}
            )
          ]
        : []),
      fitting({
        kind: 'table',
        columns: ['Name', 'Value'],
        rows: entries.map(([key, one]) => [key.slice(0, MAX_CELL), cellOf(one)])
      }).part
    ]
  }
}

function presentJson(value) {
  let json
  try {
    json = JSON.stringify(value, readable, 2)
    if (json.length > MAX_PART) json = JSON.stringify(value, readable)
  } catch (error) {
    throw new Error(`What the function returned can't be written as JSON: ${error.message}`, { cause: error })
  }
  const what = Array.isArray(value)
    ? `a list of ${plural(value.length, 'item')}`
    : `an object with ${plural(Object.keys(value).length, 'value')}`
  if (json.length <= MAX_PART) return { words: `returned ${what}.`, parts: [{ kind: 'json', json }] }
  return {
    words: `returned ${what}, too large to show in full.`,
    parts: [
      { kind: 'text', title: `The first 100,000 of ${group(json.length)} characters`, text: json.slice(0, 100_000) }
    ]
  }
}

function cellOf(value) {
  if (value === undefined || value === null) return null
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'boolean') return value
  if (typeof value === 'string') return value.length > MAX_CELL ? `${value.slice(0, MAX_CELL - 1)}…` : value
  if (value instanceof Date) return readDate(value)
  return inspect(value, MAX_CELL)
}

const plainCell = (value, most) => String(cellOf(value) ?? '').slice(0, most)
const group = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ',')
const plural = (count, word) => `${group(count)} ${word}${count === 1 ? '' : 's'}`
