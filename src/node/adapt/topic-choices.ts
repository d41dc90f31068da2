/** What topics somebody who offers something can choose from, and what a name counts as. */
import { topicAbove } from '../semantic/topics/paths.ts'
import type { Topics } from '../semantic/topics/topics.ts'

export interface KnownTopic {
  topic: string
  /** how many agents declare it, as far as they are counted; null: it is one of the seed, and known whoever does */
  agents: number | null
}

export interface TopicChoices {
  /** known names right below the topic, those by use first, the most used of them first */
  below: KnownTopic[]
  /** what the name counts as; null: nothing, until enough agents declare it */
  countsAs: string | null
}

/** @param loadTopics the tree, the same each time */
export function createTopicChoices(
  loadTopics: () => Promise<Pick<Topics, 'children' | 'isOfSeed' | 'isKnown' | 'canonical' | 'users'>>
): (name: string) => Promise<TopicChoices> {
  return async (name) => {
    const topics = await loadTopics()
    const below = topics
      .children(topicAbove(name))
      .map((topic) => ({ topic, agents: topics.isOfSeed(topic) ? null : topics.users(topic) }))
      .sort((a, b) => (b.agents ?? 0) - (a.agents ?? 0))
    const counts = topics.canonical(name)
    return { below, countsAs: topics.isKnown(counts) ? counts : null }
  }
}
