import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { levelError, openLevelStore } from './level.ts'
import { storeConformance } from './store-conformance.ts'
import { StoreFullError, StoreUnavailableError } from './store.ts'

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
