import { expect, test } from 'vitest'
import { drawRatings } from './crowd.ts'

const crowd = { agents: 500, ratings: 5000 }
const drawn = drawRatings(crowd, 1)
const ratings = [...drawn.between(0, drawn.count)]

test('ratings are between different agents, no pair twice, one in ten a complaint', () => {
  expect(new Set(ratings.map(({ from, to }) => `${from} ${to}`)).size).toBe(drawn.count)
  expect(drawn.count).toBeGreaterThan(0.97 * crowd.ratings)
  expect(ratings.every(({ from, to }) => from !== to && from < crowd.agents && to < crowd.agents)).toBe(true)
  const bad = ratings.filter(({ value }) => value < 0).length / drawn.count
  expect(bad).toBeGreaterThan(0.08)
  expect(bad).toBeLessThan(0.12)
})

test('they come in no order: those that come last are of the same agents as the first', () => {
  const half = Math.floor(drawn.count / 2)
  const mean = (some: typeof ratings) => some.reduce((sum, { to }) => sum + to, 0) / some.length
  expect(Math.abs(mean(ratings.slice(0, half)) - mean(ratings.slice(half)))).toBeLessThan(0.05 * crowd.agents)
})

test('they are the same for the same seed', () => {
  expect([...drawRatings(crowd, 1).between(0, 50)]).toEqual(ratings.slice(0, 50))
  expect([...drawRatings(crowd, 2).between(0, 50)]).not.toEqual(ratings.slice(0, 50))
})
