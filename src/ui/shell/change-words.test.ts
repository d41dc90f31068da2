import { expect, test } from 'vitest'
import type { ApprovalView, Snapshot, TaskView } from '../../node/client.ts'
import { changeWords } from './change-words.ts'

const base: Snapshot = {
  status: {
    agent: '',
    peerId: '',
    connections: [],
    network: 'direct',
    networkReason: '',
    relay: true,
    storage: { kind: 'memory', problem: null, persistent: null }, meaning: { model: { is: 'ready' }, waiting: 0 }
  },
  agents: [],
  tasks: [],
  approvals: [],
  permissions: [],
  offers: [],
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
  entries: { contract: null, outcome: null },
  created: 0,
  updated: 0,
  events: []
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
