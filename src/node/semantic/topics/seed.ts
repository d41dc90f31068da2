/**
 * The seed of the tree of topics, as it is kept in `built/seed.json`: 8 areas, 96 topics, 14 competences each. `npm run topics`
 * makes it; every node has the same, so what is worked out from it is the same everywhere.
 */

/** A topic as it is kept. */
export interface SeedTopic {
  /** `area/topic` */
  path: string
  /** to be read */
  name: string
  /** what tells it from others: terms as `termsOf` has them, each with how much it says as its last digit, 1 to 9 */
  words: string
  /** where it lies among sentence embeddings: 384 eight-bit numbers in base64 */
  direction: string
  /** names of what is in it, without the path */
  competences: string[]
  /** short requests, as people put them */
  samples: string[]
}

export interface Seed {
  /** the sentence model of the directions */
  model: number
  topics: SeedTopic[]
}

/** Half a unit of a logarithm of odds, which a word's digit counts. */
export const WORD_UNIT = 0.5

/** The words of a topic and what each weighs, as the logarithm of how much oftener it is in this topic than elsewhere. */
export function wordsOf(words: string): Map<string, number> {
  const entries = words.split(' ').filter((entry) => entry !== '')
  return new Map(entries.map((entry) => [entry.slice(0, -1), Number(entry.slice(-1)) * WORD_UNIT]))
}

/** How the last part of a path is read: `modelling-in-3d` is "Modelling in 3D". */
export function readable(path: string): string {
  const words = path.slice(path.lastIndexOf('/') + 1).replaceAll('-', ' ').replace(/\b(\d)d\b/g, '$1D')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
