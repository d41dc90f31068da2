import { expect, test, vi } from 'vitest'
import { createMemoryStore } from '../store/memory.ts'
import { createSharedChanges } from '../store/testing/shared-changes.ts'
import { createPetnames } from './petnames.ts'

test('names are kept, cut to what fits, the same in all tabs, and removed by an empty one', async () => {
  const store = createMemoryStore()
  const profile = createSharedChanges()
  const report = vi.fn()
  const [here, there] = [
    await createPetnames({ store, changes: profile(), report }),
    await createPetnames({ store, changes: profile(), report })
  ]
  const told = vi.fn()
  here.watch(told)
  await here.set('a', ' Anna ')
  await here.set('b', 'x'.repeat(99))
  expect(here.of('a')).toBe('Anna')
  expect(here.of('b')).toBe('x'.repeat(60))
  expect(told).toHaveBeenCalledTimes(2)
  await vi.waitFor(() => expect(there.of('b')).not.toBeNull(), 10_000)
  const later = await createPetnames({ store, changes: profile(), report })
  expect(later.of('a')).toBe('Anna')

  await there.set('a', ' ')
  await vi.waitFor(() => expect(here.of('a')).toBeNull(), 10_000)
  expect(told).toHaveBeenCalledTimes(3)

  here.close()
  await there.set('a', 'Berta')
  await vi.waitFor(() => expect(later.of('a')).toBe('Berta'), 10_000)
  expect(here.of('a')).toBeNull()
  expect(report).not.toHaveBeenCalled()
})
