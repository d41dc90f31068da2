/**
 * A store for thousands of nodes in one process: values by reference, encoded nowhere, and byte strings and keys that
 * many nodes hold kept once for all of them. Nobody changes what it has put in or got out.
 */
import { createSortedKeys, type SortedKeys } from '../src/node/store/sorted-keys.ts'
import { holds } from '../src/node/store/store-logic.ts'
import { collections, type Collection, type Operation, type Store } from '../src/node/store/store.ts'

/** What the stores of one simulation have in common. */
export interface Shared {
  key(key: string): string
  value(value: unknown): unknown
}

export function createShared(): Shared {
  const keys = new Map<string, string>()
  const values = new Map<string, Uint8Array>()

  return {
    key(key) {
      const known = keys.get(key)
      if (known !== undefined) return known
      keys.set(key, key)
      return key
    },
    value(value) {
      if (!(value instanceof Uint8Array)) return value
      const name = Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1')
      const known = values.get(name)
      if (known !== undefined) return known
      values.set(name, value)
      return value
    }
  }
}

export interface LightStore extends Store {
  /** Puts something in before anybody has looked. */
  preload(operations: Iterable<Operation>): void
  /** All values of a collection, now. */
  all<T>(collection: Collection): Iterable<[key: string, value: T]>
}

interface Table {
  values: Map<string, unknown>
  keys: SortedKeys
}

export function createLightStore(shared: Shared): LightStore {
  const tables = new Map<Collection, Table>()

  function table(collection: Collection): Table {
    const found = tables.get(collection)
    if (found !== undefined) return found
    if (!collections.includes(collection)) throw new RangeError(`expected a collection, got ${collection}`)
    const made = { values: new Map<string, unknown>(), keys: createSortedKeys() }
    tables.set(collection, made)
    return made
  }

  const read = (collection: Collection, key: string): unknown => tables.get(collection)?.values.get(key)

  function apply(operation: Operation): void {
    if ('delete' in operation) {
      const { values, keys } = table(operation.delete)
      if (values.delete(operation.key)) keys.remove(operation.key)
      return
    }
    const { values, keys } = table(operation.put)
    const key = shared.key(operation.key)
    if (!values.has(key)) keys.add(key)
    values.set(key, shared.value(operation.value))
  }

  return {
    kind: 'memory',
    get: async <T>(collection: Collection, key: string) => read(collection, key) as T | undefined,
    getMany: async <T>(collection: Collection, keys: readonly string[]) =>
      keys.map((key) => read(collection, key) as T | undefined),
    async list<T>(collection: Collection, range = {}) {
      const found = tables.get(collection)
      if (found === undefined) return []
      return found.keys.inRange(range).map((key): [string, T] => [key, found.values.get(key) as T])
    },
    async commit(operations, conditions = []) {
      if (!conditions.every((condition) => holds(condition, read))) return false
      for (const operation of operations) apply(operation)
      return true
    },
    async close() {},
    preload(operations) {
      for (const operation of operations) apply(operation)
    },
    all: <T>(collection: Collection) => (tables.get(collection)?.values ?? new Map()) as Iterable<[string, T]>
  }
}
