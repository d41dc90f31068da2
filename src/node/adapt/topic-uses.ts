/**
 * Who uses which names of topics: what agents declare feeds the tree, which makes a name known once enough of them use it. Only names
 * below a topic of the seed are counted: of those all nodes know alike where they lie, whoever has heard of them.
 *
 * An agent is whose key signs a log: all of its tabs are one, and what it says twice it says once. One person may have several agents.
 */
import type { Capability } from '../schema/declaration.ts'
import { isBelowTopic } from '../semantic/topics/paths.ts'
import type { LearnedNames } from '../semantic/topics/names.ts'
import type { Topics } from '../semantic/topics/topics.ts'
import type { Clock } from '../support/clock.ts'
import { createEmitter } from '../support/emitter.ts'
import type { Declared } from './declarations.ts'

export interface TopicUses {
  /** A capability became what an agent offers, or stopped being so (`null`). @param id that of `capabilityId` */
  declared(id: string, offer: Declared<Capability> | null): void
  /** Where these lie in meaning is known from now on, or otherwise than before. Ids of others are passed over. */
  placed(ids: Iterable<string>): void
  /** The same of all of an agent's offers. */
  placedAllOf(agent: string): void
  /** Called with what names by use have come to, when that has changed. */
  onLearned(listener: (learned: LearnedNames) => void): () => void
  close(): void
}

export interface TopicUsesComponents {
  /** the tree, the same each time; loaded when somebody declares a name that the seed may not have */
  loadTopics: () => Promise<Pick<Topics, 'isOfSeed' | 'canonical' | 'direction' | 'learn' | 'forget' | 'learned'>>
  /** where an offer lies, as `placeOffer` says; null: that is not known, or not yet */
  vector: (id: string, offer: Declared<Capability>) => Promise<Float32Array | null>
  clock: Clock
  report: (error: unknown) => void
}

/** What comes within this is counted together. */
const GATHER_MS = 200

interface NamedOffer {
  name: string
  offer: Declared<Capability>
}

export function createTopicUses({ loadTopics, vector, clock, report }: TopicUsesComponents): TopicUses {
  const { on, emit } = createEmitter<{ learned: LearnedNames }>()
  const offers = new Map<string, NamedOffer>()
  /** ids of offers by name and agent; as many as declarations are remembered */
  const byName = new Map<string, Map<string, Set<string>>>()
  /** names of which something is new, and the agents of whom */
  let news = new Map<string, Set<string>>()
  let told = JSON.stringify({ known: [], aliases: [] } satisfies LearnedNames)
  let counting = false
  let cancel: (() => void) | null = null
  let closed = false

  function note(name: string, agent: string): void {
    news.set(name, (news.get(name) ?? new Set()).add(agent))
    cancel ??= clock.after(GATHER_MS, () => {
      cancel = null
      countNews().catch(report)
    })
  }

  function put(id: string, one: NamedOffer): void {
    const { name, offer } = one
    offers.set(id, one)
    const users = byName.get(name) ?? new Map<string, Set<string>>()
    byName.set(name, users.set(offer.agent, (users.get(offer.agent) ?? new Set()).add(id)))
    note(name, offer.agent)
  }

  function remove(id: string, { name, offer: { agent } }: NamedOffer): void {
    offers.delete(id)
    const users = byName.get(name)
    const ids = users?.get(agent)
    ids?.delete(id)
    note(name, agent)
    if (ids?.size !== 0) return
    users?.delete(agent)
    if (users?.size === 0) byName.delete(name)
    // a name counts so many agents at most: one of those who were beyond may take the place
    for (const other of users?.keys() ?? []) note(name, other)
  }

  async function countNews(): Promise<void> {
    if (counting) return
    counting = true
    try {
      const topics = await loadTopics()
      while (news.size > 0 && !closed) {
        const some = news
        news = new Map()
        // who goes makes room for who comes
        for (const [name, agents] of some) for (const agent of agents) if (!uses(name, agent)) topics.forget(name, agent)
        for (const [name, agents] of some) {
          if (!isBelowSeed(topics, name)) continue
          for (const agent of agents) await learn(topics, name, agent)
        }
      }
      tell(topics.learned())
    } finally {
      counting = false
    }
  }

  const uses = (name: string, agent: string): boolean => byName.get(name)?.has(agent) === true

  async function learn(topics: Pick<Topics, 'learn'>, name: string, agent: string): Promise<void> {
    const place = await placeOf(name, agent)
    // it may have been taken back meanwhile
    if (uses(name, agent)) topics.learn(name, { agent, vector: place })
  }

  /** Where an agent's offers of a name lie: the first of them by its id that is placed. */
  async function placeOf(name: string, agent: string): Promise<Float32Array | null> {
    for (const id of [...(byName.get(name)?.get(agent) ?? [])].sort()) {
      const one = offers.get(id)
      const place = one === undefined ? null : await vector(id, one.offer)
      if (place !== null) return place
    }
    return null
  }

  function tell(learned: LearnedNames): void {
    const now = JSON.stringify(learned)
    if (now === told || closed) return
    told = now
    emit('learned', learned)
  }

  function placed(ids: Iterable<string>): void {
    for (const id of ids) {
      const one = offers.get(id)
      if (one !== undefined) note(one.name, one.offer.agent)
    }
  }

  return {
    declared(id, offer) {
      const before = offers.get(id)
      const name = offer?.declaration.topic
      if (before !== undefined && before.name !== name) remove(id, before)
      if (offer !== null && name !== undefined && isBelowTopic(name)) put(id, { name, offer })
    },
    placed,
    placedAllOf: (agent) => placed([...offers].flatMap(([id, { offer }]) => (offer.agent === agent ? id : []))),
    onLearned: (listener) => on('learned', listener),
    close() {
      closed = true
      cancel?.()
    }
  }
}

const isBelowSeed = (topics: Pick<Topics, 'isOfSeed' | 'canonical' | 'direction'>, name: string): boolean =>
  !topics.isOfSeed(name) && topics.direction(topics.canonical(name)) !== null
