/**
 * What the adapters have in common: conditions and key ranges, without any I/O.
 */
import type { Collection, Condition, Range } from './store.ts'

/** The collection and key that a condition speaks of. */
export function subject(condition: Condition): { collection: Collection; key: string } {
  if ('absent' in condition) return { collection: condition.absent, key: condition.key }
  if ('present' in condition) return { collection: condition.present, key: condition.key }
  return { collection: condition.revision, key: condition.key }
}

/** Whether a condition holds for the value at its key (undefined: there is none). */
export function holdsFor(condition: Condition, value: unknown): boolean {
  if ('absent' in condition) return value === undefined
  if ('present' in condition) return value !== undefined
  return typeof value === 'object' && value !== null && 'revision' in value && value.revision === condition.is
}

/** Whether a condition holds, with a way to read. */
export function holds(condition: Condition, read: (collection: Collection, key: string) => unknown): boolean {
  const { collection, key } = subject(condition)
  return holdsFor(condition, read(collection, key))
}

/** A range as bounds on keys, which are ordered by UTF-16 code units. `from` is above or at, `below` is below. */
export interface Bounds {
  from: string
  /** whether `from` itself is left out */
  fromOpen: boolean
  /** null: no upper bound */
  below: string | null
}

/** The bounds of a range, or null when nothing can be in it. */
export function boundsOf({ after, prefix = '', limit }: Range): Bounds | null {
  if (limit === 0) return null
  const below = successor(prefix)
  const afterDecides = after !== undefined && after >= prefix
  const bounds = { from: afterDecides ? after : prefix, fromOpen: afterDecides, below }
  return below !== null && bounds.from >= below ? null : bounds
}

/** The lowest string above all that start with `prefix`; null when there is none. */
function successor(prefix: string): string | null {
  for (let end = prefix.length; end > 0; end--) {
    const last = prefix.charCodeAt(end - 1)
    if (last < 0xffff) return prefix.slice(0, end - 1) + String.fromCharCode(last + 1)
  }
  return null
}
