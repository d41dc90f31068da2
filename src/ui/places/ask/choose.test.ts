import { expect, test } from 'vitest'
import type { Candidate } from '../../../node/client.ts'
import { aStanding } from '../../testing/scripted-client.ts'
import { bestCandidate, closedAgents, isDoubtful, splitByLikelihood } from './choose.ts'

const one = (agent: string, skill: string, reach: Candidate['reach'] = 'direct'): Candidate => ({
  agent,
  skill,
  name: skill,
  score: 1,
  likely: 1,
  reach,
  reasons: [],
  program: '',
  terms: null,
  topic: null,
  trust: null,
  limits: { ms: 1, memoryBytes: 1, inputBytes: 1, outputBytes: 1 }
})

test('the best is the first that can be reached', () => {
  expect(bestCandidate([one('a', 'x', 'away'), one('b', 'x')])?.agent).toBe('b')
  expect(bestCandidate([one('a', 'x', 'away')])?.agent).toBe('a')
  expect(bestCandidate([])).toBeNull()
})
test('somebody who was asked before comes after the others, but not never', () => {
  expect(bestCandidate([one('a', 'x'), one('b', 'x', 'relayed')], { avoid: 'a' })?.agent).toBe('b')
  expect(bestCandidate([one('a', 'x')], { avoid: 'a' })?.agent).toBe('a')
})
test('a wanted skill is not given up', () => {
  expect(bestCandidate([one('a', 'x'), one('b', 'y', 'away')], { skill: 'y' })?.agent).toBe('b')
  expect(bestCandidate([one('a', 'x')], { skill: 'y' })).toBeNull()
})

test('whoever takes on no work now is asked only if there is nobody else', () => {
  const closed = closedAgents([
    { agent: 'a', state: { kind: 'state', open: false, load: 'idle', power: 'mains', metered: false, at: 0 } },
    { agent: 'b', state: null }
  ])
  expect(bestCandidate([one('a', 'x'), one('b', 'x', 'away')], { avoid: 'b', closed })?.agent).toBe('b')
  expect(bestCandidate([one('a', 'x'), one('b', 'y')], { skill: 'x', closed })?.agent).toBe('a')
})

test('nobody of whom is complained is asked while there is somebody else, not even one that can be reached', () => {
  const doubtful: Candidate = { ...one('a', 'x'), trust: aStanding({ level: 0.3, record: 0.3, excluded: 'complaints', footing: 'excluded' }) }
  const known: Candidate = { ...one('c', 'x'), trust: aStanding({ level: 0.6, record: 0.6, footing: 'known' }) }
  expect(isDoubtful(doubtful)).toBe(true)
  expect(isDoubtful(known)).toBe(false)
  expect(bestCandidate([doubtful, one('b', 'x', 'away')])?.agent).toBe('b')
  expect(bestCandidate([doubtful, known])?.agent).toBe('c')
  expect(bestCandidate([doubtful])?.agent).toBe('a')
})

test('long shots stand apart', () => {
  const strong = { ...one('a', 'x'), likely: 0.4 }
  const shot = { ...one('z', 'y'), likely: 0.05 }
  expect(splitByLikelihood([shot, strong])).toEqual({ strong: [strong], weak: [shot] })
})
