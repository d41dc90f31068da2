import { describe, expect, test } from 'vitest'
import { graphOf } from './graph.ts'
import { layOut } from './layout.ts'

type Why = Parameters<typeof graphOf>[0]
const rater = (agent: string, value: number, voice: number, passed = 0, withheld = 0) => ({ agent, value, voice, passed, withheld })
const why = (part: Partial<Why>): Why => ({ agent: 'it', voice: 0.1, raters: [], paths: [], discounts: [], ...part })
const graph = (part: Partial<Why>) => graphOf(why(part), 'me')
const edge = (drawn: ReturnType<typeof graph>, from: string, to: string) => drawn.edges.find((one) => one.from === from && one.to === to)
const near = (share: number) => expect.closeTo(share) as number
const laneOf = (drawn: ReturnType<typeof graph>) => Object.fromEntries(drawn.nodes.map(({ id, lane }) => [id, lane]))

describe('what is drawn', () => {
  test('who is between stands between, and our own word goes straight to the agent', () => {
    const drawn = graph({
      raters: [rater('me', 1, 0.3, 0.06), rater('b', 1, 0.1, 0.04)],
      paths: [
        { agents: ['me', 'it'], share: 0.6 },
        { agents: ['me', 'a', 'b', 'it'], share: 0.4 }
      ]
    })
    expect(laneOf(drawn)).toEqual({ me: 'source', a: 'between', b: 'rater', it: 'subject' })
    expect(drawn.rows).toEqual([null, 'b'])
    expect(edge(drawn, 'me', 'it')).toMatchObject({ kind: 'trust', share: near(0.6) })
    expect(edge(drawn, 'me', 'a')).toMatchObject({ kind: 'trust', share: near(0.4) })
    expect(edge(drawn, 'b', 'it')).toMatchObject({ kind: 'trust', share: near(0.4) })
  })

  test('two ways over one line add up', () => {
    const drawn = graph({
      raters: [rater('b', 1, 0.1, 0.1)],
      paths: [
        { agents: ['me', 'a', 'b', 'it'], share: 0.3 },
        { agents: ['friend', 'a', 'b', 'it'], share: 0.2 }
      ]
    })
    expect(edge(drawn, 'a', 'b')?.share).toBeCloseTo(0.5)
    expect(laneOf(drawn)).toMatchObject({ me: 'source', friend: 'source' })
  })

  test('a way that is too long shows how many are between', () => {
    const drawn = graph({ raters: [rater('d', 1, 0.1, 0.1)], paths: [{ agents: ['me', 'a', 'b', 'c', 'd', 'it'], share: 1 }] })
    expect(drawn.nodes.find(({ lane }) => lane === 'between')?.agents).toEqual(['a', 'b', 'c'])
  })

  test('an agent that rates and is between others is drawn once', () => {
    const drawn = graph({
      raters: [rater('a', 1, 0.2, 0.06), rater('b', 1, 0.1, 0.04)],
      paths: [
        { agents: ['me', 'a', 'it'], share: 0.6 },
        { agents: ['me', 'a', 'b', 'it'], share: 0.4 }
      ]
    })
    expect(drawn.nodes.filter(({ agents }) => agents.includes('a'))).toHaveLength(1)
    expect(edge(drawn, 'a', 'b')).toBeDefined()
  })

  test('complaints and praise share one scale', () => {
    const drawn = graph({
      raters: [rater('a', -1, 0.3), rater('b', 1, 0.1, 0.1)],
      paths: [{ agents: ['me', 'b', 'it'], share: 1 }],
      discounts: [{ kind: 'complaints', agents: ['a'], share: 0.9 }]
    })
    expect(edge(drawn, 'a', 'it')).toMatchObject({ kind: 'complaint', share: near(0.9) })
    expect(edge(drawn, 'b', 'it')?.share).toBeCloseTo(0.1)
    // by ways that are not told, its word counts all the same
    expect(edge(drawn, 'me', 'a')).toMatchObject({ kind: 'heard' })
  })

  test('what is held back is told, and strangers have no line from us', () => {
    const drawn = graph({ raters: [rater('ring', 1, 0.1, 0.01, 0.03), rater('stranger', 1, 0)] })
    expect(edge(drawn, 'ring', 'it')?.withheld).toBeCloseTo(0.75)
    expect(edge(drawn, 'stranger', 'it')?.kind).toBe('stranger')
    expect(drawn.edges.filter(({ to }) => to === 'stranger')).toEqual([])
  })

  test('strangers give way when there is no room', () => {
    const strangers = Array.from({ length: 7 }, (_, i) => rater(`s${i}`, 1, 0))
    const drawn = graph({ raters: [...strangers, rater('b', 1, 0.1, 0.1), rater('c', -1, 0.1)] })
    expect(drawn.rows).toHaveLength(6)
    expect(drawn.rows.slice(0, 2)).toEqual(['b', 'c'])
  })

  test('an agent whose own word counts for us stands where the lines end', () => {
    const drawn = graph({ raters: [rater('me', 1, 0.3, 0.1)], paths: [{ agents: ['it'], share: 0.5 }, { agents: ['me', 'it'], share: 0.5 }] })
    expect(laneOf(drawn)).toEqual({ me: 'source', it: 'subject' })
    expect(drawn.edges).toHaveLength(1)
  })
})

describe('where it is drawn', () => {
  const full = graph({
    raters: [rater('me', 1, 0.3, 0.03), rater('b', 1, 0.1, 0.03), rater('c', -1, 0.1), rater('d', 1, 0.1, 0.01, 0.02), rater('e', 1, 0), rater('f', 1, 0)],
    paths: [
      { agents: ['me', 'it'], share: 0.4 },
      { agents: ['me', 'a', 'b', 'it'], share: 0.3 },
      { agents: ['friend', 'x', 'y', 'd', 'it'], share: 0.1 }
    ]
  })

  test.each([280, 296, 500, 1200])('everything is within %i pixels, and no two pictures or names are over one another', (width) => {
    const drawing = layOut(full, width)
    expect(drawing.width).toBeLessThanOrEqual(width)
    for (const { x, y } of drawing.placed) {
      expect(x - drawing.labelWidth / 2).toBeGreaterThanOrEqual(-0.01)
      expect(x + drawing.labelWidth / 2).toBeLessThanOrEqual(drawing.width + 0.01)
      expect(y).toBeGreaterThan(0)
      expect(y).toBeLessThan(drawing.height)
    }
    for (const one of drawing.placed) {
      for (const other of drawing.placed) {
        if (one === other) continue
        const apart = Math.abs(one.x - other.x) >= drawing.labelWidth - 0.01 || Math.abs(one.y - other.y) >= 60
        expect(apart, `${one.node.id} and ${other.node.id}`).toBe(true)
      }
    }
  })

  test('it is read from left to right, and what flows more is thicker', () => {
    const drawing = layOut(full, 600)
    const x = Object.fromEntries(drawing.placed.map((one) => [one.node.id, one.x]))
    expect(x['me']).toBeLessThan(x['a']!)
    expect(x['a']).toBeLessThan(x['b']!)
    expect(x['b']).toBeLessThan(x['it']!)
    const line = (from: string, to: string) => drawing.lines.find(({ edge: one }) => one.from === from && one.to === to)!
    expect(line('me', 'a').width).toBeGreaterThan(line('friend', 'x y').width)
    expect(line('d', 'it').flowing).toBeLessThan(line('d', 'it').width)
    for (const { path } of drawing.lines) expect(path).toMatch(/^M[-\d.]+ [-\d.]+(C[-\d. ]+)+$/)
  })

  test('one rater alone has a drawing, too', () => {
    const drawing = layOut(graph({ raters: [rater('me', 1, 0.3, 0.1)], paths: [{ agents: ['me', 'it'], share: 1 }] }), 296)
    expect(drawing.lines).toHaveLength(1)
    expect(drawing.placed.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true)
  })
})
