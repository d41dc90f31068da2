import { describe, expect, test } from 'vitest'
import { createTestTime } from '../support/testing/time.ts'
import { KEY_BYTES, MAX_KEPT, createKeptVectors, type VectorPage } from './kept-vectors.ts'

const DIMENSIONS = 32
const WRITTEN_AFTER_MS = 5_000

const keyOf = (number: number): Uint8Array => {
  const key = new Uint8Array(KEY_BYTES)
  new DataView(key.buffer).setUint32(0, number)
  return key
}
const vectorOf = (number: number): Int8Array => new Int8Array(DIMENSIONS).fill((number % 255) - 127)

/** What outlives the process. */
function createDisk() {
  const pages = new Map<number, VectorPage>()
  const failures: unknown[] = []
  let writes = 0
  let full = false
  const time = createTestTime()
  return {
    pages,
    failures,
    time,
    writes: () => writes,
    fill: () => (full = true),
    open: () =>
      createKeptVectors({
        clock: time,
        read: () => Promise.resolve(structuredClone([...pages.values()])),
        write(place, page) {
          if (full) return Promise.reject(new Error('no room'))
          writes++
          pages.set(place, structuredClone(page))
          return Promise.resolve()
        },
        report: (error) => failures.push(error)
      })
  }
}

async function keepSome(disk: ReturnType<typeof createDisk>, from: number, to: number): Promise<void> {
  const kept = disk.open()
  await kept.recall([keyOf(from)], DIMENSIONS)
  for (let i = from; i < to; i++) kept.keep(keyOf(i), vectorOf(i))
  await kept.flush()
}

describe('vectors that are kept', () => {
  test('are there again after a restart, and others are not', async () => {
    const disk = createDisk()
    await keepSome(disk, 0, 600)
    const found = await disk.open().recall([keyOf(0), keyOf(599), keyOf(600)], DIMENSIONS)
    expect(found).toEqual([vectorOf(0), vectorOf(599), null])
  })

  test('are no others for a model of other dimensions', async () => {
    const disk = createDisk()
    await keepSome(disk, 0, 3)
    const kept = disk.open()
    expect(await kept.recall([keyOf(1)], 64)).toEqual([null])
    kept.keep(keyOf(9), new Int8Array(64))
    await kept.flush()
    expect(await disk.open().recall([keyOf(1)], DIMENSIONS)).toEqual([vectorOf(1)])
    expect(await disk.open().recall([keyOf(9)], 64)).toEqual([new Int8Array(64)])
  })

  test('go on in the page that was begun: many short visits push nothing out', async () => {
    const disk = createDisk()
    for (let visit = 0; visit < 100; visit++) await keepSome(disk, 2 * visit, 2 * visit + 2)
    expect(disk.pages.size).toBe(1)
    expect(await disk.open().recall([keyOf(0), keyOf(199)], DIMENSIONS)).toEqual([vectorOf(0), vectorOf(199)])
  })

  test('are bounded, and the oldest go first', async () => {
    const disk = createDisk()
    const all = 2.5 * MAX_KEPT
    await keepSome(disk, 0, all)
    const found = await disk.open().recall(Array.from({ length: all }, (_, i) => keyOf(i)), DIMENSIONS)
    const there = found.flatMap((vector, i) => (vector === null ? [] : i))
    expect(there.length).toBeGreaterThanOrEqual(MAX_KEPT)
    expect(there.length).toBeLessThan(1.05 * MAX_KEPT)
    expect(there[0]).toBe(all - there.length)
    expect(there.every((number) => found[number]?.[0] === vectorOf(number)[0])).toBe(true)
  })

  test('are written together, soon', async () => {
    const disk = createDisk()
    const kept = disk.open()
    await kept.recall([keyOf(0)], DIMENSIONS)
    for (let i = 0; i < 20; i++) kept.keep(keyOf(i), vectorOf(i))
    expect(disk.writes()).toBe(0)
    await disk.time.pass(WRITTEN_AFTER_MS)
    expect(disk.writes()).toBe(1)
    await disk.time.pass(10 * WRITTEN_AFTER_MS)
    expect(disk.writes()).toBe(1)
    expect(await disk.open().recall([keyOf(19)], DIMENSIONS)).toEqual([vectorOf(19)])
  })

  test('are only not kept when there is no room, and what was spoilt is passed over', async () => {
    const disk = createDisk()
    await keepSome(disk, 0, 3)
    disk.pages.set(7, { number: 7, keys: new Uint8Array(KEY_BYTES + 1), vectors: new Uint8Array(DIMENSIONS) })
    disk.fill()
    await keepSome(disk, 3, 6)
    expect(disk.failures).toMatchObject([{ message: 'no room' }])
    expect(await disk.open().recall([keyOf(2), keyOf(5)], DIMENSIONS)).toEqual([vectorOf(2), null])
  })
})
