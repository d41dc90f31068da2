/**
 * The store that forgets: for tests, and for browsers that refuse to keep anything.
 */
import { decode, encode } from '@ipld/dag-cbor'
import {
  StoreFullError,
  StoreUnavailableError,
  collections,
  type Collection,
  type Condition,
  type Store
} from './store.ts'
import { createSortedKeys, type SortedKeys } from './sorted-keys.ts'
import { holds } from './store-logic.ts'

export interface MemoryStoreInit {
  /** the most bytes that values may take together; 256 MiB unless told */
  maxBytes?: number
}

/** A store in memory. Values are kept encoded, so that nobody holds on to what another may change. */
export function createMemoryStore({ maxBytes = 256 * 1024 * 1024 }: MemoryStoreInit = {}): Store {
  const values = new Map<Collection, Map<string, Uint8Array>>(collections.map((name) => [name, new Map()]))
  const sorted = new Map<Collection, SortedKeys>(collections.map((name) => [name, createSortedKeys()]))
  let used = 0
  let closed = false

  function open(collection: Collection): Map<string, Uint8Array> {
    const map = values.get(collection)
    if (map === undefined) throw new RangeError(`expected a collection of store.ts, got ${collection}`)
    return map
  }

  function checkOpen(): void {
    if (closed) throw new StoreUnavailableError('the store was closed')
  }

  function read(collection: Collection, key: string): unknown {
    const bytes = open(collection).get(key)
    return bytes === undefined ? undefined : decode(bytes)
  }

  function set(collection: Collection, key: string, value: Uint8Array | undefined): void {
    const map = open(collection)
    if (value === undefined) {
      if (map.delete(key)) sorted.get(collection)?.remove(key)
    } else {
      if (!map.has(key)) sorted.get(collection)?.add(key)
      map.set(key, value)
    }
  }

  return {
    kind: 'memory',

    async get<T>(collection: Collection, key: string) {
      checkOpen()
      return read(collection, key) as T | undefined
    },

    async getMany<T>(collection: Collection, keys: readonly string[]) {
      checkOpen()
      return keys.map((key) => read(collection, key) as T | undefined)
    },

    async list<T>(collection: Collection, range = {}) {
      checkOpen()
      const keys = sorted.get(collection)?.inRange(range) ?? []
      return keys.map((key): [string, T] => [key, read(collection, key) as T])
    },

    async commit(operations, conditions: Condition[] = []) {
      checkOpen()
      if (!conditions.every((condition) => holds(condition, read))) return false
      const undo: Array<() => void> = []
      const before = used
      try {
        for (const operation of operations) {
          const { key } = operation
          const collection = 'put' in operation ? operation.put : operation.delete
          const old = open(collection).get(key)
          const value = 'put' in operation ? encode(operation.value) : undefined
          set(collection, key, value)
          undo.push(() => set(collection, key, old))
          used += (value?.length ?? 0) - (old?.length ?? 0)
        }
        if (used > maxBytes && used > before) {
          throw new StoreFullError(`expected at most ${maxBytes} bytes in memory, got ${used}`)
        }
      } catch (error) {
        for (const step of undo.reverse()) step()
        used = before
        throw error
      }
      return true
    },

    async close() {
      closed = true
      for (const map of values.values()) map.clear()
    }
  }
}
