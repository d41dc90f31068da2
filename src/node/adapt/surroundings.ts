/** Which topic an offer counts in, and what others ask for around it. */
import type { Capability } from '../schema/declaration.ts'
import { textOf, type Matcher } from '../semantic/matcher.ts'
import type { Topics } from '../semantic/topics/topics.ts'

export interface Surroundings {
  /** null: it says too little to tell */
  topic: string | null
  /** requests as people put them, from the topics that fit it best */
  samples: string[]
}

export interface SurroundingsComponents {
  matcher: Pick<Matcher, 'vector'>
  /** the tree, the same each time */
  loadTopics: () => Promise<Topics>
}

/** What is less likely than this to be its topic is none. */
const LEAST_LIKELY = 0.25
/** Topics from which requests are taken, and requests of each. */
const TOPICS = 4
const SAMPLES = 4

export function createSurroundings({ matcher, loadTopics }: SurroundingsComponents): (capability: Capability) => Promise<Surroundings> {
  return async (capability) => {
    const topics = await loadTopics()
    const vector = await matcher.vector(capability)
    const { topic, likely } = topics.place(capability, vector)
    const near = topics.nearest(textOf(capability), vector, TOPICS)
    return {
      topic: likely >= LEAST_LIKELY ? topic : null,
      samples: [...new Set([topic, ...near.map((one) => one.topic)])].flatMap((one) => topics.samples(one, SAMPLES))
    }
  }
}
