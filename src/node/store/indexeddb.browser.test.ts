import { deleteDB, openDB } from 'idb'
import { afterEach, expect, test, vi } from 'vitest'
import { openIndexedDbStore } from './indexeddb.ts'
import { storeConformance } from './store-conformance.ts'
import { StoreFullError, StoreUnavailableError, logCollections, type Operation, type Store } from './store.ts'

storeConformance('indexeddb', {
  kind: 'indexeddb',
  open: (name) => openIndexedDbStore(name),
  durable: true,
  shared: true
})

let name = ''
let store: Store | undefined
let count = 0

async function open(init?: Parameters<typeof openIndexedDbStore>[1]): Promise<Store> {
  name = `indexeddb-test-${Date.now()}-${count++}`
  store = await openIndexedDbStore(name, init)
  return store
}

afterEach(async () => {
  vi.restoreAllMocks()
  await store?.close()
  store = undefined
})

const quota = () => new DOMException('no room', 'QuotaExceededError')

test('commits are strict: they resolve when the device has the data', async () => {
  const opened = await open()
  const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
  await opened.commit([{ put: 'tasks', key: 'a', value: 1 }])
  expect(transaction).toHaveBeenCalledWith(['tasks'], 'readwrite', { durability: 'strict' })
})

test('a full device that the browser notices in the middle of a commit', async () => {
  const opened = await open()
  const put = IDBObjectStore.prototype.put
  let puts = 0
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
    if (++puts === 2) throw quota()
    return put.call(this, value, key)
  })
  const operations: Operation[] = [
    { put: 'tasks', key: 'a', value: 1 },
    { put: 'tasks', key: 'b', value: 1 }
  ]
  await expect(opened.commit(operations)).rejects.toThrow(StoreFullError)
  vi.restoreAllMocks()
  expect(await opened.list('tasks')).toEqual([])
})

test('a full device that ends the whole transaction', async () => {
  const opened = await open()
  const transaction = IDBDatabase.prototype.transaction
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...args) {
    const tx = transaction.apply(this, args)
    Object.defineProperty(tx, 'error', { get: quota })
    queueMicrotask(() => {
      tx.objectStore('tasks')
        .get('a')
        .addEventListener('success', () => tx.abort())
    })
    return tx
  })
  await expect(opened.commit([{ put: 'tasks', key: 'a', value: 1 }])).rejects.toThrow(StoreFullError)
  vi.restoreAllMocks()
  expect(await opened.list('tasks')).toEqual([])
  expect(await opened.commit([{ put: 'tasks', key: 'a', value: 1 }])).toBe(true)
})

test('refused by a browser that says no', async () => {
  vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(() => {
    throw new DOMException('The operation is insecure.', 'SecurityError')
  })
  await expect(openIndexedDbStore('refused')).rejects.toThrow(StoreUnavailableError)
})

test('a newer version was here before: the page has to be reloaded', async () => {
  const newer = await openDB('from-the-future', 99)
  newer.close()
  await expect(openIndexedDbStore('from-the-future')).rejects.toThrow(/newer version/)
  await expect(openIndexedDbStore('from-the-future')).rejects.toThrow(StoreUnavailableError)
  await deleteDB('from-the-future')
})

test('logs of version 1 are cleared, all else stays', async () => {
  name = `indexeddb-test-${Date.now()}-${count++}`
  const inVersion1 = ['headers', 'bodies', 'references', 'heads', 'forks', 'tasks', 'settings']
  const older = await openDB(name, 1, {
    upgrade: (made) => inVersion1.forEach((collection) => void made.createObjectStore(collection))
  })
  for (const collection of inVersion1) await older.put(collection, { revision: 1 }, 'a')
  await older.put('settings', { revision: 1 }, 'log-usage')
  older.close()
  store = await openIndexedDbStore(name)
  for (const collection of logCollections) expect(await store.list(collection)).toEqual([])
  expect(await store.list('settings')).toEqual([['a', { revision: 1 }]])
  expect(await store.list('tasks')).toEqual([['a', { revision: 1 }]])
  await store.commit([{ put: 'headers', key: 'b', value: 1 }])
  await store.close()
  store = await openIndexedDbStore(name)
  expect(await store.list('headers')).toEqual([['b', 1]])
})

test('gives way to a newer version, and says so once', async () => {
  const lost = vi.fn()
  const opened = await open({ onLost: lost })
  await opened.commit([{ put: 'tasks', key: 'a', value: 1 }])
  // resolves only when the store has closed its connection
  const newer = await openDB(name, 99)
  newer.close()
  expect(lost).toHaveBeenCalledOnce()
  expect(lost.mock.calls[0]?.[0]).toBeInstanceOf(StoreUnavailableError)
  await expect(opened.get('tasks', 'a')).rejects.toThrow(/reload/)
  await expect(opened.commit([{ put: 'tasks', key: 'a', value: 1 }])).rejects.toThrow(StoreUnavailableError)
})

test('does not wait for ever for a tab that does not give way', async () => {
  name = `indexeddb-test-${Date.now()}-${count++}`
  // an older version that ignores being asked to close
  const older = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(name, 1)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(new Error('could not open', { cause: request.error }))
  })
  const deleting = deleteDB(name)
  await expect(openIndexedDbStore(name, { timeoutMs: 50 })).rejects.toThrow(/another tab/)
  const close = vi.spyOn(IDBDatabase.prototype, 'close')
  older.close()
  await deleting
  store = await openIndexedDbStore(name)
  expect(await store.list('tasks')).toEqual([])
  // the older one, and ours that came too late
  expect(close).toHaveBeenCalledTimes(2)
})
