import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { averageOf, createTrials, drawTrial, expectation, footingOf, isHeard } from './exploration.ts'

const SEED = { seed: 20261126 }

test('full work goes to those with a record, something small to those with a prospect, and nothing to those found bad', () => {
  expect(footingOf({ excluded: false, record: 0.2, level: 0.3 })).toBe('known')
  expect(footingOf({ excluded: false, record: 0, level: 0.3 })).toBe('promising')
  expect(footingOf({ excluded: false, record: 0, level: 0 })).toBe('stranger')
  expect(footingOf({ excluded: true, record: 0.9, level: 0.9 })).toBe('excluded')
})

test('of whom little has been said is expected what is usual, of whom much what is said', () => {
  expect(expectation({ value: 0, weight: 0 }, 0.6, 0.1)).toBeCloseTo(0.6)
  expect(expectation({ value: -1, weight: 0.1 }, 0.6, 0.1)).toBeCloseTo(-0.2)
  expect(expectation({ value: -1, weight: 100 }, 0.6, 0.1)).toBeCloseTo(-1, 1)
  expect(expectation({ value: 0, weight: 0 }, 0, 0)).toBe(0)
  expect(averageOf({ values: Float64Array.of(1, -1, 0.5), weights: Float64Array.of(0.5, 0, 0.5) })).toBeCloseTo(0.75)
  expect(averageOf({ values: new Float64Array(3), weights: new Float64Array(3) })).toBe(0)
})

test('whoever has next to no voice is not heard', () => {
  expect(isHeard(0.001, 10)).toBe(false)
  expect(isHeard(0.02, 10)).toBe(true)
  expect(isHeard(0, 0)).toBe(false)
})

describe('how often strangers are tried', () => {
  test('falls with each that does badly, rises with each that does well, and is never more than half', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 200 }), fc.boolean(), (before, didWell) => {
        const trials = createTrials()
        for (const one of before) trials.record(one)
        const share = trials.share()
        trials.record(didWell)
        expect(trials.share() > share).toBe(didWell)
        expect(share).toBeGreaterThan(0)
        expect(share).toBeLessThan(0.5)
      }),
      SEED
    )
  })

  test('closes a topic that is full of bad ones, and opens it again', () => {
    const trials = createTrials()
    for (let i = 0; i < 200; i++) trials.record(false)
    expect(trials.share()).toBeLessThan(0.001)
    for (let i = 0; i < 200; i++) trials.record(true)
    expect(trials.share()).toBeGreaterThan(0.4)
  })

  test('is the same after it was kept', () => {
    const trials = createTrials()
    for (const didWell of [true, false, true]) trials.record(didWell)
    expect(createTrials(trials.save()).share()).toBe(trials.share())
  })
})

describe('who is tried', () => {
  /** running sums of prospects 0, 1, 3 */
  const untried = { prospects: [0, 1, 4], unexcluded: () => [0, 2] }
  const draws = (...numbers: number[]) => () => numbers.shift() ?? 0

  test('is drawn in proportion to prospect, or is anybody to whom nobody objects', () => {
    expect(drawTrial(untried, 0.1, draws(0.5, 0.1))).toBe(1)
    expect(drawTrial(untried, 0.1, draws(0.5, 0.3))).toBe(2)
    expect(drawTrial(untried, 0.1, draws(0.05, 0.4))).toBe(0)
    expect(drawTrial(untried, 0.1, draws(0.05, 0.6))).toBe(2)
  })

  test('is nobody where there is nobody of the kind', () => {
    expect(drawTrial({ prospects: [0, 0], unexcluded: () => [0] }, 0, draws(0.5, 0.5))).toBeNull()
    expect(drawTrial({ prospects: [], unexcluded: () => [] }, 1, draws(0.5, 0.5))).toBeNull()
  })
})
