/** Keys of a map in order, kept so while keys come and go. */
import { boundsOf } from './store-logic.ts'
import type { Range } from './store.ts'

export interface SortedKeys {
  /** Takes in a key that is not in it. */
  add(key: string): void
  /** Takes out a key that is in it. */
  remove(key: string): void
  inRange(range: Range): string[]
}

/** Up to so many new keys are put in their places one by one; more are sorted and merged in. */
const FEW = 16

export function createSortedKeys(): SortedKeys {
  let keys: string[] = []
  let added = new Set<string>()
  let removed = new Set<string>()

  function settle(): void {
    if (removed.size > FEW || added.size > FEW) {
      keys = merge(removed.size > 0 ? keys.filter((key) => !removed.has(key)) : keys, [...added].sort())
    } else {
      for (const key of removed) keys.splice(position(keys, key), 1)
      for (const key of added) keys.splice(position(keys, key), 0, key)
    }
    added = new Set()
    removed = new Set()
  }

  return {
    add(key) {
      if (!removed.delete(key)) added.add(key)
    },
    remove(key) {
      if (!added.delete(key)) removed.add(key)
    },
    inRange(range) {
      const bounds = boundsOf(range)
      if (bounds === null) return []
      settle()
      const { limit = Infinity } = range
      let from = position(keys, bounds.from)
      if (bounds.fromOpen && keys[from] === bounds.from) from++
      const to = bounds.below === null ? keys.length : position(keys, bounds.below)
      if (range.reverse) return keys.slice(Math.max(from, to - limit), to).reverse()
      return keys.slice(from, Math.min(to, from + limit))
    }
  }
}

/** Where the first key is that is not below this one. */
function position(keys: string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] ?? '') < key) low = middle + 1
    else high = middle
  }
  return low
}

function merge(some: string[], others: string[]): string[] {
  const merged: string[] = []
  let at = 0
  for (const key of others) {
    for (let next = some[at]; next !== undefined && next < key; next = some[++at]) merged.push(next)
    merged.push(key)
  }
  for (; at < some.length; at++) merged.push(some[at] ?? '')
  return merged
}
