/**
 * Cutting a text into the pieces of words that a model knows: of all ways to cut it the likeliest, as a unigram language model
 * has it (Kudo, "Subword regularization", 2018; the algorithm of SentencePiece).
 */

/** A piece and the logarithm of how likely it is. The first few stand for something else: unknown, beginning, end. */
export type Vocabulary = ReadonlyArray<readonly [piece: string, score: number]>

/** Stands where a space was. */
const SPACE = '\u2581'
const RESERVED = 6
const UNKNOWN = 0
/** An unknown character is less likely than any piece. */
const UNKNOWN_SCORE = -25

export interface WordPieces {
  /** The numbers of the pieces, at most `most`: what comes after is left out. */
  encode(text: string, most: number): number[]
}

export function createWordPieces(vocabulary: Vocabulary): WordPieces {
  const known = new Map(vocabulary.slice(RESERVED).map(([piece, score], i) => [piece, { number: i + RESERVED, score }]))
  const longest = Math.max(0, ...[...known.keys()].map((piece) => Array.from(piece).length))

  return {
    encode(text, most) {
      const clean = text.normalize('NFKC').trim().replace(/\s+/gu, SPACE)
      // no piece is longer than `longest`, so that this is enough for so many pieces
      const characters = Array.from(clean === '' ? '' : SPACE + clean).slice(0, most * longest)
      /** for each place, how likely the best way to it is, and its last piece */
      const best = [{ score: 0, from: 0, number: UNKNOWN }]
      for (let end = 1; end <= characters.length; end++) {
        let way = { score: (best[end - 1]?.score ?? 0) + UNKNOWN_SCORE, from: end - 1, number: UNKNOWN }
        let piece = ''
        for (let from = end - 1; from >= Math.max(0, end - longest); from--) {
          piece = `${characters[from]}${piece}`
          const found = known.get(piece)
          if (found === undefined) continue
          const score = (best[from]?.score ?? 0) + found.score
          if (score > way.score) way = { score, from, number: found.number }
        }
        best.push(way)
      }
      const numbers: number[] = []
      for (let at = characters.length; at > 0; ) {
        const { from, number } = best[at] ?? { from: 0, number: UNKNOWN }
        // several unknown characters in a row are one unknown piece
        if (number !== UNKNOWN || numbers.at(-1) !== UNKNOWN) numbers.push(number)
        at = from
      }
      return numbers.reverse().slice(0, most)
    }
  }
}
