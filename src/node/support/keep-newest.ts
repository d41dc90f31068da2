/** A map or a set, in the order in which things were put in. */
interface Ordered<K> {
  readonly size: number
  keys(): Iterable<K>
  delete(key: K): boolean
}

/** Lets what was put in first go, until there is no more than so much. */
export function keepNewest<K>(record: Ordered<K>, most: number): void {
  for (const oldest of record.keys()) {
    if (record.size <= most) return
    record.delete(oldest)
  }
}
