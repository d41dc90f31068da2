/**
 * Which agents take part in which topics. Each pair of a topic and an agent that has ratings (or is a seed) in it is a *slot*:
 * one place in every vector, and one row of the matrix of all topics. So all topics are multiplied in one pass, and an agent
 * costs nothing in topics that it has no part in.
 */

export interface Slots {
  readonly size: number
  /** the topic of each slot; longer than size */
  readonly topics: Uint32Array
  /** the agent of each slot; longer than size */
  readonly agents: Uint32Array
  /** The slot of an agent in a topic, or -1. */
  find(topic: number, agent: number): number
  /** The slot of an agent in a topic, which is made if there is none. */
  place(topic: number, agent: number): number
  /**
   * Numbers anew by topic and agent, so that each topic is one block and numbers say nothing of who came when.
   * Returns the new number of each old slot, or null when all stay.
   */
  arrange(): Uint32Array | null
  /** Where each topic's block begins, and where the last ends. Only right after `arrange`. */
  blocks(topics: number): Uint32Array
}

const FIRST_CAPACITY = 64

/** @param saved topic and agent of each slot, in their order */
export function createSlots(saved?: { topics: Uint32Array; agents: Uint32Array }): Slots {
  let size = saved?.topics.length ?? 0
  let topics = grown(saved?.topics ?? new Uint32Array(0), Math.max(size, FIRST_CAPACITY))
  let agents = grown(saved?.agents ?? new Uint32Array(0), Math.max(size, FIRST_CAPACITY))
  /** open addressing: slot + 1, or 0 */
  let table = new Uint32Array(0)
  let inOrder = true

  function rehash(): void {
    table = new Uint32Array(2 ** Math.ceil(Math.log2(2 * topics.length)))
    for (let slot = 0; slot < size; slot++) table[probe(topics[slot] as number, agents[slot] as number)] = slot + 1
  }

  /** Where in the table a pair is, or would be. */
  function probe(topic: number, agent: number): number {
    const mask = table.length - 1
    let at = hash(topic, agent) & mask
    for (;;) {
      const slot = table[at] as number
      if (slot === 0 || (agents[slot - 1] === agent && topics[slot - 1] === topic)) return at
      at = (at + 1) & mask
    }
  }

  function isAfter(topic: number, agent: number): boolean {
    if (size === 0) return true
    const last = topics[size - 1] as number
    return topic > last || (topic === last && agent > (agents[size - 1] as number))
  }

  for (let slot = 1; slot < size && inOrder; slot++) {
    const before = topics[slot - 1] as number
    const topic = topics[slot] as number
    inOrder = topic > before || (topic === before && (agents[slot] as number) > (agents[slot - 1] as number))
  }
  rehash()

  return {
    get size() {
      return size
    },
    get topics() {
      return topics
    },
    get agents() {
      return agents
    },
    find: (topic, agent) => (table[probe(topic, agent)] as number) - 1,
    place(topic, agent) {
      const at = probe(topic, agent)
      const found = table[at] as number
      if (found !== 0) return found - 1
      inOrder &&= isAfter(topic, agent)
      if (size === topics.length) {
        topics = grown(topics, 2 * size)
        agents = grown(agents, 2 * size)
        topics[size] = topic
        agents[size] = agent
        size++
        rehash()
      } else {
        topics[size] = topic
        agents[size] = agent
        table[at] = ++size
      }
      return size - 1
    },
    arrange() {
      if (inOrder) return null
      const order = sortedBy(topics, sortedBy(agents, numbers(size)))
      const renumbered = new Uint32Array(size)
      order.forEach((old, slot) => (renumbered[old] = slot))
      const capacity = topics.length
      topics = grown(order.map((old) => topics[old] as number), capacity)
      agents = grown(order.map((old) => agents[old] as number), capacity)
      inOrder = true
      rehash()
      return renumbered
    },
    blocks(count) {
      const starts = new Uint32Array(count + 1)
      let slot = 0
      for (let topic = 0; topic < count; topic++) {
        while (slot < size && (topics[slot] as number) <= topic) slot++
        starts[topic + 1] = slot
      }
      return starts
    }
  }
}

/** A vector over slots in their new order. */
export function rearranged<T extends Float64Array | Uint32Array>(vector: T, renumbered: Uint32Array): T {
  const moved = vector.slice() as T
  renumbered.forEach((slot, old) => (moved[slot] = vector[old] as number))
  return moved
}

function numbers(count: number): Uint32Array {
  const all = new Uint32Array(count)
  for (let i = 0; i < count; i++) all[i] = i
  return all
}

/** Slots in a stable order by a key, by counting. */
function sortedBy(keys: Uint32Array, slots: Uint32Array): Uint32Array {
  let most = 0
  for (const slot of slots) most = Math.max(most, keys[slot] as number)
  const next = new Uint32Array(most + 2)
  for (const slot of slots) next[(keys[slot] as number) + 1] = (next[(keys[slot] as number) + 1] as number) + 1
  for (let key = 0; key <= most; key++) next[key + 1] = (next[key + 1] as number) + (next[key] as number)
  const sorted = new Uint32Array(slots.length)
  for (const slot of slots) {
    const key = keys[slot] as number
    const to = next[key] as number
    next[key] = to + 1
    sorted[to] = slot
  }
  return sorted
}

function grown(from: Uint32Array, capacity: number): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(capacity)
  to.set(from)
  return to
}

function hash(topic: number, agent: number): number {
  let mixed = Math.imul(agent ^ Math.imul(topic + 1, 0x9e3779b1), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 13)) >>> 0
}
