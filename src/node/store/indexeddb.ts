/**
 * The store of browsers: one IndexedDB database, one object store a collection. A commit is one read-write
 * transaction of strict durability, which resolves when the device has the data.
 */
import { unwrap, type DBSchema } from 'idb'
import { openDatabase, storeError } from './indexeddb-database.ts'
import { boundsOf, holdsFor, subject } from './store-logic.ts'
import {
  StoreUnavailableError,
  collections,
  logCollections,
  logSettings,
  type Collection,
  type Condition,
  type Operation,
  type Range,
  type Store
} from './store.ts'

type Schema = DBSchema & { [C in Collection]: { key: string; value: unknown } }

/** Raised when `collections`, or what the values mean, changes. */
const VERSION = 3

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
    upgrade(database, from, transaction) {
      const existed = new Set<string>(database.objectStoreNames)
      for (const collection of collections) if (!existed.has(collection)) database.createObjectStore(collection)
      // headers of version 1 have no skip links: nobody takes them any more
      if (from === 1) {
        for (const collection of logCollections) void transaction.objectStore(collection).clear()
        for (const key of logSettings) void transaction.objectStore('settings').delete(key)
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
    const tx = unwrap(db).transaction([...touched], 'readwrite', { durability: 'strict' })
    const done = completion(tx)
    const stores = new Map<Collection, IDBObjectStore>()
    let holds = true
    try {
      // requests of one transaction are carried out in order, so nothing waits for an answer but where one is needed
      if (conditions.length > 0) holds = (await Promise.all(conditions.map(read))).every(Boolean)
      if (holds) operations.forEach(write)
    } catch (error) {
      // a value that can't be kept: without this the writes before it would stay
      abort(tx)
      await done.catch(() => undefined)
      // a request of an aborted transaction says only that; the transaction says why
      throw isAbort(error) ? (tx.error ?? error) : error
    }
    await done
    return holds

    function read(condition: Condition): Promise<boolean> {
      const { collection, key } = subject(condition)
      return new Promise((resolve, reject) => {
        const request: IDBRequest<unknown> = tx.objectStore(collection).get(key)
        request.onsuccess = () => resolve(holdsFor(condition, request.result))
        request.onerror = () => reject(request.error ?? new DOMException('the request failed', 'UnknownError'))
      })
    }

    function write(operation: Operation): void {
      const collection = collectionOf(operation)
      const store = stores.get(collection) ?? tx.objectStore(collection)
      stores.set(collection, store)
      if ('put' in operation) store.put(operation.value, operation.key)
      else store.delete(operation.key)
    }
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

    getMany<T>(collection: Collection, keys: readonly string[]) {
      return use(async () => {
        const { store } = db.transaction(collection)
        return (await Promise.all(keys.map((key) => store.get(key)))) as Array<T | undefined>
      })
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

/** Resolves when the device has what the transaction has written. @throws why it was aborted */
function completion(tx: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    tx.oncomplete = () => resolve()
    tx.onabort = () => reject(tx.error ?? new DOMException('the transaction was aborted', 'AbortError'))
  })
}

function abort(tx: IDBTransaction): void {
  try {
    tx.abort()
  } catch {
    // it has ended by itself
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}
