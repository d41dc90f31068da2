import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startLookUp } from './looking-up.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** @param takesMs until there is an answer */
function start(takesMs: number) {
  const begun: number[] = []
  const answered: number[] = []
  const from = performance.now()
  const now = () => performance.now() - from
  const lookUp = startLookUp({
    pauseMs: 250,
    everyMs: 1000,
    async ask() {
      begun.push(now())
      await new Promise((resolve) => setTimeout(resolve, takesMs))
      answered.push(now())
    }
  })
  return { lookUp, begun, answered }
}

test('asks once, after a pause', async () => {
  const { begun, answered } = start(100)
  await vi.advanceTimersByTimeAsync(60_000)
  expect([begun, answered]).toEqual([[250], [350]])
})

test('however often there is news, there are answers, and no more of them than are wanted', async () => {
  for (const takesMs of [10, 400, 3000]) {
    const { lookUp, begun, answered } = start(takesMs)
    for (let i = 0; i < 200; i++) {
      lookUp.news()
      await vi.advanceTimersByTimeAsync(50)
    }
    lookUp.stop()
    expect(answered[0]).toBe(250 + takesMs)
    const each = Math.max(1000, takesMs)
    expect(begun.length).toBe(Math.floor((10_000 - 250) / each) + 1)
    await vi.advanceTimersByTimeAsync(60_000)
  }
})

test('news that comes while it is asked is asked for again, and news later soon', async () => {
  const { lookUp, begun } = start(100)
  await vi.advanceTimersByTimeAsync(300)
  lookUp.news()
  await vi.advanceTimersByTimeAsync(5000)
  expect(begun).toEqual([250, 1250])
  lookUp.news()
  lookUp.news()
  await vi.advanceTimersByTimeAsync(5000)
  expect(begun).toEqual([250, 1250, 5550])
})

test('nothing is asked once it is over', async () => {
  const early = start(100)
  early.lookUp.stop()
  const late = start(100)
  await vi.advanceTimersByTimeAsync(300)
  late.lookUp.news()
  late.lookUp.stop()
  late.lookUp.news()
  await vi.advanceTimersByTimeAsync(60_000)
  expect([early.begun, late.begun]).toEqual([[], [250]])
})
