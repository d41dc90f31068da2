import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { levelError, openLevelStore } from './level.ts'
import { storeConformance } from './store-conformance.ts'
import {
  StoreFullError,
  StoreUnavailableError,
  logCollections,
  logSettings,
  type Operation,
  type Store
} from './store.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'starling-level-'))
})
afterAll(() => rm(dir, { recursive: true }))

storeConformance('level', {
  kind: 'level',
  open: (name) => openLevelStore(join(dir, name)),
  durable: true,
  shared: false
})

test('a folder that is open already is refused, and stays as it is', async () => {
  const store = await openLevelStore(join(dir, 'taken'))
  await expect(openLevelStore(join(dir, 'taken'))).rejects.toThrow(/another process has the store open/)
  await expect(openLevelStore(join(dir, 'taken'))).rejects.toThrow(StoreUnavailableError)
  expect(await store.commit([{ put: 'tasks', key: 'a', value: 1 }])).toBe(true)
  await store.close()
})

test('a folder that can not be made is refused', async () => {
  await expect(openLevelStore('/dev/null/store')).rejects.toThrow(StoreUnavailableError)
})

test('a full disk is a full store, and errors of another origin stay as they are', () => {
  const full = Object.assign(new Error('IO error: /x/000005.log: No space left on device'), { code: 'LEVEL_IO_ERROR' })
  expect(levelError(full)).toBeInstanceOf(StoreFullError)
  const own = new TypeError('a mistake')
  expect(levelError(own)).toBe(own)
})

test('logs of an older format are cleared, once, and all else stays', async () => {
  const folder = join(dir, 'older')
  const open = async (work: (store: Store) => Promise<void>) => {
    const store = await openLevelStore(folder)
    await work(store)
    await store.close()
  }
  const kept: Operation[] = [
    { put: 'tasks', key: 'a', value: 1 },
    { put: 'settings', key: 'greeting', value: 1 }
  ]
  const logs: Operation[] = [
    ...logCollections.map((put): Operation => ({ put, key: 'a', value: 1 })),
    ...logSettings.map((key): Operation => ({ put: 'settings', key, value: 1 }))
  ]
  await open(async (store) => expect(await store.commit([...kept, ...logs])).toBe(true))
  await open(async (store) => expect(await store.get('headers', 'a')).toBe(1))
  const db = new ClassicLevel<Uint8Array, Uint8Array>(folder, { keyEncoding: 'view', valueEncoding: 'view' })
  // as it was before there was a mark
  await db.del(new Uint8Array([0xff]))
  await db.close()
  await open(async (store) => {
    for (const collection of logCollections) expect(await store.list(collection)).toEqual([])
    expect(await store.list('settings')).toEqual([['greeting', 1]])
    expect(await store.get('tasks', 'a')).toBe(1)
    await store.commit(logs)
  })
  await open(async (store) => expect(await store.get('headers', 'a')).toBe(1))
})
