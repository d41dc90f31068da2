import { describe, expect, test } from 'vitest'
import { JOIN_AUTHORS, SPLIT_AUTHORS, createCrowds, depthsAround, nextDepth, usualDepth } from './depth.ts'

const crowd = (left: number, right: number) => ({ all: left + right, left, right })

describe('the depth of a shard', () => {
  test('grows when both halves keep a mesh, and only then', () => {
    expect(nextDepth(2, crowd(SPLIT_AUTHORS, SPLIT_AUTHORS), 6, true)).toBe(3)
    expect(nextDepth(2, crowd(500, SPLIT_AUTHORS - 1), 6, true)).toBe(2)
    expect(nextDepth(6, crowd(500, 500), 6, true)).toBe(6)
  })

  test('shrinks when too few are left, once that is sure', () => {
    expect(nextDepth(2, crowd(JOIN_AUTHORS - 1, 0), 6, true)).toBe(1)
    expect(nextDepth(2, crowd(JOIN_AUTHORS - 1, 0), 6, false)).toBe(2)
    expect(nextDepth(2, crowd(JOIN_AUTHORS, 0), 6, true)).toBe(2)
    expect(nextDepth(0, crowd(0, 0), 6, true)).toBe(0)
  })

  test('that was just split is not joined again', () => {
    // a half has at least this many authors when its shard is split
    expect(SPLIT_AUTHORS).toBeGreaterThan(2 * JOIN_AUTHORS)
  })

  test('is told by neighbours to who has heard nothing', () => {
    expect(usualDepth([6, 6])).toBeNull()
    expect(usualDepth([16, 6, 6])).toBe(6)
    expect(usualDepth([0, 6, 5, 6, 16])).toBe(6)
  })

  test('is listened at together with those around', () => {
    expect(depthsAround(0, 6)).toEqual([0, 1])
    expect(depthsAround(3, 6)).toEqual([2, 3, 4])
    expect(depthsAround(6, 6)).toEqual([5, 6])
  })
})

test('authors are counted once in a region and once in each half', () => {
  const { crowds, see } = createCrowds(2)
  see(0, 'a', 1)
  see(0, 'a', 1)
  see(1, 'a', 3)
  see(0, 'a', 2)
  see(0, 'b', 2)
  see(1, 'b', 0)
  see(1, 'c', 2)
  expect(crowds).toEqual([
    { all: 2, left: 1, right: 2 },
    { all: 2, left: 1, right: 2 }
  ])
})
