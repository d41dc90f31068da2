/**
 * Others' words among our own.
 */

/** Text of at most `max` UTF-16 units; what is cut ends in an ellipsis, and no character is cut in two. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text
  const cut = text.slice(0, max - 1)
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`
}

/** Somebody's words in quotation marks, on one line, with none of their own that would end the quotation. */
export function inQuotes(text: string, max: number): string {
  const oneLine = text.replace(/[\p{Cc}\p{Z}]+/gu, ' ').replace(/["“”„]/g, '’').trim()
  return `“${clip(oneLine, max)}”`
}
