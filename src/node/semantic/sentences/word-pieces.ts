/**
 * Cutting a text into the pieces of words that the sentence model knows: WordPiece as BERT has it, without case and accents (Devlin
 * et al., "BERT", 2019). Words are cut at spaces and punctuation, and each into the longest pieces that are known, from its
 * beginning on. Time grows with the length of a text, up to a bound.
 */

/** The number of each piece. Those that go on with a word begin with `##`. */
export type Vocabulary = Readonly<Record<string, number>>

export interface WordPieces {
  /**
   * The numbers of the pieces, with those for beginning and end around them: `most` in all at most, and what comes after is left
   * out. None for a text that says nothing.
   */
  encode(text: string, most: number): number[]
}

const BEGINNING = '[CLS]'
const END = '[SEP]'
const UNKNOWN = '[UNK]'
const GOING_ON = '##'
/** Pieces have five letters on average: whatever is beyond this is beyond the most pieces, too, unless it is hardly words. */
const MAX_CHARS = 4096
/** Longer words are unknown. */
const MAX_WORD_CHARS = 100

/** What can't be read: controls, formats, halves of characters, those that are not assigned, and what stands for a broken one. */
const UNREADABLE = /(?![\t\n\r])[\p{C}\ufffd]/gu
/** Writing without spaces: each of these is a word. */
const IDEOGRAPH =
  /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b820}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu
const ACCENT = /\p{Mn}/gu
const CAPITAL = /[\p{Lu}\p{Lt}]/gu
/** Signs of ASCII are punctuation, too; those beyond are letters of words. */
const WORD = /[!-/:-@[-`{-~\p{P}]|[^\s!-/:-@[-`{-~\p{P}]+/gu

/** @throws RangeError when it lacks one of the pieces that stand for beginning, end and what is unknown */
export function createWordPieces(vocabulary: Vocabulary): WordPieces {
  const known = new Map(Object.entries(vocabulary))
  const longest = Math.max(0, ...[...known.keys()].map((piece) => Array.from(piece.replace(/^##/, '')).length))
  const [beginning, end, unknown] = [numberOf(BEGINNING), numberOf(END), numberOf(UNKNOWN)]

  function numberOf(piece: string): number {
    const number = known.get(piece)
    if (number === undefined) throw new RangeError(`expected ${piece} in the vocabulary`)
    return number
  }

  function piecesOf(word: string): number[] {
    const characters = Array.from(word)
    if (characters.length > MAX_WORD_CHARS) return [unknown]
    const numbers: number[] = []
    for (let at = 0; at < characters.length; ) {
      const found = longestAt(characters, at)
      if (found === null) return [unknown]
      numbers.push(found.number)
      at = found.end
    }
    return numbers
  }

  function longestAt(characters: readonly string[], at: number): { number: number; end: number } | null {
    for (let end = Math.min(characters.length, at + longest); end > at; end--) {
      const number = known.get((at === 0 ? '' : GOING_ON) + characters.slice(at, end).join(''))
      if (number !== undefined) return { number, end }
    }
    return null
  }

  return {
    encode(text, most) {
      const numbers: number[] = []
      for (const [word] of plain(text.slice(0, MAX_CHARS)).matchAll(WORD)) {
        if (numbers.length >= most - 2) break
        numbers.push(...piecesOf(word))
      }
      return numbers.length === 0 ? [] : [beginning, ...numbers.slice(0, most - 2), end]
    }
  }
}

/** A text without what can't be read, accents and case, and with spaces around each ideograph. */
function plain(text: string): string {
  return (
    text
      .replace(UNREADABLE, '')
      .replace(IDEOGRAPH, ' $& ')
      .normalize('NFD')
      .replace(ACCENT, '')
      // each by itself: the small letter of a whole text depends on where a sigma stands
      .replace(CAPITAL, (letter) => letter.toLowerCase())
  )
}
