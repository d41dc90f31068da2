/** Ratings for tests, and the engine in the states that they need. */
import fc from 'fast-check'
import { createEngine, type EngineInit, type Rating, type TrustEngine } from '../engine.ts'

/** Any ratings among so many agents and topics: some good, some bad, some again and again, some of oneself. */
export function anyRatings(agents: number, topics: number, most = 60, least = 0): fc.Arbitrary<Rating[]> {
  return fc.array(
    fc.record({
      from: fc.nat(agents - 1),
      to: fc.nat(agents - 1),
      topic: fc.nat(topics - 1),
      value: fc.double({ min: -1, max: 1, noNaN: true }),
      weight: fc.double({ min: 0.01, max: 10, noNaN: true }),
      time: fc.nat(1000)
    }),
    { minLength: least, maxLength: most }
  )
}

export const praise = (from: number, to: number, topic = 0): Rating => ({ from, to, topic, value: 1 })
export const complain = (from: number, to: number, topic = 0): Rating => ({ from, to, topic, value: -1 })

/** Everybody of some agents praises everybody else of them. */
export function clique(agents: readonly number[], topic = 0): Rating[] {
  return agents.flatMap((from) => agents.filter((to) => to !== from).map((to) => praise(from, to, topic)))
}

/** An engine that has counted some ratings, exactly, from the view of some agents alike. */
export function counted(init: EngineInit, seeds: readonly number[], ratings: Iterable<Rating>): TrustEngine {
  const engine = createEngine(init)
  if (seeds.length > 0) engine.seed(null, new Map(seeds.map((agent) => [agent, 1])))
  engine.add(ratings)
  engine.exact()
  return engine
}

export function sum(values: Iterable<number>): number {
  let all = 0
  for (const value of values) all += value
  return all
}

/** Largest difference between two vectors, of which one may be shorter: what it lacks is 0. */
export function apart(a: Float64Array, b: Float64Array): number {
  let most = 0
  for (let i = 0; i < Math.max(a.length, b.length); i++) most = Math.max(most, Math.abs((a[i] ?? 0) - (b[i] ?? 0)))
  return most
}
