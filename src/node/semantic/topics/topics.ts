/**
 * The tree of topics: eight areas, their topics and competences, which everybody has alike, and the names that arise by use. A
 * capability and its ratings count in one topic; how much topics have to do with each other says what trust in one is worth in another.
 *
 *     const topics = createTopics(await loadSeed())
 *     topics.similarity('text/translation', 'text/language-learning')   // 0.5
 */
import { cosine, fromBase64, nearness } from './directions.ts'
import { NAMES, createNames, type LearnedNames, type NameUse, type NamesOptions } from './names.ts'
import { TOPIC_DEPTH, depthOf, isWithin, parentOf, topicAbove, upTo } from './paths.ts'
import { createPlacing, type Described, type Placed } from './placing.ts'
import { readable, type Seed } from './seed.ts'

export interface Topics {
  /**
   * The topic of the seed that fits a capability best, and how likely it is the right one. Of what says nothing, some topic, unlikely.
   *
   * @param vector that of `placeOffer`; null: by words alone
   */
  place(capability: Described, vector: Float32Array | null): Placed
  /** Topics of the seed for what somebody types, likeliest first. @param vector that of `placeRequest` or `placeOffer`, or null */
  nearest(text: string, vector: Float32Array | null, count: number): Placed[]
  /**
   * How much two topics have to do with each other, 0 (nothing) to 1 (they are the same). For topics of the seed and what is below
   * them it is the same on every node to the last bit, unless a name in it counts as another by use.
   */
  similarity(a: string, b: string): number
  /** What a name counts as: itself, or the known one that means the same. Names of the seed are always themselves. */
  canonical(name: string): string
  /** Whether a name is one of the seed's, or has become known by use. */
  isKnown(name: string): boolean
  /** Whether a name is one of the seed's. */
  isOfSeed(name: string): boolean
  /** Agents declare a name. Names of the seed need no learning. */
  learn(name: string, ...uses: readonly NameUse[]): void
  /** An agent declares a name no longer. */
  forget(name: string, agent: string): void
  /** How many different agents declare a name that is known by use, or one that counts as it, as far as they are counted. */
  users(name: string): number
  /** What the names by use have come to, for a tree elsewhere to follow. */
  learned(): LearnedNames
  /** Takes over what they have come to elsewhere, in a tree where nothing is learned. Replaces what was so before. */
  follow(learned: LearnedNames): void
  /** The known names right below one, or the areas, in order. */
  children(path?: string): string[]
  /** A name to be read: "Law and contracts". */
  label(path: string): string
  /** Where a topic of the seed, or the one that a name is below, lies among sentence embeddings; null: it is below none. Alike on every node. */
  direction(path: string): Int8Array | null
  /** Requests as people put them, so many at most; of what is not below a topic of the seed, none. */
  samples(topic: string, count: number): string[]
  /** names that are kept because agents declare them, known or not */
  readonly held: number
}

/** What each step up or down the tree leaves of similarity. */
const STEP = 0.85

/** The seed, when it is wanted: it is a file of its own. */
export async function loadSeed(): Promise<Seed> {
  return (await import('./built/seed.json', { with: { type: 'json' } })).default
}

/** The tree as it is before anybody has used a name. */
export const loadTopics = async (options?: Partial<NamesOptions>): Promise<Topics> => createTopics(await loadSeed(), options)

export function createTopics(seed: Seed, options: Partial<NamesOptions> = {}): Topics {
  const topics = new Map(seed.topics.map((topic) => [topic.path, { ...topic, direction: fromBase64(topic.direction) }]))
  const below = firmChildren(seed)
  const firm = new Set([...below.values()].flat())
  const placing = createPlacing(seed)
  const names = createNames(
    {
      has: (path) => firm.has(path),
      children: (path) => below.get(path) ?? [],
      direction: (path) => topics.get(path)?.direction ?? null
    },
    { ...NAMES, ...options }
  )

  /** From where a name's similarity is reckoned: its topic in the seed, or else the highest name above it that is known; null: none. */
  function rootOf(path: string): string | null {
    for (let parts = TOPIC_DEPTH; parts <= depthOf(path); parts++) {
      const above = upTo(path, parts)
      if (topics.has(above) || isKnown(above)) return above
    }
    return null
  }

  const directionOf = (path: string): Int8Array | null => topics.get(path)?.direction ?? names.direction(path)
  const isKnown = (name: string): boolean => firm.has(name) || names.isKnown(name)

  function similarity(a: string, b: string): number {
    const [one, other] = [names.canonical(a), names.canonical(b)]
    if (one === other) return 1
    const [root, otherRoot] = [rootOf(one), rootOf(other)]
    if (root === null || otherRoot === null) return 0
    if (root === otherRoot) return afterSteps(stepsBetween(one, other))
    const [direction, otherDirection] = [directionOf(root), directionOf(otherRoot)]
    if (direction === null || otherDirection === null) return 0
    const steps = depthOf(one) - depthOf(root) + depthOf(other) - depthOf(otherRoot)
    return nearness(cosine(direction, otherDirection)) * afterSteps(steps)
  }

  return {
    place: (capability, vector) => placing.ofCapability(capability, vector)[0] ?? { topic: '', likely: 0 },
    nearest: (text, vector, count) => placing.ofText(text, vector).slice(0, count),
    similarity,
    canonical: names.canonical,
    isKnown,
    isOfSeed: (name) => firm.has(name),
    learn: names.learn,
    forget: names.forget,
    users: names.users,
    learned: names.learned,
    follow: names.follow,
    children(path = '') {
      const learned = names.known().filter((name) => parentOf(name) === path)
      if (path === '') return [...new Set([...(below.get('') ?? []), ...names.known().map((name) => upTo(name, 1))])]
      return [...(below.get(path) ?? []), ...learned]
    },
    label: (path) => topics.get(path)?.name ?? readable(path),
    direction: (path) => topics.get(topicAbove(path))?.direction ?? null,
    samples: (topic, count) => topics.get(topicAbove(names.canonical(topic)))?.samples.slice(0, count) ?? [],
    get held() {
      return names.held
    }
  }
}

/** Paths right below each path of the seed; below nothing, the areas. */
function firmChildren({ topics }: Seed): Map<string, string[]> {
  const below = new Map<string, string[]>([['', [...new Set(topics.map(({ path }) => parentOf(path)))]]])
  for (const { path, competences } of topics) {
    below.set(parentOf(path), [...(below.get(parentOf(path)) ?? []), path])
    below.set(path, competences.map((competence) => `${path}/${competence}`))
  }
  return below
}

/** Steps from one path up to what is above both, and down to the other. */
function stepsBetween(a: string, b: string): number {
  let shared = a
  while (!isWithin(b, shared)) shared = parentOf(shared)
  return depthOf(a) + depthOf(b) - 2 * depthOf(shared)
}

/** Multiplied one by one: how a power is rounded is left to the machine. */
function afterSteps(steps: number): number {
  let left = 1
  for (let i = 0; i < steps; i++) left *= STEP
  return left
}
