import { expect, test } from 'vitest'
import { createMemoryStore } from './memory.ts'
import { storeConformance } from './store-conformance.ts'
import { StoreFullError } from './store.ts'

storeConformance('memory', {
  kind: 'memory',
  open: async () => createMemoryStore(),
  durable: false,
  shared: true
})

test('a commit that does not fit writes nothing, and deleting makes room', async () => {
  const store = createMemoryStore({ maxBytes: 1000 })
  await store.commit([{ put: 'blobs', key: 'a', value: new Uint8Array(600) }])
  const tooMuch = store.commit([
    { put: 'settings', key: 's', value: 1 },
    { put: 'blobs', key: 'b', value: new Uint8Array(600) }
  ])
  await expect(tooMuch).rejects.toThrow(StoreFullError)
  expect(await store.get('settings', 's')).toBeUndefined()
  expect(await store.get('blobs', 'b')).toBeUndefined()

  await store.commit([{ delete: 'blobs', key: 'a' }])
  expect(await store.commit([{ put: 'blobs', key: 'b', value: new Uint8Array(600) }])).toBe(true)
})
