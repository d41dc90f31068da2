import { expect, test } from 'vitest'
import { createMemoryLocks } from './locks.ts'

const open = () => {
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  return { held, release }
}

test('one at a time, in the order of asking, each name apart', async () => {
  const locks = createMemoryLocks()
  const order: string[] = []
  const first = open()
  const a = locks.hold('x', async () => {
    await first.held
    order.push('a')
  })
  const b = locks.hold('x', async () => void order.push('b'))
  await locks.hold('y', async () => void order.push('y'))
  first.release()
  await Promise.all([a, b])
  expect(order).toEqual(['y', 'a', 'b'])
})

test('falls to the next when its holder fails, and gives what the work gives', async () => {
  const locks = createMemoryLocks()
  await expect(locks.hold('x', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
  await expect(locks.hold('x', async () => 5)).resolves.toBe(5)
})

test('whoever gives up stops waiting at once, and does not let others past the holder', async () => {
  const locks = createMemoryLocks()
  const first = open()
  const order: string[] = []
  const a = locks.hold('x', async () => {
    await first.held
    order.push('a')
  })
  const stop = new AbortController()
  const b = locks.hold('x', async () => void order.push('b'), { signal: stop.signal })
  const c = locks.hold('x', async () => void order.push('c'))
  stop.abort(new Error('enough'))
  await expect(b).rejects.toThrow('enough')
  expect(order).toEqual([])
  first.release()
  await Promise.all([a, c])
  expect(order).toEqual(['a', 'c'])
  await expect(locks.hold('x', async () => 1, { signal: stop.signal })).rejects.toThrow('enough')
})
