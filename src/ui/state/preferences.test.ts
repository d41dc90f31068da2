import { expect, test } from 'vitest'
import { createPreferences } from './preferences.ts'

const memory = (kept: string | null = null) => {
  const storage = {
    kept,
    getItem: () => storage.kept,
    setItem: (_key: string, value: string) => void (storage.kept = value)
  }
  return storage
}

test('a choice is kept', () => {
  const storage = memory()
  createPreferences(() => storage).update((now) => ({ ...now, theme: 'dark' }))
  expect(createPreferences(() => storage).get().theme).toBe('dark')
})

test('what can not be read counts as nothing', () => {
  for (const kept of ['{', 'null', '7', '{"theme":"<b>","approvalsSeen":"x","notify":1}']) {
    expect(createPreferences(() => memory(kept)).get()).toEqual({ theme: 'system', approvalsSeen: 0, notify: false })
  }
})

test('a browser without storage still has choices for the page', () => {
  const preferences = createPreferences(() => {
    throw new DOMException('refused', 'SecurityError')
  })
  preferences.update((now) => ({ ...now, theme: 'light' }))
  expect(preferences.get().theme).toBe('light')
})
