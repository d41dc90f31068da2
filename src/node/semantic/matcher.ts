/** Matching, as an interface: what is wanted against what is offered. */
import type { Capability } from '../schema/declaration.ts'

/** All that a capability says of itself, what says most first. */
export const textOf = ({ name, tags, examples, description }: Pick<Capability, 'name' | 'tags' | 'examples' | 'description'>): string =>
  [name, ...tags, ...examples, description].join('\n')

export interface Match {
  id: string
  /** how likely it is that it serves, 0 to 1, beside all others that were found */
  score: number
  /** how likely it would be if nothing else were offered, 0 to 1 */
  alone: number
  /** the words that tell why it matches, as the capability has them; none that everybody uses */
  terms: string[]
  /** how near the two are in meaning, as a cosine; null when only words were looked at */
  meaning: number | null
}

export interface Matcher {
  /** Adds or replaces what `id` stands for. */
  add(id: string, capability: Capability): void
  remove(id: string): void
  /** What fits `text`, best first, at most `limit`. */
  search(text: string, limit: number): Promise<Match[]>
  /** How well some of those that are known fit, each as if it were all that is offered (`score` is `alone`); those that don't are left out. */
  judge(text: string, ids: readonly string[]): Promise<Match[]>
  /** The same of one that is not known (yet), for several texts, in their order; `score` 0: it would not be found. */
  preview(texts: readonly string[], capability: Capability): Promise<Match[]>
  /** Where a capability lies among sentence embeddings, as `placeOffer` says; null: the model is not there. */
  vector(capability: Capability): Promise<Float32Array | null>
  /** The same, of any length, of one that is known; null: the model has not come to it. */
  placed(id: string): Float32Array | null
  /** Called with those that can be judged from now on, or better than before. */
  onJudgeable(listener: (ids: readonly string[]) => void): () => void
}
