import { expect, test } from 'vitest'
import type { ApprovalView, Snapshot, StandingInterest, TaskView } from '../../node/client.ts'
import { changeWords, newFinds } from './change-words.ts'

const base: Snapshot = {
  status: {
    agent: '',
    peerId: '',
    connections: [],
    network: 'direct',
    networkReason: '',
    relay: true,
    storage: { kind: 'memory', problem: null, persistent: null }, meaning: { model: { is: 'ready' }, waiting: 0, late: 0, pending: 0 }
  },
  agents: [],
  moreAgents: 0,
  declared: 0,
  tasks: [],
  approvals: [],
  permissions: [],
  offers: [],
  interests: [],
  policy: { facts: { languages: [], region: null, tier: 0 }, insists: {} },
  state: { open: true, load: 'idle', power: 'mains', metered: false },
  trusted: [],
  followed: [],
  sharing: null,
  opinions: 0,
  logLength: 0
}
const task = (id: string, state: TaskView['state'], fraction = 0): TaskView => ({
  id,
  role: 'leader',
  goal: `goal ${id}`,
  files: [],
  agent: null,
  skill: null,
  state,
  allowedBy: null,
  waiting: '',
  progress: { fraction, note: '', at: 0 },
  result: null,
  problem: null,
  contract: null,
  entries: { contract: null, outcome: null, rating: null },
  created: 0,
  updated: 0,
  events: [],
  terms: null,
  forgotten: null
})
const approval = (id: string): ApprovalView => ({
  id,
  agent: 'did',
  petname: null,
  reach: 'direct',
  history: { completed: 0, failed: 0 },
  goal: '',
  skill: 's',
  skillName: 'Statistics',
  program: { hash: '', source: '', author: 'built in' },
  files: [],
  limits: { ms: 1, memoryBytes: 1, inputBytes: 1, outputBytes: 1 },
  created: 0,
  expiry: 0
})
const words = (before: Partial<Snapshot>, after: Partial<Snapshot>) =>
  changeWords({ ...base, ...before }, { ...base, ...after }, () => 'Amber Heron')

test('questions and endings are said once', () => {
  expect(words({}, { approvals: [approval('a')] })).toEqual(['Amber Heron asks for Statistics'])
  expect(words({ approvals: [approval('a')] }, { approvals: [approval('a')] })).toEqual([])
  expect(words({ tasks: [task('1', 'working')] }, { tasks: [task('1', 'completed')] })).toEqual(['Done: goal 1'])
})
test('progress is not chatter', () => {
  expect(words({ tasks: [task('1', 'working', 0.1)] }, { tasks: [task('1', 'working', 0.2)] })).toEqual([])
})

const find = (agent: string, seen = false) => ({ agent, skill: 's', name: 'S', likely: 0.5, at: 0, seen })
const interest = (...found: StandingInterest['found']): StandingInterest => ({
  id: 'i',
  text: 'tune my \u202Epiano',
  constraints: {},
  created: 0,
  found
})
test('what is found for what one listens for is said once', () => {
  expect(words({ interests: [interest()] }, { interests: [interest(find('a'))] })).toEqual([
    'Amber Heron can do what you listen for: tune my piano'
  ])
  expect(words({ interests: [interest()] }, { interests: [interest(find('a'), find('b'))] })).toEqual([
    '2 agents can do what you listen for: tune my piano'
  ])
  expect(words({ interests: [interest(find('a'))] }, { interests: [interest(find('a'))] })).toEqual([])
})
test('what is found at once, or was looked at, is no news', () => {
  expect(newFinds(base, { ...base, interests: [interest(find('a'))] })).toEqual([])
  expect(words({ interests: [interest()] }, { interests: [interest(find('a', true))] })).toEqual([])
})
