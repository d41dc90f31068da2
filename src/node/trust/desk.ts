/**
 * Where the book of trust lies: the same as the book, but for being asked over a distance. In a browser it is in a worker of its own,
 * because a million ratings take their time; elsewhere it is right here.
 */
import type { LearnedNames } from '../semantic/topics/names.ts'
import type { Topics } from '../semantic/topics/topics.ts'
import { once } from '../support/once.ts'
import { createBook, type Book, type HeardRating, type Resorted, type SavedBook, type Standing } from './book.ts'
import { pack, unpack } from './packed.ts'
import type { Weights } from './whose-word.ts'
import type { Why } from './why.ts'

export interface Desk {
  /**
   * Opens the book: as it was saved, or a new one.
   *
   * @param saved of any shape: what is no book of ours, or another version's, is left aside. It is the desk's from then on
   */
  open(init: { self: string; saved: unknown }): Promise<void>
  /** @returns how many count now that did not before */
  hear(ratings: readonly HeardRating[]): Promise<number>
  /** Of each of some entries, whether it is counted, or left out for good. */
  has(places: ReadonlyArray<{ author: string; seq: number }>): Promise<boolean[]>
  withdrawn(author: string, seq: number, by: number): Promise<void>
  forked(agent: string): Promise<void>
  trust(weights: Weights): Promise<void>
  /** What names of topics by use have come to: what was said in them counts where they do now, from the next update on. */
  follow(learned: LearnedNames): Promise<Resorted>
  update(): Promise<boolean>
  standings(of: ReadonlyArray<{ agent: string; topic: string }>): Promise<Standing[]>
  asking(agent: string): Promise<Standing>
  record(agent: string): Promise<Standing[]>
  why(agent: string, topic: string): Promise<Why | null>
  esteem(agents: readonly string[]): Promise<number[]>
  doubtful(limit: number): Promise<string[]>
  /** Everything, as `open` takes it; what a store keeps. */
  save(): Promise<unknown>
  close(): void
}

/** A desk in this thread. @param loadTopics its own tree: it follows what the names come to elsewhere */
export function createDesk({ loadTopics }: { loadTopics: () => Promise<Topics> }): Desk {
  let opening: Promise<Book> | null = null
  const topicsOnce = once(loadTopics)
  // begun while the store is still being read; should it fail, opening the book tries again
  topicsOnce().catch(() => undefined)

  async function open(self: string, packed: unknown): Promise<Book> {
    const topics = await topicsOnce()
    const saved = unpack(packed)
    try {
      if (isBookOf(saved, self)) return createBook({ self, topics, saved })
    } catch {
      // damaged, or of another version: all that was in it is in the logs, too
    }
    return createBook({ self, topics })
  }

  async function book(): Promise<Book> {
    if (opening === null) throw new Error('expected the book of trust to be opened first')
    return opening
  }

  return {
    async open({ self, saved }) {
      opening = open(self, saved)
      await opening
    },
    hear: async (ratings) => (await book()).hear(ratings),
    async has(places) {
      const { has } = await book()
      return places.map(({ author, seq }) => has(author, seq))
    },
    withdrawn: async (author, seq, by) => (await book()).withdrawn(author, seq, by),
    forked: async (agent) => (await book()).forked(agent),
    trust: async (weights) => (await book()).trust(weights),
    async follow(learned) {
      const { sortAnew } = await book()
      ;(await topicsOnce()).follow(learned)
      return sortAnew([...learned.known, ...learned.aliases.map(([name]) => name)])
    },
    update: async () => (await book()).update(),
    async standings(of) {
      const { standing } = await book()
      return of.map(({ agent, topic }) => standing(agent, topic))
    },
    asking: async (agent) => (await book()).asking(agent),
    record: async (agent) => (await book()).record(agent),
    why: async (agent, topic) => (await book()).why(agent, topic),
    async esteem(agents) {
      const { esteem } = await book()
      return agents.map(esteem)
    },
    doubtful: async (limit) => (await book()).doubtful(limit),
    save: async () => pack((await book()).save()),
    close: () => undefined
  }
}

function isBookOf(saved: unknown, self: string): saved is SavedBook {
  return (
    typeof saved === 'object' &&
    saved !== null &&
    'version' in saved &&
    saved.version === 1 &&
    'agents' in saved &&
    Array.isArray(saved.agents) &&
    saved.agents[0] === self
  )
}
