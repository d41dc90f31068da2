/**
 * How an offer would be found before it is declared: by one's own requests, by those that are usual in the topics around it, and by
 * what others look for; and in which topic it would count.
 */
import type { Adaptation } from '../adapt/adaptation.ts'
import type { PreviewedRequest, StarlingClient } from '../client.ts'
import { LEAST_LIKELY } from '../listening.ts'
import { parse } from '../schema/codec.ts'
import { capability as capabilitySchema } from '../schema/declaration.ts'
import { capabilityOf } from './capability-input.ts'

export interface PreviewComponents {
  /** our own agent */
  agent: string
  adaptation: Pick<Adaptation, 'intentions' | 'surroundings' | 'topicChoices' | 'preview'>
}

/** What is previewed has no program yet. */
const NO_PROGRAM = '0'.repeat(64)
/** Requests, and goals of others, that are looked at. */
const MAX_PREVIEWED = 16

export function createPreview({ agent, adaptation }: PreviewComponents): StarlingClient['preview'] {
  return async (offer, requests = []) => {
    const capability = parse(capabilityOf({ ...offer, id: 'preview' }, NO_PROGRAM), capabilitySchema)
    const wanted = adaptation
      .intentions()
      .filter((one) => one.agent !== agent)
      .slice(-MAX_PREVIEWED)
    const own = requests.slice(0, MAX_PREVIEWED)
    const { topic: likeliest, samples } = await adaptation.surroundings(capability)
    const topic = capability.topic ?? likeliest
    const { below, countsAs } = topic === null ? { below: [], countsAs: null } : await adaptation.topicChoices(topic)
    const texts = [...new Set([...own, ...samples, ...wanted.map(({ declaration }) => declaration.goal)])]
    const judged = await adaptation.preview(texts, capability)
    const shown = new Map(judged.map(({ alone, terms, meaning }, i) => [texts[i], { likely: alone, terms, meaning }]))
    const as = (text: string): PreviewedRequest => ({ text, ...(shown.get(text) ?? { likely: 0, terms: [], meaning: null }) })
    return {
      requests: own.map(as),
      samples: samples.map(as).sort(byLikelihood),
      wanted: wanted
        .map((one) => ({ agent: one.agent, ...as(one.declaration.goal) }))
        .filter(({ likely }) => likely >= LEAST_LIKELY)
        .sort(byLikelihood),
      topic: countsAs ?? topic,
      topicIsNew: topic !== null && countsAs === null,
      topicsBelow: below
    }
  }
}

const byLikelihood = (a: PreviewedRequest, b: PreviewedRequest) => b.likely - a.likely
