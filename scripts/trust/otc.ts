/**
 * `npm run trust:otc`: how well trust tells what traders of Bitcoin OTC will say of each other (Kumar et al., ICDM 2016), beside the
 * mean of the ratings that a trader has got, and EigenTrust. Ratings are split in time, 70 to 30. What is tuned is tuned inside the
 * first 70 %, by a split of them in time; the rest is looked at once.
 *
 * Two ways of predicting: *frozen* knows the first 70 % only; *daily* knows all ratings up to the day before, as a node does. Of
 * newcomers, whom nobody has rated in the first 70 %, frozen predictions know nothing, whoever makes them.
 *
 * The view is nobody's: all traders are seeds alike. Nothing of the rater whose rating is predicted is used, not even how lenient it
 * is. Intervals are by bootstrap over those who are rated.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createRatingsReader } from '../../src/node/trust/csv.ts'
import { createEngine, type Rating } from '../../src/node/trust/engine.ts'
import { createNames } from '../../src/node/trust/names.ts'
import { PLAIN, type TrustOptionsInit } from '../../src/node/trust/options.ts'
import { auc, compare, type Interval } from './auc.ts'

const USAGE = `npm run trust:otc -- [options]

  --ratings FILE.csv   (../shared/data/soc-sign-bitcoin-otc.csv)
  --resamples N        of the bootstrap (1000)
  --seed N             (1)
  --json               one line of JSON
`

/** The first part in time, of all and again of the first part for tuning. */
const FIRST_PART = 0.7
const DAY_MS = 86_400_000

/** A way to say what is thought of each agent, from ratings that come in. */
interface Method {
  learn(ratings: readonly Rating[]): void
  /** by agent; of others `stranger` */
  scores(): Float64Array
  stranger: number
}

const METHODS = {
  mean: createMean,
  eigentrust: () => createEigenTrust(),
  trust: (tuned: TrustOptionsInit) => createTrust(tuned)
}
type MethodName = keyof typeof METHODS
const NAMES = Object.keys(METHODS) as MethodName[]

/** What came out for each group of those who are rated later. */
type Groups = Record<
  string,
  { cases: number; negative: number; auc: Record<string, Interval | undefined>; better: Record<string, Interval | undefined> }
>

interface Outcome {
  ratings: number
  known: number
  later: number
  laterNegative: number
  tuned: { options: TrustOptionsInit; auc: number }
  frozen: Groups
  daily: Groups
}

/** What was tried for tuning. */
const GRID: TrustOptionsInit[] = [0.15, 0.3, 0.5].flatMap((alpha) =>
  [0.03, 0.1, 0.3, 1].flatMap((priorWeight) =>
    [0.5, 0.6, 0.7, 0.8, 0.9].map((priorApproval) => ({ alpha, priorWeight, priorApproval }))
  )
)

export function main(args: string[]): number {
  const { values } = parseArgs({
    args,
    options: {
      ratings: { type: 'string', default: '../shared/data/soc-sign-bitcoin-otc.csv' },
      resamples: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false }
    }
  })
  if (values.help) {
    process.stdout.write(USAGE)
    return 0
  }
  const ratings = read(values.ratings)
  const cut = Math.floor(FIRST_PART * ratings.length)
  const known = ratings.slice(0, cut)
  const later = ratings.slice(cut)
  const tuned = tune(known)
  const outcome: Outcome = {
    ratings: ratings.length,
    known: known.length,
    later: later.length,
    laterNegative: later.filter(({ value }) => value < 0).length,
    tuned,
    frozen: assess(known, later, predict(known, [later], tuned), Number(values.resamples), Number(values.seed)),
    daily: assess(known, later, predict(known, byDay(later), tuned), Number(values.resamples), Number(values.seed))
  }
  if (values.json) process.stdout.write(`${JSON.stringify(outcome)}\n`)
  else print(outcome)
  return 0
}

/** What does best inside the first part. */
function tune(known: readonly Rating[]): { options: TrustOptionsInit; auc: number } {
  const cut = Math.floor(FIRST_PART * known.length)
  const first = known.slice(0, cut)
  const rest = known.slice(cut)
  let best: { options: TrustOptionsInit; auc: number } = { options: {}, auc: 0 }
  for (const options of GRID) {
    const value = auc(scoresOf(createTrust(options), first, [rest]), positives(rest))
    if (value > best.auc) best = { options, auc: value }
  }
  return best
}

/** Each method's scores of those who are rated later, rating by rating. */
function predict(
  known: readonly Rating[],
  portions: ReadonlyArray<readonly Rating[]>,
  tuned: { options: TrustOptionsInit }
): Record<MethodName, Float64Array> {
  const of = (name: MethodName): Float64Array => scoresOf(METHODS[name](tuned.options), known, portions)
  return { mean: of('mean'), eigentrust: of('eigentrust'), trust: of('trust') }
}

/** Scores each portion by what was before it. */
function scoresOf(method: Method, known: readonly Rating[], portions: ReadonlyArray<readonly Rating[]>): Float64Array {
  const all: number[] = []
  method.learn(known)
  for (const portion of portions) {
    const scores = method.scores()
    for (const { to } of portion) all.push(scores[to] ?? method.stranger)
    if (portions.length > 1) method.learn(portion)
  }
  return Float64Array.from(all)
}

function assess(
  known: readonly Rating[],
  later: readonly Rating[],
  scores: Record<MethodName, Float64Array>,
  resamples: number,
  seed: number
): Groups {
  const rated = new Set(known.map(({ to }) => to))
  const groups: Record<string, (rating: Rating) => boolean> = {
    all: () => true,
    ratedBefore: ({ to }) => rated.has(to),
    newcomers: ({ to }) => !rated.has(to)
  }
  return Object.fromEntries(
    Object.entries(groups).map(([group, belongs]) => {
      const places = [...later.keys()].filter((i) => belongs(later[i] as Rating))
      const cases = places.map((i) => later[i] as Rating)
      const { each, better } = compare(
        NAMES.map((name) => Float64Array.from(places, (i) => scores[name][i] as number)),
        { isPositive: positives(cases), clusters: Uint32Array.from(cases, ({ to }) => to) },
        resamples,
        seed
      )
      return [
        group,
        {
          cases: cases.length,
          negative: cases.filter(({ value }) => value < 0).length,
          auc: Object.fromEntries(NAMES.map((name, i) => [name, each[i]])),
          better: Object.fromEntries(NAMES.slice(0, -1).map((name, i) => [name, better[i]]))
        }
      ]
    })
  )
}

function createTrust(options: TrustOptionsInit): Method {
  const engine = createEngine({ options: { ...options, effort: Infinity } })
  return {
    learn(ratings) {
      engine.add(ratings)
      engine.update()
    },
    scores: () => engine.approvals(0),
    stranger: engine.options.priorApproval
  }
}

function createEigenTrust(): Method {
  const engine = createEngine({ options: { defences: PLAIN, effort: Infinity } })
  return {
    learn(ratings) {
      engine.add(ratings)
      engine.update()
    },
    scores: () => engine.voices(0),
    stranger: 0
  }
}

function createMean(): Method {
  const sums: number[] = []
  const counts: number[] = []
  return {
    learn(ratings) {
      for (const { to, value } of ratings) {
        sums[to] = (sums[to] ?? 0) + value
        counts[to] = (counts[to] ?? 0) + 1
      }
    },
    scores: () => Float64Array.from(sums, (sum, agent) => (counts[agent] === undefined ? 0 : sum / counts[agent])),
    stranger: 0
  }
}

/** Ratings in the order of their times; those of one time as in the file. */
function read(path: string): Rating[] {
  const reader = createRatingsReader(createNames(), createNames())
  reader.push(readFileSync(path, 'utf8'))
  const list = reader.end()
  return Array.from({ length: list.count }, (_, i) => ({
    from: list.from[i] as number,
    to: list.to[i] as number,
    topic: 0,
    value: (list.values[i] as number) / list.largestValue,
    time: 1000 * (list.times[i] as number)
  })).sort((a, b) => a.time - b.time)
}

function byDay(ratings: readonly Rating[]): Rating[][] {
  const days = new Map<number, Rating[]>()
  for (const rating of ratings) {
    const day = Math.floor((rating.time ?? 0) / DAY_MS)
    const portion = days.get(day)
    if (portion === undefined) days.set(day, [rating])
    else portion.push(rating)
  }
  return [...days.values()]
}

function positives(ratings: readonly Rating[]): Uint8Array {
  return Uint8Array.from(ratings, ({ value }) => (value > 0 ? 1 : 0))
}

function print({ ratings, later, laterNegative, tuned, frozen, daily }: Outcome): void {
  const out = [
    `${ratings} ratings; of the last ${later}, which are predicted, ${laterNegative} are negative`,
    `tuned inside the first part: ${JSON.stringify(tuned.options)} (AUC ${tuned.auc.toFixed(3)} there)`,
    'AUC of predicting the sign, and by how much trust is better, with 95 % intervals'
  ]
  for (const [way, groups] of Object.entries({ frozen, daily })) {
    for (const [group, { cases, negative, auc: of, better }] of Object.entries(groups)) {
      out.push('', `${way}, ${group}: ${cases} ratings, ${negative} negative`)
      for (const name of NAMES) {
        const gain = better[name]
        out.push(`  ${name.padEnd(10)} ${told(of[name])}${gain === undefined ? '' : `   trust is better by ${told(gain)}`}`)
      }
    }
  }
  process.stdout.write(`${out.join('\n')}\n`)
}

function told(interval: Interval | undefined): string {
  if (interval === undefined) return ''
  return `${interval.value.toFixed(3)} [${interval.ci95.map((end) => end.toFixed(3)).join(', ')}]`
}
