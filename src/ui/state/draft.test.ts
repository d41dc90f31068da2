import { describe, expect, test } from 'vitest'
import * as schema from '../../node/schema/result.ts'
import { limits } from '../../node/schema/declaration.ts'
import { MAX_FILES, MAX_TOTAL_BYTES, RefusedFileError, attach, written } from './draft.ts'

const file = (name: string, content: Uint8Array<ArrayBuffer> | string) => new File([content], name)

test('limits are those of the contract', () => {
  expect(MAX_FILES).toBe(schema.MAX_FILES)
  const one = { ms: 1, memoryBytes: 1, outputBytes: 1 }
  expect(limits.safeParse({ ...one, inputBytes: MAX_TOTAL_BYTES }).success).toBe(true)
  expect(limits.safeParse({ ...one, inputBytes: MAX_TOTAL_BYTES + 1 }).success).toBe(false)
})

describe('attaching', () => {
  test('takes text of any language', async () => {
    const taken = await attach(file('grüße.txt', 'Grüße, мир, 世界'), [])
    expect(new TextDecoder().decode(taken.bytes)).toBe('Grüße, мир, 世界')
    expect(taken.name).toBe('grüße.txt')
  })
  test('refuses what is too large, naming the limit and the size, without reading it', async () => {
    const huge = {
      name: 'huge.csv',
      type: 'text/csv',
      size: 20 * 1024 * 1024,
      arrayBuffer: () => Promise.reject(new Error('it was read'))
    }
    await expect(attach(huge, [])).rejects.toThrow(/huge\.csv.*20 MB.*16 MB/)
    const half = written('a', 'text/plain', 'x'.repeat(10 * 1024 * 1024))
    await expect(attach({ ...huge, size: 8 * 1024 * 1024 }, [half])).rejects.toThrow(/8 MB.*10 MB.*16 MB/)
  })
  test('refuses what is not text, is empty, can’t be read or is one too many', async () => {
    await expect(attach(file('a.png', new Uint8Array([0x89, 0x50, 0, 1])), [])).rejects.toThrow(/not text/)
    await expect(attach(file('a.bin', new Uint8Array([0xff, 0xfe, 0xfd])), [])).rejects.toThrow(/not text/)
    await expect(attach(file('a.txt', ''), [])).rejects.toThrow(/empty/)
    const folder = { name: 'folder', type: '', size: 4096, arrayBuffer: () => Promise.reject(new Error('NotFound')) }
    await expect(attach(folder, [])).rejects.toThrow(RefusedFileError)
    const eight = Array.from({ length: 8 }, (_, i) => written(`${i}`, 'text/plain', 'x'))
    await expect(attach(file('a.txt', 'x'), eight)).rejects.toThrow(/8 files/)
  })
  test('cleans names', async () => {
    expect((await attach(file('a\u202Egpj.txt', 'x'), [])).name).toBe('agpj.txt')
  })
})
