import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createMemoryLocks } from '../store/locks.ts'
import { createDriver } from './driver.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('drives a task once, however often it is called, and again when it is over', async () => {
  let end = (): void => undefined
  const pursue = vi.fn(() => new Promise<void>((resolve) => (end = resolve)))
  const drive = createDriver({ locks: createMemoryLocks(), report: vi.fn() }, pursue, new AbortController().signal)
  drive('a')
  drive('a')
  await vi.advanceTimersByTimeAsync(0)
  expect(pursue).toHaveBeenCalledTimes(1)
  end()
  await vi.advanceTimersByTimeAsync(0)
  drive('a')
  await vi.advanceTimersByTimeAsync(0)
  expect(pursue).toHaveBeenCalledTimes(2)
})

test('tells of a failure and tries again, ever more seldom, without holding the lock meanwhile', async () => {
  const locks = createMemoryLocks()
  const report = vi.fn()
  const pursue = vi.fn(() => Promise.reject(new Error('no room')))
  const closing = new AbortController()
  createDriver({ locks, report }, pursue, closing.signal)('a')
  await vi.advanceTimersByTimeAsync(0)
  expect(report).toHaveBeenCalledTimes(1)
  await locks.hold('starling-task-a', () => Promise.resolve())
  await vi.advanceTimersByTimeAsync(2_000)
  expect(pursue).toHaveBeenCalledTimes(2)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(pursue).toHaveBeenCalledTimes(2)
  await vi.advanceTimersByTimeAsync(6_000)
  expect(pursue).toHaveBeenCalledTimes(3)
  closing.abort()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(pursue).toHaveBeenCalledTimes(3)
  expect(vi.getTimerCount()).toBe(0)
})

test('of two tabs the second goes on when the first is closed', async () => {
  const locks = createMemoryLocks()
  const report = vi.fn()
  const [first, second] = [new AbortController(), new AbortController()]
  const untilClosed = (closing: AbortSignal) => () =>
    new Promise<void>((_, reject) => closing.addEventListener('abort', () => reject(closing.reason)))
  const a = vi.fn(untilClosed(first.signal))
  const b = vi.fn(untilClosed(second.signal))
  createDriver({ locks, report }, a, first.signal)('a')
  createDriver({ locks, report }, b, second.signal)('a')
  await vi.advanceTimersByTimeAsync(0)
  expect([a.mock.calls.length, b.mock.calls.length]).toEqual([1, 0])
  first.abort()
  await vi.advanceTimersByTimeAsync(0)
  expect(b).toHaveBeenCalledTimes(1)
  second.abort()
  await vi.advanceTimersByTimeAsync(0)
  expect(report).not.toHaveBeenCalled()
})
