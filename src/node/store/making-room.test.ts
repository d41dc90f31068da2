import { expect, test } from 'vitest'
import { makingRoom } from './making-room.ts'
import { createMemoryStore } from './memory.ts'
import { StoreFullError, type Operation } from './store.ts'

const put = (key: string, bytes: number): Operation => ({ put: 'blobs', key, value: new Uint8Array(bytes) })

test('what can be had again makes room for what is written', async () => {
  const store = createMemoryStore({ maxBytes: 3000 })
  await store.commit([put('theirs', 2000)])
  const roomy = makingRoom(store, async () => {
    await store.commit([{ delete: 'blobs', key: 'theirs' }])
    return 1
  })
  expect(await roomy.commit([put('ours', 2000)])).toBe(true)
  expect(await store.get('blobs', 'theirs')).toBeUndefined()
  expect(await roomy.get<Uint8Array>('blobs', 'ours')).toHaveLength(2000)
})

test('where nothing can go, or that is not enough, it is full', async () => {
  const store = createMemoryStore({ maxBytes: 3000 })
  let asked = 0
  const gone = (count: number) => makingRoom(store, async () => (asked++, count))
  await expect(gone(0).commit([put('a', 4000)])).rejects.toThrow(StoreFullError)
  await expect(gone(1).commit([put('a', 4000)])).rejects.toThrow(StoreFullError)
  expect(asked).toBe(2)
  // another failure makes no room
  await expect(gone(1).commit([{ put: 'nowhere' as 'blobs', key: 'a', value: 1 }])).rejects.toThrow(RangeError)
  expect(asked).toBe(2)
})
