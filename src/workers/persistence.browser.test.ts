import { expect, test } from 'vitest'
import { askForPersistence } from './persistence.ts'

test('a browser is asked, and says whether it has promised', async () => {
  const answer = await askForPersistence()
  expect(answer).toBe(await navigator.storage.persisted())
})

test.each([
  [true, 0, true],
  [false, 1, true],
  [false, 1, false]
])('with a promise from before %s it is asked %d times', async (before, times, now) => {
  let asked = 0
  const storage = { persisted: async () => before, persist: async () => (asked++, now) }
  expect(await askForPersistence(storage)).toBe(now)
  expect(asked).toBe(times)
})
