/** `npm run trust -- --ratings FILE.csv`: what the engine makes of somebody's ratings. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { parseArgs } from 'node:util'
import {
  createPretrustReader,
  createRatingsReader,
  createTopicsReader,
  CsvError,
  ONLY_TOPIC,
  type Likeness,
  type Pretrust,
  type RatingList,
  type Reader
} from '../../src/node/trust/csv.ts'
import { createEngine, type TrustEngine } from '../../src/node/trust/engine.ts'
import { RatingError, TrustInputError } from '../../src/node/trust/errors.ts'
import type { Rating } from '../../src/node/trust/evidence.ts'
import { createKernel } from '../../src/node/trust/kernel/kernel.ts'
import { createNames } from '../../src/node/trust/names.ts'
import { DEFENCES, PLAIN, type Defence } from '../../src/node/trust/options.ts'

export const USAGE = `npm run trust -- --ratings FILE.csv [options]

  --ratings FILE.csv    who rates whom: a header with from,to,value and optionally topic and time, in any order;
                        Source,Target,Weight,Timestamp are understood too. Values from -1 to 1; when some are beyond,
                        all are divided by the largest (without sign). Ratings of oneself are left out, several of a pair
                        add up. Times: seconds or milliseconds since 1970
  --pretrust FILE.csv   the seeds: peer,value and optionally topic (empty: all topics). Without: all alike
  --topics FILE.csv     how alike topics are, for prospects: a,b,similarity, each 0 to 1, the same both ways.
                        Topics that are not named together have nothing to do with each other
  --alpha A             the seeds' share at each step, 0.001 to 1 (0.15)
  --half-life DAYS      ratings count half when they are so old (never)
  --plain               EigenTrust: positive ratings alone, every defence off
  --without NAME        switches a defence off: ${DEFENCES.join(', ')}; again for more
  --tolerance T         largest error of a topic's scores, added up (1e-9)
  --top N               so many of each topic are shown (20)
  --json                one line: scores (peer → score, or topic → peer → score with a column topic; those of a topic sum
                        to one), prospects (likewise: whom to consider for work; not with --plain), iterations, ms,
                        converged, scaledBy (what values were divided by), selfRatings (left out)
`

interface Command {
  ratings: string
  pretrust: string | null
  topics: string | null
  alpha: number
  halfLifeMs: number
  isPlain: boolean
  without: Defence[]
  tolerance: number
  top: number
  json: boolean
}

const DAY_MS = 86_400_000
/** Times that are larger are in milliseconds: as seconds it would be the year 5138. */
const LARGEST_SECONDS = 1e11
const PIECE = 1 << 20

/** @returns the process's exit code */
export async function main(args: string[]): Promise<number> {
  if (args.includes('--help') || args.length === 0) {
    process.stdout.write(USAGE)
    return args.length === 0 ? 2 : 0
  }
  try {
    run(parse(args))
    return 0
  } catch (error) {
    if (!isInput(error)) throw error
    process.stderr.write(`${error.message}\n`)
    return 2
  }
}

function run(command: Command): void {
  const agents = createNames()
  const topics = createNames()
  const list = readFile(command.ratings, createRatingsReader(agents, topics))
  const pretrust: Pretrust =
    command.pretrust === null ? new Map<null, never>() : readFile(command.pretrust, createPretrustReader(agents, topics))
  const likenesses = command.topics === null ? [] : readFile(command.topics, createTopicsReader(topics))
  if (topics.size === 0) topics.number(ONLY_TOPIC)

  const engine = createEngine({
    topics: topics.size,
    similarity: matrix(topics.size, likenesses),
    createKernel,
    options: {
      alpha: command.alpha,
      halfLifeMs: command.halfLifeMs,
      tolerance: command.tolerance,
      ...(command.isPlain ? { blame: 0 } : {}),
      defences: command.isPlain ? PLAIN : Object.fromEntries(command.without.map((name) => [name, false]))
    }
  })
  const scaledBy = Math.max(1, list.largestValue)
  for (const [topic, shares] of pretrust) engine.seed(topic, shares)
  // agents without any rating that counts, and seeds of nothing, are agents too
  engine.seed(null, withEverybody(pretrust, agents.size))
  engine.add(ratingsOf(list, scaledBy))
  const began = performance.now()
  const { iterations, converged } = engine.update()
  const ms = performance.now() - began
  const names = { agents: agents.save(), topics: topics.save() }
  const outcome: Outcome = { engine, ...names, list, scaledBy, iterations, converged, ms, hasProspects: !command.isPlain }
  if (command.json) printJson(outcome)
  else printText(outcome, command.top)
}

interface Outcome {
  engine: TrustEngine
  agents: string[]
  topics: string[]
  list: RatingList
  scaledBy: number
  iterations: number
  converged: boolean
  ms: number
  hasProspects: boolean
}

/** The seeds of all topics; without any pre-trust, all agents alike. */
function withEverybody(pretrust: Pretrust, agents: number): Map<number, number> {
  if (pretrust.size > 0) return pretrust.get(null) ?? new Map<number, number>()
  return new Map(Array.from({ length: agents }, (_, agent) => [agent, 1]))
}

/** One object again and again: the engine reads it at once. */
function* ratingsOf(list: RatingList, scaledBy: number): Iterable<Rating> {
  const perUnit = list.largestTime > LARGEST_SECONDS ? 1 : 1000
  const rating: Required<Rating> = { from: 0, to: 0, topic: 0, value: 0, weight: 1, time: 0 }
  for (let i = 0; i < list.count; i++) {
    rating.from = list.from[i] as number
    rating.to = list.to[i] as number
    rating.topic = list.topics[i] as number
    rating.value = (list.values[i] as number) / scaledBy
    rating.time = perUnit * (list.times[i] as number)
    yield rating
  }
}

function matrix(topics: number, likenesses: readonly Likeness[]): Float64Array {
  const similarity = new Float64Array(topics * topics)
  for (const { a, b, similarity: value } of likenesses) {
    similarity[a * topics + b] = value
    similarity[b * topics + a] = value
  }
  return similarity
}

/** Written by pieces: what a file of ten million agents says is longer than a string can be. */
function printJson(outcome: Outcome): void {
  const { engine, topics, list, scaledBy, iterations, converged, ms, hasProspects } = outcome
  const out = createOutput()
  out.write('{"scores":')
  writeScores(out, outcome, (topic) => engine.voices(topic))
  if (hasProspects) {
    out.write(',"prospects":')
    writeScores(out, outcome, (topic) => engine.prospects(topic))
  }
  const rest = {
    iterations,
    ms,
    converged,
    agents: outcome.agents.length,
    ratings: list.count,
    topics: topics.length,
    scaledBy,
    selfRatings: list.ofThemselves
  }
  out.write(`,${JSON.stringify(rest).slice(1)}\n`)
  out.end()
}

function writeScores(out: Output, { agents, topics, list }: Outcome, of: (topic: number) => Float64Array): void {
  const one = (topic: number): void => {
    const scores = of(topic)
    out.write('{')
    agents.forEach((name, agent) => out.write(`${agent === 0 ? '' : ','}${JSON.stringify(name)}:${scores[agent] ?? 0}`))
    out.write('}')
  }
  if (!list.hasTopics) {
    one(0)
    return
  }
  out.write('{')
  topics.forEach((name, topic) => {
    out.write(`${topic === 0 ? '' : ','}${JSON.stringify(name)}:`)
    one(topic)
  })
  out.write('}')
}

function printText({ engine, agents, topics, list, scaledBy, iterations, converged, ms, hasProspects }: Outcome, top: number): void {
  const out = createOutput()
  const count = (value: number): string => value.toLocaleString('en')
  out.write(`${count(list.count)} ratings of ${count(agents.length)} agents in ${count(topics.length)} topics\n`)
  if (list.ofThemselves > 0) out.write(`${count(list.ofThemselves)} ratings of agents by themselves were left out\n`)
  if (scaledBy > 1) out.write(`values were divided by ${scaledBy}, the largest\n`)
  out.write(`${iterations} iterations, ${ms.toFixed(1)} ms${converged ? '' : ', not converged'}\n`)
  topics.forEach((name, topic) => {
    const scores = engine.voices(topic)
    const prospects = engine.prospects(topic)
    const first = [...scores.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b).slice(0, top)
    const width = Math.max(4, ...first.map((agent) => (agents[agent] as string).length))
    out.write(`\n${name === ONLY_TOPIC ? '' : `${name}\n`}${'peer'.padEnd(width)}  score${hasProspects ? '       prospect' : ''}\n`)
    for (const agent of first) {
      const prospect = hasProspects ? `  ${(prospects[agent] as number).toFixed(8)}` : ''
      out.write(`${(agents[agent] as string).padEnd(width)}  ${(scores[agent] as number).toFixed(8)}${prospect}\n`)
    }
  })
  out.end()
}

interface Output {
  write(text: string): void
  end(): void
}

/** Standard output, written at once and by large pieces. */
function createOutput(): Output {
  let pieces: string[] = []
  let length = 0
  const end = (): void => {
    const bytes = Buffer.from(pieces.join(''))
    for (let at = 0; at < bytes.length; ) at += writeWhenFree(bytes, at)
    pieces = []
    length = 0
  }
  return {
    write(text) {
      length += text.length
      pieces.push(text)
      if (length > PIECE) end()
    },
    end
  }
}

/** A pipe that is full says so, and takes more a little later. */
function writeWhenFree(bytes: Buffer, at: number): number {
  try {
    return writeSync(1, bytes, at)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    return 0
  }
}

function readFile<T>(path: string, reader: Reader<T>): T {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    throw new TrustInputError(`expected a file that can be read, got ${path} (${(error as NodeJS.ErrnoException).code ?? String(error)})`)
  }
  try {
    const decoder = new TextDecoder()
    const bytes = new Uint8Array(PIECE)
    for (let read = readSync(file, bytes); read > 0; read = readSync(file, bytes)) {
      reader.push(decoder.decode(bytes.subarray(0, read), { stream: true }))
    }
    return reader.end()
  } catch (error) {
    if (error instanceof CsvError) throw new CsvError(`${path}: ${error.message}`, { cause: error })
    throw error
  } finally {
    closeSync(file)
  }
}

function parse(args: string[]): Command {
  const { values } = parseArgs({
    args,
    options: {
      ratings: { type: 'string' },
      pretrust: { type: 'string' },
      topics: { type: 'string' },
      alpha: { type: 'string', default: '0.15' },
      'half-life': { type: 'string' },
      plain: { type: 'boolean', default: false },
      without: { type: 'string', multiple: true, default: [] },
      tolerance: { type: 'string', default: '1e-9' },
      top: { type: 'string', default: '20' },
      json: { type: 'boolean', default: false }
    }
  })
  if (values.ratings === undefined) throw new TrustInputError('expected --ratings FILE.csv, got none; --help says more')
  return {
    ratings: values.ratings,
    pretrust: values.pretrust ?? null,
    topics: values.topics ?? null,
    alpha: number('alpha', values.alpha, 0.001, 1),
    halfLifeMs: values['half-life'] === undefined ? Infinity : DAY_MS * number('half-life', values['half-life'], 1e-6, 1e6),
    isPlain: values.plain,
    without: values.without.map(defence),
    tolerance: number('tolerance', values.tolerance, 1e-12, 1),
    top: number('top', values.top, 1, 1e6),
    json: values.json
  }
}

function defence(name: string): Defence {
  const found = DEFENCES.find((each) => each === name)
  if (found !== undefined) return found
  throw new TrustInputError(`expected --without to be one of ${DEFENCES.join(', ')}, got ${name}`)
}

function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= least && value <= most) return value
  throw new TrustInputError(`expected --${name} to be a number from ${least} to ${most}, got ${text}`)
}

/** Whether an error says what is wrong with a file or an option, rather than with this program. */
function isInput(error: unknown): error is Error {
  if (error instanceof CsvError || error instanceof RatingError || error instanceof TrustInputError) return true
  return error instanceof TypeError && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS')
}
