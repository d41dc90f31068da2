import { expect, test } from 'vitest'
import { once } from './once.ts'

test('what is loaded is loaded once, however many ask at a time', async () => {
  let times = 0
  const load = once(async () => ++times)
  expect(await Promise.all([load(), load()])).toEqual([1, 1])
  expect(await load()).toBe(1)
})

test('after a failure it is tried again', async () => {
  let times = 0
  const load = once(async () => {
    if (++times === 1) throw new Error('offline')
    return times
  })
  await expect(load()).rejects.toThrow('offline')
  expect(await load()).toBe(2)
})
