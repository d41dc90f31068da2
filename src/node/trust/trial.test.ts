import { expect, test } from 'vitest'
import type { Candidate, TopicStanding } from '../adapt/rank.ts'
import { createTrialChoice, markTrial } from './trial.ts'

const stranger: TopicStanding = { level: 0, record: 0, excluded: null, footing: 'stranger', expectation: 0, strangers: 0.2 }
const known: TopicStanding = { ...stranger, level: 0.6, record: 0.6, footing: 'known', expectation: 0.8 }
const promising: TopicStanding = { ...stranger, level: 0.5, footing: 'promising' }
const excluded: TopicStanding = { ...stranger, excluded: 'complaints', footing: 'excluded' }

const one = (agent: string, trust: TopicStanding | null, more: Partial<Candidate> = {}): Candidate => ({
  agent,
  skill: 'x',
  name: 'X',
  score: 1,
  likely: 0.8,
  reach: 'direct',
  reasons: [],
  limits: { ms: 1, memoryBytes: 1, inputBytes: 1, outputBytes: 1 },
  program: 'p',
  terms: null,
  topic: null,
  trust,
  ...more
})

const tried = (candidates: Candidate[], ...draws: number[]) =>
  markTrial(candidates, () => draws.shift() ?? 0).flatMap(({ agent, isTrial }) => (isTrial === true ? agent : []))

test('beside one with a record somebody with a prospect is tried, and now and then a stranger', () => {
  const candidates = [one('best', known), one('good', known), one('new', promising), one('nobody', stranger), one('bad', excluded)]
  expect(tried(candidates, 0.9, 0.5)).toEqual(['new'])
  expect(tried(candidates, 0.1, 0)).toEqual(['new'])
  expect(tried(candidates, 0.1, 0.9)).toEqual(['nobody'])
})

test('where strangers did badly, none is tried', () => {
  const best = one('best', { ...known, strangers: 0 })
  for (const draw of [0, 0.5, 0.999]) expect(tried([best, one('nobody', stranger)], draw, draw)).toEqual([])
})

test('nobody is tried where the best has no record, and nobody who fits far worse, is away or is found bad', () => {
  expect(tried([one('best', promising), one('new', promising)], 0.9, 0.5)).toEqual([])
  expect(tried([], 0.9, 0.5)).toEqual([])
  expect(tried([one('best', known), one('weak', promising, { likely: 0.3 })], 0.9, 0.5)).toEqual([])
  expect(tried([one('best', known), one('away', promising, { reach: 'away' })], 0.9, 0.5)).toEqual([])
  expect(tried([one('best', known), one('bad', excluded)], 0, 0)).toEqual([])
})

test('whoever offers many things is drawn no more often than who offers one', () => {
  const many = Array.from({ length: 4 }, (_, i) => one('many', stranger, { skill: `skill ${i}` }))
  const candidates = [one('best', { ...known, strangers: 1 }), ...many, one('single', stranger)]
  expect(tried(candidates, 0, 0.4)).toEqual(['many'])
  expect(tried(candidates, 0, 0.6)).toEqual(['single'])
})

test('whoever looks again is shown the same one', () => {
  const candidates = [one('best', known), ...['a', 'b', 'c', 'd'].map((agent) => one(agent, promising))]
  const choose = createTrialChoice(Math.random)
  const first = choose(candidates)
  expect(first.filter(({ isTrial }) => isTrial === true)).toHaveLength(1)
  for (let i = 0; i < 5; i++) expect(choose(candidates)).toEqual(first)
})
