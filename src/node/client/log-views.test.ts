import { expect, test, vi } from 'vitest'
import { createSharedChanges } from '../store/testing/shared-changes.ts'
import { createBench } from '../task/testing/bench.ts'
import { createLogViews } from './log-views.ts'

test('a log is read once, and again when it has grown or whoever changed it says so, here or in another tab', async () => {
  const { self, logs } = await createBench()
  const profile = createSharedChanges()
  const head = vi.spyOn(logs, 'head')
  const views = createLogViews({ logs, changes: profile() })
  const told = vi.fn()
  views.watch(told)
  expect(await views.of(self.agent)).toEqual({ entries: 0, whole: true, fork: false })
  await views.of(self.agent)
  expect(head).toHaveBeenCalledTimes(1)

  await logs.append(self, 'withdrawal', { kind: 'withdrawal', seq: 1 })
  expect(told).toHaveBeenCalledTimes(1)
  expect(await views.of(self.agent)).toEqual({ entries: 1, whole: true, fork: false })
  expect(await views.entries(self.agent, 0)).toMatchObject([{ author: self.agent, seq: 1, kind: 'withdrawal' }])
  expect(await views.entries(self.agent, 1)).toEqual([])

  const read = head.mock.calls.length
  views.changed({ author: self.agent })
  await views.of(self.agent)
  expect(head).toHaveBeenCalledTimes(read + 1)

  profile().tell({ what: 'entry', author: self.agent, seq: 2 })
  await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(3), 10_000)
  await views.of(self.agent)
  expect(head).toHaveBeenCalledTimes(read + 2)

  views.close()
  await logs.append(self, 'withdrawal', { kind: 'withdrawal', seq: 2 })
  expect(told).toHaveBeenCalledTimes(3)
})

test('what could not be read is tried again', async () => {
  const { self, logs } = await createBench()
  const views = createLogViews({ logs, changes: createSharedChanges()() })
  vi.spyOn(logs, 'head').mockRejectedValueOnce(new Error('the store is busy'))
  await expect(views.of(self.agent)).rejects.toThrow('busy')
  expect((await views.of(self.agent)).entries).toBe(0)
})
