/**
 * Which capabilities' results can be handed to which others: an index over all that are known, for whoever plans a task of
 * several steps.
 *
 * Capabilities with the same ports (see ports.ts) are one *way* from what goes in to what comes out, so that work is for each way
 * and not for each capability. No question looks at more than a bounded number of ports, and no more than a bounded work goes into
 * strangers' schemas for it.
 */
import type { Capability } from '../../schema/declaration.ts'
import type { JsonSchema } from '../../schema/json-schema.ts'
import { assignable, contradictory, MAX_WORK } from './assignable.ts'
import { inOrder, inTurns, shortestChains, type FoundChain, type Graph } from './chains.ts'
import { mediaTypeOfFile } from './media-types.ts'
import { CLOSENESS, closenessOf, createPorts, GUESS, portOf, type Closeness, type Port, type Ports, type Side } from './ports.ts'

/** What is looked at in a capability. */
export type Typed = Pick<Capability, 'inputModes' | 'outputModes' | 'input' | 'output'>

/** How sure it is: all that comes out is valid where it goes in, or it is only of a media type that is taken. */
export type Sureness = 'schema' | 'modes'

export interface Link {
  id: string
  by: Sureness
}

/** What somebody has, or wants: media types or file endings, files, JSON of a schema. Any of them will do. */
export interface Goods {
  modes?: readonly string[]
  files?: ReadonlyArray<{ name: string; type?: string }>
  schema?: JsonSchema
}

/** Capabilities one after the other: the first takes what one has, each other what comes out of the one before it. */
export interface Chain {
  ids: string[]
  /** `schema` when each step is sure, from what one has to what one wants */
  by: Sureness
}

export interface Composition {
  readonly size: number
  /** Keeps a capability, in place of the one that was there. */
  set(id: string, capability: Typed): void
  delete(id: string): void
  /** Whom its output can be handed to, the surest and closest first; at most `limit` (and 64), and never itself. */
  feeds(id: string, limit?: number): Link[]
  /** Whose output can be handed to it, likewise. */
  fedBy(id: string, limit?: number): Link[]
  /**
   * Chains that lead from what one has to what one wants: the shortest first, of the same length the surest first. In none could
   * a capability be reached sooner than it is. Where a result may be anything (its mode is `text/*` or so), it is a guess that it
   * is what the next one takes: chains with guesses come after all others, however long.
   */
  chains(ends: { from: Goods; to: Goods }, options?: ChainOptions): Chain[]
}

export interface ChainOptions {
  /** capabilities in a chain; 4, and at most 8 */
  maxLength?: number
  /** chains; 8, and at most 64 */
  limit?: number
}

const MAX_LINKS = 64
const MAX_CHAINS = 64
const MAX_LENGTH = 8
/** Ports that one question looks at, and ports and ways for chains of each length, for each closeness. */
const MAX_MET = 1024
const MAX_MET_BY_CHAINS = 4096
/** Steps of work on schemas for as many. What is not looked at for that is as unsure as it was. */
const MAX_SCHEMA_WORK = 10_000
/** Judged pairs of schemas that are remembered; then all are forgotten at once. */
const MAX_VERDICTS = 50_000

/** One object for each schema's text, for as long as a port has it. */
interface Schema {
  readonly number: number
  ports: number
}

interface KeptPort extends Port {
  readonly shared: Schema
  /** the ways that begin, or end, here */
  readonly ways: Set<Way>
}

interface Way {
  readonly key: string
  readonly input: KeptPort
  readonly output: KeptPort
  readonly ids: Set<string>
}

interface Judged {
  by: Sureness
  closeness: Closeness
}

interface Met extends Judged {
  port: KeptPort
}

/** What one question may still take. */
interface Budget {
  met: number
  work: number
}

/** An index of who can hand what to whom. Pure: it is what was set in it, and nothing else. */
export function createComposition(): Composition {
  const ports: Record<Side, Ports<KeptPort>> = { input: createPorts('input'), output: createPorts('output') }
  const ways = new Map<string, Way>()
  const wayOf = new Map<string, Way>()
  const schemas = new Map<string, Schema>()
  let lastSchema = 0
  const verdicts = new Map<number, Sureness | null>()

  function keep(side: Side, port: Port): KeptPort {
    const before = ports[side].get(port.key)
    if (before !== undefined) return before
    const shared = schemas.get(port.schemaText) ?? { number: ++lastSchema, ports: 0 }
    shared.ports++
    schemas.set(port.schemaText, shared)
    const kept = { ...port, shared, ways: new Set<Way>() }
    ports[side].add(kept)
    return kept
  }

  function release(side: Side, port: KeptPort): void {
    ports[side].delete(port)
    if (--port.shared.ports === 0) schemas.delete(port.schemaText)
  }

  function remove(id: string): void {
    const way = wayOf.get(id)
    if (way === undefined) return
    wayOf.delete(id)
    way.ids.delete(id)
    if (way.ids.size > 0) return
    ways.delete(way.key)
    for (const side of ['input', 'output'] as const) {
      way[side].ways.delete(way)
      if (way[side].ways.size === 0) release(side, way[side])
    }
  }

  /** How sure what comes out is to be taken; null when the schemas contradict each other. */
  function judge(output: Port, input: Port, budget: Budget): Sureness | null {
    if (output.schema === undefined || input.schema === undefined) return 'modes'
    const pair = isKept(output) && isKept(input) ? output.shared.number * 2 ** 26 + input.shared.number : null
    const known = pair === null ? undefined : verdicts.get(pair)
    if (known !== undefined) return known
    const most = Math.min(MAX_WORK, budget.work)
    if (most <= 0) return 'modes'
    const verdict = verdictOn(output.schema, input.schema, most, budget)
    // what was left unsure for lack of work is looked at another time
    if (pair !== null && (verdict !== 'modes' || most === MAX_WORK)) {
      if (verdicts.size >= MAX_VERDICTS) verdicts.clear()
      verdicts.set(pair, verdict)
    }
    return verdict
  }

  /** Ports of a side that a port meets so closely. Those that it meets more closely are among them. */
  function* meeting(port: Port, side: Side, closeness: Closeness, budget: Budget): Generator<Met> {
    const seen = new Set<KeptPort>()
    for (const other of ports[side].near(port.types, closeness)) {
      if (budget.met-- <= 0) return
      if (seen.has(other)) continue
      seen.add(other)
      const by = side === 'input' ? judge(port, other, budget) : judge(other, port, budget)
      if (by !== null) yield { port: other, by, closeness }
    }
  }

  function links(id: string, side: Side, limit: number): Link[] {
    const own = wayOf.get(id)
    if (own === undefined) return []
    const budget = { met: MAX_MET, work: MAX_SCHEMA_WORK }
    const met = new Map<KeptPort, Met>()
    for (const closeness of CLOSENESS) {
      for (const one of meeting(side === 'input' ? own.output : own.input, side, closeness, budget)) {
        if (!met.has(one.port)) met.set(one.port, one)
      }
    }
    const found: Link[] = []
    for (const alike of inOrder([...met.values()], doubtOf)) {
      // one of each port, then a second of each: many that are the same do not crowd out the others
      for (const link of inTurns(alike.map(linksTo))) {
        if (found.length >= limit) return found
        if (link.id !== id) found.push(link)
      }
    }
    return found
  }

  /** `told` says which links count, and is told of each. */
  function graphTo(goal: Port, told: (link: Judged) => boolean): Graph<Port, Way> {
    const budget = (): Budget => ({ met: MAX_MET_BY_CHAINS, work: MAX_SCHEMA_WORK })
    const atEnds = budget()
    /** for each length and closeness: those who claim to take anything use up no more than what is for them */
    const budgets = new Map<number, Budget>()
    const ends = new Map<Port, ReturnType<Graph<Port, Way>['end']>>()
    return {
      ranks: CLOSENESS.length,
      *arcs(port, rank, length) {
        const number = length * CLOSENESS.length + rank
        const left = budgets.get(number) ?? budget()
        budgets.set(number, left)
        for (const met of meeting(port, 'input', CLOSENESS[rank] ?? GUESS, left)) {
          if (!told(met)) continue
          for (const way of met.port.ways) {
            if (left.met-- <= 0) return
            yield { way, sure: met.by === 'schema', doubt: doubtOf(met) }
          }
        }
      },
      end(port) {
        const known = ends.get(port)
        if (known !== undefined) return known
        const closeness = closenessOf(port.types, goal.types)
        const by = closeness === null ? null : judge(port, goal, atEnds)
        const end =
          closeness === null || by === null || !told({ by, closeness })
            ? null
            : { sure: by === 'schema', doubt: doubtOf({ by, closeness }), enough: by === 'schema' || goal.schema === undefined }
        ends.set(port, end)
        return end
      }
    }
  }

  return {
    get size() {
      return wayOf.size
    },

    set(id, capability) {
      remove(id)
      const input = keep('input', portOf('input', capability.inputModes, capability.input))
      const output = keep('output', portOf('output', capability.outputModes, capability.output))
      const key = `${input.key} ${output.key}`
      const way = ways.get(key) ?? { key, input, output, ids: new Set() }
      ways.set(key, way)
      input.ways.add(way)
      output.ways.add(way)
      way.ids.add(id)
      wayOf.set(id, way)
    },

    delete: remove,
    feeds: (id, limit = MAX_LINKS) => links(id, 'input', Math.min(limit, MAX_LINKS)),
    fedBy: (id, limit = MAX_LINKS) => links(id, 'output', Math.min(limit, MAX_LINKS)),

    chains({ from, to }, options = {}) {
      const limit = Math.min(options.limit ?? 8, MAX_CHAINS)
      const maxLength = Math.min(options.maxLength ?? 4, MAX_LENGTH)
      const start = portOf('output', modesOf(from), from.schema)
      const goal = portOf('input', modesOf(to), to.schema)
      let guesses = 0
      const isNoGuess = (link: Judged): boolean => {
        const guess = link.by !== 'schema' && link.closeness === GUESS
        if (guess) guesses++
        return !guess
      }
      const told = shortestChains(graphTo(goal, isNoGuess), start, { maxLength, limit })
      if (guesses === 0 || told.length >= limit) return told.map(chainOf)
      const known = new Set(told.map(({ ids }) => ids.join('\n')))
      const others = shortestChains(graphTo(goal, () => true), start, { maxLength, limit: limit + told.length })
      return [...told, ...others.filter(({ ids }) => !known.has(ids.join('\n')))].slice(0, limit).map(chainOf)
    }
  }
}

/** Null: the schemas contradict each other. */
function verdictOn(output: JsonSchema, input: JsonSchema, most: number, budget: Budget): Sureness | null {
  const sure = { left: most }
  const fits = assignable(output, input, sure)
  const never = { left: fits ? 0 : most }
  const contradicts = !fits && contradictory(output, input, never)
  budget.work -= most - sure.left + (fits ? 0 : most - never.left)
  return fits ? 'schema' : contradicts ? null : 'modes'
}

/** The smaller, the surer and the closer. */
const doubtOf = ({ by, closeness }: Judged): number => (by === 'schema' ? 0 : 3) + closeness

function* linksTo({ port, by }: Met): Generator<Link> {
  for (const { ids } of port.ways) for (const id of ids) yield { id, by }
}

const chainOf = ({ ids, sure }: FoundChain): Chain => ({ ids, by: sure ? 'schema' : 'modes' })

const modesOf = ({ modes = [], files = [] }: Goods): string[] => [
  ...modes,
  ...files.map(mediaTypeOfFile).filter((type) => type !== null)
]

const isKept = (port: Port | KeptPort): port is KeptPort => 'shared' in port
