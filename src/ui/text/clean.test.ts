import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanLine, cleanText, cut } from './clean.ts'

describe('text from strangers', () => {
  test('can not turn the direction of text', () => {
    expect(cleanText('invoice\u202Egpj.exe')).toBe('invoicegpj.exe')
    expect(cleanText('\u2067a\u2069\u200Fb\u061C')).toBe('ab')
  })
  test('can not hide characters', () => {
    expect(cleanText('a\u200Bb\uFEFFc\u00ADd\u0000e\u001B[31m')).toBe('abcde[31m')
    expect(cleanText('tag\u{E0041}\u{E0042}')).toBe('tag')
    expect(cleanText('half\uD83D!')).toBe('half!')
  })
  test('keeps what writing needs', () => {
    for (const kept of ['naïve — “quotes”', 'שלום עולם', 'مرحبا', '👩‍👩‍👧 👍🏽', 'क्षत्रिय', 'می‌خواهم', 'a\tb\nc']) {
      expect(cleanText(kept)).toBe(kept)
    }
  })
  test('does not stack marks', () => {
    expect(cleanText(`Z${'\u0301'.repeat(50)}`)).toBe(`Z${'\u0301'.repeat(4)}`)
  })
  test('has one kind of line end', () => {
    expect(cleanText('a\r\nb\rc\u2028d')).toBe('a\nb\nc\nd')
    expect(cleanLine('  a\r\n\t b ')).toBe('a b')
  })
  test('is markup that stays text', () => {
    expect(cleanText('<img src=x onerror=alert(1)>')).toBe('<img src=x onerror=alert(1)>')
  })
  test('is clean after one pass', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(cleanText(cleanText(text))).toBe(cleanText(text))
      })
    )
  })
})

describe('cutting', () => {
  test('says whether something is missing', () => {
    expect(cut('abc', 3)).toEqual({ text: 'abc', whole: true })
    expect(cut('abcd', 3)).toEqual({ text: 'abc', whole: false })
  })
  test('does not take characters apart', () => {
    expect(cut('👩‍👩‍👧👍🏽x', 2)).toEqual({ text: '👩‍👩‍👧👍🏽', whole: false })
    expect(cut('👍🏽👍🏽', 2)).toEqual({ text: '👍🏽👍🏽', whole: true })
  })
  test('gives a beginning of the text, never longer than asked', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, max) => {
        const part = cut(text, max)
        expect(text.startsWith(part.text)).toBe(true)
        expect(part.whole).toBe(part.text === text)
      })
    )
  })
})
