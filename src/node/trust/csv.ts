/**
 * Ratings, pre-trust and topics from comma-separated text (RFC 4180 without line breaks inside quotes), as `npm run trust`
 * reads them. Pure: text comes in by pieces of any length, so that files larger than a string can be are read too.
 */
import type { Names } from './names.ts'

/** What a file has that can't be understood. Its message says where, what was expected and what came. */
export class CsvError extends Error {
  override readonly name = 'CsvError'
}

/** Names of columns that are understood, in lower case; the first of each is the one that is told of. */
type Columns<Name extends string> = Record<Name, { names: readonly string[]; isOptional?: boolean }>

const RATING_COLUMNS: Columns<'from' | 'to' | 'value' | 'topic' | 'time'> = {
  from: { names: ['from', 'source'] },
  to: { names: ['to', 'target'] },
  value: { names: ['value', 'weight'] },
  topic: { names: ['topic'], isOptional: true },
  time: { names: ['time', 'timestamp'], isOptional: true }
}

const PRETRUST_COLUMNS: Columns<'peer' | 'value' | 'topic'> = {
  peer: { names: ['peer', 'agent', 'id'] },
  value: { names: ['value', 'weight', 'share'] },
  topic: { names: ['topic'], isOptional: true }
}

const TOPIC_COLUMNS: Columns<'a' | 'b' | 'similarity'> = {
  a: { names: ['a', 'source', 'from'] },
  b: { names: ['b', 'target', 'to'] },
  similarity: { names: ['similarity', 'value', 'weight'] }
}

export interface Reader<T> {
  /** Takes a piece of the text. @throws CsvError */
  push(text: string): void
  /** What the whole text says. @throws CsvError */
  end(): T
}

/** Ratings place by place; agents and topics by their numbers. */
export interface RatingList {
  count: number
  from: Uint32Array
  to: Uint32Array
  topics: Uint32Array
  values: Float64Array
  /** as they stand in the file; 0 when it has none */
  times: Float64Array
  /** of values, and of times, the largest without sign */
  largestValue: number
  largestTime: number
  /** whether there is a column of topics */
  hasTopics: boolean
  /** ratings of an agent by itself, which are left out */
  ofThemselves: number
}

/** The topic of files without a column of topics. */
export const ONLY_TOPIC = ''

/** Reads `from,to,value` and optionally `topic` and `time`; `Source,Target,Weight,Timestamp` too. */
export function createRatingsReader(agents: Names, topics: Names): Reader<RatingList> {
  const list: RatingList = {
    count: 0,
    from: new Uint32Array(0),
    to: new Uint32Array(0),
    topics: new Uint32Array(0),
    values: new Float64Array(0),
    times: new Float64Array(0),
    largestValue: 0,
    largestTime: 0,
    hasTopics: false,
    ofThemselves: 0
  }
  const lines = createLines('ratings', RATING_COLUMNS, ({ from, to, value, topic, time }, line) => {
    const number = numberOf(value, 'value', line)
    const at = time === undefined || time === '' ? 0 : numberOf(time, 'time', line)
    list.hasTopics ||= topic !== undefined
    const by = agents.number(named(from, 'from', line))
    const of = agents.number(named(to, 'to', line))
    if (by === of) {
      list.ofThemselves++
      return
    }
    if (list.count === list.from.length) grow(list)
    list.from[list.count] = by
    list.to[list.count] = of
    list.topics[list.count] = topics.number(topic ?? ONLY_TOPIC)
    list.values[list.count] = number
    list.times[list.count] = at
    list.largestValue = Math.max(list.largestValue, Math.abs(number))
    list.largestTime = Math.max(list.largestTime, Math.abs(at))
    list.count++
  })
  return {
    push: lines.push,
    end() {
      lines.end()
      return list
    }
  }
}

/** Shares by agent, by topic; null is all topics. */
export type Pretrust = Map<number | null, Map<number, number>>

/** Reads `peer,value` and optionally `topic`: an empty one means all topics. Shares of a peer that is named twice are added up. */
export function createPretrustReader(agents: Names, topics: Names): Reader<Pretrust> {
  const pretrust: Pretrust = new Map()
  const lines = createLines('pre-trust', PRETRUST_COLUMNS, ({ peer, value, topic }, line) => {
    const share = numberOf(value, 'value', line)
    if (share < 0) throw new CsvError(`line ${line}: expected value to be 0 or more, got ${share}`)
    const key = topic === undefined || topic === '' ? null : topics.number(topic)
    const shares = pretrust.get(key) ?? new Map<number, number>()
    const agent = agents.number(named(peer, 'peer', line))
    pretrust.set(key, shares.set(agent, (shares.get(agent) ?? 0) + share))
  })
  return {
    push: lines.push,
    end() {
      lines.end()
      const sum = [...pretrust.values()].flatMap((shares) => [...shares.values()]).reduce((all, share) => all + share, 0)
      if (sum === 0) throw new CsvError('pre-trust: expected some value above 0, got none')
      return pretrust
    }
  }
}

/** How alike two topics are. */
export interface Likeness {
  a: number
  b: number
  similarity: number
}

/** Reads `a,b,similarity`: how alike two topics are, 0 to 1, the same both ways. */
export function createTopicsReader(topics: Names): Reader<Likeness[]> {
  const all: Likeness[] = []
  const lines = createLines('topics', TOPIC_COLUMNS, ({ a, b, similarity }, line) => {
    const value = numberOf(similarity, 'similarity', line)
    if (value < 0 || value > 1) throw new CsvError(`line ${line}: expected similarity to be from 0 to 1, got ${value}`)
    const likeness = { a: topics.number(named(a, 'a', line)), b: topics.number(named(b, 'b', line)), similarity: value }
    if (likeness.a !== likeness.b) all.push(likeness)
  })
  return {
    push: lines.push,
    end() {
      lines.end()
      return all
    }
  }
}

/** Cuts text into lines and these into fields, and tells of each line but the first by the names of its columns. */
function createLines<Name extends string>(
  what: string,
  columns: Columns<Name>,
  tell: (fields: Record<Name, string | undefined>, line: number) => void
): { push(text: string): void; end(): void } {
  let rest = ''
  let line = 0
  let places: Array<[name: Name, place: number]> | null = null
  let width = 0

  function take(text: string): void {
    line++
    const clean = text.endsWith('\r') ? text.slice(0, -1) : text
    if (clean.trim() === '') return
    const fields = fieldsOf(line === 1 ? clean.replace(/^\uFEFF/, '') : clean, line)
    if (places === null) {
      places = placesOf(fields)
      width = fields.length
      return
    }
    if (fields.length !== width) throw new CsvError(`line ${line}: expected ${width} fields as in the header, got ${fields.length}`)
    const named = {} as Record<Name, string | undefined>
    for (const [name, place] of places) named[name] = fields[place]
    tell(named, line)
  }

  function placesOf(header: string[]): Array<[name: Name, place: number]> {
    const found = header.map((field) => field.toLowerCase())
    const all: Array<[name: Name, place: number]> = []
    for (const [name, { names, isOptional }] of Object.entries(columns) as Array<[Name, Columns<Name>[Name]]>) {
      const place = found.findIndex((field) => names.includes(field))
      if (place >= 0) all.push([name, place])
      else if (isOptional !== true) {
        throw new CsvError(
          `line ${line}: expected a header with a column ${names.map((each) => `"${each}"`).join(' or ')} for ${what}, got "${header.join(',')}"`
        )
      }
    }
    return all
  }

  return {
    push(text) {
      const whole = rest + text
      let start = 0
      for (let end = whole.indexOf('\n'); end >= 0; end = whole.indexOf('\n', start)) {
        take(whole.slice(start, end))
        start = end + 1
      }
      rest = whole.slice(start)
    },
    end() {
      if (rest !== '') take(rest)
      rest = ''
      if (places === null) throw new CsvError(`${what}: expected a header and lines below it, got an empty file`)
    }
  }
}

/** The fields of a line, without quotes and outer blanks. */
function fieldsOf(line: string, number: number): string[] {
  if (!line.includes('"')) return line.split(',').map((field) => field.trim())
  const fields: string[] = []
  for (let at = 0; at <= line.length; ) {
    const quoted = /^\s*"((?:[^"]|"")*)"\s*(?:,|$)/.exec(line.slice(at))
    if (quoted !== null) {
      fields.push((quoted[1] ?? '').replaceAll('""', '"'))
      at += quoted[0].length
      // a comma at the very end is followed by an empty field
      if (at === line.length && !line.endsWith(',')) break
      continue
    }
    const end = line.indexOf(',', at)
    const field = line.slice(at, end < 0 ? undefined : end).trim()
    if (field.includes('"')) throw new CsvError(`line ${number}: expected quotes around a whole field, doubled inside, got ${field}`)
    fields.push(field)
    if (end < 0) break
    at = end + 1
  }
  return fields
}

function numberOf(text: string | undefined, column: string, line: number): number {
  const value = text === undefined || text === '' ? Number.NaN : Number(text)
  if (Number.isFinite(value)) return value
  throw new CsvError(`line ${line}: expected ${column} to be a number, got "${text ?? ''}"`)
}

function named(text: string | undefined, column: string, line: number): string {
  if (text !== undefined && text !== '') return text
  throw new CsvError(`line ${line}: expected ${column} to be a name, got nothing`)
}

function grow(list: RatingList): void {
  const capacity = Math.max(1024, 2 * list.from.length)
  list.from = larger(list.from, new Uint32Array(capacity))
  list.to = larger(list.to, new Uint32Array(capacity))
  list.topics = larger(list.topics, new Uint32Array(capacity))
  list.values = larger(list.values, new Float64Array(capacity))
  list.times = larger(list.times, new Float64Array(capacity))
}

function larger<T extends Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}
