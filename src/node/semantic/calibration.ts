/**
 * From what speaks for each match to how likely it is the right one: a choice among all that are offered and nobody (a conditional
 * logit, McFadden 1974), fitted by `npm run meaning`.
 */
import fitted from './calibration.json' with { type: 'json' }

export interface Evidence {
  /** how well the words fit, 0 to 1 */
  words: number
  /** the cosine of request and offer; null when it is not known */
  meaning: number | null
  /** how well the offer answers piece by piece; null: it was not looked at closely, or its meaning is not known */
  closely: number | null
}

export interface Fitted {
  weights: number[]
  /** what speaks for nobody */
  nobody: number
}

/** What is known of an offer: its words, its meaning besides, or both piece by piece. */
export type Known = keyof typeof fitted

const known = ({ meaning, closely }: Evidence): Known => (meaning === null ? 'words' : closely === null ? 'both' : 'closely')

/**
 * What is weighed, in the order of the fitted weights. Beside what is meant the same words are one number, so that more of them never
 * speak against an offer: fitted freely they would, because near misses share more words with a request than what serves it.
 */
export function features({ words, meaning, closely }: Evidence): number[] {
  const some = Math.sqrt(words)
  if (meaning === null) return [words, some]
  return closely === null ? [some, meaning] : [some, meaning, closely]
}

/** How strongly this speaks for an offer, as the logarithm of its odds against nobody. */
export function strength(evidence: Evidence): number {
  const { weights, nobody } = fitted[known(evidence)]
  return features(evidence).reduce((sum, feature, i) => sum + feature * (weights[i] ?? 0), -nobody)
}

/** How likely each of several is the one, by these strengths; together at most 1, for it may be nobody. */
export function choose(strengths: readonly number[], nobody = 0): number[] {
  const strongest = Math.max(nobody, ...strengths)
  const shares = strengths.map((strength) => Math.exp(strength - strongest))
  const sum = shares.reduce((a, b) => a + b, Math.exp(nobody - strongest))
  return shares.map((share) => share / sum)
}
