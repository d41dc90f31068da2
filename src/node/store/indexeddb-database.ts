/**
 * Opening an IndexedDB database so that it fails clearly: refused, in somebody's way, taken away.
 */
import { openDB, type DBSchema, type IDBPDatabase, type OpenDBCallbacks } from 'idb'
import { StoreFullError, StoreUnavailableError } from './store.ts'

type Upgrade<Schema extends DBSchema> = Parameters<NonNullable<OpenDBCallbacks<Schema>['upgrade']>>[3]

export interface DatabaseInit<Schema extends DBSchema> {
  version: number
  /** makes what is missing; `from` is the version that was here before, 0 when none was */
  upgrade: (database: IDBPDatabase<Schema>, from: number, transaction: Upgrade<Schema>) => void
  /** how long a tab with another version may keep the database from being opened, in milliseconds */
  timeoutMs: number
  /** told when the browser or another tab takes the open database away; it is closed then */
  onLost: (reason: StoreUnavailableError) => void
}

/** @throws StoreUnavailableError when the browser refuses, or a tab with another version is in the way for too long */
export async function openDatabase<Schema extends DBSchema>(
  name: string,
  { version, upgrade, timeoutMs, onLost }: DatabaseInit<Schema>
): Promise<IDBPDatabase<Schema>> {
  if (!('indexedDB' in globalThis)) throw new StoreUnavailableError('expected a runtime with IndexedDB')
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(() => resolve('timeout'), timeoutMs)
  })
  try {
    const opening = openDB<Schema>(name, version, {
      upgrade: (database, from, _to, transaction) => upgrade(database, from, transaction),
      blocking(_current, _blocked, event) {
        // to stay would keep the other tab waiting, perhaps for days
        if (event.target instanceof IDBDatabase) event.target.close()
        onLost(new StoreUnavailableError('another tab has replaced or cleared the stored data; reload the page'))
      },
      terminated() {
        onLost(new StoreUnavailableError('the browser has closed the stored data, perhaps cleared it; reload the page'))
      }
    })
    const opened = await Promise.race([opening, timeout])
    if (opened !== 'timeout') return opened
    closeWhenOpen(opening)
    throw new StoreUnavailableError('another tab keeps the stored data from being opened; close it and reload')
  } catch (error) {
    throw openError(error)
  } finally {
    clearTimeout(timer)
  }
}

/** What an IndexedDB error means for whoever uses a store. Errors of the caller's own making stay as they are. */
export function storeError(error: unknown): unknown {
  if (!(error instanceof DOMException)) return error
  switch (error.name) {
    case 'QuotaExceededError':
      return new StoreFullError('the device has no room for more; delete something or free space', { cause: error })
    case 'AbortError':
    case 'InvalidStateError':
    case 'NotFoundError':
    case 'SecurityError':
    case 'UnknownError':
      return new StoreUnavailableError(`the browser could not use its storage: ${error.message}`, { cause: error })
    default:
      return error
  }
}

function openError(error: unknown): unknown {
  if (error instanceof StoreUnavailableError) return error
  if (error instanceof DOMException && error.name === 'VersionError') {
    return new StoreUnavailableError('a newer version of the application was here; reload the page', { cause: error })
  }
  const known = storeError(error)
  if (known !== error) return known
  return new StoreUnavailableError('the browser refuses to keep data for this page', { cause: error })
}

function closeWhenOpen(opening: Promise<{ close(): void }>): void {
  opening.then(
    (database) => database.close(),
    () => undefined // whoever waited has been told already
  )
}
