/**
 * The shortest chains through what leads from one thing to another, breadth first. Each way is taken into account at the length
 * at which it can be reached first, with some of all that reach it then: a chain in which a part could be left out at the beginning
 * is none.
 */

/** From one port to another, and who leads there. */
export interface Way<P> {
  readonly output: P
  readonly ids: ReadonlySet<string>
}

/** A way that can be gone from a port; the less doubt, the better. */
export interface Arc<W> {
  way: W
  sure: boolean
  doubt: number
}

export interface Graph<P, W extends Way<P>> {
  /**
   * @param rank arcs come in so many ranks, and those of a rank from all ports before those of the next
   * @param length of the chains that it would be the last of
   */
  arcs(port: P, rank: number, length: number): Iterable<Arc<W>>
  readonly ranks: number
  /** how well what is at a port is what is wanted; null when it is not. `enough`: nothing that comes after it can be better */
  end(port: P): { sure: boolean; doubt: number; enough: boolean } | null
}

export interface FoundChain {
  ids: string[]
  sure: boolean
}

/** A way, and those that are just before it; null: the start. */
interface Step<P> {
  way: Way<P>
  length: number
  before: Array<{ step: Step<P> | null; sure: boolean; doubt: number }>
  doubt: number
}

interface Path<P> {
  ways: ReadonlyArray<Way<P>>
  sure: boolean
  doubt: number
}

/**
 * At most `limit` chains of at most `maxLength`: the shortest first, of the same length those with the least doubt. Chains through
 * other ways come before chains through others who go the same way. The work is what the graph's arcs allow; those with the least
 * doubt are asked for first.
 */
export function shortestChains<P, W extends Way<P>>(
  graph: Graph<P, W>,
  start: P,
  { maxLength, limit }: { maxLength: number; limit: number }
): FoundChain[] {
  const found: FoundChain[] = []
  const reached = new Map<W, Step<P>>()
  const left = new Set<P>()
  let here = new Map<P, Array<Step<P> | null>>([[start, [null]]])
  for (let length = 1; length <= maxLength && here.size > 0; length++) {
    const steps = new Set<Step<P>>()
    const ports = [...here]
      .map(([port, arrived]) => ({ port, best: arrived.sort((a, b) => doubtAt(a) - doubtAt(b)).slice(0, limit) }))
      .sort((a, b) => doubtAt(a.best[0] ?? null) - doubtAt(b.best[0] ?? null))
    for (let rank = 0; rank < graph.ranks; rank++) {
      for (const { port, best } of ports) {
        left.add(port)
        for (const arc of graph.arcs(port, rank, length)) {
          const step = reached.get(arc.way) ?? { way: arc.way, length, before: [], doubt: Infinity }
          if (step.length < length) continue
          reached.set(arc.way, step)
          steps.add(step)
          for (const before of best.slice(0, limit - step.before.length)) {
            // a closer arc to the same was there before
            if (step.before.some((one) => one.step === before)) continue
            step.before.push({ step: before, sure: arc.sure, doubt: arc.doubt })
            step.doubt = Math.min(step.doubt, doubtAt(before) + arc.doubt)
          }
        }
      }
    }

    here = new Map()
    const ends: Array<{ step: Step<P>; sure: boolean; doubt: number }> = []
    for (const step of steps) {
      const { output } = step.way
      const end = graph.end(output)
      if (end !== null) ends.push({ step, sure: end.sure, doubt: step.doubt + end.doubt })
      if (end?.enough === true || left.has(output)) continue
      const arrived = here.get(output)
      if (arrived === undefined) here.set(output, [step])
      else arrived.push(step)
    }
    const paths = ends
      .sort((a, b) => a.doubt - b.doubt)
      .slice(0, limit)
      .flatMap(({ step, sure, doubt }) =>
        [...first(limit, pathsTo(step))].map((path) => ({ ...path, sure: path.sure && sure, doubt: path.doubt + doubt - step.doubt }))
      )
    for (const alike of inOrder(paths, ({ doubt }) => doubt)) {
      for (const chain of inTurns(alike.map((path) => membersOf(path, limit)))) {
        found.push(chain)
        if (found.length >= limit) return found
      }
    }
  }
  return found
}

/** Values in groups that are alike, from the least number on. */
export function inOrder<T>(values: readonly T[], numberOf: (value: T) => number): T[][] {
  const groups = new Map<number, T[]>()
  for (const value of values) {
    const number = numberOf(value)
    const group = groups.get(number)
    if (group === undefined) groups.set(number, [value])
    else group.push(value)
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group)
}

/** One of each, then a second of each, until there are no more. */
export function* inTurns<T>(sources: ReadonlyArray<Iterable<T>>): Generator<T> {
  let iterators = sources.map((source) => source[Symbol.iterator]())
  while (iterators.length > 0) {
    const going: Array<Iterator<T>> = []
    for (const iterator of iterators) {
      const next = iterator.next()
      if (next.done === true) continue
      going.push(iterator)
      yield next.value
    }
    iterators = going
  }
}

const doubtAt = (step: Step<unknown> | null): number => step?.doubt ?? 0

function* pathsTo<P>(step: Step<P>): Generator<Path<P>> {
  for (const { step: before, sure, doubt } of step.before.sort((a, b) => doubtAt(a.step) + a.doubt - doubtAt(b.step) - b.doubt)) {
    if (before === null) yield { ways: [step.way], sure, doubt }
    else for (const path of pathsTo(before)) yield { ways: [...path.ways, step.way], sure: path.sure && sure, doubt: path.doubt + doubt }
  }
}

/** Each who goes the first way with each who goes the second, and so on: `limit` of them. */
function* membersOf<P>({ ways, sure }: Path<P>, limit: number): Generator<FoundChain> {
  const members = ways.map(({ ids }) => [...first(limit, ids)])
  const count = members.reduce((product, { length }) => product * length, 1)
  for (let turn = 0; turn < Math.min(count, limit); turn++) {
    let rest = turn
    const ids = members.flatMap((some) => {
      const id = some[rest % some.length]
      rest = Math.floor(rest / some.length)
      return id ?? []
    })
    yield { ids, sure }
  }
}

function* first<T>(count: number, values: Iterable<T>): Generator<T> {
  let left = count
  for (const value of values) {
    if (left-- <= 0) return
    yield value
  }
}
