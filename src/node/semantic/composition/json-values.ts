/** Values of JSON as text, by which they are compared and kept in sets. */

export const TYPES = ['null', 'boolean', 'number', 'string', 'array', 'object'] as const
export type Type = (typeof TYPES)[number]

const MAX_LEVELS = 16

/** One text for one JSON value, whatever the order of its keys; null when it nests too much. */
export function canonical(value: unknown, levels = MAX_LEVELS): string | null {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return JSON.stringify(value)
  if (typeof value !== 'object') return null
  if (levels === 0) return null
  const parts: Array<string | null> = Array.isArray(value)
    ? value.map((one) => canonical(one, levels - 1))
    : Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, one]) => {
          const text = canonical(one, levels - 1)
          return text === null ? null : `${JSON.stringify(name)}:${text}`
        })
  if (parts.includes(null)) return null
  return Array.isArray(value) ? `[${parts.join()}]` : `{${parts.join()}}`
}

export function typeOf(text: string): Type {
  const first = text.charAt(0)
  const known: Partial<Record<string, Type>> = { '{': 'object', '[': 'array', '"': 'string', t: 'boolean', f: 'boolean', n: 'null' }
  return known[first] ?? 'number'
}

/** What bounds are of: the number itself, or how many characters, items or properties there are. */
export function sizeOfValue(text: string): number {
  const value: unknown = JSON.parse(text)
  if (typeof value === 'number') return value
  if (typeof value === 'string') return Array.from(value).length
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0
}
