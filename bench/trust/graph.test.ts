import { describe, expect, test } from 'vitest'
import { decodeGraph, drawGraph, encodeGraph } from './graph.ts'

const graph = drawGraph(1000, 20_000, 1)

describe('a drawn graph', () => {
  test('has the ratings that were asked for, no pair twice', () => {
    const pairs = new Set<string>()
    for (let row = 0; row < graph.size; row++) {
      for (let i = graph.starts[row]!; i < graph.starts[row + 1]!; i++) pairs.add(`${row} ${graph.others[i]}`)
    }
    expect(pairs.size).toBe(20_000)
    expect(Math.max(...graph.others)).toBeLessThan(1000)
  })

  test('has shares that sum to one for each who rates', () => {
    const sums = new Map<number, number>()
    graph.others.forEach((other, i) => sums.set(other, (sums.get(other) ?? 0) + graph.values[i]!))
    for (const sum of sums.values()) expect(sum).toBeCloseTo(1, 12)
  })

  test('has few who are endorsed by many', () => {
    // a tenth would have a tenth, were all alike
    const endorsed = Array.from({ length: 1000 }, (_, row) => graph.starts[row + 1]! - graph.starts[row]!).sort((a, b) => b - a)
    const first = endorsed.slice(0, 100).reduce((sum, count) => sum + count, 0)
    expect(first).toBeGreaterThan(0.4 * 20_000)
    expect(endorsed[0]).toBeLessThanOrEqual(250)
  })

  test('is the same for the same seed, and after a file', async () => {
    const file = await new Blob(encodeGraph(graph) as BlobPart[]).arrayBuffer()
    expect(decodeGraph(file)).toEqual(drawGraph(1000, 20_000, 1))
    expect(drawGraph(1000, 20_000, 2).others).not.toEqual(graph.others)
  })
})
