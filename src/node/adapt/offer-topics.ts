/**
 * The tree of topics, for what is offered: which topic an offer counts in, what can be chosen from, and what names have come to by use.
 * All of it is loaded when it is first wanted.
 */
import type { Capability } from '../schema/declaration.ts'
import type { Matcher } from '../semantic/matcher.ts'
import type { LearnedNames } from '../semantic/topics/names.ts'
import { isBelowTopic } from '../semantic/topics/paths.ts'
import type { Topics } from '../semantic/topics/topics.ts'
import type { Clock } from '../support/clock.ts'
import { createEmitter } from '../support/emitter.ts'
import { once } from '../support/once.ts'
import { idOf, type Declarations, type Declared } from './declarations.ts'
import type { Surroundings } from './surroundings.ts'
import type { TopicChoices } from './topic-choices.ts'
import type { TopicUses } from './topic-uses.ts'

export interface OfferTopics {
  /** The topic that a capability would count in, and what others ask for around it. */
  surroundings(capability: Capability): Promise<Surroundings>
  /** What one can choose from around a topic, or the topic that a name is below, and what the name counts as. */
  topicChoices(name: string): Promise<TopicChoices>
  /** Called with what names of topics by use have come to, when that has changed. */
  onTopicNames(listener: (learned: LearnedNames) => void): () => void
}

export interface OfferTopicsHearing extends OfferTopics {
  /** A capability became what an agent offers, or stopped being so (`null`). @param id that of `capabilityId` */
  declared(id: string, offer: Declared<Capability> | null): void
  /** There is a model that was not there before: it says where our own offers lie. */
  onModel(): void
  close(): void
}

export interface OfferTopicsComponents {
  /** our own agent */
  self: string
  matcher: Pick<Matcher, 'vector' | 'placed' | 'onJudgeable'>
  declarations: Pick<Declarations, 'capabilities'>
  /** the tree, the same each time */
  loadTopics: () => Promise<Topics>
  clock: Clock
  report: (error: unknown) => void
}

export function createOfferTopics(components: OfferTopicsComponents): OfferTopicsHearing {
  const { self, matcher, declarations, loadTopics, clock, report } = components
  const { on, emit } = createEmitter<{ learned: LearnedNames }>()
  /** made when somebody first names a topic that may be none of the seed's */
  let countsUses = false
  const topicUses = once(makeTopicUses)
  let stopHearing: () => void = () => undefined

  async function makeTopicUses(): Promise<TopicUses> {
    const { createTopicUses } = await import('./topic-uses.ts')
    const uses = createTopicUses({
      loadTopics,
      vector: async (id, { agent, declaration }) => (agent === self ? matcher.vector(declaration) : matcher.placed(id)),
      clock,
      report
    })
    uses.onLearned((learned) => emit('learned', learned))
    stopHearing = matcher.onJudgeable(uses.placed)
    for (const offer of declarations.capabilities(clock.now())) uses.declared(idOf(offer), offer)
    return uses
  }

  return {
    async surroundings(capability) {
      const { createSurroundings } = await import('./surroundings.ts')
      return createSurroundings({ matcher, loadTopics })(capability)
    },
    async topicChoices(name) {
      const { createTopicChoices } = await import('./topic-choices.ts')
      return createTopicChoices(loadTopics)(name)
    },
    onTopicNames: (listener) => on('learned', listener),

    declared(id, offer) {
      countsUses ||= isBelowTopic(offer?.declaration.topic ?? '')
      if (countsUses) topicUses().then((uses) => uses.declared(id, offer), report)
    },
    onModel() {
      if (countsUses) topicUses().then((uses) => uses.placedAllOf(self), report)
    },
    close() {
      stopHearing()
      if (countsUses) topicUses().then((uses) => uses.close(), report)
    }
  }
}
