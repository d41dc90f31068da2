import { beforeEach, describe, expect, test, vi } from 'vitest'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/store.ts'
import { createSharedChanges } from '../store/testing/shared-changes.ts'
import { createTasks, type Tasks } from './tasks.ts'
import { recordOf } from './testing/records.ts'

let store: Store
let clock: number
let a: Tasks
let b: Tasks

beforeEach(() => {
  store = createMemoryStore()
  clock = 1000
  const tab = createSharedChanges()
  a = createTasks({ store, changes: tab(), now: () => clock })
  b = createTasks({ store, changes: tab(), now: () => clock })
})

const soon = () => AbortSignal.timeout(5000)

describe('two tabs over one store', () => {
  test('see each other’s tasks, changes and removals', async () => {
    const record = recordOf()
    expect(await a.create(record)).toBe(true)
    expect(await b.create(record)).toBe(false)
    expect(b.get(record.id)).toEqual(record)
    await a.update(record.id, () => ({ waiting: 'for b' }))
    expect((await b.until(record.id, ({ waiting }) => waiting === 'for b', soon())).revision).toBe(2)
    a.report(record.id, { fraction: 0.5, note: 'half', at: 1 })
    await vi.waitFor(() => expect(b.progress(record.id)?.note).toBe('half'), 10_000)
    const gone = new Promise<void>((resolve) => b.watch(() => b.get(record.id) ?? resolve()))
    await a.remove(await a.read(record.id), [{ put: 'names', key: 'x', value: 'y' }])
    await gone
    expect(b.all()).toEqual([])
    expect(await store.get('names', 'x')).toBe('y')
  })

  test('lose none of many changes made at once', async () => {
    const record = recordOf()
    await a.create(record)
    await b.find(record.id)
    const one = (tab: Tasks, name: string) => tab.update(record.id, () => ({ event: name }))
    await Promise.all(Array.from({ length: 10 }, (_, i) => one(i % 2 ? a : b, `event ${i}`)))
    const { events, revision } = await a.read(record.id)
    expect(new Set(events.map(({ text }) => text)).size).toBe(10)
    expect(revision).toBe(11)
  })

  test('a task that was changed meanwhile is not removed', async () => {
    const record = recordOf()
    await a.create(record)
    await b.update(record.id, () => ({ waiting: 'changed' }))
    await a.remove(record)
    expect((await a.read(record.id)).waiting).toBe('changed')
  })
})

describe('a change', () => {
  test('commits what goes with it, or nothing', async () => {
    const record = recordOf()
    await a.create(record, [{ put: 'blobs', key: 'k', value: 1 }])
    expect(await store.get('blobs', 'k')).toBe(1)
    await a.update(record.id, () => null, () => [{ put: 'blobs', key: 'not', value: 1 }])
    await a.update(record.id, () => ({ state: 'working' }), ({ state }) => [{ put: 'blobs', key: state, value: 1 }])
    expect([await store.get('blobs', 'not'), await store.get('blobs', 'working')]).toEqual([undefined, 1])
  })

  test('with others’ long words stays readable', async () => {
    const record = recordOf()
    await a.create(record)
    const long = 'x'.repeat(5000)
    await a.update(record.id, () => ({ waiting: long, problem: long, event: long }))
    const { waiting, problem, events } = await a.read(record.id)
    expect([waiting.length, problem!.length, events[0]!.text.length]).toEqual([500, 1000, 500])
  })

  test('that would make a record that nobody can read fails, and changes nothing', async () => {
    const record = recordOf()
    await a.create(record)
    await expect(a.update(record.id, () => ({ contractHash: 'none' }))).rejects.toThrow('digest')
    await expect(a.create(recordOf({ goal: 'x'.repeat(5000) }))).rejects.toThrow()
    expect((await a.read(record.id)).revision).toBe(1)
  })

  test('keeps the newest events only', async () => {
    const record = recordOf()
    await a.create(record)
    for (let i = 0; i < 70; i++) await a.update(record.id, () => ({ event: String(i) }))
    const { events } = a.get(record.id)!
    expect([events.length, events[0]!.text, events.at(-1)!.text]).toEqual([60, '10', '69'])
  })
})

test('progress in quick succession is told now and then, the newest is held, and none of a task that has ended', async () => {
  const record = recordOf()
  await a.create(record)
  const told = vi.fn()
  a.watch((_, what) => {
    if (what === 'progress') told()
  })
  for (let i = 1; i <= 100; i++) a.report(record.id, { fraction: i / 100, note: '', at: i })
  expect(told).toHaveBeenCalledTimes(1)
  expect(a.progress(record.id)?.fraction).toBe(1)
  clock += 50
  a.report(record.id, { fraction: 0, note: '', at: 101 })
  expect(told).toHaveBeenCalledTimes(2)
  await a.update(record.id, () => ({ state: 'failed' }))
  clock += 50
  a.report(record.id, { fraction: 1, note: '', at: 102 })
  a.report('unknown', { fraction: 1, note: '', at: 102 })
  expect(told).toHaveBeenCalledTimes(2)
  expect(a.progress(record.id)).toBeNull()
})

test('what can’t be read is named, and the rest is there', async () => {
  const [one, two] = [recordOf({ created: 1 }), recordOf({ created: 2 })]
  for (const record of [one, two]) await store.commit([{ put: 'tasks', key: record.id, value: record }])
  await store.commit([{ put: 'tasks', key: 'bad', value: { id: 'bad' } }])
  expect(await a.load()).toEqual(['bad'])
  expect(a.all()).toEqual([two, one])
  expect(a.all()).toBe(a.all())
  await expect(a.read('none')).rejects.toThrow(RangeError)
  await expect(a.until(one.id, () => false, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
})
