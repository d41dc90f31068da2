import { describe, expect, test } from 'vitest'
import { WINDOW_BYTES } from '../net/credit.ts'
import { createTestTime } from '../support/testing/time.ts'
import { createPace } from './pace.ts'

async function setup() {
  const clock = createTestTime()
  const pace = createPace(clock.now, { patienceMs: 10_000, bytesPerSecond: 8_000, wholeMs: 60_000 })
  /** The other side takes so long to say so much. */
  const hear = async (ms: number, bytes: number) => {
    await clock.pass(ms)
    pace.waited(ms)
    pace.heard(bytes)
  }
  return { pace, hear, clock }
}

describe('a pace', () => {
  test('is lost by who gives a little at a time, however often', async () => {
    const { pace, hear } = await setup()
    for (let i = 0; i < 2; i++) await hear(9_000, 320)
    expect(pace.left()).toBeLessThanOrEqual(0)
  })

  test('is kept by who is slow and steady, and breaks now and then', async () => {
    const { pace, hear } = await setup()
    for (let i = 0; i < 4; i++) {
      await hear(9_000, 0)
      expect(pace.left()).toBeGreaterThan(0)
      await hear(3_000, 12 * 8_000)
    }
    // nobody saves up more than there was at first
    expect(pace.left()).toBe(10_000)
  })

  test('gives what we say its time to arrive before an answer can come, but no more than may be on its way', async () => {
    const { pace, hear } = await setup()
    pace.said(80_000)
    expect(pace.left()).toBe(20_000)
    pace.said(10_000_000)
    expect(pace.left()).toBe(10_000 + (WINDOW_BYTES * 1000) / 8_000)
    await hear(1_000, 100)
    expect(pace.left()).toBe(10_000)
  })

  test('is not needed while nobody waits', async () => {
    const { pace, clock } = await setup()
    await clock.pass(30_000)
    expect(pace.left()).toBe(10_000)
  })

  test('is over at the end, however fast, unless something else begins', async () => {
    const { pace, hear } = await setup()
    for (let i = 0; i < 55; i++) await hear(1_000, 1_000_000)
    expect(pace.left()).toBe(5_000)
    await hear(5_000, 5_000_000)
    expect(pace.left()).toBe(0)
    pace.renew()
    expect(pace.left()).toBe(10_000)
  })
})
