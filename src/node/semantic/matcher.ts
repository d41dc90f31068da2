/** Matching, as an interface: what is wanted against what is offered. */
import type { Capability } from '../schema/declaration.ts'

export interface Match {
  id: string
  /** how likely it is that it serves, 0 to 1 */
  score: number
  /** the words that made the match, as the capability has them */
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
}
