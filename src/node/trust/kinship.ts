/**
 * How much topics have to do with each other: what trust in one is worth as prospect in another. Of each topic a row of shares
 * that sum to one, of similarities above a threshold; a topic that is near to none has none.
 */
import { TrustInputError } from './errors.ts'

export interface Neighbour {
  topic: number
  /** above 0; those of a topic sum to one */
  share: number
}

export interface Kinship {
  readonly topics: number
  /** Adds a topic, and returns its number. @param similarity to each of the topics before it, 0 to 1 @throws TrustInputError */
  add(similarity: ArrayLike<number>): number
  /** Says anew how alike two topics are. @throws TrustInputError */
  set(a: number, b: number, similarity: number): void
  neighbours(topic: number): readonly Neighbour[]
  /** Similarities of each topic to those before it, one after another. */
  save(): Float64Array
}

export function createKinship(threshold: number): Kinship {
  /** of each topic, to those before it */
  const rows: Float64Array[] = []
  const cache = new Map<number, Neighbour[]>()

  const between = (a: number, b: number): number => rows[Math.max(a, b)]?.[Math.min(a, b)] ?? 0

  return {
    get topics() {
      return rows.length
    },
    add(similarity) {
      if (similarity.length !== rows.length) {
        throw new TrustInputError(`expected similarities to ${rows.length} topics, got ${similarity.length}`)
      }
      const row = Float64Array.from(similarity)
      row.forEach(check)
      cache.clear()
      return rows.push(row) - 1
    },
    set(a, b, similarity) {
      const row = rows[Math.max(a, b)]
      if (row === undefined || a === b || !(Math.min(a, b) in row)) {
        throw new TrustInputError(`expected two topics from 0 to ${rows.length - 1}, got ${a} and ${b}`)
      }
      check(similarity)
      row[Math.min(a, b)] = similarity
      cache.clear()
    },
    neighbours(topic) {
      let found = cache.get(topic)
      if (found === undefined) {
        const near: Neighbour[] = []
        for (let other = 0; other < rows.length; other++) {
          const share = other === topic ? 0 : between(topic, other)
          if (share > 0 && share >= threshold) near.push({ topic: other, share })
        }
        const sum = near.reduce((all, { share }) => all + share, 0)
        found = near.map(({ topic: other, share }) => ({ topic: other, share: share / sum }))
        cache.set(topic, found)
      }
      return found
    },
    save() {
      const all = new Float64Array((rows.length * (rows.length - 1)) / 2)
      let at = 0
      for (const row of rows) {
        all.set(row, at)
        at += row.length
      }
      return all
    }
  }
}

/** Topics with the similarities that `save` gave. */
export function loadKinship(threshold: number, topics: number, similarity: Float64Array): Kinship {
  const kinship = createKinship(threshold)
  for (let topic = 0, at = 0; topic < topics; at += topic, topic++) kinship.add(similarity.subarray(at, at + topic))
  return kinship
}

/** Topics with the similarities of a matrix, row by row. @throws TrustInputError when it is not symmetric, or of another size */
export function kinshipOf(threshold: number, topics: number, matrix: ArrayLike<number> | undefined): Kinship {
  const kinship = createKinship(threshold)
  if (!Number.isInteger(topics) || topics < 0) throw new TrustInputError(`expected a number of topics, got ${topics}`)
  if (matrix !== undefined && matrix.length !== topics * topics) {
    throw new TrustInputError(`expected ${topics * topics} similarities, got ${matrix.length}`)
  }
  for (let topic = 0; topic < topics; topic++) {
    const row = new Float64Array(topic)
    for (let other = 0; other < topic; other++) {
      row[other] = matrix?.[topic * topics + other] ?? 0
      if (row[other] !== (matrix?.[other * topics + topic] ?? 0)) {
        throw new TrustInputError(`expected similarity to be the same both ways, got two numbers for ${topic} and ${other}`)
      }
    }
    kinship.add(row)
  }
  return kinship
}

function check(similarity: number): void {
  if (!(similarity >= 0 && similarity <= 1)) throw new TrustInputError(`expected a similarity from 0 to 1, got ${similarity}`)
}
