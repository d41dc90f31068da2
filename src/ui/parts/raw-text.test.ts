import { expect, test } from 'vitest'
import { rawText } from './raw-text.ts'

test('bytes are shown as hex, inside of anything', () => {
  expect(rawText({ a: [new Uint8Array([0, 15, 255])] })).toBe('{\n  "a": [\n    "0x000fff"\n  ]\n}')
  expect(rawText(undefined)).toBe('')
})
