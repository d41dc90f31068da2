/**
 * Which of the words that two texts share tell why they match. An index of a few offers can't know how common a word is, so what it
 * has seen is added to what `npm run topics` has counted in the seed topics.
 */
import common from './common-terms.json' with { type: 'json' }
import { termsOf } from './terms.ts'

/** A word that is in so large a share of all things that people ask for and offer says nothing about one of them. */
export const COMMON = 0.05

/** How common words are before anything is known. */
export interface CommonTerms {
  /** things that people ask for and offer */
  things: number
  /** in how many of them a term is, of those that are in a share of `COMMON` or more */
  terms: Readonly<Record<string, number>>
}

const { things, terms: counts }: CommonTerms = common
const seen = new Map(Object.entries(counts))

export interface KnownOffers {
  readonly size: number
  /** in how many a term is */
  count(term: string): number
}

/**
 * Of these terms those that tell something of an offer: what it calls itself by always does, and what is only said in passing unless
 * everybody says it.
 *
 * @param terms as `termsOf` has them
 */
export function tellingTerms(terms: readonly string[], { name, tags }: { name: string; tags: readonly string[] }, known: KnownOffers): string[] {
  const isCommon = (term: string) => (seen.get(term) ?? 0) + known.count(term) >= COMMON * (things + known.size)
  const passing = terms.filter(isCommon)
  if (passing.length === 0) return [...terms]
  const own = termsOf([name, ...tags].join('\n'))
  return terms.filter((term) => !passing.includes(term) || own.has(term))
}
