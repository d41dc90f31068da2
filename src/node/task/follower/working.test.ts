import { beforeEach, describe, expect, test, vi } from 'vitest'
import { DataUnavailableError } from '../../adapt/data.ts'
import type { Contract } from '../../schema/contract.ts'
import { ProgramError, type Runner } from '../../skill/runner.ts'
import type { Skill } from '../../skill/skills.ts'
import { StoreFullError } from '../../store/store.ts'
import { endlessRunner } from '../../testing/nodes.ts'
import { createBench, type Bench } from '../testing/bench.ts'
import { contractOf, limits, recordOf, skillOf } from '../testing/records.ts'
import type { End, Endings } from './endings.ts'
import type { Gather } from './gathering.ts'
import { createWorking } from './working.ts'

let bench: Bench
let contract: Contract
let runner: Runner
let gather: Gather
/** what we have under the contract's skill now */
let current: Skill | undefined
let ends: End[]
let closing: AbortController
const id = 'e'.repeat(64)
const lifetime = new AbortController().signal

beforeEach(async () => {
  bench = await createBench()
  contract = contractOf(bench.other.agent, bench.self.agent)
  runner = { run: async () => ({ summary: 'done', parts: [] }) }
  gather = async (_, { goal }) => ({ goal, files: [] })
  current = undefined
  ends = []
  closing = new AbortController()
  const program = new TextEncoder().encode('function run() {}')
  const task = recordOf({ id, role: 'follower', state: 'working', contract, waiting: 'Getting the files' })
  await bench.tasks.create(task, [{ put: 'blobs', key: contract.program, value: program }])
})

function work(signal = lifetime): Promise<void> {
  const { store, tasks } = bench
  const finish: Endings['finish'] = async (of, _, end) => {
    expect(of).toBe(id)
    ends.push(end)
  }
  const components = { store, tasks, runner, skill: () => current, gather, endings: { finish }, now: () => 7 }
  return createWorking(components, closing.signal)(id, contract, signal)
}

const cancel = () => bench.tasks.update(id, () => ({ cancelRequested: true }))

test('the program that was agreed on runs with its input, in its limits, at the contract’s time', async () => {
  const runs: unknown[] = []
  current = skillOf(contract.program, 'another')
  runner = {
    run: async (run, { onProgress }) => {
      runs.push(run)
      expect(await bench.tasks.read(id)).toMatchObject({ waiting: '' })
      onProgress({ fraction: 0.5, note: 'half', at: 1 })
      return { summary: 'done', parts: [] }
    }
  }
  await work()
  expect(runs).toEqual([{ source: 'function run() {}', input: { goal: 'do it', files: [] }, limits, time: contract.created }])
  expect(ends).toEqual([{ state: 'completed', value: { summary: 'done', parts: [] } }])
  // by our own clock
  expect(bench.tasks.progress(id)).toEqual({ fraction: 0.5, note: 'half', at: 7 })
})

describe('with the program not kept any more,', () => {
  beforeEach(() => bench.store.commit([{ delete: 'blobs', key: contract.program }]))

  test('the same one that we have does it', async () => {
    current = skillOf(contract.program)
    await work()
    expect(ends).toMatchObject([{ state: 'completed' }])
  })

  test('another does not', async () => {
    current = skillOf('b'.repeat(64))
    await work()
    expect(ends).toEqual([{ state: 'failed', reason: 'the program that was agreed on is not on this device any more' }])
  })
})

describe('it fails in words, and no more than that,', () => {
  test.each([
    ['for a program that fails', new ProgramError('threw', 'line 3: no'), 'line 3: no'],
    ['for a store without room', new StoreFullError('full'), 'The device that was to do it has no room left.'],
    ['for a mistake of our own', new TypeError('secret path /home/x'), 'Something went wrong on the device that was to do it.']
  ])('%s', async (_, error, reason) => {
    runner = { run: () => Promise.reject(error) }
    await work()
    expect(ends).toEqual([{ state: 'failed', reason }])
  })

  test('for files that do not come', async () => {
    gather = () => Promise.reject(new DataUnavailableError('it is not there'))
    await work()
    expect(ends).toEqual([{ state: 'failed', reason: 'The files could not be had: it is not there.' }])
  })
})

describe('it ends at once', () => {
  test('when it is stopped', async () => {
    const stopped = vi.fn()
    runner = endlessRunner(stopped)
    const done = work()
    await bench.tasks.until(id, ({ waiting }) => waiting === '', lifetime)
    await cancel()
    await done
    expect(ends).toEqual([{ state: 'canceled', reason: 'It was stopped.' }])
    expect(stopped).toHaveBeenCalledTimes(1)
  })

  test('when it is stopped before the files are there', async () => {
    gather = (_id, _contract, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
    const done = work()
    await cancel()
    await done
    expect(ends).toEqual([{ state: 'canceled', reason: 'It was stopped.' }])
  })

  test('when its time is over', async () => {
    runner = endlessRunner()
    await work(AbortSignal.timeout(50))
    expect(ends).toEqual([{ state: 'canceled', reason: 'Its time was over before it was done.' }])
  })

  test('when the node stops, and then it is not over', async () => {
    runner = endlessRunner()
    const done = work(AbortSignal.any([closing.signal, lifetime]))
    closing.abort(new Error('the node stops'))
    await expect(done).rejects.toThrow('the node stops')
    expect(ends).toEqual([])
  })
})
