/** What people usually ask for and offer, over all topics: what all of it has in common says nothing about any. */
import type { Samples } from '../placer.ts'
import type { Topics } from './topics.ts'

/** Of each topic. */
const REQUESTS = 2
const OFFERS = 2

export function usualTexts({ children, samples, label }: Pick<Topics, 'children' | 'samples' | 'label'>): Samples {
  const topics = children().flatMap((area) => children(area))
  return {
    requests: topics.flatMap((topic) => samples(topic, REQUESTS)),
    offers: topics.flatMap((topic) => children(topic).slice(0, OFFERS).map(label))
  }
}
