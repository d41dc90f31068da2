import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEngine, loadEngine, type Rating, type TrustEngine } from './engine.ts'
import { RatingError, TrustInputError } from './errors.ts'
import { PLAIN } from './options.ts'
import { anyRatings, apart, clique, counted, praise, sum } from './testing/graphs.ts'

const AGENTS = 12
const TOPICS = 3
const similarity = [1, 0.6, 0, 0.6, 1, 0.3, 0, 0.3, 1]
const all = Array.from({ length: TOPICS }, (_, topic) => topic)

describe('EigenTrust', () => {
  const [ek, sd, vm] = [0, 1, 2]
  const vectors = [
    { alpha: 0.5, expected: [0.2170543, 0.3023256, 0.4806202] },
    { alpha: 0.01, expected: [0.1564935, 0.4641216, 0.3793849] }
  ]
  const options = [{ defences: PLAIN }, {}]

  it.each(vectors.flatMap((vector) => options.map((each) => ({ ...vector, options: each }))))(
    'gives the known vectors at alpha $alpha, with options $options',
    ({ alpha, expected, options: given }) => {
      const engine = createEngine({ options: { alpha, ...given } })
      engine.seed(null, new Map([[ek, 50], [vm, 100]]))
      engine.add([
        { from: ek, to: sd, topic: 0, value: 1, weight: 100 },
        { from: vm, to: sd, topic: 0, value: 1, weight: 100 },
        { from: ek, to: vm, topic: 0, value: 0.75, weight: 100 }
      ])
      expect(engine.update().converged).toBe(true)
      expected.forEach((voice, agent) => expect(Math.abs(engine.voice(0, agent) - voice)).toBeLessThan(1e-6))
      engine.exact()
      expected.forEach((voice, agent) => expect(Math.abs(engine.voice(0, agent) - voice)).toBeLessThan(1e-7))
    }
  )

  it('takes complaints off praise, and with blame 0 positive ratings alone', () => {
    const ratings: Rating[] = [praise(0, 1), praise(0, 2), { ...praise(0, 1), value: -0.5 }]
    const netted = counted({ options: { defences: PLAIN } }, [0], ratings)
    expect(netted.voice(0, 1) / netted.voice(0, 2)).toBeCloseTo(0.5, 9)
    const positive = counted({ options: { defences: PLAIN, blame: 0 } }, [0], ratings)
    expect(positive.voice(0, 1)).toBeCloseTo(positive.voice(0, 2), 9)
  })
})

describe('voices', () => {
  it('of each topic sum to one, whatever is rated', () => {
    fc.assert(
      fc.property(anyRatings(AGENTS, TOPICS), fc.nat(AGENTS - 1), fc.nat(AGENTS - 1), (ratings, seed, culprit) => {
        const engine = createEngine({ topics: TOPICS, similarity })
        engine.seed(null, new Map([[seed, 1]]))
        engine.prove(culprit, 0.5)
        engine.add(ratings)
        engine.update()
        for (const topic of all) {
          expect(sum(engine.voices(topic))).toBeCloseTo(1, 9)
          expect(Math.min(...engine.voices(topic))).toBeGreaterThanOrEqual(0)
        }
      }),
      { seed: 51, numRuns: 100 }
    )
  })

  it('are the same whatever numbers agents have', () => {
    const order = fc.shuffledSubarray(Array.from({ length: AGENTS }, (_, i) => i), { minLength: AGENTS })
    fc.assert(
      fc.property(anyRatings(AGENTS, TOPICS), order, (ratings, renamed) => {
        const names = (agent: number): number => renamed[agent]!
        const engine = counted({ topics: TOPICS, similarity }, [0, 1], ratings)
        const other = counted(
          { topics: TOPICS, similarity },
          [names(0), names(1)],
          ratings.map((rating) => ({ ...rating, from: names(rating.from), to: names(rating.to) }))
        )
        for (const topic of all) {
          for (let agent = 0; agent < AGENTS; agent++) {
            expect(Math.abs(other.voice(topic, names(agent)) - engine.voice(topic, agent))).toBeLessThan(1e-11)
            expect(Math.abs(other.prospect(topic, names(agent)) - engine.prospect(topic, agent))).toBeLessThan(1e-9)
          }
        }
      }),
      { seed: 52, numRuns: 60 }
    )
  })

  it('are the same to the last bit for the same calls, and in whatever portions ratings of different pairs come', () => {
    fc.assert(
      fc.property(anyRatings(AGENTS, TOPICS), fc.nat(60), (ratings, cut) => {
        const pairs = new Map(ratings.map((rating) => [`${rating.topic} ${rating.from} ${rating.to}`, rating]))
        const once = [...pairs.values()]
        const first = counted({ topics: TOPICS, similarity }, [0], once)
        const second = createEngine({ topics: TOPICS, similarity })
        second.add(once.slice(cut).reverse())
        second.update()
        second.add(once.slice(0, cut))
        second.seed(null, new Map([[0, 1]]))
        second.exact()
        for (const topic of all) expect(voicesOf(second, topic)).toEqual(voicesOf(first, topic))
      }),
      { seed: 53, numRuns: 60 }
    )
  })

  it('never fall by a further endorsement', () => {
    fc.assert(
      fc.property(anyRatings(AGENTS, 1), fc.nat(AGENTS - 1), fc.nat(AGENTS - 1), (ratings, by, to) => {
        if (by === to) return
        const init = { options: { defences: { rings: false } } }
        const before = counted(init, [0, 1, 2], ratings)
        const after = counted(init, [0, 1, 2], [...ratings, praise(by, to)])
        expect(after.voice(0, to)).toBeGreaterThanOrEqual(before.voice(0, to) - 1e-10)
        expect(after.prospect(0, to)).toBeGreaterThanOrEqual(before.prospect(0, to) - 1e-10)
      }),
      { seed: 54, numRuns: 300 }
    )
  })

  it('never fall by a further endorsement of a seed, with ring discount', () => {
    fc.assert(
      fc.property(anyRatings(AGENTS, 1), fc.integer({ min: 1, max: AGENTS - 1 }), (ratings, to) => {
        const before = counted({}, [0], ratings)
        const after = counted({}, [0], [...ratings, praise(0, to)])
        expect(after.voice(0, to)).toBeGreaterThanOrEqual(before.voice(0, to) - 1e-10)
      }),
      { seed: 55, numRuns: 300 }
    )
  })

  it('of a clique that nobody outside endorses are 0, however large it is', () => {
    const members = Array.from({ length: 30 }, (_, i) => 10 + i)
    const engine = counted({}, [0], [praise(0, 1), praise(1, 2), ...clique(members), ...members.map((each) => praise(each, 1))])
    for (const member of members) expect(engine.voice(0, member)).toBe(0)
    // and where all are seeds, as without a view of one's own, a clique does have voice
    const nobodys = counted({}, [], [praise(0, 1), praise(1, 2), ...clique(members)])
    expect(sum(members.map((member) => nobodys.voice(0, member)))).toBeGreaterThan(0.5)
  })

  it('of one topic do not change by anything in another', () => {
    fc.assert(
      fc.property(anyRatings(AGENTS, TOPICS), anyRatings(AGENTS, 1), (ratings, further) => {
        const before = counted({ topics: TOPICS, similarity }, [0], ratings)
        const after = counted({ topics: TOPICS, similarity }, [0], [...ratings, ...further])
        for (const topic of [1, 2]) expect(voicesOf(after, topic)).toEqual(voicesOf(before, topic))
      }),
      { seed: 56, numRuns: 60 }
    )
  })
})

describe('updates', () => {
  it('by push are within their error of what exact gives', () => {
    let pushed = 0
    fc.assert(
      fc.property(
        anyRatings(60, TOPICS, 600, 200),
        fc.array(anyRatings(70, TOPICS, 4, 1), { minLength: 3, maxLength: 6 }),
        fc.constantFrom([], [0, 1]),
        (ratings, batches, seeds) => {
          const init = { topics: TOPICS, similarity, options: { defences: { rings: false }, effort: 2000 } }
          const engine = createEngine(init)
          if (seeds.length > 0) engine.seed(null, new Map(seeds.map((seed) => [seed, 1])))
          engine.add(ratings)
          engine.update()
          for (const batch of batches) {
            engine.add(batch)
            const { method, error } = engine.update()
            if (method === 'push') pushed++
            const exact = counted(init, seeds, [...ratings, ...batches.slice(0, batches.indexOf(batch) + 1).flat()])
            for (const topic of all) {
              const wrong = sum(voicesOf(engine, topic).map((voice, i) => Math.abs(voice - (voicesOf(exact, topic)[i] ?? 0))))
              // the bound is of what is not yet made to sum to one, which at most doubles it
              expect(wrong).toBeLessThanOrEqual(2 * error + 1e-9)
            }
          }
        }
      ),
      { seed: 57, numRuns: 30 }
    )
    expect(pushed).toBeGreaterThan(20)
  })

  it('go on while nothing new comes, until they are as exact as is wanted', () => {
    const engine = createEngine({ options: { effort: 1, tolerance: 1e-7, defences: { rings: false } } })
    engine.add(ring(200))
    engine.update()
    engine.add([praise(0, 50), praise(3, 90)])
    const first = engine.update()
    expect(first).toMatchObject({ method: 'push', converged: false })
    let last = first
    for (let i = 0; i < 100_000 && !last.converged; i++) last = engine.update()
    expect(last.error).toBeLessThanOrEqual(1e-7)
    const found = engine.voices(0)
    engine.exact()
    expect(apart(found, engine.voices(0))).toBeLessThan(1e-7)
    expect(first.error).toBeGreaterThan(last.error)
  })

  it('regression: values next to nothing do not overflow what is passed on', () => {
    const engine = createEngine({ options: { defences: { rings: false } } })
    engine.add([...ring(200), { ...praise(500, 501), value: 5e-324 }])
    engine.update()
    engine.add([{ ...praise(500, 502), value: 5e-324 }])
    expect(engine.update().method).toBe('push')
    expect(sum(engine.voices(0))).toBeCloseTo(1, 9)
    expect(engine.voice(0, 501)).toBeCloseTo(engine.voice(0, 502), 6)
  })

  it('know that nothing is new', () => {
    const engine = createEngine()
    engine.add(ring(10))
    engine.update()
    expect(engine.update()).toMatchObject({ method: 'none', iterations: 0 })
    engine.seed(null, new Map([[3, 1]]))
    expect(engine.update().method).toBe('iteration')
    engine.seed(null, new Map([[3, 1]]))
    expect(engine.update().method).toBe('none')
  })

  it('let topics and agents turn up later', () => {
    const engine = createEngine({ topics: 0 })
    const topic = engine.addTopic()
    engine.seed(null, new Map([[0, 1]]))
    engine.add([praise(0, 1, topic)])
    engine.update()
    const next = engine.addTopic([0.8])
    engine.update()
    expect(engine.prospect(next, 1)).toBeGreaterThan(0)
    expect(engine.voice(next, 1)).toBe(0)
    expect(engine.voice(next, 0)).toBe(1)
    engine.setSimilarity(topic, next, 0)
    expect(engine.prospect(next, 1)).toBe(0)
  })
})

describe('decay', () => {
  const halfLifeMs = 1000

  it('lets a rating count half after a half-life, whatever the times', () => {
    for (const time of [0, 1e12, -1e12, 8e15]) {
      const engine = counted({ options: { halfLifeMs } }, [0], [
        { ...praise(0, 1), time },
        { ...praise(0, 2), time: time + halfLifeMs }
      ])
      expect(engine.voice(0, 1) / engine.voice(0, 2)).toBeCloseTo(0.5, 9)
    }
  })

  it('does not change shares when the epoch moves, and keeps what is new', () => {
    const init = { options: { halfLifeMs } }
    const old = [praise(0, 1), { ...praise(0, 2), value: 0.5 }]
    const engine = createEngine(init)
    engine.seed(null, new Map([[0, 1]]))
    engine.add(old)
    engine.exact()
    const before = engine.voice(0, 1)
    engine.add([{ ...praise(5, 6), time: 300 * halfLifeMs }])
    engine.exact()
    expect(engine.voice(0, 1)).toBe(before)
    engine.add([{ ...praise(0, 3), time: 300 * halfLifeMs }])
    engine.exact()
    expect(engine.voice(0, 3)).toBeGreaterThan(0.4)
    expect(engine.voice(0, 1)).toBeLessThan(1e-50)
  })
})

describe('taking back', () => {
  it('leaves what it would be without, and no sum below 0', () => {
    fc.assert(
      fc.property(anyRatings(AGENTS, TOPICS), anyRatings(AGENTS, TOPICS, 10), fc.boolean(), (ratings, withdrawn, between) => {
        const engine = createEngine({ topics: TOPICS, similarity })
        engine.seed(null, new Map([[0, 1]]))
        engine.add([...ratings, ...withdrawn])
        if (between) engine.update()
        engine.remove(withdrawn)
        engine.update()
        engine.exact()
        const without = counted({ topics: TOPICS, similarity }, [0], ratings)
        for (const topic of all) expect(apart(engine.voices(topic), without.voices(topic))).toBeLessThan(1e-8)
      }),
      { seed: 58, numRuns: 100 }
    )
  })
})

describe('keeping', () => {
  it('gives back the same to the last bit, and goes on alike', () => {
    fc.assert(
      fc.property(anyRatings(AGENTS, TOPICS), anyRatings(AGENTS, TOPICS, 5), anyRatings(AGENTS, TOPICS, 5), (first, second, waiting) => {
        const engine = createEngine({ topics: TOPICS, similarity, options: { halfLifeMs: 500 } })
        engine.seed(null, new Map([[0, 1], [1, 2]]))
        engine.seed(1, new Map([[2, 1]]))
        engine.prove(3, 0.5, 1)
        engine.add(first)
        engine.update()
        engine.add(second)
        engine.update()
        engine.add(waiting)
        const saved = structuredClone(engine.save(Float64Array.of(7, 8)))
        expect(saved.cursor).toEqual(Float64Array.of(7, 8))
        const loaded = loadEngine(saved, { options: { halfLifeMs: 500 } })
        const same = (): void => {
          for (const topic of all) {
            expect(loaded.voices(topic)).toEqual(engine.voices(topic))
            expect(loaded.prospects(topic)).toEqual(engine.prospects(topic))
          }
        }
        same()
        expect(loaded.update()).toEqual(engine.update())
        same()
        loaded.exact()
        engine.exact()
        same()
      }),
      { seed: 59, numRuns: 60 }
    )
  })

  it('refuses what was kept by another version or does not fit together', () => {
    const engine = counted({}, [0], ring(5))
    const saved = engine.save()
    expect(() => loadEngine({ ...saved, version: 2 as 1 })).toThrow(TrustInputError)
    expect(() => loadEngine({ ...saved, voices: new Float64Array(2) })).toThrow(TrustInputError)
    expect(() => loadEngine({ ...saved, opinions: { ...saved.opinions, others: saved.opinions.others.map(() => 99) } })).toThrow(TrustInputError)
    expect(() => loadEngine({ ...saved, opinions: { ...saved.opinions, starts: saved.opinions.starts.map(() => 4_000_000) } })).toThrow(
      TrustInputError
    )
  })
})

describe('hostile numbers', () => {
  const good = praise(0, 1)
  const hostile: Array<Partial<Rating>> = [
    { value: Number.NaN },
    { value: 1.01 },
    { value: -Infinity },
    { weight: Number.NaN },
    { weight: -1 },
    { weight: 0 },
    { weight: 1e300 },
    { time: Number.NaN },
    { time: 1e300 },
    { from: -1 },
    { from: 0.5 },
    { to: 2 ** 31 },
    { to: Number.NaN },
    { topic: 1 },
    { topic: -1 },
    { topic: Number.NaN }
  ]

  it.each(hostile)('refuses a rating with %o, and the batch it is in', (part) => {
    const engine = createEngine()
    engine.add([praise(0, 2)])
    expect(() => engine.add([good, { ...good, ...part }, good])).toThrow(RatingError)
    engine.exact()
    expect(engine.entries).toBe(1)
    expect(engine.agents).toBe(3)
    expect(engine.voice(0, 1)).toBe(0)
  })

  it('refuses options, seeds, proofs and topics that can not be', () => {
    const engine = createEngine()
    expect(() => createEngine({ options: { alpha: Number.NaN } })).toThrow(TrustInputError)
    expect(() => createEngine({ options: { alpha: 0 } })).toThrow(TrustInputError)
    expect(() => createEngine({ topics: 2, similarity: [1, 2, 2, 1] })).toThrow(TrustInputError)
    expect(() => createEngine({ topics: 2, similarity: [1, 0.5, 0.4, 1] })).toThrow(TrustInputError)
    expect(() => engine.seed(null, new Map([[0, -1]]))).toThrow(TrustInputError)
    expect(() => engine.seed(null, new Map([[-1, 1]]))).toThrow(TrustInputError)
    expect(() => engine.seed(4, new Map([[0, 1]]))).toThrow(TrustInputError)
    expect(() => engine.prove(0, 2)).toThrow(TrustInputError)
    expect(() => engine.addTopic([Number.NaN])).toThrow(TrustInputError)
  })

  it('leaves out what an agent says of itself', () => {
    const engine = createEngine()
    expect(engine.add([praise(0, 0), praise(0, 1)])).toBe(1)
    engine.update()
    expect(engine.entries).toBe(1)
  })
})

/** Agents of whom each praises the next three. */
function ring(agents: number): Rating[] {
  return Array.from({ length: agents }, (_, i) => [1, 2, 3].map((step) => praise(i, (i + step) % agents))).flat()
}

function voicesOf(engine: TrustEngine, topic: number): number[] {
  return Array.from({ length: 70 }, (_, agent) => engine.voice(topic, agent))
}
