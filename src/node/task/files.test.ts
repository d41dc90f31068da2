import { describe, expect, test } from 'vitest'
import { digest, toHex } from '../crypto/hash.ts'
import { FileRefusedError, MAX_TASK_BYTES, takeIn } from './files.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)
const kept = async (file: Parameters<typeof takeIn>[0][number]) => {
  const { keep } = await takeIn([file])
  const [operation] = keep
  return operation !== undefined && 'put' in operation ? new TextDecoder().decode(operation.value as Uint8Array) : undefined
}

describe('files are taken in', () => {
  test('by content, in order, with what names them', async () => {
    const { references, keep } = await takeIn([{ name: 'a.csv', type: 'text/csv', text: 'é' }, { name: 'empty' }])
    const hash = toHex(await digest(bytes(0xc3, 0xa9)))
    expect(references[0]).toEqual({ name: 'a.csv', type: 'text/csv', hash, size: 2 })
    expect(references[1]).toMatchObject({ name: 'empty', type: 'text/plain', size: 0 })
    expect(keep).toEqual([
      { put: 'blobs', key: hash, value: bytes(0xc3, 0xa9) },
      { put: 'blobs', key: references[1]!.hash, value: bytes() }
    ])
  })

  test('as UTF-8, whatever a spreadsheet wrote', async () => {
    expect(await kept({ name: 'utf-8', bytes: new TextEncoder().encode('Zürich €') })).toBe('Zürich €')
    // Windows-1252: ü is 0xfc, € is 0x80
    expect(await kept({ name: 'latin-1', bytes: bytes(0x5a, 0xfc, 0x72, 0x20, 0x80) })).toBe('Zür €')
    expect(await kept({ name: 'utf-16le', bytes: bytes(0xff, 0xfe, 0x5a, 0, 0xfc, 0) })).toBe('Zü')
    expect(await kept({ name: 'utf-16be', bytes: bytes(0xfe, 0xff, 0, 0x5a, 0, 0xfc) })).toBe('Zü')
  })

  test('with long names and types cut', async () => {
    const { references } = await takeIn([{ name: 'x'.repeat(500), type: 'y'.repeat(500), text: '' }])
    expect([references[0]!.name.length, references[0]!.type.length]).toEqual([200, 100])
  })
})

describe('what can’t be used is refused, with the reason', () => {
  test.each([
    ['bytes that are no text', [{ name: 'photo.png', bytes: bytes(0x89, 0x50, 0, 1) }], /photo\.png.*not a text file/],
    ['text with a NUL', [{ name: 'a', bytes: bytes(0x61, 0, 0x62) }], /not a text file/],
    ['no name', [{ name: '', text: 'a' }], /without a name/],
    ['too many', Array.from({ length: 9 }, (_, i) => ({ name: `${i}` })), /At most 8 files/],
    ['too large', [{ name: 'big.csv', text: 'x'.repeat(MAX_TASK_BYTES + 1) }], /big\.csv.*at most 16 MB.*Nothing was sent/],
    ['too large together', [{ name: 'a', bytes: new Uint8Array(MAX_TASK_BYTES).fill(65) }, { name: 'b', text: 'x' }], /“b”.*at most/],
    ['too large as UTF-8', [{ name: 'a', text: 'ü'.repeat(MAX_TASK_BYTES / 2 + 1) }], /at most/]
  ])('%s', async (_, files, words) => {
    await expect(takeIn(files)).rejects.toThrow(words)
    await expect(takeIn(files)).rejects.toThrow(FileRefusedError)
  })

  test('exactly as large as may be is taken', async () => {
    expect((await takeIn([{ name: 'a', text: 'x'.repeat(MAX_TASK_BYTES) }])).references[0]!.size).toBe(MAX_TASK_BYTES)
  })
})
