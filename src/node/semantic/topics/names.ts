/**
 * Names of topics that arise by use. A name becomes known when several agents declare it. One that has the same words as a known one under
 * the same parent counts as that one at once, and one that means much the same does when it is used as much.
 *
 * What is known follows from who uses what, not from the order in which it was told, as long as no bound is reached. An agent is
 * whoever the caller takes for one: whoever can make many can make names.
 */
import { SENTENCE_DIMENSIONS } from '../sentences/model.ts'
import { cosine, equallyLong, quantised } from './directions.ts'
import { MAX_PATH_CHARS, depthOf, gist, lastOf, parentOf } from './paths.ts'

/** An agent that declares a name, and where what it does under that name lies (the vector of `placeOffer`). */
export interface NameUse {
  agent: string
  vector?: Float32Array | null
}

export interface NamesOptions {
  /** so many different agents make a name known */
  leastAgents: number
  /** known names at most, those that count as others among them */
  mostKnown: number
  /** names that are kept at most, known or not, the least used forgotten first; more than are known at most */
  mostHeld: number
  /** names that one agent is counted for; what it declares beyond is passed over */
  mostOfAnAgent: number
  /** agents that are counted for one name; a multiple of `leastAgents` */
  mostAgents: number
  /** mean vectors with such a cosine are of the same topic */
  sameCosine: number
}

/**
 * In the tuning set single offers of the same thing lie at cosines of 0.69 to 0.80; two of one field at 0.40 in the median and 0.71 at the
 * 98th percentile. Means of three are nearer: 0.75 becomes 0.9. To merge too little costs little, for similar topics count for each
 * other anyway; to merge what is different mixes up ratings for good.
 */
export const NAMES: NamesOptions = {
  leastAgents: 3,
  mostKnown: 256,
  mostHeld: 1024,
  mostOfAnAgent: 16,
  mostAgents: 16,
  sameCosine: 0.9
}

/** What is known before anybody uses a name. It stays what it is. */
export interface Firm {
  has(path: string): boolean
  /** what is right below a path, in a fixed order */
  children(path: string): readonly string[]
  /** where it lies; null: that is not known */
  direction(path: string): Int8Array | null
}

export interface Names {
  /** Agents declare a name. What a known agent said of the same name before is replaced. */
  learn(name: string, ...uses: readonly NameUse[]): void
  /** An agent declares a name no longer. */
  forget(name: string, agent: string): void
  /** What a name counts as: itself, or a known name that means the same, in each of its parts. */
  canonical(name: string): string
  /** Names that have become known by use and don't count as others, in order. */
  known(): readonly string[]
  isKnown(name: string): boolean
  /** Where a name that is known by use lies; null: it is none, or nobody gave a vector. */
  direction(name: string): Int8Array | null
  /** How many different agents declare a known name, or one that counts as it, as far as they are counted. */
  users(name: string): number
  /** What the names have come to, for a tree elsewhere to follow. */
  learned(): LearnedNames
  /** Takes over what the names have come to elsewhere, where nothing is learned. Replaces what was so before. */
  follow(learned: LearnedNames): void
  /** names that are kept */
  readonly held: number
}

/** What names by use have come to: of each so many at most as are known at most. */
export interface LearnedNames {
  /** names that count by themselves, in order */
  known: readonly string[]
  /** from a name to the one that it counts as */
  aliases: ReadonlyArray<readonly [string, string]>
}

/** By agent; null: it gave no vector. */
type Uses = Map<string, Int8Array | null>

interface Resolved {
  /** from a name to the one that it counts as */
  aliases: Map<string, string>
  /** by name, in order; with where each lies, if anybody has said that */
  known: ReadonlyMap<string, Int8Array | null>
  /** known names by what they say below their parents */
  sayings: Map<string, string>
}

/** What a path says below its parent, whatever the endings of its words. */
const sayingOf = (path: string): string => `${parentOf(path)}/${gist(path)}`

/** What is known when nobody uses a name. */
const NOTHING: Pick<Resolved, 'aliases' | 'sayings'> = { aliases: new Map(), sayings: new Map() }

export function createNames(firm: Firm, options: NamesOptions = NAMES): Names {
  const { leastAgents, mostKnown, mostHeld, mostOfAnAgent, mostAgents, sameCosine } = options
  // in the order of their last use
  const held = new Map<string, Uses>()
  const namesOfAgent = new Map<string, number>()
  const gists = new Map<string, ReadonlyMap<string, string>>()
  let resolved: Resolved | null = null

  /** A firm name right below a path that says the same in other words; null: none does. */
  function firmLike(path: string): string | null {
    const parent = parentOf(path)
    let known = gists.get(parent)
    if (known === undefined) {
      const children = firm.children(parent)
      if (children.length === 0) return null
      // of equals the first
      known = new Map([...children].reverse().map((child) => [gist(child), child]))
      gists.set(parent, known)
    }
    return known.get(gist(path)) ?? null
  }

  function rewritten(name: string, { aliases, sayings }: Pick<Resolved, 'aliases' | 'sayings'>): string {
    let path = ''
    for (const part of name.split('/')) {
      const next = path === '' ? part : `${path}/${part}`
      // too long to be declared: it counts as what it is below
      if (next.length > MAX_PATH_CHARS) return path
      path = firm.has(next) || path === '' ? next : (aliases.get(next) ?? firmLike(next) ?? sayings.get(sayingOf(next)) ?? next)
    }
    return path
  }

  /** Names of so many parts that enough agents use, the most used first. */
  function usedOf(depth: number): Array<{ name: string; uses: Uses }> {
    return [...held]
      .map(([name, uses]) => ({ name, uses }))
      .filter(({ name, uses }) => uses.size >= leastAgents && depthOf(name) === depth)
      .sort((a, b) => b.uses.size - a.uses.size || (a.name < b.name ? -1 : 1))
  }

  function resolve(): Resolved {
    const aliases = new Map<string, string>()
    const known = new Map<string, Int8Array | null>()
    const sayings = new Map<string, string>()
    // parents first: what is below an alias is below what that counts as
    for (const depth of [2, 3, 4]) {
      for (const { name, uses } of usedOf(depth)) {
        const path = rewritten(name, { aliases, sayings })
        if (firm.has(path) || known.has(path) || depthOf(path) !== depth) continue
        if (known.size + aliases.size >= mostKnown) break
        const direction = meanOf(uses)
        const same = sameAs(path, direction, known)
        if (same !== null) aliases.set(path, same)
        else {
          known.set(path, direction)
          sayings.set(sayingOf(path), path)
        }
      }
    }
    return { aliases, known: new Map([...known].sort(([a], [b]) => (a < b ? -1 : 1))), sayings }
  }

  /** What is known under the same parent and lies nearest, near enough; null: nothing. */
  function sameAs(path: string, direction: Int8Array | null, known: Resolved['known']): string | null {
    if (direction === null) return null
    const parent = parentOf(path)
    const directions = [
      ...firm.children(parent).map((other) => [other, firm.direction(other)] as const),
      ...[...known].filter(([other]) => parentOf(other) === parent)
    ]
    return directions
      .map(([other, there]) => ({ other, near: there === null ? -1 : cosine(there, direction) }))
      .filter(({ near }) => near >= sameCosine)
      .reduce<{ other: string | null; near: number }>(nearer, { other: null, near: -1 }).other
  }

  const now = (): Resolved => (resolved ??= resolve())
  const canonical = (name: string): string => (firm.has(name) || now().known.has(name) ? name : rewritten(name, now()))

  /** Makes room for one name more, and says whether there is some: what is known stays. */
  function makeRoom(): boolean {
    if (held.size < mostHeld) return true
    let least: { name: string; uses: Uses } | null = null
    for (const [name, uses] of held) if (uses.size < (least?.uses.size ?? Infinity) && !isInUse(name, uses)) least = { name, uses }
    if (least === null) return false
    for (const agent of least.uses.keys()) uncount(agent)
    held.delete(least.name)
    return true
  }

  /** Whether a name is known, or counts as one that is. */
  function isInUse(name: string, uses: Uses): boolean {
    if (uses.size < leastAgents) return false
    const { aliases, known, sayings } = now()
    const path = `${rewritten(parentOf(name), { aliases, sayings })}/${lastOf(name)}`
    return known.has(path) || aliases.has(path)
  }

  function uncount(agent: string): void {
    const left = (namesOfAgent.get(agent) ?? 0) - 1
    if (left > 0) namesOfAgent.set(agent, left)
    else namesOfAgent.delete(agent)
  }

  function use(name: string, agent: string, vector: Int8Array | null): void {
    const uses = held.get(name)
    if (uses?.has(agent) !== true) {
      if ((namesOfAgent.get(agent) ?? 0) >= mostOfAnAgent) return
      if (uses === undefined ? !makeRoom() : uses.size >= mostAgents) return
      namesOfAgent.set(agent, (namesOfAgent.get(agent) ?? 0) + 1)
    }
    const more = (uses ?? new Map<string, Int8Array | null>()).set(agent, vector)
    held.delete(name)
    held.set(name, more)
    // what few use changes nothing: many such names cost little
    if (more.size >= leastAgents) resolved = null
  }

  return {
    learn(name, ...uses) {
      // what is firm needs no learning, in whichever words
      if (depthOf(name) < 2 || firm.has(rewritten(name, NOTHING))) return
      for (const { agent, vector } of uses) use(name, agent, directionOf(vector ?? null))
    },
    forget(name, agent) {
      const uses = held.get(name)
      if (uses?.delete(agent) !== true) return
      uncount(agent)
      if (uses.size === 0) held.delete(name)
      if (uses.size === leastAgents - 1) resolved = null
    },
    canonical,
    known: () => [...now().known.keys()],
    isKnown: (name) => now().known.has(name),
    direction: (name) => now().known.get(name) ?? null,
    users(name) {
      const same = [...held].filter(([other]) => canonical(other) === name)
      return new Set(same.flatMap(([, uses]) => [...uses.keys()])).size
    },
    learned: () => ({ known: [...now().known.keys()], aliases: [...now().aliases] }),
    follow({ known, aliases }) {
      resolved = {
        aliases: new Map(aliases),
        known: new Map(known.map((name) => [name, null])),
        sayings: new Map(known.map((name) => [sayingOf(name), name]))
      }
    },
    get held() {
      return held.size
    }
  }
}

/** Of equally near ones that which comes first by its name, so that it is the same whatever the order. */
function nearer<T extends { other: string | null; near: number }>(a: T, b: T): T {
  return b.near > a.near || (b.near === a.near && (a.other === null || (b.other ?? '') < a.other)) ? b : a
}

/** Null: it is no vector of the model's, or of nothing. */
function directionOf(vector: Float32Array | null): Int8Array | null {
  if (vector?.length !== SENTENCE_DIMENSIONS) return null
  const direction = equallyLong(vector)
  return direction.some((value) => value !== 0) ? direction : null
}

/** Whole numbers: their sum is the same in any order. */
function meanOf(uses: Uses): Int8Array | null {
  const vectors = [...uses.values()].filter((vector) => vector !== null)
  if (vectors.length === 0) return null
  const sum = new Int32Array(SENTENCE_DIMENSIONS)
  for (const vector of vectors) vector.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value))
  return sum.some((value) => value !== 0) ? quantised(sum) : null
}
