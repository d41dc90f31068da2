/** Each defence against the attack that it is for, and the twin: with it off, the attack works. */
import { describe, expect, it } from 'vitest'
import { createEngine, type EngineInit, type Rating, type TrustEngine } from './engine.ts'
import type { Defence } from './options.ts'
import { clique, complain, counted, praise, sum } from './testing/graphs.ts'

const [self, friend, worker, other] = [0, 1, 2, 3]
/** A small honest world from one's own view: those one has worked with, and those whom they have. */
const honest: Rating[] = [
  ...[friend, worker, other].map((agent) => praise(self, agent)),
  praise(friend, worker),
  praise(friend, 4),
  praise(worker, 5),
  praise(worker, 4),
  praise(other, 5),
  praise(other, 6),
  praise(4, 6),
  praise(5, 7),
  praise(6, 7),
  praise(7, other)
]

function without(...names: Defence[]): EngineInit {
  return { options: { defences: Object.fromEntries(names.map((name) => [name, false])) } }
}

describe('rings', () => {
  const members = [20, 21, 22, 23, 24, 25]
  /** one of them has done a good job once, and they praise one another: voice that has come in goes round */
  const attack = [...honest, praise(worker, 20), ...clique(members)]
  const voice = (engine: TrustEngine): number => sum(members.map((member) => engine.voice(0, member)))

  it('keep little of the voice that comes in', () => {
    const lone = voice(counted({}, [self], [...honest, praise(worker, 20)]))
    const discounted = voice(counted({}, [self], attack))
    const plain = voice(counted(without('rings'), [self], attack))
    expect(plain).toBeGreaterThan(4 * lone)
    expect(discounted).toBeLessThan(2.5 * lone)
  })

  it('are told from a group that has its voice straight from the seeds', () => {
    const friends = [self, friend, worker, other]
    const engine = counted({}, [self], clique(friends))
    const plain = counted(without('rings'), [self], clique(friends))
    for (const agent of friends) expect(engine.voice(0, agent)).toBeCloseTo(plain.voice(0, agent), 9)
  })
})

describe('penalties', () => {
  const [cheat, voucher, dupe] = [30, 31, 32]
  /** the voucher is endorsed by honest agents and endorses nobody but the cheat; the dupe endorses it among many */
  const attack = [
    ...honest,
    praise(worker, voucher),
    praise(friend, dupe),
    praise(voucher, cheat),
    praise(dupe, cheat),
    ...[worker, other, 4, 5, 6, 7].map((agent) => praise(dupe, agent))
  ]
  const proven = (init: EngineInit, topic: number | null = null): TrustEngine => {
    const engine = createEngine({ topics: 2, similarity: [1, 0.9, 0.9, 1], ...init })
    engine.seed(null, new Map([[self, 1]]))
    engine.add([...attack, praise(self, cheat, 1), praise(self, voucher, 1)])
    engine.prove(cheat, 1, topic)
    engine.exact()
    return engine
  }

  it('take all from the culprit, in every topic', () => {
    const engine = proven({})
    const off = proven(without('penalties'))
    for (const topic of [0, 1]) {
      expect([engine.voice(topic, cheat), engine.prospect(topic, cheat), engine.level(topic, cheat)]).toEqual([0, 0, 0])
      expect(engine.excluded(topic, cheat)).toBe(true)
      expect(off.prospect(topic, cheat)).toBeGreaterThan(0)
      expect(off.excluded(topic, cheat)).toBe(false)
    }
  })

  it('go backwards in proportion to the endorsement', () => {
    const engine = proven({})
    const off = proven(without('penalties'))
    const left = (agent: number): number => engine.voice(0, agent) / off.voice(0, agent)
    expect(left(voucher)).toBeLessThan(0.6)
    expect(left(dupe)).toBeGreaterThan(0.85)
    expect(left(dupe)).toBeLessThan(1.05)
  })

  it('go backwards only in the topic of the fraud, when it has one', () => {
    const engine = proven({}, 1)
    const off = proven(without('penalties'))
    // what the seed passes on to the cheat goes back to the seed, so others gain
    expect(engine.voice(0, voucher)).toBeGreaterThanOrEqual(off.voice(0, voucher) - 1e-12)
  })

  it('leave voices that sum to one, even when all seeds are proven frauds', () => {
    const engine = counted({}, [self], honest)
    engine.prove(self)
    engine.update()
    expect(sum(engine.voices(0))).toBeCloseTo(1, 9)
    expect(engine.voice(0, self)).toBe(0)
  })
})

describe('negative evidence', () => {
  const cheat = 40
  /** colluders who have some voice praise the cheat, those with more voice complain */
  const attack = [...honest, praise(7, cheat), praise(6, cheat), complain(worker, cheat), complain(self, cheat)]

  it('has who is complained about by those with voice not considered', () => {
    const engine = counted({}, [self], attack)
    expect(engine.excluded(0, cheat)).toBe(true)
    expect(engine.prospect(0, cheat)).toBe(0)
    expect(engine.record(0, cheat)).toBe(0)
    const off = counted(without('negative'), [self], attack)
    expect(off.excluded(0, cheat)).toBe(false)
    expect(off.prospect(0, cheat)).toBeGreaterThan(0)
  })

  it('does not hear complaints of those without voice, however many', () => {
    const crowd = Array.from({ length: 100 }, (_, i) => 100 + i)
    const engine = counted({}, [self], [...honest, ...clique(crowd.slice(0, 10)), ...crowd.map((agent) => complain(agent, worker))])
    expect(engine.excluded(0, worker)).toBe(false)
    expect(engine.prospect(0, worker)).toBeCloseTo(counted({}, [self], honest).prospect(0, worker), 9)
    // the twin: where every agent is a seed, anybody has voice and the crowd is heard
    const heard = counted({}, [], [...honest, ...crowd.map((agent) => complain(agent, worker))])
    expect(heard.excluded(0, worker)).toBe(true)
  })

  it('does not let one complaint outweigh many endorsements', () => {
    const engine = counted({}, [self], [...honest, complain(4, worker)])
    expect(engine.excluded(0, worker)).toBe(false)
    expect(engine.prospect(0, worker)).toBeGreaterThan(0)
    expect(engine.approval(0, worker)).toBeLessThan(counted({}, [self], honest).approval(0, worker))
  })
})

describe('prospect', () => {
  const topics: EngineInit = { topics: 2, similarity: [1, 0.9, 0.9, 1] }
  const ratings = honest.map((rating) => ({ ...rating, topic: 0 }))

  it('gives a newcomer to a topic a chance from its record next door, and no voice', () => {
    const engine = counted(topics, [self], ratings)
    expect(engine.prospect(1, worker)).toBeGreaterThan(0)
    expect(engine.voice(1, worker)).toBe(0)
    expect(engine.record(1, worker)).toBe(0)
    expect(engine.level(1, worker)).toBeGreaterThan(0)
    const off = counted({ ...topics, ...without('prospect') }, [self], ratings)
    expect(off.prospect(1, worker)).toBe(0)
  })

  it('is not had by being a seed', () => {
    const pinned = 9
    const engine = counted(topics, [self, pinned], ratings)
    for (const topic of [0, 1]) {
      expect(engine.voice(topic, pinned)).toBeGreaterThan(0.1)
      expect([engine.prospect(topic, pinned), engine.level(topic, pinned), engine.record(topic, pinned)]).toEqual([0, 0, 0])
      expect(engine.prospects(topic)[pinned]).toBe(0)
    }
  })

  it('ends when somebody with voice in the topic complains', () => {
    const engine = counted(topics, [self], [...ratings, complain(self, worker, 1)])
    expect(engine.excluded(1, worker)).toBe(true)
    expect(engine.prospect(1, worker)).toBe(0)
    expect(engine.prospect(0, worker)).toBeGreaterThan(0)
  })

  it('is not inherited by those who vouch for agents found bad', () => {
    const vouching = [praise(worker, other, 1), complain(self, other, 1)]
    const before = counted(topics, [self], [...ratings, praise(worker, other, 1)])
    const after = counted(topics, [self], [...ratings, ...vouching])
    expect(before.prospect(1, worker)).toBeGreaterThan(0)
    expect(after.prospect(1, worker)).toBe(0)
    const off = counted({ ...topics, ...without('penalties') }, [self], [...ratings, ...vouching])
    expect(off.prospect(1, worker)).toBeGreaterThan(0)
  })

  it('is the same one by one as all together', () => {
    const engine = counted(topics, [self], [...ratings, praise(worker, other, 1), complain(self, other, 1), praise(self, friend, 1)])
    for (const topic of [0, 1]) {
      const single = Array.from({ length: engine.agents }, (_, agent) => engine.prospect(topic, agent))
      const excluded = Array.from({ length: engine.agents }, (_, agent) => (engine.excluded(topic, agent) ? 1 : 0))
      const doubts = Array.from({ length: engine.agents }, (_, agent) => engine.approval(topic, agent))
      engine.prospects(topic).forEach((prospect, agent) => expect(prospect).toBeCloseTo(single[agent]!, 12))
      expect([...engine.exclusions(topic)]).toEqual(excluded)
      expect([...engine.approvals(topic)]).toEqual(doubts)
    }
  })
})
