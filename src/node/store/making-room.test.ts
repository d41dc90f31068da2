import { expect, test } from 'vitest'
import { makingRoom } from './making-room.ts'
import { createMemoryStore } from './memory.ts'
import { StoreFullError, type Operation } from './store.ts'

const put = (key: string, bytes: number): Operation => ({ put: 'blobs', key, value: new Uint8Array(bytes) })

test('what can be had again makes room for what is written', async () => {
  const store = createMemoryStore({ maxBytes: 3000 })
  await store.commit([put('one', 1000), put('other', 1000)])
  const theirs = ['one', 'other']
  const roomy = makingRoom(store, async () => {
    const key = theirs.pop()
    if (key === undefined) return 0
    await store.commit([{ delete: 'blobs', key }])
    return 1
  })
  expect(await roomy.commit([put('ours', 2000)])).toBe(true)
  expect(theirs).toEqual([])
  expect(await roomy.get<Uint8Array>('blobs', 'ours')).toHaveLength(2000)
})

test('where nothing can go, or that is not enough, it is full', async () => {
  const store = createMemoryStore({ maxBytes: 3000 })
  let asked = 0
  /** something goes so often */
  const goes = (times: number) => makingRoom(store, async () => (asked++, times-- > 0 ? 1 : 0))
  await expect(goes(0).commit([put('a', 4000)])).rejects.toThrow(StoreFullError)
  await expect(goes(2).commit([put('a', 4000)])).rejects.toThrow(StoreFullError)
  await expect(goes(Infinity).commit([put('a', 4000)])).rejects.toThrow(StoreFullError)
  expect(asked).toBe(1 + 3 + 32)
  // another failure makes no room
  await expect(goes(1).commit([{ put: 'nowhere' as 'blobs', key: 'a', value: 1 }])).rejects.toThrow(RangeError)
  expect(asked).toBe(36)
})
