/*
 * Tables from text as people have it: any delimiter, quotes (RFC 4180, and not quite), headers or none, titles above
 * the header, decimal commas, thousands separators, currencies, units, percentages, dates, missing values.
 */
globalThis.csv = (() => {
  const QUOTE = 34
  const SPACE = 32
  const MONTH_NAMES = [
    'jan ene gen',
    'feb fev',
    'mar mrz mae',
    'apr avr abr',
    'may mai mag',
    'jun giu',
    'jul lug',
    'aug ago aou',
    'sep set',
    'oct okt ott out',
    'nov',
    'dec dez dic'
  ]
  const months = new Map(MONTH_NAMES.flatMap((names, i) => names.split(' ').map((name) => [name, i])))
  const missingWords = new Set([
    '',
    'na',
    'n/a',
    '#n/a',
    'n.a.',
    'nan',
    'null',
    'none',
    'nil',
    '-',
    '--',
    '---',
    '–',
    '—',
    '?',
    '.',
    '...',
    '#ref!',
    '#value!',
    '#div/0!',
    'missing',
    'unknown',
    'k.a.',
    'k. a.',
    'keine angabe',
    'undefined',
    '(null)',
    '\\n'
  ])

  function isMissing(cell) {
    const code = cell.charCodeAt(0)
    // most cells are numbers: no need to look those up
    return !(code >= 48 && code <= 57) && cell.length < 15 && missingWords.has(cell.trim().toLowerCase())
  }

  /* ---------- rows ---------- */

  /** Reads rows from `start` on: `next()` gives an array of cells, or null at the end. */
  function createReader(text, delimiter, start) {
    let position = start
    let delimiterAt = -1
    let lineEndAt = -1
    // set at a quote that is never closed: from there on quotes are taken as they stand
    let plain = false

    function nextDelimiter(from) {
      if (delimiterAt < from) {
        delimiterAt = text.indexOf(delimiter, from)
        if (delimiterAt < 0) delimiterAt = text.length
      }
      return delimiterAt
    }

    function lineEnd(from) {
      if (lineEndAt < from) {
        lineEndAt = text.indexOf('\n', from)
        if (lineEndAt < 0) lineEndAt = text.length
      }
      return lineEndAt
    }

    /** Where a quoted field ends: its closing quote, or -1. */
    function closingQuote(from) {
      for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 1)) {
        if (text.charCodeAt(at + 1) === QUOTE) {
          at++
          continue
        }
        if (endsField(at + 1)) return at
        // a quote inside that nobody doubled, if the field is closed properly on this very line
        const end = lineEnd(at)
        let later = text.indexOf('"', at + 1)
        while (later >= 0 && later < end && !endsField(later + 1)) later = text.indexOf('"', later + 1)
        if (later < 0 || later >= end) return at
        return later
      }
      return -1
    }

    function endsField(at) {
      while (text.charCodeAt(at) === SPACE && text[at] !== delimiter) at++
      const next = text[at]
      return next === undefined || next === delimiter || next === '\n' || next === '\r'
    }

    /** The cells of a line with quotes, when each is whole between two delimiters: most are, and this is quick. */
    function simpleQuotedRow(line) {
      const cells = line.split(delimiter)
      for (let i = 0; i < cells.length; i++) {
        const cell = cells[i]
        if (!cell.includes('"')) continue
        if (cell.length < 2 || cell.charCodeAt(0) !== QUOTE || cell.charCodeAt(cell.length - 1) !== QUOTE) return null
        let value = cell.slice(1, -1)
        if (value.includes('"')) {
          if (value.replaceAll('""', '').includes('"')) return null
          value = value.replaceAll('""', '"')
        }
        cells[i] = value
      }
      return cells
    }

    function quotedRow() {
      const cells = []
      let at = position
      for (;;) {
        let first = at
        while (text.charCodeAt(first) === SPACE) first++
        let value = ''
        if (text.charCodeAt(first) === QUOTE) {
          const close = closingQuote(first + 1)
          if (close < 0) {
            plain = true
            delimiterAt = lineEndAt = -1
            return next()
          }
          value = text.slice(first + 1, close).replaceAll('""', '"')
          at = close + 1
        }
        const end = Math.min(nextDelimiter(at), lineEnd(at))
        let rest = text.slice(at, end)
        if (rest.endsWith('\r')) rest = rest.slice(0, -1)
        cells.push(text.charCodeAt(first) === QUOTE ? value + rest.trimEnd() : rest)
        at = end + 1
        if (end >= text.length || text[end] === '\n') {
          position = at
          return cells
        }
      }
    }

    function next() {
      while (position < text.length) {
        const end = lineEnd(position)
        let line = text.slice(position, end)
        const quotes = !plain && line.includes('"')
        if (line.endsWith('\r')) line = line.slice(0, -1)
        if (quotes) {
          const cells = simpleQuotedRow(line)
          if (cells === null) return quotedRow()
          position = end + 1
          return cells
        }
        position = end + 1
        if (line.trim() !== '') return line.split(delimiter)
      }
      return null
    }

    return { next, position: () => position }
  }

  const isEmptyRow = (row) => row.every((cell) => cell.trim() === '')

  function readSome(text, delimiter, start, most) {
    const reader = createReader(text, delimiter, start)
    const rows = []
    while (rows.length < most) {
      const at = reader.position()
      const cells = reader.next()
      if (cells === null) break
      if (!isEmptyRow(cells)) rows.push({ at, cells })
    }
    return rows
  }

  /** The most common value, and which share of all it has. */
  function mode(values) {
    const counts = new Map()
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
    let best
    for (const [value, count] of counts) if (best === undefined || count > best.count) best = { value, count }
    return { value: best?.value, share: values.length === 0 ? 0 : best.count / values.length }
  }

  function detectDelimiter(text, start) {
    const sample = text.slice(start, start + 60_000)
    let best = { delimiter: ',', score: 0 }
    for (const [delimiter, bonus] of [
      ['\t', 0.06],
      [';', 0.05],
      ['|', 0.04],
      [',', 0]
    ]) {
      const rows = readSome(sample, delimiter, 0, 200)
      // the last may be cut in two
      if (rows.length > 2 && sample.length < text.length - start) rows.pop()
      const { value: width, share } = mode(rows.map(({ cells }) => cells.length))
      if (width === undefined || width < 2) continue
      const score = share + bonus
      if (score > best.score) best = { delimiter, score }
    }
    return best.delimiter
  }

  /**
   * Opens a table: `columns` (names), `width`, `hasHeader`, `delimiter`, `eachRow(visit)`; `visit(cells, position)` gets
   * `width` cells. After `eachRow`, `rows` is their number, `short` and `long` how many had too few or too many cells.
   */
  function open(original) {
    let text = original.startsWith('\ufeff') ? original.slice(1) : original
    if (!text.includes('\n')) text = text.replaceAll('\r', '\n')
    let start = 0
    const excelHint = /^sep=(.)\r?\n/i.exec(text.slice(0, 10))
    if (excelHint) start = excelHint[0].length
    const delimiter = excelHint ? excelHint[1] : detectDelimiter(text, start)
    const sample = readSome(text, delimiter, start, 300)
    const width = usualWidth(sample.map(({ cells }) => cells.length))

    let skipped = 0
    while (width > 1 && skipped < 12 && skipped < sample.length - 1 && isAboveTable(sample[skipped].cells, width))
      skipped++
    const rows = sample.slice(skipped)
    const hasHeader =
      rows.length > 0 &&
      looksLikeHeader(
        rows[0].cells,
        rows.slice(1).map(({ cells }) => cells)
      )
    const columns = nameColumns(
      hasHeader ? rows[0].cells : [],
      Math.max(width, hasHeader ? lastFilled(rows[0].cells) : 0)
    )
    const first = hasHeader ? (rows[1]?.at ?? text.length) : (rows[0]?.at ?? text.length)

    const table = {
      columns,
      width: columns.length,
      hasHeader,
      delimiter,
      skipped,
      size: text.length,
      rows: 0,
      short: 0,
      long: 0,
      eachRow,
      sampleRows
    }

    function eachRow(visit) {
      const reader = createReader(text, delimiter, first)
      table.rows = table.short = table.long = 0
      for (let cells = reader.next(); cells !== null; cells = reader.next()) {
        if (isEmptyRow(cells)) continue
        if (cells.length < columns.length) {
          table.short++
          while (cells.length < columns.length) cells.push('')
        } else if (lastFilled(cells) > columns.length) table.long++
        table.rows++
        visit(cells, reader.position())
      }
    }

    /** About `most` rows, spread over the whole table. */
    function sampleRows(most) {
      const lines = Math.ceil(text.length / Math.max(1, (rows.at(-1)?.at ?? 0) / Math.max(1, sample.length)))
      const step = Math.max(1, Math.floor(lines / most))
      const chosen = []
      let index = 0
      eachRow((cells) => {
        if (index++ % step === 0 || index <= 20) chosen.push(cells)
      })
      return chosen
    }

    return table
  }

  /** How many cells most rows have; lines of one cell are titles and remarks, unless nearly all are. */
  function usualWidth(widths) {
    const wide = widths.filter((width) => width > 1)
    return wide.length > widths.length * 0.3 ? mode(wide).value : 1
  }

  /** Titles, blank cells and remarks that stand above the header. */
  function isAboveTable(cells, width) {
    const filled = cells.filter((cell) => cell.trim() !== '').length
    return filled <= 1 || (cells[0].startsWith('#') && cells.length !== width)
  }

  function lastFilled(cells) {
    let length = cells.length
    while (length > 0 && cells[length - 1].trim() === '') length--
    return length
  }

  const looksLikeValue = (cell) => splitNumber(cell.trim()) !== null || !Number.isNaN(readDate(cell.trim(), 'dmy'))

  function looksLikeHeader(cells, below) {
    const names = cells.map((cell) => cell.trim()).filter((cell) => cell !== '')
    if (names.length === 0 || new Set(names).size < names.length * 0.5) return false
    const values = names.filter(looksLikeValue)
    const years = values.filter(
      (value) =>
        /^(1[5-9]|20|21)\d\d$/.test(value) || /^Q[1-4]\b/i.test(value) || months.has(value.slice(0, 3).toLowerCase())
    )
    if (values.length > years.length || years.length === names.length) return false
    if (below.length === 0) return true
    if (names.some((name) => name.length > 80)) return false
    let alike = 0
    let judged = 0
    for (const [i, cell] of cells.entries()) {
      const name = cell.trim()
      const column = below.map((row) => (row[i] ?? '').trim()).filter((value) => !isMissing(value))
      if (name === '' || column.length === 0) continue
      const valueLike = column.filter(looksLikeValue).length / column.length
      if (valueLike >= 0.7 && !looksLikeValue(name)) return true
      judged++
      if (column.includes(name)) alike++
    }
    return judged === 0 || alike < judged / 2
  }

  function nameColumns(cells, width) {
    const names = []
    const seen = new Map()
    for (let i = 0; i < width; i++) {
      const own = (cells[i] ?? '').trim().replace(/\s+/g, ' ').slice(0, 80)
      const name = own === '' ? `Column ${i + 1}` : own
      const times = (seen.get(name) ?? 0) + 1
      seen.set(name, times)
      names.push(times === 1 ? name : `${name} (${times})`)
    }
    return names
  }

  /* ---------- numbers ---------- */

  const currency =
    /^(?:[$€£¥₹₽₩₺₫₴₦฿₪₱]|R\$|US\$|A\$|C\$|HK\$|kr\.?|zł|Kč|Fr\.|CHF|USD|EUR|GBP|JPY|CNY|INR|SEK|NOK|DKK|PLN|CZK|HUF|AUD|CAD|NZD|SGD|HKD|ZAR|BRL|MXN|RUB|TRY|KRW)$/
  const parts = /^([^\d.,]*)(\d[\d.,'’\u00a0\u202f\u2009 ]*\d|\d|[.,]\d+)([eE][+-]?\d{1,3})?([^\d]*)$/
  const grouped = {
    '.': /^(?:\d+|\d{1,3}(?:[,'’\u00a0\u202f\u2009 ]\d{2,3})*[,'’\u00a0\u202f\u2009 ]\d{3})?(?:\.\d+)?$/,
    ',': /^(?:\d+|\d{1,3}(?:[.'’\u00a0\u202f\u2009 ]\d{2,3})*[.'’\u00a0\u202f\u2009 ]\d{3})?(?:,\d+)?$/
  }

  /** Sign, digits and unit of a number as people write it; null when it is none. */
  function splitNumber(cell) {
    if (cell.length > 40) return null
    const found = parts.exec(cell)
    if (found === null) return null
    const [, before, digits, exponent = '', after] = found
    const around = before + after
    const negative = /[-−]/.test(around) || (before.includes('(') && after.includes(')'))
    const prefix = before.replace(/[-−+(\s\u00a0]/g, '')
    const suffix = after.replace(/^\.$/, '').replace(/[-−)\s\u00a0\u202f]/g, '')
    if (prefix !== '' && !currency.test(prefix)) return null
    if (suffix.length > 8 || /[,;:!?"]/.test(suffix)) return null
    return { negative, digits, exponent, unit: prefix || suffix, code: /^0\d+$/.test(digits) }
  }

  /** For which decimal separator some digits speak: `strong`, or `weak` when they could be read either way. */
  function evidence(digits) {
    const comma = digits.lastIndexOf(',')
    const point = digits.lastIndexOf('.')
    if (comma < 0 && point < 0) return null
    if (comma >= 0 && point >= 0) return { decimal: comma > point ? ',' : '.', strength: 'strong' }
    const mark = comma >= 0 ? ',' : '.'
    const other = mark === ',' ? '.' : ','
    const at = Math.max(comma, point)
    if (digits.indexOf(mark) !== at) return { decimal: other, strength: 'strong' }
    const decimals = digits.length - at - 1
    if (decimals !== 3 || at > 3 || at === 0 || digits.startsWith('0')) return { decimal: mark, strength: 'strong' }
    return { decimal: mark, strength: 'weak' }
  }

  /**
   * How a column writes its numbers, from some of its values: `{ read(cell) → number or NaN, unit, decimal }`; null
   * when it is no column of numbers. `hint` is the decimal separator that the rest of the table uses, if any.
   */
  function numberStyle(values, delimiter, hint) {
    const split = values.map((value) => splitNumber(value.trim())).filter((one) => one !== null)
    if (values.length === 0 || split.length < values.length * 0.8) return null
    // postal codes, article numbers: nobody writes a number with zeros in front
    if (split.filter(({ code }) => code).length > split.length * 0.03) return null
    const marks = split.map(({ digits }) => evidence(digits)).filter((one) => one !== null)
    const decimal = decideDecimal(marks, delimiter, hint)
    const units = split.map(({ unit }) => unit).filter((unit) => unit !== '')
    const { value: unit = '', share } = mode(units)
    // many units, as in "12 Main Street, 7 High Road": not numbers but words
    if (units.length > split.length * 0.2 && share < 0.8) return null
    const read = (cell) => readNumber(cell.trim(), decimal, unit)
    const readable = values.filter((value) => !Number.isNaN(read(value))).length
    return readable < values.length * 0.8
      ? null
      : { decimal, unit, read, sure: marks.some(({ strength }) => strength === 'strong') }
  }

  function decideDecimal(marks, delimiter, hint) {
    const strong = marks.filter(({ strength }) => strength === 'strong')
    if (strong.length > 0) return mode(strong.map(({ decimal }) => decimal)).value
    if (hint !== undefined) return hint
    // "1,234" alone: a thousand in most tables, one and a bit where the comma was kept free for decimals
    return marks.length > 0 && marks[0].decimal === ',' && delimiter === ';' ? ',' : '.'
  }

  function readNumber(cell, decimal, unit) {
    if (decimal === '.' && cell.length < 16) {
      const code = cell.charCodeAt(0)
      if ((code >= 48 && code <= 57) || code === 45 || code === 46) {
        const value = Number(cell)
        if (value === value && (code !== 48 || !/^0[xob]/i.test(cell))) return value
      }
    }
    const split = splitNumber(cell)
    if (split === null || (split.unit !== '' && split.unit !== unit)) return NaN
    if (!grouped[decimal].test(split.digits)) return NaN
    const digits =
      decimal === '.' ? split.digits.replace(/[^\d.]/g, '') : split.digits.replace(/[^\d,]/g, '').replace(',', '.')
    const value = Number(digits + split.exponent)
    return Number.isFinite(value) ? (split.negative ? -value : value) : NaN
  }

  /* ---------- dates ---------- */

  const clock = String.raw`(?:,?[T\s]+(\d{1,2})[:.h](\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([ap]\.?m\.?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?(?:\s?Uhr)?)?`
  const yearFirst = new RegExp(`^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})${clock}$`, 'i')
  const yearLast = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4}|\\d{2})${clock}$`, 'i')
  const dayName = new RegExp(
    `^(?:[a-zäéûî]+\\.?,?\\s+)?(\\d{1,2})(?:st|nd|rd|th|\\.|º)?[\\s-]+(?:de\\s+)?([a-zäéûî]{3,10})\\.?,?[\\s-]+(?:de\\s+)?(\\d{4}|\\d{2})${clock}$`,
    'i'
  )
  const nameDay = new RegExp(
    `^(?:[a-z]+\\.?,?\\s+)?([a-zäéûî]{3,10})\\.?\\s+(\\d{1,2})(?:st|nd|rd|th)?,?\\s+(\\d{4})${clock}$`,
    'i'
  )

  function utc(year, month, day, time) {
    if (year < 100) year += year < 70 ? 2000 : 1900
    if (month < 0 || month > 11 || day < 1 || day > 31) return NaN
    const date = Date.UTC(year, month, day)
    if (new Date(date).getUTCDate() !== day) return NaN
    return date + (time ?? 0)
  }

  /** Milliseconds of the time that the last five groups of a date's pattern found. */
  function timeOfDay(found, from) {
    const [hour, minute, second = '0', half, zone] = found.slice(from, from + 5)
    if (hour === undefined) return 0
    let hours = Number(hour)
    if (half !== undefined) hours = (hours % 12) + (/^p/i.test(half) ? 12 : 0)
    if (hours > 24 || Number(minute) > 59 || Number(second) > 60) return NaN
    let offset = 0
    const shift = zone === undefined ? null : /^([+-])(\d{2}):?(\d{2})$/.exec(zone)
    if (shift) offset = (shift[1] === '-' ? -1 : 1) * (Number(shift[2]) * 60 + Number(shift[3]))
    return ((hours * 60 + Number(minute) - offset) * 60 + Number(second)) * 1000
  }

  const monthOf = (name) => {
    const plain = name
      .toLowerCase()
      .normalize('NFD')
      .replace(/[\u0300-\u036f]/g, '')
      .replace('maer', 'mar')
    if (plain.startsWith('juin')) return 5
    if (plain.startsWith('juil')) return 6
    return months.get(plain.slice(0, 3)) ?? -1
  }

  /** Milliseconds since 1970 (UTC) of a date as people write it, NaN when it is none. `order`: `dmy` or `mdy`. */
  function readDate(cell, order) {
    if (cell.length < 6 || cell.length > 45) return NaN
    const code = cell.charCodeAt(0)
    let found
    if (code >= 48 && code <= 57) {
      if ((found = yearFirst.exec(cell))) return utc(+found[1], found[3] - 1, +found[4], timeOfDay(found, 5))
      if ((found = yearLast.exec(cell))) {
        const [day, month] = order === 'mdy' && found[2] !== '.' ? [found[3], found[1]] : [found[1], found[3]]
        return utc(+found[4], month - 1, +day, timeOfDay(found, 5))
      }
      if ((found = /^(\d{4})[-/.](\d{1,2})$/.exec(cell))) return utc(+found[1], found[2] - 1, 1)
      if ((found = /^(\d{1,2})[-/](\d{4})$/.exec(cell))) return utc(+found[2], found[1] - 1, 1)
      if ((found = /^(\d{4})[-\s/]?Q([1-4])$/i.exec(cell))) return utc(+found[1], (found[2] - 1) * 3, 1)
      if ((found = /^(\d{4})-?W(\d{2})$/i.exec(cell))) return weekStart(+found[1], +found[2])
    } else {
      if ((found = /^Q([1-4])[\s/-]?(\d{4})$/i.exec(cell))) return utc(+found[2], (found[1] - 1) * 3, 1)
      if ((found = /^([a-zäéûî]{3,10})\.?[\s-]+'?(\d{4}|\d{2})$/i.exec(cell)) && monthOf(found[1]) >= 0)
        return utc(+found[2], monthOf(found[1]), 1)
      if ((found = nameDay.exec(cell)) && monthOf(found[1]) >= 0)
        return utc(+found[3], monthOf(found[1]), +found[2], timeOfDay(found, 4))
    }
    if ((found = dayName.exec(cell)) && monthOf(found[2]) >= 0)
      return utc(+found[3], monthOf(found[2]), +found[1], timeOfDay(found, 4))
    return NaN
  }

  /** The Monday of a week by ISO 8601. */
  function weekStart(year, week) {
    if (week < 1 || week > 53) return NaN
    const fourth = new Date(Date.UTC(year, 0, 4))
    return fourth.getTime() + ((week - 1) * 7 - ((fourth.getUTCDay() + 6) % 7)) * 86_400_000
  }

  /**
   * How a column writes its dates: `{ read(cell) → milliseconds or NaN, order, ambiguous }`; null when it is no
   * column of dates. The column's name tells numbers that are dates (20240131, seconds since 1970, years).
   */
  function dateStyle(values, name, american) {
    if (values.length === 0) return null
    const named = /date|datum|time|zeit|fecha|jour|tag\b|day|stamp|\bts\b|created|updated|_at\b/i.test(name)
    const all = (test) => values.every((value) => test(value.trim()))
    if (named && all((value) => /^(19|20)\d{6}$/.test(value) && !Number.isNaN(compact(value))))
      return { read: (cell) => compact(cell.trim()) }
    if (named && all((value) => /^1\d{9}(\.\d+)?$/.test(value))) return { read: (cell) => secondsOrNaN(cell, 1000) }
    if (named && all((value) => /^1\d{12}$/.test(value))) return { read: (cell) => secondsOrNaN(cell, 1) }
    if (
      /^(year|jahr|année|annee|año|ano|anno|fiscal year|fy|geschäftsjahr)$/i.test(name.trim()) &&
      all((value) => /^(1[5-9]|20|21)\d\d$/.test(value))
    ) {
      return { read: (cell) => (/^\s*\d{4}\s*$/.test(cell) ? utc(Number(cell), 0, 1) : NaN), yearly: true }
    }
    const pairs = values
      .map((value) => /^(\d{1,2})[-/](\d{1,2})[-/]\d{2,4}\b/.exec(value.trim()))
      .filter((one) => one !== null)
    const dayFirst = pairs.filter(([, first]) => Number(first) > 12).length
    const monthFirst = pairs.filter(([, , second]) => Number(second) > 12).length
    const ambiguous = pairs.length > 0 && dayFirst === 0 && monthFirst === 0
    const order = ambiguous ? (american ? 'mdy' : 'dmy') : monthFirst > dayFirst ? 'mdy' : 'dmy'
    const read = (cell) => readDate(cell.trim(), order)
    const readable = values.filter((value) => !Number.isNaN(read(value))).length
    return readable < values.length * 0.8 ? null : { read, order, ambiguous }
  }

  const compact = (value) =>
    /^\d{8}$/.test(value) ? utc(+value.slice(0, 4), value.slice(4, 6) - 1, +value.slice(6)) : NaN
  const secondsOrNaN = (cell, factor) => (/^\s*\d{10,13}(\.\d+)?\s*$/.test(cell) ? Number(cell) * factor : NaN)

  /* ---------- columns ---------- */

  const truths = new Map(
    [
      'true false',
      'yes no',
      'y n',
      'ja nein',
      'j n',
      'wahr falsch',
      't f',
      'oui non',
      'sí no',
      'si no',
      'on off'
    ].flatMap((pair) => pair.split(' ').map((word, i) => [word, i === 0]))
  )

  /**
   * What each column holds, from rows spread over the table: `{ name, index, type, read, … }` with type `number`,
   * `date`, `boolean`, `text` or `empty`. `read(cell)` gives the value, or NaN (null for booleans) when it is none.
   */
  function describeColumns(table, rows) {
    const samples = table.columns.map((_, i) => rows.map((row) => row[i]).filter((cell) => !isMissing(cell)))
    const styles = samples.map((values) => numberStyle(values, table.delimiter))
    const sure = styles.filter((style) => style?.sure)
    const hint = sure.length > 0 ? mode(sure.map(({ decimal }) => decimal)).value : undefined
    const american = table.delimiter !== ';' && hint !== ','
    return table.columns.map((name, index) => {
      const values = samples[index]
      if (values.length === 0) return { name, index, type: 'empty', read: () => NaN }
      const date = dateStyle(values, name, american)
      if (date) return { name, index, type: 'date', ...date }
      const number = isCodeName(name)
        ? null
        : styles[index]?.sure
          ? styles[index]
          : numberStyle(values, table.delimiter, hint)
      if (number) return { name, index, type: 'number', ...number }
      const words = new Set(values.map((value) => value.trim().toLowerCase()))
      if (words.size <= 2 && [...words].every((word) => truths.has(word))) {
        return { name, index, type: 'boolean', read: (cell) => truths.get(cell.trim().toLowerCase()) ?? null }
      }
      return { name, index, type: 'text', read: (cell) => cell.trim() }
    })
  }

  /** Numbers that nobody calculates with. */
  const isCodeName = (name) =>
    /\b(zip|zipcode|zip code|postcode|postal code|plz|postleitzahl|phone|telephone|telefon|iban|isbn|ean|gtin|sku)\b/i.test(
      name.replace(/_/g, ' ')
    )

  /** The table as objects: numbers and booleans as such, missing values as null, all else as text. */
  function records(text) {
    const table = open(text)
    const columns = describeColumns(table, table.sampleRows(1000))
    const all = []
    table.eachRow((cells) => {
      const record = {}
      for (const { name, index, type, read } of columns) {
        const cell = cells[index]
        let value = cell.trim()
        if (isMissing(cell)) value = null
        else if (type === 'number' || type === 'boolean') {
          const known = read(cell)
          if (known !== null && known === known) value = known
        }
        record[name] = value
      }
      all.push(record)
    })
    return all
  }

  return { open, describeColumns, records, isMissing }
})()
