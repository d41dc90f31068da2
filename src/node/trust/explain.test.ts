import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEngine } from './engine.ts'
import { anyRatings, clique, complain, counted, praise, sum } from './testing/graphs.ts'

const [self, friend, worker] = [0, 1, 2]

describe('explain', () => {
  it('tells whose ratings and along which paths', () => {
    const engine = counted({}, [self], [praise(self, friend), praise(friend, worker), praise(self, worker)])
    const why = engine.explain(0, worker)
    expect(why.raters.map(({ agent }) => agent)).toEqual([self, friend])
    expect(sum(why.raters.map(({ passed }) => passed))).toBeCloseTo(why.voice, 9)
    expect(why.paths.map(({ agents }) => agents)).toEqual([[self, worker], [self, friend, worker]])
    // half of what the seed passes on comes straight, and of the other half what the friend passes on
    expect(why.paths[0]!.share / why.paths[1]!.share).toBeCloseTo(1 / 0.85, 9)
    // there are no others
    expect(sum(why.paths.map(({ share }) => share))).toBeCloseTo(1, 9)
    expect(why.changes).toContainEqual({ kind: 'loss', by: self, voice: why.raters[0]!.passed })
  })

  it('never tells of more than comes, nor of more than is asked for', () => {
    fc.assert(
      fc.property(anyRatings(10, 2, 80, 20), fc.nat(9), fc.integer({ min: 1, max: 5 }), (ratings, agent, limit) => {
        const engine = counted({ topics: 2, similarity: [1, 0.5, 0.5, 1] }, [self, friend], ratings)
        const why = engine.explain(0, agent, limit)
        expect(why.raters.length).toBeLessThanOrEqual(limit)
        expect(why.paths.length).toBeLessThanOrEqual(limit)
        expect(why.paths.every(({ agents }) => [self, friend].includes(agents[0]!) && agents.at(-1) === agent)).toBe(true)
        const shares = why.paths.map(({ share }) => share)
        expect([...shares].sort((a, b) => b - a)).toEqual(shares)
        expect(sum(shares)).toBeLessThanOrEqual(1 + 1e-9)
        const all = engine.explain(0, agent, 1000)
        expect(sum(all.raters.map(({ passed }) => passed)) + all.seeded).toBeCloseTo(all.voice, 9)
      }),
      { seed: 61, numRuns: 100 }
    )
  })

  it('says what was discounted and why', () => {
    const members = [20, 21, 22, 23]
    const inRing = counted({}, [self], [praise(self, friend), praise(friend, 20), praise(friend, worker), ...clique(members)])
    expect(inRing.explain(0, 21).discounts).toContainEqual({ kind: 'ring', agents: [20, 22, 23], share: expect.any(Number) as number })
    expect(inRing.explain(0, 21).raters[0]!.withheld).toBeGreaterThan(0)

    const engine = createEngine()
    engine.seed(null, new Map([[self, 1]]))
    engine.add([praise(self, friend), praise(friend, worker), complain(self, 5), praise(friend, 5)])
    engine.prove(worker, 0.9)
    engine.update()
    expect(engine.explain(0, worker).discounts).toContainEqual({ kind: 'proven', severity: 0.9 })
    expect(engine.explain(0, friend).discounts).toContainEqual({ kind: 'penalty', share: expect.closeTo(0.225, 9) as number })
    expect(engine.explain(0, 5).discounts[0]).toMatchObject({ kind: 'complaints', agents: [self] })
  })

  it('says what would change it, and it does', () => {
    const ratings = [praise(self, friend), praise(friend, worker), praise(friend, 4), complain(self, worker)]
    const engine = counted({}, [self], ratings)
    const why = engine.explain(0, worker)
    expect(why.excluded).toBe(true)
    expect(why.changes).toContainEqual({ kind: 'forgiveness', by: [self] })
    engine.remove([complain(self, worker)])
    engine.exact()
    expect(engine.excluded(0, worker)).toBe(false)

    const gain = engine.explain(0, 4).changes.find((change) => change.kind === 'endorsement')!
    expect(gain.by).toBe(self)
    const before = engine.voice(0, 4)
    engine.add([praise(self, 4)])
    engine.exact()
    // told to first order: what it changes in others' voices is left out
    expect((engine.voice(0, 4) - before) / gain.voice).toBeGreaterThan(0.5)
    expect((engine.voice(0, 4) - before) / gain.voice).toBeLessThan(1.5)
  })

  it('has something to say of whom nobody knows', () => {
    const engine = counted({ topics: 2, similarity: [1, 0.5, 0.5, 1] }, [self], [praise(self, friend)])
    expect(engine.explain(0, 99)).toMatchObject({ voice: 0, level: 0, paths: [], raters: [], discounts: [] })
    expect(engine.explain(0, 99).changes).toContainEqual({ kind: 'first-work' })
    expect(engine.explain(1, friend).nearby).toEqual([{ topic: 0, voice: engine.voice(0, friend), prospect: engine.prospect(1, friend) }])
  })
})
