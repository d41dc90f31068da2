/**
 * The store of browsers: one IndexedDB database, one object store a collection. A commit is one read-write
 * transaction of strict durability, which resolves when the device has the data.
 */
import type { DBSchema } from 'idb'
import { openDatabase, storeError } from './indexeddb-database.ts'
import { boundsOf, holdsFor, subject } from './store-logic.ts'
import {
  StoreUnavailableError,
  collections,
  type Collection,
  type Condition,
  type Operation,
  type Range,
  type Store
} from './store.ts'

type Schema = DBSchema & { [C in Collection]: { key: string; value: unknown } }

/** Raised when `collections` changes. */
const VERSION = 1

export interface IndexedDbStoreInit {
  /** how long a tab with another version may keep the database from being opened; 10 s unless told */
  timeoutMs?: number
  /** told once when the browser or another tab takes the database away; everything after that fails */
  onLost?: (reason: StoreUnavailableError) => void
}

/**
 * Opens, and makes if need be, the database `name`.
 *
 * @throws StoreUnavailableError when the browser refuses (private mode, blocked storage), or a tab with
 *   another version of the application is in the way
 */
export async function openIndexedDbStore(
  name: string,
  { timeoutMs = 10_000, onLost }: IndexedDbStoreInit = {}
): Promise<Store> {
  let gone: StoreUnavailableError | undefined
  const db = await openDatabase<Schema>(name, {
    version: VERSION,
    timeoutMs,
    upgrade(database) {
      for (const collection of collections) {
        if (!database.objectStoreNames.contains(collection)) database.createObjectStore(collection)
      }
    },
    onLost(reason) {
      if (gone !== undefined) return
      gone = reason
      onLost?.(reason)
    }
  })

  function throwIfGone(): void {
    if (gone !== undefined) throw gone
  }

  async function use<T>(work: () => Promise<T>): Promise<T> {
    try {
      throwIfGone()
      return await work()
    } catch (error) {
      throw gone ?? storeError(error)
    }
  }

  async function commit(operations: Operation[], conditions: Condition[]): Promise<boolean> {
    const touched = new Set([...operations.map(collectionOf), ...conditions.map((c) => subject(c).collection)])
    if (touched.size === 0) return true
    const tx = db.transaction([...touched], 'readwrite', { durability: 'strict' })
    const read = (condition: Condition): Promise<unknown> => {
      const { collection, key } = subject(condition)
      return tx.objectStore(collection).get(key)
    }
    const write = (operation: Operation): Promise<unknown> => {
      const store = tx.objectStore(collectionOf(operation))
      return 'put' in operation ? store.put(operation.value, operation.key) : store.delete(operation.key)
    }
    const run = async (): Promise<boolean> => {
      const values = await Promise.all(conditions.map(read))
      if (!conditions.every((condition, i) => holdsFor(condition, values[i]))) return false
      const requests: Array<Promise<unknown>> = []
      try {
        for (const operation of operations) requests.push(write(operation))
      } catch (error) {
        // a value that can't be kept: without this the writes before it would stay
        tx.abort()
        await Promise.allSettled(requests)
        throw error
      }
      await Promise.all(requests)
      return true
    }
    const [ran, done] = await Promise.allSettled([run(), tx.done])
    if (ran.status === 'rejected' && !isAbort(ran.reason)) throw ran.reason
    // a request of an aborted transaction says only that; the transaction says why
    if (done.status === 'rejected') throw done.reason
    if (ran.status === 'rejected') throw ran.reason
    return ran.value
  }

  async function listReversed<T>(collection: Collection, keys: IDBKeyRange, limit = Infinity) {
    const entries: Array<[string, T]> = []
    let cursor = await db.transaction(collection).store.openCursor(keys, 'prev')
    while (cursor !== null) {
      entries.push([cursor.key, cursor.value as T])
      if (entries.length >= limit) break
      cursor = await cursor.continue()
    }
    return entries
  }

  async function listForward<T>(collection: Collection, keys: IDBKeyRange, limit?: number) {
    const { store } = db.transaction(collection)
    const [found, values] = await Promise.all([store.getAllKeys(keys, limit), store.getAll(keys, limit)])
    return found.map((key, i): [string, T] => [key, values[i] as T])
  }

  return {
    kind: 'indexeddb',

    get<T>(collection: Collection, key: string) {
      return use(async () => (await db.get(collection, key)) as T | undefined)
    },

    list<T>(collection: Collection, range: Range = {}) {
      return use(async (): Promise<Array<[string, T]>> => {
        const bounds = boundsOf(range)
        if (bounds === null) return []
        const { from, fromOpen, below } = bounds
        const keys =
          below === null ? IDBKeyRange.lowerBound(from, fromOpen) : IDBKeyRange.bound(from, below, fromOpen, true)
        return range.reverse ? listReversed(collection, keys, range.limit) : listForward(collection, keys, range.limit)
      })
    },

    commit(operations, conditions = []) {
      return use(() => commit(operations, conditions))
    },

    async close() {
      gone ??= new StoreUnavailableError('the store was closed')
      db.close()
    }
  }
}

function collectionOf(operation: Operation): Collection {
  return 'put' in operation ? operation.put : operation.delete
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}
