import { describe, expect, test } from 'vitest'
import type { Outcome } from '../schema/contract.ts'
import type { TaskRecord } from '../schema/task.ts'
import { clearing, forgettable, isSettled, outlived, sharing } from './housekeeping.ts'
import { contractOf, recordOf } from './testing/records.ts'

const file = (hash: string) => ({ name: hash, type: '', hash, size: 1 })
const outcome = (result: string | null): Outcome => ({
  version: 1,
  contract: 'c',
  state: 'completed',
  result,
  resultSize: 1,
  reason: null,
  finished: 1
})
const done = (fields: Partial<TaskRecord> = {}) =>
  recordOf({ role: 'follower', state: 'completed', outcome: outcome(null), entries: { contract: 1, outcome: 2, rating: null }, ...fields })

test('a task is settled when it has ended and its outcome is written down', () => {
  expect(isSettled(recordOf())).toBe(false)
  expect(isSettled(recordOf({ state: 'rejected' }))).toBe(true)
  expect(isSettled(done())).toBe(true)
  expect(isSettled(done({ entries: { contract: 1, outcome: null, rating: null } }))).toBe(false)
})

describe('a promise', () => {
  const onTerms = (keeps: 'nothing' | 'task' | 'longer', fields: Partial<TaskRecord> = {}) =>
    done({ contract: contractOf('leader', 'us', { terms: { languages: [], region: null, price: 0, keeps, tier: 0 } }), ...fields })
  const open = { contract: 1, outcome: null, rating: null }
  const gone = (what: 'input' | 'all') => ({ forgotten: { what, at: 1, details: 'd', size: 1 } })

  test.each<[string, Partial<TaskRecord>, nothing: ReturnType<typeof forgettable>, task: ReturnType<typeof forgettable>]>([
    ['while it waits', { state: 'submitted', outcome: null, entries: { ...open, contract: null } }, null, null],
    ['while it runs', { state: 'working', outcome: null, entries: open }, null, null],
    ['when the work is over', { entries: open }, 'input', null],
    ['when that is done', { entries: open, ...gone('input') }, null, null],
    ['when the outcome is written down', gone('input'), 'all', 'all'],
    ['when it was never begun', { state: 'rejected', outcome: null, entries: { ...open, contract: null } }, 'all', 'all'],
    ['when all is done', gone('all'), null, null],
    ['of what we asked for', { role: 'leader' }, null, null]
  ])('%s', (_, fields, nothing, task) => {
    expect(forgettable(onTerms('nothing', fields))).toBe(nothing)
    expect(forgettable(onTerms('task', fields))).toBe(task)
    expect(forgettable(onTerms('longer', fields))).toBeNull()
    expect(forgettable(done({ contract: contractOf('leader', 'us'), ...fields }))).toBeNull()
  })

  test('that is not kept yet leaves a task unsettled', () => {
    expect([isSettled(onTerms('task')), isSettled(onTerms('task', gone('all'))), isSettled(onTerms('longer'))]).toEqual([false, true, true])
  })
})

test('of what several tasks name, one that is forgotten needs nothing any more', () => {
  const task = done({ files: [file('lent')], outcome: outcome('result') })
  const forgotten = done({ outcome: outcome('result'), forgotten: { what: 'all', at: 1, details: 'd', size: 1 } })
  const others = [done({ outcome: outcome('result') }), recordOf({ files: [file('lent')] }), done({ files: [file('lent')] }), forgotten]
  expect(sharing(task, [task, ...others])).toEqual(others.slice(0, 2))
  expect(clearing(task, [task, forgotten], 'files and result').map(({ key }) => key)).toEqual(['lent', 'result'])
})

test('of what was done for others the newest are kept, and what is open', () => {
  const tasks = [
    done({ id: 'new' }),
    recordOf({ role: 'follower', id: 'open' }),
    done({ id: 'unsettled', entries: { contract: 1, outcome: null, rating: null } }),
    recordOf({ id: 'own', state: 'completed' }),
    done({ id: 'old' }),
    recordOf({ role: 'follower', id: 'older', state: 'canceled' })
  ]
  expect(outlived(tasks, 1).map(({ id }) => id)).toEqual(['old', 'older'])
  expect(outlived(tasks, 3)).toEqual([])
})

test('a program goes with the last work that was agreed on it', () => {
  const [one, other] = ['a', 'b'].map((program) => contractOf('leader', 'us', { program }))
  const task = done({ contract: one! })
  const asked = recordOf({ role: 'follower', contract: one! })
  const agreed = recordOf({ role: 'follower', contract: one!, followerSignature: new Uint8Array(64), state: 'working' })
  const keys = (...others: TaskRecord[]) => clearing(task, [task, ...others], 'files').map(({ key }) => key)
  expect(keys()).toEqual(['a'])
  expect(keys(asked, { ...agreed, contract: other! }, { ...agreed, state: 'failed' })).toEqual(['a'])
  expect(keys({ ...agreed })).toEqual([])
})

test('only what nobody else needs is deleted', () => {
  const task = done({ files: [file('lent'), file('lent'), file('own'), file('running'), file('result')], outcome: outcome('result') })
  const all = [
    task,
    recordOf({ files: [file('own')], state: 'completed' }),
    recordOf({ role: 'follower', files: [file('running')] }),
    done({ files: [file('lent')] })
  ]
  const keys = (parts: 'files' | 'files and result') => clearing(task, all, parts).map(({ key }) => key)
  expect(keys('files')).toEqual(['lent'])
  expect(keys('files and result')).toEqual(['lent', 'result'])
  expect(clearing(task, [...all, done({ outcome: outcome('result') })], 'files and result').map(({ key }) => key)).toEqual(['lent'])
})
