import { describe, expect, it } from 'vitest'
import { closeness, createCloseMap } from './close.ts'
import { CLOSE_DIMENSIONS, SENTENCE_DIMENSIONS } from './model.ts'

/** A piece that points along one of the axes. */
const along = (axis: number): number[] => Array.from({ length: CLOSE_DIMENSIONS }, (_, i) => (i === axis ? 127 : 0))
const text = (...axes: number[]): Int8Array => Int8Array.from(axes.flatMap(along))

describe('closeness', () => {
  const request = { pieces: text(1, 2), weights: Float32Array.of(0.75, 0.25) }

  it('sums, by weight, how near each piece of the request comes to any of the offer’s', () => {
    expect(closeness(request, [text(1, 2)])).toBeCloseTo(1)
    expect(closeness(request, [text(5), text(4, 1)])).toBeCloseTo(0.75)
    expect(closeness(request, [text(2, 5)])).toBeCloseTo(0.25)
    expect(closeness(request, [text(5)])).toBe(0)
    expect(closeness(request, [text(1, 2).map((number) => -number)])).toBeCloseTo(0)
  })

  it('is nothing where either says nothing', () => {
    expect(closeness(request, [])).toBe(0)
    expect(closeness(request, [text()])).toBe(0)
    expect(closeness({ pieces: text(), weights: new Float32Array() }, [text(1)])).toBe(0)
    expect(closeness(request, [text(), text(1, 2)])).toBeCloseTo(1)
  })
})

describe('the map of states', () => {
  const states = (count: number): Float32Array => Float32Array.from({ length: count * SENTENCE_DIMENSIONS }, (_, i) => Math.sin(i * i))
  const closely = createCloseMap()

  it('gives each piece a direction and a share of what is said', () => {
    const { pieces, weights } = closely(states(5))
    expect(weights).toHaveLength(5)
    expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1)
    expect(Math.min(...weights)).toBeGreaterThan(0)
    for (let at = 0; at < 5; at++) {
      const piece = pieces.subarray(at * CLOSE_DIMENSIONS, (at + 1) * CLOSE_DIMENSIONS)
      expect(Math.hypot(...piece) / 127).toBeCloseTo(1, 1)
    }
  })

  it('takes each piece by itself, and gives nothing of nothing', () => {
    const whole = closely(states(3))
    const first = closely(states(1))
    expect(whole.pieces.subarray(0, CLOSE_DIMENSIONS)).toEqual(first.pieces)
    expect(closely(new Float32Array())).toEqual({ pieces: new Int8Array(), weights: new Float32Array() })
    expect(closely(new Float32Array(SENTENCE_DIMENSIONS))).toEqual({ pieces: new Int8Array(CLOSE_DIMENSIONS), weights: Float32Array.of(1) })
  })
})
