/**
 * Matching by meaning, as an interface: what is wanted against what is offered. Today words do it
 * (`lexical.ts`); sentence embeddings come behind the same interface.
 */
import type { Capability } from '../schema/declaration.ts'

export interface Match {
  id: string
  /** how well the words fit, 0 to 1, comparable within one answer */
  score: number
  /** the words that made the match, as the capability has them */
  terms: string[]
}

export interface Matcher {
  /** Adds or replaces what `id` stands for. */
  add(id: string, capability: Capability): void
  remove(id: string): void
  /** What fits `text`, best first, at most `limit`. */
  search(text: string, limit: number): Promise<Match[]>
}
