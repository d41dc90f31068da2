import { describe, expect, test } from 'vitest'
import { createTestTime } from '../support/testing/time.ts'
import { createStrikes } from './strikes.ts'

const setup = () => {
  const clock = createTestTime()
  return { clock, strikes: createStrikes(clock.now, { free: 1, step: 5, most: 20 }) }
}

describe('strikes', () => {
  test('cost nothing at first, then more and more, up to a limit', () => {
    const { strikes } = setup()
    expect(Array.from({ length: 7 }, () => strikes.strike('p'))).toEqual([0, 5, 10, 15, 20, 20, 20])
    expect(strikes.strike('other')).toBe(0)
  })

  test('count anew when the peer has done what it should', () => {
    const { strikes } = setup()
    strikes.strike('p')
    strikes.forgive('p')
    expect(strikes.strike('p')).toBe(0)
  })

  test('are forgotten with time', async () => {
    const { strikes, clock } = setup()
    for (let i = 0; i < 4; i++) strikes.strike('p')
    await clock.pass(2 * 60 * 60_000)
    expect(strikes.strike('p')).toBe(0)
  })

  test('are remembered of a bounded number of peers', () => {
    const { strikes } = setup()
    strikes.strike('first')
    for (let i = 0; i < 256; i++) strikes.strike(`peer ${i}`)
    expect(strikes.strike('first')).toBe(0)
    expect(strikes.strike('peer 255')).toBe(5)
  })
})
