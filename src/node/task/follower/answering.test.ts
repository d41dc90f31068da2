import { beforeEach, describe, expect, test } from 'vitest'
import { noChanges } from '../../store/changes.ts'
import type { Contract } from '../../schema/contract.ts'
import type { TaskRecord } from '../../schema/task.ts'
import type { Skill } from '../../skill/skills.ts'
import { StoreFullError } from '../../store/store.ts'
import { contractHash, signContract, verifyContract } from '../contract.ts'
import { createPermissions, type Permissions } from '../permissions.ts'
import { createBench, type Bench } from '../testing/bench.ts'
import { contractOf, limits, recordOf, skillOf } from '../testing/records.ts'
import { createAnswering } from './answering.ts'
import { createEndings } from './endings.ts'
import type { Work } from './working.ts'

let bench: Bench
let permissions: Permissions
let contract: Contract
let id: string
/** what we have under the contract's skill now */
let current: Skill | undefined
let work: Work
/** the tasks that were worked on */
let worked: string[]
let closing: AbortController

beforeEach(async () => {
  bench = await createBench()
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
  permissions = createPermissions({ store: bench.store, changes: noChanges, now: Date.now, random })
  contract = contractOf(bench.other.agent, bench.self.agent)
  id = await contractHash(contract)
  current = skillOf()
  worked = []
  work = async (of) => void worked.push(of)
  closing = new AbortController()
})

/** Asks for the work, with what else the record says by then; resolves to the task after the answer. */
async function answered(fields: Partial<TaskRecord> = {}, signal = AbortSignal.timeout(10_000)): Promise<TaskRecord> {
  const { self: key, tasks, adaptation } = bench
  const components = { key, tasks, adaptation, permissions, skill: () => current, now: Date.now }
  const answer = createAnswering({ ...components, endings: createEndings(components), work: (...args) => work(...args) }, closing.signal)
  const leaderSignature = await signContract(bench.other, contract)
  const task = recordOf({ id, role: 'follower', contract, contractHash: id, leaderSignature, ...fields })
  await tasks.create(task)
  await answer(task, contract, signal)
  return tasks.read(id)
}

const nothingBegun = async (task: TaskRecord) => {
  expect(task.followerSignature).toBeNull()
  expect(await bench.recorded()).toEqual([])
  expect(await bench.store.get('blobs', contract.program)).toBeUndefined()
  expect(worked).toEqual([])
}

describe('after a yes', () => {
  test('the contract is signed and written down, its program kept, and the work begins', async () => {
    const task = await answered({ approvedBy: 'operator' })
    expect(task).toMatchObject({ state: 'working', waiting: 'Getting the files', entries: { contract: 1 } })
    expect(await verifyContract(bench.self.agent, contract, task.followerSignature!)).toBe(true)
    const { leaderSignature, followerSignature } = task
    expect(await bench.logs.body(bench.self.agent, 1)).toEqual({ kind: 'contract', contract, leaderSignature, followerSignature })
    expect(await bench.store.get('blobs', contract.program)).toEqual(new TextEncoder().encode('function run() {}'))
    expect(worked).toEqual([id])
  })

  test.each<[string, Skill | undefined]>([
    ['is gone', undefined],
    ['can’t be read', { ...skillOf(), source: () => Promise.reject(new Error('unreadable')) }]
  ])('what was begun before a reload goes on, also to be stopped, though the program %s now', async (_, now) => {
    current = now
    const followerSignature = await signContract(bench.self, contract)
    const entries = { contract: 1, outcome: null, rating: null }
    await answered({ state: 'working', approvedBy: 'operator', followerSignature, entries, cancelRequested: true })
    expect(worked).toEqual([id])
    expect(await bench.recorded()).toEqual([])
  })

  test.each<[string, Skill | undefined, RegExp]>([
    ['was replaced', skillOf('b'.repeat(64), 'another'), /another version of that program: ask again/],
    ['is gone', undefined, /does not offer “x” any more/]
  ])('nothing begins when the program %s since it was asked for', async (_, now, reason) => {
    current = now
    const task = await answered({ approvedBy: 'operator' })
    expect(task).toMatchObject({ state: 'rejected', waiting: '', problem: expect.stringMatching(reason) as string })
    await nothingBegun(task)
  })

  test('nothing begins without room for it', async () => {
    bench.adaptation.record = () => Promise.reject(new StoreFullError('full'))
    const task = await answered({ approvedBy: 'operator' })
    expect(task).toMatchObject({ state: 'rejected', problem: 'The device that was to do it has no room left.' })
    await nothingBegun(task)
  })

  test('work that could not be ended for want of room is tried again', async () => {
    work = () => Promise.reject(new StoreFullError('full'))
    await expect(answered({ approvedBy: 'operator' })).rejects.toThrow(StoreFullError)
    expect(await bench.tasks.read(id)).toMatchObject({ state: 'working' })
  })

  test('and so is that of work whose time is over just then', async () => {
    const lapsing = new AbortController()
    work = () => {
      lapsing.abort(new Error('the contract has lapsed'))
      return Promise.reject(new StoreFullError('full'))
    }
    await expect(answered({ approvedBy: 'operator' }, lapsing.signal)).rejects.toThrow(StoreFullError)
  })
})

describe('a standing permission', () => {
  test('says yes by itself', async () => {
    await permissions.grant({ agent: bench.other.agent, skill: 'x', limits, perDay: 1 })
    expect(await answered()).toMatchObject({ state: 'working', approvedBy: 'permission' })
    expect((await permissions.all())[0]?.used.runs).toBe(1)
  })

  test.each<[string, Partial<TaskRecord>]>([
    ['the operator has said yes already', { approvedBy: 'operator' }],
    ['it was taken back', { cancelRequested: true }]
  ])('is not spent when %s', async (_, fields) => {
    await permissions.grant({ agent: bench.other.agent, skill: 'x', limits, perDay: 1 })
    expect((await answered(fields)).approvedBy).toBe(fields.approvedBy ?? null)
    expect((await permissions.all())[0]?.used.runs).toBe(0)
  })
})

describe('nothing begins', () => {
  test('before the answer', async () => {
    const done = answered()
    await new Promise((resolve) => setTimeout(resolve, 50))
    await nothingBegun(await bench.tasks.read(id))
    await bench.tasks.update(id, () => ({ approvedBy: 'operator' }))
    expect(await done).toMatchObject({ state: 'working' })
  })

  test('after a no', async () => {
    const done = answered()
    await new Promise((resolve) => setTimeout(resolve, 10))
    await bench.tasks.update(id, () => ({ state: 'rejected', problem: 'Not today' }))
    const task = await done
    expect(task).toMatchObject({ state: 'rejected', problem: 'Not today' })
    await nothingBegun(task)
  })

  test('when a yes crosses with a cancel', async () => {
    const task = await answered({ approvedBy: 'operator', cancelRequested: true })
    expect(task).toMatchObject({ state: 'canceled', waiting: '' })
    await nothingBegun(task)
  })

  test('when the answer does not come in time', async () => {
    const task = await answered({}, AbortSignal.timeout(50))
    expect(task).toMatchObject({ state: 'canceled', waiting: '' })
    await nothingBegun(task)
  })

  test('when the node stops, and then it is still asked for', async () => {
    closing.abort(new Error('the node stops'))
    await expect(answered({}, closing.signal)).rejects.toThrow('the node stops')
    expect(await bench.tasks.read(id)).toMatchObject({ state: 'submitted' })
  })
})
