import { expect, test } from 'vitest'
import type { TaskView } from '../../node/client.ts'
import { splitTasks, taskSteps } from './task-steps.ts'

const task = (part: Partial<TaskView>): TaskView => ({
  id: 't',
  role: 'leader',
  goal: 'g',
  files: [],
  agent: 'did',
  skill: 's',
  state: 'submitted',
  allowedBy: null,
  waiting: '',
  progress: null,
  result: null,
  problem: null,
  contract: null,
  entries: { contract: null, outcome: null, rating: null },
  created: 0,
  updated: 0,
  events: [],
  terms: null,
  forgotten: null,
  ...part
})
const progress = { fraction: 0.5, note: '', at: 0 }
const states = (part: Partial<TaskView>) =>
  taskSteps(task(part), 'Amber Heron')
    .map((step) => step.state)
    .join(' ')

test('steps follow the state', () => {
  expect(states({ agent: null })).toBe('now next next next')
  expect(states({})).toBe('done now next next')
  expect(states({ state: 'auth-required' })).toBe('done now next next')
  expect(states({ state: 'working', contract: 'c', progress })).toBe('done done now next')
  expect(states({ state: 'completed', contract: 'c', result: { summary: '', parts: [] } })).toBe('done done done done')
  expect(states({ state: 'rejected' })).toBe('done failed next next')
  expect(states({ state: 'rejected', agent: null })).toBe('failed next next next')
  expect(states({ state: 'failed', contract: 'c', progress })).toBe('done done failed next')
  expect(states({ state: 'canceled' })).toBe('done stopped next next')
})

test('what goes on comes apart from what is over, newest first', () => {
  const tasks = [
    task({ id: 'a', updated: 1 }),
    task({ id: 'b', state: 'completed', updated: 5 }),
    task({ id: 'c', updated: 3 }),
    task({ id: 'd', state: 'failed', updated: 9 })
  ]
  const { running, over } = splitTasks(tasks)
  expect([running.map((t) => t.id), over.map((t) => t.id)]).toEqual([
    ['c', 'a'],
    ['d', 'b']
  ])
})
