/*
 * Describes a table: what its columns hold, figures for each, what goes together, and a chart that fits. The goal may
 * name columns and say what is wanted of them: "average price by city", "sales per month", "top 5 products by revenue".
 */
const tables = globalThis.csv
const DAY = 86_400_000
const MAX_DISTINCT = 5000
const MAX_GROUPS = 50
const MAX_BARS = 20
const MAX_POINTS = 150
const MAX_SHOWN_COLUMNS = 150
/** A key for a value that is missing. */
const NONE = 65_535
const BATCH = 5000

async function run(input, host) {
  const { goal, file, text, others } = chooseTable(input)
  refuseOtherFormats(text, file)
  const table = tables.open(text)
  host.progress(0.05, 'Looking at the columns')
  const data = readColumns(table, host)
  if (looksLikeProse(table, data))
    throw new Error(
      `${file} looks like running text, not like a table. Add a CSV file; for a text, ask for its key points.`
    )
  if (data.rows === 0) throw new Error(`${file} has a header but no rows below it. Add a table with at least one row.`)
  host.progress(0.75, 'Counting and sorting')
  for (const column of data.columns) describe(column, data.rows)
  host.progress(0.85, 'Looking for what goes together')
  const question = understand(goal, data.columns)
  const answer = answerQuestion(question, data)
  const related = correlations(data, question)
  host.progress(0.95, 'Drawing the chart')
  const charts = answer === null ? chooseCharts(data) : []
  const parts = [
    ...(answer?.parts ?? []),
    ...charts,
    ...numberTable(data.columns),
    ...dateTable(data.columns),
    ...valueTables(data.columns, data.rows),
    ...correlationTable(related),
    columnTable(data),
    ...remarks(data, table, others)
  ]
  host.progress(1, 'Done')
  return { summary: summarise(data, file, answer, related).slice(0, 1900), parts: parts.slice(0, 50) }
}

/* ---------- input ---------- */

function chooseTable({ goal, files }) {
  const wanted = goal.toLowerCase()
  const fitting = files.filter(
    ({ name, type }) => /\.(csv|tsv|tab|txt|dat)$/i.test(name) || /csv|tab-separated/.test(type)
  )
  const candidates = fitting.length > 0 ? fitting : files
  const chosen = candidates.find(({ name }) => wanted.includes(name.toLowerCase())) ?? candidates[0]
  if (chosen !== undefined) {
    return {
      goal,
      file: chosen.name,
      text: chosen.text,
      others: files.filter((file) => file !== chosen).map(({ name }) => name)
    }
  }
  const lines = goal.split(/\r?\n/)
  const first = lines.findIndex((line, i) => /[,;\t|]/.test(line) && /[,;\t|]/.test(lines[i + 1] ?? ''))
  if (first < 0) throw new Error('There is no table to look at. Add a CSV file, or paste the table below the goal.')
  return { goal: lines.slice(0, first).join(' '), file: 'The table', text: lines.slice(first).join('\n'), others: [] }
}

function refuseOtherFormats(text, file) {
  if (text.trim() === '') throw new Error(`${file} is empty. Add a CSV file with a header and rows.`)
  if (text.startsWith('PK'))
    throw new Error(`${file} is an Excel or OpenDocument workbook. Save it as CSV (UTF-8) and try again.`)
  if (text.startsWith('%PDF')) throw new Error(`${file} is a PDF. Save its table as CSV and try again.`)
  if (text.slice(0, 2000).split('\0').length > 20)
    throw new Error(`${file} is not UTF-8 text. Save it as CSV (UTF-8) and try again.`)
  if (/^\s*<(!doctype|html|\?xml)/i.test(text.slice(0, 200)))
    throw new Error(`${file} is a web page or XML, not CSV. Save its table as CSV and try again.`)
}

/** One column of long lines: no delimiter was found because there is none. */
function looksLikeProse(table, { columns, rows }) {
  return table.width === 1 && columns[0].type === 'text' && (rows === 0 || table.size / rows > 60)
}

/* ---------- columns ---------- */

function readColumns(table, host) {
  const sample = table.sampleRows(1000)
  const rows = table.rows
  // so many that a wide table's values fit into memory
  const mostDistinct = Math.min(MAX_DISTINCT, Math.max(100, Math.floor(60_000 / table.width)))
  const columns = tables.describeColumns(table, sample).map((column) => ({
    ...column,
    missing: 0,
    unread: 0,
    unreadExamples: [],
    // numbers and dates as numbers, NaN where there is none; all else as the number of its distinct value
    ...(isNumeric(column)
      ? { numbers: new Float64Array(rows) }
      : { keys: new Uint16Array(rows), counts: new Map(), mostDistinct }),
    overflow: false,
    example: ''
  }))
  let row = 0
  table.eachRow((cells, position) => {
    for (const column of columns) addCell(column, row, cells[column.index])
    if (++row % BATCH === 0)
      host.progress(0.1 + 0.65 * (position / table.size), `Read ${group(row)} rows of ${group(rows)}`)
  })
  return { rows, columns }
}

const isNumeric = ({ type }) => type === 'number' || type === 'date'

function addCell(column, row, cell) {
  if (tables.isMissing(cell)) {
    column.missing++
    if (column.numbers) column.numbers[row] = NaN
    else column.keys[row] = NONE
    return
  }
  if (column.example === '') column.example = cell.trim().slice(0, 60)
  if (column.numbers) {
    const value = column.read(cell)
    column.numbers[row] = value
    if (value !== value) {
      column.unread++
      if (column.unreadExamples.length < 3) column.unreadExamples.push(cell.trim().slice(0, 30))
    }
    return
  }
  const { counts, keys } = column
  const text = cell.trim().slice(0, 200)
  let entry = counts.get(text)
  if (entry === undefined) {
    if (counts.size >= column.mostDistinct) {
      column.overflow = true
      keys[row] = NONE
      return
    }
    counts.set(text, (entry = { key: counts.size, count: 0 }))
  }
  entry.count++
  keys[row] = entry.key
}

/** The values that are there, from the lowest up. */
function sortedValues({ numbers }) {
  let count = 0
  for (const value of numbers) if (value === value) count++
  const sorted = new Float64Array(count)
  let at = 0
  for (const value of numbers) if (value === value) sorted[at++] = value
  return sorted.sort()
}

function describe(column, rows) {
  column.filled = rows - column.missing
  if (column.numbers) {
    const sorted = sortedValues(column)
    column.valid = sorted.length
    column.distinct = countDistinct(sorted)
    if (sorted.length > 0) Object.assign(column, figures(sorted))
    if (column.type === 'date') column.grid = gridOf(sorted)
    const reach = 3 * (column.q3 - column.q1)
    column.far =
      reach > 0 && sorted.length >= 20 ? sorted.length - countWithin(sorted, column.q1 - reach, column.q3 + reach) : 0
    column.id = isIdentifier(column, sorted)
  } else {
    column.distinct = column.counts.size
    column.top = [...column.counts]
      .map(([value, { count }]) => ({ value, count }))
      .sort((a, b) => b.count - a.count || compare(a.value, b.value))
    const few =
      !column.overflow &&
      column.distinct <= Math.max(12, Math.min(200, column.filled / 2)) &&
      (column.distinct < column.filled || column.filled <= 1)
    if (column.type === 'text' && few) column.type = 'category'
  }
}

const countWithin = (sorted, low, high) => sorted.reduce((count, value) => count + (value >= low && value <= high), 0)

function countDistinct(sorted) {
  let distinct = 0
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) distinct++
  return distinct
}

function figures(sorted) {
  const sum = exactSum(sorted)
  const mean = sum / sorted.length
  let squares = 0
  for (const value of sorted) squares += (value - mean) ** 2
  return {
    min: sorted[0],
    q1: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    q3: quantile(sorted, 0.75),
    max: sorted[sorted.length - 1],
    mean,
    sum,
    sd: sorted.length > 1 ? Math.sqrt(squares / (sorted.length - 1)) : null
  }
}

/** Neumaier's sum: what a person would get with pencil and paper. */
function exactSum(values) {
  let sum = 0
  let lost = 0
  for (const value of values) {
    const next = sum + value
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum
    sum = next
  }
  return sum + (Number.isFinite(lost) ? lost : 0)
}

/** By linear interpolation, as spreadsheets do. */
function quantile(sorted, share) {
  const at = (sorted.length - 1) * share
  const low = Math.floor(at)
  const high = Math.ceil(at)
  return low === high ? sorted[low] : sorted[low] + (sorted[high] - sorted[low]) * (at - low)
}

const idName =
  /^(?:#|id|key|index|idx|nr|nr\.|no|no\.|number|nummer|row|row ?(?:id|nr|number)|uuid|guid)$|[\s_-]id$|^id[\s_-]|[a-z]I[dD]$/i

/** Whole numbers that only tell rows apart. */
function isIdentifier({ name, type, distinct, filled }, sorted) {
  if (type !== 'number' || sorted.length < 2 || distinct < filled || !sorted.every(Number.isInteger)) return false
  const inARow = sorted[sorted.length - 1] - sorted[0] === sorted.length - 1
  return (
    idName.test(name.trim()) || (inARow && sorted.length > 5 && sorted[0] <= 1 && /^column \d|^unnamed/i.test(name))
  )
}

const isPlace = ({ name }) =>
  /^(lat|latitude|lon|lng|long|longitude|breite|länge|breitengrad|längengrad)$/i.test(name.trim())
const isMeasure = (column) => column.type === 'number' && !column.id && column.valid > 0
const isGroup = ({ type }) => type === 'category' || type === 'boolean'

/** Whether sums of it mean something: money and amounts do, prices, ages and temperatures don't. */
const amounts =
  'sales|revenue|amount|total|sum|qty|quantity|units|count|cost|spend|expense|income|profit|takings|visit|views|' +
  'clicks|orders|sold|donat|hours|minutes|distance|rain|volume|deaths|births|cases|passengers|downloads|points|goals|' +
  'debit|credit|umsatz|menge|anzahl|betrag|summe|kosten|ausgaben|einnahmen|besuch'
const rates = 'per|rate|ratio|average|avg|mean|price|preis|index|share'
const amountName = new RegExp(amounts, 'i')
const rateName = new RegExp(rates, 'i')
const addsUp = ({ name, unit }) => unit !== '%' && amountName.test(name) && !rateName.test(name)

/* ---------- the question ---------- */

const WORD = /[\p{L}\p{N}]+/gu

function wordsOf(text) {
  return (
    text
      .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
      .toLowerCase()
      .match(WORD) ?? []
  ).map(stem)
}

function stem(word) {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`
  if (word.length > 5 && /(ches|shes|sses|xes)$/.test(word)) return word.slice(0, -2)
  if (word.length > 3 && word.endsWith('s') && !word.endsWith('ss')) return word.slice(0, -1)
  if (word.length > 5 && word.endsWith('en')) return word.slice(0, -2)
  if (word.length > 4 && word.endsWith('e')) return word.slice(0, -1)
  return word
}

const ways = [
  ['median', /\bmedian\b/],
  ['mean', /\b(average|averages|avg|mean|typical|durchschnitt\p{L}*|mittelwert\p{L}*|im mittel|im schnitt)\b/u],
  ['count', /\b(how many|count|counts|number of|frequency|anzahl|wie viele|häufigkeit\p{L}*)\b/u],
  ['sum', /\b(total|totals|sum|sums|overall|summe|summen|gesamt\p{L}*|insgesamt|altogether)\b/u],
  ['max', /\b(maximum|max|höchst\p{L}*|maximal\p{L}*)\b/u],
  ['min', /\b(minimum|min|niedrigst\p{L}*|minimal\p{L}*)\b/u]
]
const buckets = [
  ['weekday', /\b(weekday|weekdays|day of the week|days of the week|wochentag\p{L}*)/u],
  ['hour', /\b(hourly|(by|per|each) (the )?hour|hour of the day|(pro|je) stunde)/],
  ['day', /\b(daily|(by|per|each) day|täglich|(pro|je) tag)\b/],
  ['week', /\b(weekly|(by|per|each) week|wöchentlich|(pro|je) woche)\b/],
  ['month', /\b(monthly|(by|per|each|every) month|months|monatlich|(pro|je|nach) monat)\b/],
  ['quarter', /\b(quarterly|(by|per|each) quarter|(pro|je) quartal)\b/],
  ['year', /\b(yearly|annual|annually|(by|per|each) year|jährlich|(pro|je|nach) jahr)\b/],
  ['auto', /\b(over time|trend|trends|timeline|development|time series|zeitverlauf|verlauf|entwicklung)\b/]
]
const BY =
  /\b(grouped by|group by|broken down by|by|per|for each|for every|in each|of each|across|versus|vs|nach|pro|je|für jede[rsn]?)\b/g

/** Which columns the goal names, and what it wants of them. */
function understand(goal, columns) {
  const text = goal.toLowerCase()
  const mentions = findMentions(goal, columns)
  const way = ways.find(([, pattern]) => pattern.test(text))?.[0] ?? null
  const bucket = buckets.find(([, pattern]) => pattern.test(text))?.[0] ?? null
  const by = [...text.matchAll(BY)].map(({ index }) => index)
  const top = /\b(?:top|first|best|largest|biggest|die)\s+(\d{1,3})\b/.exec(text)
  const ascending = /\b(lowest|least|fewest|cheapest|smallest|bottom|worst|am wenigsten|niedrigst)/.test(text)
  return {
    text,
    mentions,
    way,
    bucket,
    by,
    top: top ? Math.min(MAX_GROUPS, Math.max(1, Number(top[1]))) : null,
    ascending
  }
}

function findMentions(goal, columns) {
  const text = goal.toLowerCase()
  const words = [...goal.replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2').matchAll(WORD)].map(({ 0: word, index }) => ({
    stem: stem(word.toLowerCase()),
    index
  }))
  const found = []
  for (const column of columns) {
    const name = wordsOf(column.name)
    if (name.length === 0) continue
    const exact = column.name.length > 2 ? text.indexOf(column.name.toLowerCase()) : -1
    let at = exact >= 0 && isWholeWord(text, exact, column.name.length) ? exact : -1
    let weight = at >= 0 ? 3 + name.length : 0
    if (at < 0) {
      for (let i = 0; i + name.length <= words.length && at < 0; i++) {
        if (name.every((part, k) => words[i + k].stem === part)) {
          at = words[i].index
          weight = 2 + name.length
        }
      }
    }
    if (at < 0) {
      const near = words.find(
        ({ stem: word }) =>
          word.length >= 4 &&
          !commonWords.has(word) &&
          name.some((part) => part.length >= 4 && (part === word || part.startsWith(word) || word.startsWith(part)))
      )
      if (near) {
        at = near.index
        weight = 1
      }
    }
    if (at >= 0) found.push({ column, at, weight })
  }
  // "unit price" names one column, although another is called "price": the better one at the same place stays
  return found
    .filter(
      (one) =>
        !found.some(
          (other) =>
            other !== one && other.weight > one.weight && Math.abs(other.at - one.at) <= other.column.name.length
        )
    )
    .sort((a, b) => a.at - b.at || b.weight - a.weight)
    .filter((one, i, all) => all.findIndex(({ at }) => at === one.at) === i)
}

const commonWords = new Set([
  'number',
  'count',
  'total',
  'average',
  'mean',
  'from',
  'this',
  'that',
  'file',
  'data',
  'column',
  'valu',
  'tabl',
  'chart',
  'plot',
  'show',
  'what',
  'with',
  'each',
  'statistic',
  'graph',
  'month',
  'group',
  'over',
  'time'
])

function isWholeWord(text, at, length) {
  const letter = /[\p{L}\p{N}]/u
  return !letter.test(text[at - 1] ?? ' ') && !letter.test(text[at + length]?.replace('s', ' ') ?? ' ')
}

function answerQuestion(question, data) {
  const { mentions, bucket, by, way } = question
  if (mentions.length === 0 && bucket === null) return null
  const lastBy = by.filter((at) => mentions.some((mention) => mention.at > at)).at(-1)
  const after = lastBy === undefined ? [] : mentions.filter(({ at }) => at > lastBy)
  const named = mentions.map(({ column }) => column)
  const measures = named.filter(isMeasure)
  let groupColumn = after
    .map(({ column }) => column)
    .find((column) => isGroup(column) || column.type === 'text' || column.type === 'date')
  groupColumn ??= named.find(isGroup) ?? named.find(({ type }) => type === 'date' || type === 'text')
  const date =
    groupColumn?.type === 'date'
      ? groupColumn
      : (named.find(({ type }) => type === 'date') ?? data.columns.find(({ type }) => type === 'date'))
  if (groupColumn === undefined && after.length > 0 && measures.length >= 2 && after[0].column.distinct <= 40)
    groupColumn = after[0].column

  if (bucket !== null && date !== undefined && (groupColumn === undefined || groupColumn.type === 'date')) {
    const values =
      measures.length > 0
        ? measures
        : way === 'count'
          ? []
          : data.columns
              .filter(isMeasure)
              .filter((column) => !isPlace(column))
              .slice(0, 1)
    return overTime(date, values, bucket, way, data)
  }
  if (groupColumn?.type === 'date' && (measures.length > 0 || way === 'count'))
    return overTime(groupColumn, measures, 'auto', way, data)
  if (groupColumn !== undefined && groupColumn.type !== 'date') {
    const value = measures.find((column) => column !== groupColumn)
    if (value === undefined && way !== null && way !== 'count' && measures.length === 0) {
      const fallback = data.columns.filter(isMeasure).find((column) => !isPlace(column))
      if (fallback !== undefined && lastBy !== undefined) return byGroup(groupColumn, fallback, question, data)
    }
    return byGroup(groupColumn, value, question, data)
  }
  if (measures.length >= 2) return relation(measures[0], measures[1])
  if (measures.length === 1) return oneColumn(measures[0], way)
  return null
}

const wayWords = { mean: 'Average', median: 'Median', sum: 'Total', count: 'Number', max: 'Highest', min: 'Lowest' }

function byGroup(groupColumn, value, question, data) {
  const way = value === undefined ? 'count' : (question.way ?? (addsUp(value) ? 'sum' : 'mean'))
  const labels = groupLabels(groupColumn)
  const members = new Map()
  const keys = groupColumn.keys ?? groupColumn.numbers
  const none = groupColumn.keys ? NONE : NaN
  for (let row = 0; row < data.rows; row++) {
    const key = keys[row]
    if (key === none || key !== key) continue
    let member = members.get(key)
    if (member === undefined) members.set(key, (member = { key, rows: 0, values: [] }))
    member.rows++
    if (value !== undefined && value.numbers[row] === value.numbers[row]) member.values.push(value.numbers[row])
  }
  const groups = [...members.values()]
    .filter(({ values }) => value === undefined || values.length > 0)
    .map(({ key, rows, values }) => {
      const known = value === undefined ? {} : figures(Float64Array.from(values).sort())
      return {
        label: labels(key),
        key,
        rows,
        ...known,
        shown: value === undefined || way === 'count' ? rows : known[way]
      }
    })
  if (groups.length === 0) return null
  groups.sort((a, b) => (question.ascending ? a.shown - b.shown : b.shown - a.shown) || compare(a.label, b.label))
  const kept = groups.slice(0, question.top ?? MAX_GROUPS)
  const inOrder =
    groupColumn.type === 'number' ? kept.slice(0, MAX_BARS).sort((a, b) => a.key - b.key) : kept.slice(0, MAX_BARS)
  const counting = value === undefined || way === 'count'
  const what = counting ? 'Number of rows' : `${wayWords[way]} ${value.name}`
  const title = cut(`${what} by ${groupColumn.name}`)
  const best = groups[0]
  const last = groups.at(-1)
  const show = (one) => `${one.label} (${counting ? group(one.shown) : withUnit(one.shown, value)})`
  const over = `${plural(groups.length, 'group')} and ${plural(
    groups.reduce((sum, one) => sum + one.rows, 0),
    'row'
  )}`
  const [firstWord, lastWord] = question.ascending ? ['lowest', 'highest'] : ['highest', 'lowest']
  return {
    columns: [groupColumn, ...(value === undefined ? [] : [value])],
    summary:
      groups.length === 1
        ? `${title}: ${show(best)}, the only group.`
        : best.shown === last.shown
          ? `${title}: the same for all, ${show(best)}, over ${over}.`
          : `${title}: ${firstWord} for ${show(best)}, ${lastWord} for ${show(last)}, over ${over}.`,
    parts: [
      chart(
        'bar',
        title,
        groupColumn.name,
        what,
        inOrder.map(({ label }) => label),
        [{ name: what, values: inOrder.map(({ shown }) => tidy(shown)) }]
      ),
      {
        kind: 'table',
        title: groups.length > kept.length ? `${title} (${kept.length} of ${groups.length})` : title,
        columns: [
          groupColumn.name,
          'Rows',
          ...(value === undefined ? ['Share %'] : ['Average', 'Median', 'Lowest', 'Highest', 'Total'])
        ],
        rows: kept.map((one) => [
          one.label,
          one.rows,
          ...(value === undefined
            ? [tidy((100 * one.rows) / data.rows)]
            : [one.mean, one.median, one.min, one.max, one.sum].map((figure) => tidy(figure)))
        ])
      }
    ]
  }
}

function groupLabels(column) {
  if (column.type === 'number') return (key) => group(tidy(key))
  const names = [...column.counts.keys()]
  return (key) => (names[key] === undefined ? '' : names[key].slice(0, 100))
}

function relation(x, y) {
  const { r, n } = pearson(x.numbers, y.numbers)
  if (r === null) return null
  const pairs = []
  for (let i = 0; i < x.numbers.length; i++)
    if (x.numbers[i] === x.numbers[i] && y.numbers[i] === y.numbers[i]) pairs.push([x.numbers[i], y.numbers[i]])
  pairs.sort((a, b) => a[0] - b[0])
  const size = Math.max(1, Math.ceil(pairs.length / 12))
  const bins = []
  for (let i = 0; i < pairs.length; i += size) {
    const bin = pairs.slice(i, i + size)
    bins.push({
      from: bin[0][0],
      to: bin[bin.length - 1][0],
      mean: exactSum(bin.map(([, value]) => value)) / bin.length
    })
  }
  const title = cut(`Average ${y.name} by ${x.name}`)
  return {
    columns: [x, y],
    summary: `${x.name} and ${y.name} ${strength(r)} (correlation ${tidy(r, 2)}, ${plural(n, 'row')}).`,
    parts: [
      chart(
        'line',
        title,
        x.name,
        `Average ${y.name}`,
        bins.map(({ from, to }) => (from === to ? number(from) : `${number(from)}–${number(to)}`)),
        [{ name: `Average ${y.name}`, values: bins.map(({ mean }) => tidy(mean)) }]
      )
    ]
  }
}

function oneColumn(column, way) {
  const words =
    way === null || way === 'count'
      ? `${column.name} averages ${withUnit(column.mean, column)} (median ${withUnit(column.median, column)}, from ${withUnit(column.min, column)} to ${withUnit(column.max, column)})`
      : `${wayWords[way]} ${column.name}: ${withUnit(column[way], column)}`
  return {
    columns: [column],
    summary: `${words}, over ${plural(column.valid, 'value')}.`,
    parts: [histogram(column)].filter((part) => part !== null)
  }
}

/* ---------- time ---------- */

const lengths = { hour: DAY / 24, day: DAY, week: 7 * DAY, month: 30.4 * DAY, quarter: 91 * DAY, year: 365 * DAY }
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

function bucketStart(ms, bucket) {
  const date = new Date(ms)
  const year = date.getUTCFullYear()
  const month = date.getUTCMonth()
  switch (bucket) {
    case 'hour':
      return Math.floor(ms / (DAY / 24)) * (DAY / 24)
    case 'day':
      return Math.floor(ms / DAY) * DAY
    case 'week':
      return Math.floor(ms / DAY) * DAY - ((date.getUTCDay() + 6) % 7) * DAY
    case 'month':
      return Date.UTC(year, month, 1)
    case 'quarter':
      return Date.UTC(year, month - (month % 3), 1)
    default:
      return Date.UTC(year, 0, 1)
  }
}

function nextBucket(start, bucket) {
  const date = new Date(start)
  switch (bucket) {
    case 'month':
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
    case 'quarter':
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 3, 1)
    case 'year':
      return Date.UTC(date.getUTCFullYear() + 1, 0, 1)
    default:
      return start + lengths[bucket]
  }
}

function bucketLabel(start, bucket) {
  const iso = new Date(start).toISOString()
  switch (bucket) {
    case 'hour':
      return iso.slice(0, 16).replace('T', ' ')
    case 'month':
      return iso.slice(0, 7)
    case 'quarter':
      return `${iso.slice(0, 4)} Q${Math.floor(new Date(start).getUTCMonth() / 3) + 1}`
    case 'year':
      return iso.slice(0, 4)
    default:
      return iso.slice(0, 10)
  }
}

const steps = ['hour', 'day', 'week', 'month', 'quarter', 'year']

/** The coarsest step on which all dates lie: what people wrote `2024-03` or `2024` for. */
function gridOf(sorted) {
  const every = (test) => sorted.every((ms) => test(new Date(ms)))
  if (!sorted.every((ms) => ms % DAY === 0)) return 'hour'
  if (sorted.length < 2 || !every((date) => date.getUTCDate() === 1)) return 'day'
  if (!every((date) => date.getUTCMonth() % 3 === 0)) return 'month'
  return every((date) => date.getUTCMonth() === 0) ? 'year' : 'quarter'
}

/** The finest step that gives no more points than a chart can show, and is no finer than the dates are. */
function chooseBucket(date) {
  return (
    steps.slice(steps.indexOf(date.grid)).find((step) => (date.max - date.min) / lengths[step] <= MAX_POINTS) ?? 'year'
  )
}

function overTime(date, values, wanted, way, data) {
  if (date.valid === 0) return null
  const cyclic = wanted === 'weekday'
  const bucket =
    wanted === 'auto' || (!cyclic && (date.max - date.min) / lengths[wanted] > 1000) ? chooseBucket(date) : wanted
  const shown = values.slice(0, 4)
  const ways = shown.map((column) => (way === null || way === 'count' ? (addsUp(column) ? 'sum' : 'mean') : way))
  const members = new Map()
  for (let row = 0; row < data.rows; row++) {
    const ms = date.numbers[row]
    if (ms !== ms) continue
    const key = cyclic ? (new Date(ms).getUTCDay() + 6) % 7 : bucketStart(ms, bucket)
    let member = members.get(key)
    if (member === undefined) members.set(key, (member = { rows: 0, values: shown.map(() => []) }))
    member.rows++
    for (const [i, column] of shown.entries()) {
      const value = column.numbers[row]
      if (value === value) member.values[i].push(value)
    }
  }
  const keys = cyclic ? weekdays.map((_, i) => i) : allBuckets(date, bucket, members)
  const labels = keys.map((key) => (cyclic ? weekdays[key] : bucketLabel(key, bucket)))
  const single = [...members.values()].every(({ rows }) => rows === 1)
  const names = shown.map((column, i) => (single ? column.name : `${wayWords[ways[i]]} ${column.name}`))
  const series =
    shown.length === 0
      ? [{ name: 'Rows', values: keys.map((key) => members.get(key)?.rows ?? 0) }]
      : shown.map((_, i) => ({
          name: cut(names[i]),
          values: keys.map((key) => {
            const list = members.get(key)?.values[i] ?? []
            return list.length === 0 ? null : tidy(figures(Float64Array.from(list).sort())[ways[i]])
          })
        }))
  const per = cyclic ? 'weekday' : bucket
  const title = cut(`${series.map(({ name }) => name).join(', ')} ${single && !cyclic ? 'over time' : `per ${per}`}`)
  const { values: main } = series[0]
  const high = extreme(main, (a, b) => a > b)
  const low = extreme(main, (a, b) => a < b)
  const unit = shown[0]
  return {
    columns: [date, ...shown],
    summary:
      high < 0
        ? `${title}.`
        : `${title}: highest in ${labels[high]} (${withUnit(main[high], unit)}), lowest in ${labels[low]} (${withUnit(main[low], unit)}).`,
    parts: [
      chart(
        cyclic || labels.length < 3 ? 'bar' : 'line',
        title,
        date.name,
        series.length === 1 ? series[0].name : undefined,
        labels,
        series
      ),
      {
        kind: 'table',
        title,
        columns: [capital(per), 'Rows', ...(shown.length === 0 ? [] : series.map(({ name }) => name))],
        rows: keys.map((key, i) => [
          labels[i],
          members.get(key)?.rows ?? 0,
          ...(shown.length === 0 ? [] : series.map(({ values: list }) => list[i]))
        ])
      }
    ]
  }
}

function allBuckets(date, bucket, members) {
  const keys = []
  const end = bucketStart(date.max, bucket)
  for (let key = bucketStart(date.min, bucket); key <= end && keys.length < 1000; key = nextBucket(key, bucket))
    keys.push(key)
  // a few points far apart: only those that are there
  return keys.length > 20 && members.size < keys.length / 3
    ? [...members.keys()].sort((a, b) => a - b).slice(0, 1000)
    : keys
}

function extreme(values, better) {
  let at = -1
  for (let i = 0; i < values.length; i++) if (values[i] !== null && (at < 0 || better(values[i], values[at]))) at = i
  return at
}

/* ---------- charts without a question ---------- */

function chooseCharts(data) {
  const measures = data.columns.filter((column) => isMeasure(column) && !isPlace(column) && column.distinct > 1)
  const main =
    measures.find(addsUp) ??
    measures.find(({ name }) => /price|value|score|rate|temp|preis|wert|cost|weight|age|size/i.test(name)) ??
    measures[0]
  const date = data.columns.find(({ type, distinct }) => type === 'date' && distinct > 2)
  const groupColumn = data.columns
    .filter((column) => isGroup(column) && column.distinct > 1 && column.distinct <= 40)
    .sort((a, b) => goodGroup(a) - goodGroup(b))[0]
  const charts = []
  if (date !== undefined && main !== undefined) {
    const alike = measures.filter(
      (column) =>
        column !== main && column.unit === main.unit && column.max < main.max * 10 && column.max > main.max / 10
    )
    charts.push(
      ...(overTime(date, data.rows === date.distinct ? [main, ...alike] : [main], 'auto', null, data)?.parts.slice(
        0,
        1
      ) ?? [])
    )
  }
  if (groupColumn !== undefined && charts.length < 2) {
    const question = { way: null, top: null, ascending: false }
    charts.push(...(byGroup(groupColumn, main, question, data)?.parts.slice(0, 1) ?? []))
  }
  if (charts.length === 0 && main !== undefined) charts.push(histogram(main))
  if (charts.length === 0 && date !== undefined)
    charts.push(...(overTime(date, [], 'auto', 'count', data)?.parts.slice(0, 1) ?? []))
  return charts.filter((part) => part !== null)
}

/** Some five groups are best to look at. */
const goodGroup = ({ type, distinct }) => Math.abs(Math.log(distinct / 5)) + (type === 'boolean' ? 1 : 0)

function histogram(column) {
  const { distinct, min, max } = column
  const sorted = sortedValues(column)
  if (sorted.length === 0) return null
  if (distinct <= 12) {
    const counts = new Map()
    for (const value of sorted) counts.set(value, (counts.get(value) ?? 0) + 1)
    return chart(
      'bar',
      cut(`How often each ${column.name} occurs`),
      column.name,
      'Rows',
      [...counts.keys()].map(number),
      [{ name: 'Rows', values: [...counts.values()] }]
    )
  }
  // far outliers get the first and the last bar, so that the rest can be seen
  const reach = 4 * (column.q3 - column.q1 || column.sd)
  const low = Math.max(min, column.q1 - reach)
  const high = Math.min(max, column.q3 + reach)
  const step = niceStep((high - low) / Math.min(24, Math.max(6, Math.ceil(Math.sqrt(sorted.length)))))
  const from = Math.floor(low / step) * step
  const bins = Math.min(60, Math.max(1, Math.floor((high - from) / step) + 1))
  const counts = new Array(bins).fill(0)
  for (const value of sorted) counts[Math.min(bins - 1, Math.max(0, Math.floor((value - from) / step)))]++
  const label = (i) => {
    const [start, end] = [number(tidy(from + i * step)), number(tidy(from + (i + 1) * step))]
    if (i === 0 && min < from) return `under ${end}`
    if (i === bins - 1 && max >= from + bins * step) return `${start} and more`
    return `${start}–${end}`
  }
  return chart(
    'bar',
    cut(`How ${column.name} is spread`),
    column.name,
    'Rows',
    counts.map((_, i) => label(i)),
    [{ name: 'Rows', values: counts }]
  )
}

function niceStep(raw) {
  if (!(raw > 0) || !Number.isFinite(raw)) return 1
  const power = 10 ** Math.floor(Math.log10(raw))
  return [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((step) => step >= raw * 0.999)
}

function chart(kind, title, xLabel, yLabel, labels, series) {
  return {
    kind: 'chart',
    title,
    chart: kind,
    xLabel: cut(xLabel),
    ...(yLabel === undefined ? {} : { yLabel: cut(yLabel) }),
    labels: labels.map((label) => cut(String(label), 100)),
    series: series.map(({ name, values }) => ({ name: cut(name), values }))
  }
}

/* ---------- what goes together ---------- */

function pearson(xs, ys) {
  let n = 0,
    meanX = 0,
    meanY = 0,
    sumXX = 0,
    sumYY = 0,
    sumXY = 0
  for (let i = 0; i < xs.length; i++) {
    const x = xs[i]
    const y = ys[i]
    if (x !== x || y !== y) continue
    n++
    const dx = x - meanX
    const dy = y - meanY
    meanX += dx / n
    meanY += dy / n
    sumXX += dx * (x - meanX)
    sumYY += dy * (y - meanY)
    sumXY += dx * (y - meanY)
  }
  const r = sumXY / Math.sqrt(sumXX * sumYY)
  return { n, r: n >= 3 && Number.isFinite(r) ? Math.max(-1, Math.min(1, r)) : null }
}

function correlations(data, { mentions }) {
  const named = new Set(mentions.map(({ column }) => column))
  const measures = data.columns
    .filter((column) => isMeasure(column) && column.distinct > 2 && column.valid >= 8)
    .sort((a, b) => named.has(b) - named.has(a))
    .slice(0, 10)
  const pairs = []
  for (const [i, a] of measures.entries()) {
    for (const b of measures.slice(i + 1)) {
      const { r, n } = pearson(a.numbers, b.numbers)
      // what chance alone gives easily is not worth telling
      if (r !== null && Math.abs(r) >= Math.max(0.3, 2.5 / Math.sqrt(n))) pairs.push({ a, b, r, n })
    }
  }
  return pairs.sort((x, y) => Math.abs(y.r) - Math.abs(x.r)).slice(0, 12)
}

function strength(r) {
  const size = Math.abs(r)
  if (size < 0.1) return 'have nothing to do with each other, as far as a straight line can tell'
  const how = size >= 0.8 ? 'strongly' : size >= 0.5 ? 'clearly' : size >= 0.3 ? 'somewhat' : 'weakly'
  return r > 0 ? `rise together ${how}` : `go opposite ways ${how}: one falls as the other rises`
}

function correlationTable(pairs) {
  if (pairs.length === 0) return []
  return [
    {
      kind: 'table',
      title: 'What goes together (correlation)',
      columns: ['Column', 'And', 'Correlation', 'In words', 'Rows'],
      rows: pairs.map(({ a, b, r, n }) => [a.name, b.name, tidy(r, 3), strength(r), n])
    }
  ]
}

/* ---------- tables and words ---------- */

function numberTable(columns) {
  const shown = columns.filter(({ type, valid }) => type === 'number' && valid > 0).slice(0, MAX_SHOWN_COLUMNS)
  if (shown.length === 0) return []
  return [
    {
      kind: 'table',
      title: 'Numbers',
      columns: [
        'Column',
        'Values',
        'Missing',
        'Distinct',
        'Lowest',
        'Lower quartile',
        'Median',
        'Average',
        'Upper quartile',
        'Highest',
        'Standard deviation',
        'Total'
      ],
      rows: shown.map((column) => [
        column.unit ? `${column.name} (${column.unit})` : column.name,
        column.valid,
        column.missing + column.unread,
        column.distinct,
        ...[column.min, column.q1, column.median, column.mean, column.q3, column.max, column.sd].map((value) =>
          tidy(value)
        ),
        column.id ? null : tidy(column.sum, 12)
      ])
    }
  ]
}

function dateTable(columns) {
  const shown = columns.filter(({ type, valid }) => type === 'date' && valid > 0)
  if (shown.length === 0) return []
  return [
    {
      kind: 'table',
      title: 'Dates',
      columns: ['Column', 'Values', 'Missing', 'Distinct', 'Earliest', 'Latest', 'Days between'],
      rows: shown.map((column) => [
        column.name,
        column.valid,
        column.missing + column.unread,
        column.distinct,
        dateWords(column, column.min),
        dateWords(column, column.max),
        tidy((column.max - column.min) / DAY, 4)
      ])
    }
  ]
}

function dateWords(column, ms) {
  const iso = new Date(ms).toISOString()
  if (column.yearly) return iso.slice(0, 4)
  return column.grid === 'hour' ? iso.slice(0, 16).replace('T', ' ') : iso.slice(0, 10)
}

function valueTables(columns, rows) {
  const shown = columns.filter((column) => isGroup(column) && column.top.length > 0).slice(0, 40)
  if (shown.length === 0) return []
  const table = []
  for (const column of shown) {
    for (const { value, count } of column.top.slice(0, shown.length > 8 ? 3 : 6)) {
      table.push([column.name, cut(value, 100), count, tidy((100 * count) / rows, 3)])
    }
  }
  return [{ kind: 'table', title: 'Most common values', columns: ['Column', 'Value', 'Rows', 'Share %'], rows: table }]
}

const typeWords = {
  number: 'number',
  date: 'date',
  boolean: 'yes or no',
  category: 'category',
  text: 'text',
  empty: 'empty'
}

function columnTable({ columns, rows }) {
  const shown = columns.slice(0, MAX_SHOWN_COLUMNS)
  return {
    kind: 'table',
    title: columns.length > shown.length ? `Columns (${shown.length} of ${columns.length})` : 'Columns',
    columns: ['Column', 'Type', 'Filled', 'Missing', 'Missing %', 'Distinct', 'Example'],
    rows: shown.map((column) => [
      column.name,
      column.id ? 'number (identifier)' : typeWords[column.type],
      column.filled,
      column.missing,
      tidy((100 * column.missing) / rows, 3),
      column.overflow ? `more than ${group(column.mostDistinct)}` : (column.distinct ?? 0),
      column.example
    ])
  }
}

function remarks(data, table, others) {
  const items = []
  if (!table.hasHeader) items.push('The first row looks like data, so the columns are numbered.')
  if (table.skipped > 0)
    items.push(`${plural(table.skipped, 'line')} above the header ${table.skipped === 1 ? 'was' : 'were'} left out.`)
  if (table.short > 0)
    items.push(`${plural(table.short, 'row')} had fewer cells than the header; what is not there counts as missing.`)
  if (table.long > 0)
    items.push(`${plural(table.long, 'row')} had more cells than the header; what is too much was left out.`)
  for (const column of data.columns.slice(0, MAX_SHOWN_COLUMNS)) {
    if (column.unread > 0) {
      items.push(
        `${column.name}: ${plural(column.unread, 'value')} could not be read as a ${column.type} and ${column.unread === 1 ? 'counts' : 'count'} as missing, such as “${column.unreadExamples.join('”, “')}”.`
      )
    }
    if (column.ambiguous)
      items.push(
        `${column.name}: dates were read ${column.order === 'mdy' ? 'month first' : 'day first'}; no date in the column tells for certain.`
      )
    if (column.type === 'empty') items.push(`${column.name} is empty.`)
    if (isMeasure(column) && column.far > 0 && column.far <= column.valid * 0.02) {
      items.push(
        `${column.name}: ${plural(column.far, 'value')} ${column.far === 1 ? 'lies' : 'lie'} far from the others (lowest ${withUnit(column.min, column)}, highest ${withUnit(column.max, column)}).`
      )
    }
  }
  if (others.length > 0) items.push(`Only one file is read at a time; not read: ${others.join(', ')}.`.slice(0, 1000))
  return items.length === 0 ? [] : [{ kind: 'list', title: 'Worth knowing', items: items.slice(0, 60) }]
}

function summarise(data, file, answer, related) {
  const shape = `${file} has ${plural(data.rows, 'row')} and ${plural(data.columns.length, 'column')}.`
  if (answer !== null) return `${answer.summary} ${shape}`
  const words = [shape]
  const measures = data.columns.filter((column) => isMeasure(column) && !isPlace(column))
  const main = measures.find(addsUp) ?? measures[0]
  const date = data.columns.find(({ type, valid }) => type === 'date' && valid > 1)
  if (date !== undefined)
    words.push(`${capital(date.name)} runs from ${dateWords(date, date.min)} to ${dateWords(date, date.max)}.`)
  if (main !== undefined) {
    const total = addsUp(main) ? `, ${withUnit(main.sum, main)} in all` : ''
    words.push(
      `${capital(main.name)} averages ${withUnit(main.mean, main)}, from ${withUnit(main.min, main)} to ${withUnit(main.max, main)}${total}.`
    )
  }
  const common = data.columns.find((column) => isGroup(column) && column.distinct > 1)
  if (common !== undefined)
    words.push(
      `The most common ${common.name} is ${cut(common.top[0].value, 60)} (${tidy((100 * common.top[0].count) / data.rows, 2)} % of the rows).`
    )
  const pair = related[0]
  if (pair !== undefined)
    words.push(`${capital(pair.a.name)} and ${pair.b.name} ${strength(pair.r)} (correlation ${tidy(pair.r, 2)}).`)
  return words.join(' ')
}

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0)
const cut = (text, most = 120) => (text.length > most ? `${text.slice(0, most - 1)}…` : text)
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1)
const plural = (count, word) => `${group(count)} ${word}${count === 1 ? '' : 's'}`

/** A number without the noise of its last digits; null when there is none. */
function tidy(value, digits = 6) {
  if (value === null || value === undefined || !Number.isFinite(value)) return null
  const whole = Math.trunc(Math.abs(value)).toString().length
  return Number(value.toPrecision(Math.min(17, Math.max(digits, whole + (digits > 3 ? 2 : 0)))))
}

/** With separators between the thousands. */
function group(value) {
  const [whole, decimals] = String(value).split('.')
  if (/e/.test(String(value))) return String(value)
  const separated = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return decimals === undefined ? separated : `${separated}.${decimals}`
}

/** For people: four digits are enough. */
function number(value) {
  return group(tidy(value, 4))
}

function withUnit(value, column) {
  const unit = column?.unit ?? ''
  if (unit === '') return number(value)
  if (!/^[$€£¥₹]$/.test(unit)) return `${number(value)} ${unit}`
  return `${value < 0 ? '−' : ''}${unit}${group(Number.isInteger(value) ? Math.abs(value) : Math.abs(value).toFixed(2))}`
}
