/**
 * The store of Node: LevelDB in a folder, values as DAG-CBOR. One process has it open at a time; commits
 * come one after the other, each flushed to the disk.
 */
import { ClassicLevel } from 'classic-level'
import { decode, encode } from '@ipld/dag-cbor'
import * as z from 'zod/mini'
import { boundsOf, holdsFor, subject } from './store-logic.ts'
import {
  StoreFullError,
  StoreUnavailableError,
  logCollections,
  logSettings,
  type Collection,
  type Condition,
  type Operation,
  type Range,
  type Store
} from './store.ts'

/** Opens, and makes if need be, the store in the folder `dir`. @throws StoreUnavailableError */
export async function openLevelStore(dir: string): Promise<Store> {
  const db = new ClassicLevel<Uint8Array, Uint8Array>(dir, { keyEncoding: 'view', valueEncoding: 'view' })
  try {
    await db.open()
    await clearOlderFormat(db)
  } catch (error) {
    throw levelError(error)
  }
  let last: Promise<unknown> = Promise.resolve()

  async function use<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw levelError(error)
    }
  }

  async function read(collection: Collection, key: string): Promise<unknown> {
    const bytes = await db.get(storedKey(collection, key))
    return bytes === undefined ? undefined : decode(bytes)
  }

  async function commit(operations: Operation[], conditions: Condition[]): Promise<boolean> {
    for (const condition of conditions) {
      const { collection, key } = subject(condition)
      if (!holdsFor(condition, await read(collection, key))) return false
    }
    await db.batch(operations.map(batchOperation), { sync: true })
    return true
  }

  return {
    kind: 'level',

    get<T>(collection: Collection, key: string) {
      return use(async () => (await read(collection, key)) as T | undefined)
    },

    getMany<T>(collection: Collection, keys: readonly string[]) {
      return use(async () => {
        const found = await db.getMany(keys.map((key) => storedKey(collection, key)))
        return found.map((bytes) => (bytes === undefined ? undefined : decode<T>(bytes)))
      })
    },

    list<T>(collection: Collection, range: Range = {}) {
      return use(async () => {
        const bounds = boundsOf(range)
        if (bounds === null) return []
        const from = storedKey(collection, bounds.from)
        const found = await db
          .iterator({
            ...(bounds.fromOpen ? { gt: from } : { gte: from }),
            lt: bounds.below === null ? endOf(collection) : storedKey(collection, bounds.below),
            limit: range.limit ?? -1,
            reverse: range.reverse ?? false
          })
          .all()
        return found.map(([key, value]): [string, T] => [keyText(collection, key), decode(value)])
      })
    },

    commit(operations, conditions = []) {
      const run = () => use(() => commit(operations, conditions))
      const result = last.then(run, run)
      last = result
      return result
    },

    close: () => use(() => db.close())
  }
}

/** What the values mean. Raised when that changes; logs of another format are cleared. */
const FORMAT = 2
/** Above all collections, whose names are letters. */
const FORMAT_KEY = new Uint8Array([0xff])
const format = z.tuple([z.literal(FORMAT)])

async function clearOlderFormat(db: ClassicLevel<Uint8Array, Uint8Array>): Promise<void> {
  const kept = await db.get(FORMAT_KEY)
  if (kept !== undefined && z.safeParse(format, decode(kept)).success) return
  for (const collection of logCollections) await db.clear({ gte: storedKey(collection, ''), lt: endOf(collection) })
  for (const key of logSettings) await db.del(storedKey('settings', key))
  await db.put(FORMAT_KEY, encode([FORMAT]), { sync: true })
}

function batchOperation(operation: Operation) {
  return 'put' in operation
    ? { type: 'put' as const, key: storedKey(operation.put, operation.key), value: encode(operation.value) }
    : { type: 'del' as const, key: storedKey(operation.delete, operation.key) }
}

/** The collection, a zero byte, and the key in UTF-16, high byte first: bytes then sort as the text does. */
function storedKey(collection: Collection, key: string): Uint8Array {
  const start = collection.length + 1
  const bytes = new Uint8Array(start + 2 * key.length)
  for (let i = 0; i < collection.length; i++) bytes[i] = collection.charCodeAt(i)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < key.length; i++) view.setUint16(start + 2 * i, key.charCodeAt(i))
  return bytes
}

/** Above all keys of a collection. */
function endOf(collection: Collection): Uint8Array {
  const bytes = storedKey(collection, '')
  bytes[collection.length] = 1
  return bytes
}

function keyText(collection: Collection, stored: Uint8Array): string {
  const view = new DataView(stored.buffer, stored.byteOffset + collection.length + 1)
  const length = (stored.length - collection.length - 1) / 2
  let key = ''
  for (let i = 0; i < length; i++) key += String.fromCharCode(view.getUint16(2 * i))
  return key
}

/** What a LevelDB error means for whoever uses a store. Exported for its test: a full disk is hard to come by. */
export function levelError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const texts: string[] = []
  let known = false
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    texts.push(one.message)
    known ||= 'code' in one && typeof one.code === 'string' && one.code.startsWith('LEVEL_')
  }
  if (!known) return error
  const text = texts.join(': ')
  if (/no space left|file too large|quota exceeded/i.test(text)) {
    return new StoreFullError('the disk has no room for more; free space', { cause: error })
  }
  if (/already held|lock/i.test(text)) {
    return new StoreUnavailableError('another process has the store open; end it or use another folder', {
      cause: error
    })
  }
  return new StoreUnavailableError(`the store could not be used: ${text}`, { cause: error })
}
