import { beforeEach, expect, test } from 'vitest'
import { encode } from '../schema/codec.ts'
import type { Progress } from '../schema/result.ts'
import type { TaskRecord } from '../schema/task.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/store.ts'
import { recordOf } from '../task/testing/records.ts'
import { createTaskViews, type TaskViews } from './task-views.ts'

const HASH = 'b'.repeat(64)

let store: Store
let records: TaskRecord[]
let progress: Progress | null
let views: TaskViews

beforeEach(() => {
  store = createMemoryStore()
  records = []
  progress = null
  views = createTaskViews({ store, tasks: { all: () => records, progress: () => progress } })
})

const completed = (): TaskRecord =>
  recordOf({
    state: 'completed',
    outcome: { version: 1, contract: 'c'.repeat(64), state: 'completed', result: HASH, resultSize: 1, reason: null, finished: 1 }
  })

test('a view is the same object until its task or its progress changes', async () => {
  const task = recordOf({ goal: 'do it' })
  const first = await views.of(task)
  expect(first).toMatchObject({ id: task.id, goal: 'do it', progress: null, result: null })
  expect(await views.of({ ...task })).toBe(first)
  progress = { fraction: 0.5, note: 'half', at: 1 }
  const second = await views.of(task)
  expect(second.progress).toBe(progress)
  expect(await views.of(task)).toBe(second)
  expect(await views.of({ ...task, revision: 2, waiting: 'for you' })).toMatchObject({ waiting: 'for you' })
})

test('a result is shown while it is held here and can be read', async () => {
  expect((await views.of(completed())).result).toBeNull()
  await store.commit([{ put: 'blobs', key: HASH, value: encode({ summary: 5 }) }])
  expect((await views.of(completed())).result).toBeNull()
  await store.commit([{ put: 'blobs', key: HASH, value: encode({ summary: 'done', parts: [] }) }])
  expect((await views.of(completed())).result).toEqual({ summary: 'done', parts: [] })
})

test('a result that is forgotten is shown no more, though it was seen', async () => {
  await store.commit([{ put: 'blobs', key: HASH, value: encode({ summary: 'done', parts: [] }) }])
  const task = completed()
  expect((await views.of(task)).result).not.toBeNull()
  await store.commit([{ delete: 'blobs', key: HASH }])
  const after = { ...task, revision: 2, goal: '', forgotten: { what: 'all', at: 1, details: HASH, size: 0 } } as const
  expect(await views.of(after)).toMatchObject({ result: null, goal: '', forgotten: 'all' })
})

test('snapshots show the newest 200; of the others nothing is held', async () => {
  records = Array.from({ length: 201 }, () => recordOf())
  const shown = await views.newest()
  expect(shown.map(({ id }) => id)).toEqual(records.slice(0, 200).map(({ id }) => id))
  const [first, second] = [await views.all(), await views.all()]
  expect(first).toHaveLength(201)
  expect(second[199]).toBe(shown[199])
  expect(second[200]).not.toBe(first[200])
})
