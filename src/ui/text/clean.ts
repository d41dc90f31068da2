/**
 * Text from strangers, made safe to look at: it can't turn the direction of what stands around it, hide
 * characters, or stack marks over the lines above. Markup is never a concern here: text is drawn as text.
 */

/**
 * Controls but tab and line feed, halves of surrogate pairs, and all that is drawn as nothing, direction marks
 * among it; but not the joiners that scripts and emoji need, nor the selectors of how a character is drawn.
 */
const hidden =
  /(?![\t\n]|\u200c|\u200d|[\ufe00-\ufe0f])[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu

const stackedMarks = /(\p{M}{4})\p{M}+/gu

/** The text without what is hidden in it; line ends become line feeds. */
export function cleanText(text: string): string {
  return text
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(hidden, '')
    .replace(stackedMarks, '$1')
}

/** The text on one line: every run of white space is one space. */
export function cleanLine(text: string): string {
  return cleanText(text).replace(/\s+/gu, ' ').trim()
}

/**
 * The first `max` characters as people count them, and whether that is less than all. Characters are never
 * taken apart. Only the part that can be shown is looked at, so that a huge text costs little.
 */
export function cut(text: string, max: number): { text: string; whole: boolean } {
  if (text.length <= max) return { text, whole: true }
  let end = 0
  let count = 0
  const window = text.slice(0, max * 16)
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(window)) {
    if (count === max) break
    end += segment.length
    count += 1
  }
  return end >= text.length ? { text, whole: true } : { text: text.slice(0, end), whole: false }
}
