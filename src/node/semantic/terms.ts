/**
 * What words a text is made of, as they are looked for: without case, marks and endings (Porter, "An algorithm for suffix
 * stripping", 1980, for what is written in Latin letters), and without those that say nothing. Of writing without spaces, each
 * two neighbouring characters are a word.
 */
import { stemmer } from 'stemmer'
import { stopWords } from './common-words.ts'

const MAX_WORD_CHARS = 40
const WORD = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}]+)?/gu
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+/gu
const UNSPACED_PAIR = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]{2}$/u
const UMLAUTS: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' }

/** Terms of a text, in the order in which they come, and how often each does. @param maxChars of the text that are read */
export function termsOf(text: string, maxChars = 4000): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { term } of words(text.slice(0, maxChars))) counts.set(term, (counts.get(term) ?? 0) + 1)
  return counts
}

/** The words of a text that stand for one of these terms, as they are written there, each once. */
export function written(text: string, terms: ReadonlySet<string>): string[] {
  const found = new Map<string, string>()
  for (const { term, word } of words(text)) if (terms.has(term) && !found.has(term)) found.set(term, word)
  return [...found.values()]
}

function* words(text: string): Generator<{ word: string; term: string }> {
  for (const [found] of text.normalize('NFKC').matchAll(WORD)) {
    const word = found.slice(0, MAX_WORD_CHARS)
    const unspaced = word.match(UNSPACED)
    if (unspaced === null) {
      const term = termOf(word)
      if (term !== null) yield { word, term }
      continue
    }
    for (const run of unspaced) for (const pair of pairs(run)) yield { word: pair, term: pair }
    const rest = termOf(word.replace(UNSPACED, ' ').trim())
    if (rest !== null) yield { word, term: rest }
  }
}

/** Whether a term is two characters of writing without spaces: many such are no word, but the end of one and the beginning of another. */
export const isPair = (term: string): boolean => UNSPACED_PAIR.test(term)

/** Null: it says nothing. */
function termOf(word: string): string | null {
  const small = word.toLowerCase().replace(/['’].*$/u, '')
  if (small.length < 2 || stopWords.has(small)) return null
  const plain = small
    .replace(/[äöüß]/gu, (letter) => UMLAUTS[letter] ?? letter)
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
  return /^[a-z]+$/.test(plain) ? stemmer(plain) : plain
}

function pairs(run: string): string[] {
  const characters = Array.from(run)
  return characters.length === 1 ? characters : characters.slice(1).map((character, i) => `${characters[i]}${character}`)
}

/** How many letters are to be added, dropped or changed, or swapped with their neighbours, to get from a to b; more than `limit`: limit + 1. */
export function editsApart(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let edits = Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) edits = Math.min(edits, (before[j - 2] ?? 0) + 1)
      next.push(edits)
    }
    if (Math.min(...next) > limit) return limit + 1
    before = row
    row = next
  }
  return Math.min(limit + 1, row[b.length] ?? 0)
}
