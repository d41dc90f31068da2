import { describe, expect, it, vi } from 'vitest'
import type { Progress } from '../schema/result.ts'
import type { ProgramRun } from './runner.ts'
import { createWorkerRunner, type WorkerEvents, type WorkerRunnerInit } from './worker-runner.ts'

const run: ProgramRun = {
  source: '',
  input: { goal: '', files: [] },
  limits: { ms: 60_000, memoryBytes: 1000, inputBytes: 1000, outputBytes: 100 },
  time: 0
}
const done = { type: 'done', result: { summary: 'fine', parts: [] } }

/** A runner over workers that only do what the test says. */
function setUp(init: Partial<WorkerRunnerInit> = {}) {
  const workers: Array<WorkerEvents & { posted: unknown[]; terminate: ReturnType<typeof vi.fn> }> = []
  const runner = createWorkerRunner({
    spawn(events) {
      const posted: unknown[] = []
      const terminate = vi.fn()
      workers.push({ ...events, posted, terminate })
      return { post: (message) => posted.push(message), terminate }
    },
    ...init
  })
  const start = (signal = new AbortController().signal, changed: Partial<ProgramRun> = {}) => {
    const progress: Progress[] = []
    const result = runner.run({ ...run, ...changed }, { signal, onProgress: (one) => progress.push(one) })
    result.catch(() => undefined)
    return { result, progress }
  }
  /** the worker of that number, once it is there */
  const worker = (i: number) => vi.waitFor(() => workers[i] ?? expect.fail(`no worker ${i}`), 10_000)
  return { start, worker, workers }
}

describe('one run', () => {
  it('gives its worker the run, and ends it when the result is there', async () => {
    const { start, worker } = setUp()
    const { result } = start()
    const one = await worker(0)
    expect(one.posted).toEqual([run])
    expect(one.terminate).not.toHaveBeenCalled()
    one.onMessage({ type: 'started' })
    one.onMessage(done)
    expect(await result).toEqual({ summary: 'fine', parts: [] })
    expect(one.terminate).toHaveBeenCalledOnce()
  })

  it('passes on the failure that the worker tells of', async () => {
    const { start, worker } = setUp()
    const { result } = start()
    const one = await worker(0)
    one.onMessage({ type: 'failed', failure: 'memory', message: 'Too much.' })
    await expect(result).rejects.toMatchObject({ name: 'ProgramError', failure: 'memory', message: 'Too much.' })
    expect(one.terminate).toHaveBeenCalledOnce()
  })

  it.each([
    ['nonsense', 'nonsense'],
    ['null', null],
    ['an unknown type', { type: 'hello' }],
    ['a fraction out of range', { type: 'progress', fraction: 2, note: '' }],
    ['a note without an end', { type: 'progress', fraction: 0, note: 'x'.repeat(1e6) }],
    ['an unknown failure', { type: 'failed', failure: 'other', message: '' }],
    ['a message without an end', { type: 'failed', failure: 'threw', message: 'x'.repeat(1e6) }]
  ])('ends a worker that says %s', async (_, message) => {
    const { start, worker } = setUp()
    const { result, progress } = start()
    const one = await worker(0)
    one.onMessage(message)
    await expect(result).rejects.toMatchObject({ failure: 'broken' })
    expect(progress).toEqual([])
    expect(one.terminate).toHaveBeenCalledOnce()
  })

  it.each([
    ['no result', undefined],
    ['another shape', { summary: 1, parts: [] }],
    ['too many bytes', { summary: 'x'.repeat(200), parts: [] }]
  ])('checks the result again: %s', async (_, value) => {
    const { start, worker } = setUp()
    const { result } = start()
    const one = await worker(0)
    one.onMessage({ type: 'done', result: value })
    await expect(result).rejects.toMatchObject({ failure: 'output' })
    expect(one.terminate).toHaveBeenCalledOnce()
  })

  it('lets little progress through, and none after the end', async () => {
    let clock = 1000
    const { start, worker } = setUp({ now: () => clock })
    const { result, progress } = start()
    const one = await worker(0)
    const tell = (fraction: number) => one.onMessage({ type: 'progress', fraction, note: 'n' })
    for (let i = 0; i < 100; i++) tell(i / 100)
    clock += 60
    tell(1)
    one.onMessage(done)
    clock += 60
    tell(0.5)
    await result
    expect(progress).toEqual([
      { fraction: 0, note: 'n', at: 1000 },
      { fraction: 1, note: 'n', at: 1060 }
    ])
  })

  it('says so when the worker ends by itself, or can’t be started', async () => {
    const first = setUp()
    const { result } = first.start()
    const one = await first.worker(0)
    one.onFailure(new Error('crash'))
    await expect(result).rejects.toMatchObject({ failure: 'broken', cause: new Error('crash') })
    expect(one.terminate).toHaveBeenCalledOnce()
    const second = setUp({
      spawn() {
        throw new Error('no workers here')
      }
    })
    await expect(second.start().result).rejects.toMatchObject({
      failure: 'broken',
      cause: new Error('no workers here')
    })
  })

  it('waits for a worker to get ready only so long, and then for the program only so long', async () => {
    vi.useFakeTimers()
    try {
      const { start, workers } = setUp({ startMs: 500, graceMs: 100 })
      const slow = start()
      await vi.advanceTimersByTimeAsync(501)
      await expect(slow.result).rejects.toMatchObject({ failure: 'broken' })
      const endless = start()
      await vi.advanceTimersByTimeAsync(400)
      workers[1]!.onMessage({ type: 'started' })
      await vi.advanceTimersByTimeAsync(60_050)
      expect(workers[1]!.terminate).not.toHaveBeenCalled()
      await vi.advanceTimersByTimeAsync(100)
      await expect(endless.result).rejects.toMatchObject({ failure: 'time' })
      expect(workers.map(({ terminate }) => terminate.mock.calls.length)).toEqual([1, 1])
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('ends at once when it is aborted, and does not begin when it is aborted already', async () => {
    const { start, worker, workers } = setUp()
    const abort = new AbortController()
    const { result } = start(abort.signal)
    const one = await worker(0)
    abort.abort()
    expect(one.terminate).toHaveBeenCalledOnce()
    await expect(result).rejects.toMatchObject({ failure: 'killed' })
    await expect(start(abort.signal).result).rejects.toMatchObject({ failure: 'killed' })
    expect(workers).toHaveLength(1)
  })
})

describe('many runs', () => {
  it('go on two at a time, the others in order, and no more wait than may', async () => {
    const { start, worker, workers } = setUp({ mostWaiting: 2 })
    const runs = [start(), start(), start(), start()]
    await worker(1)
    await expect(start().result).rejects.toThrow('This agent is busy: 2 others wait already')
    expect(runs.map(({ progress }) => progress.map(({ note }) => note))).toEqual([
      [],
      [],
      ['Waiting for another run to end'],
      ['Waiting for another run to end']
    ])
    workers[1]!.onMessage(done)
    const third = await worker(2)
    expect(workers).toHaveLength(3)
    third.onMessage({ type: 'failed', failure: 'threw', message: 'No.' })
    workers[0]!.onMessage(done)
    ;(await worker(3)).onMessage(done)
    expect((await Promise.allSettled(runs.map(({ result }) => result))).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled'
    ])
    // both turns are free again
    start()
    start()
    await worker(5)
  })

  it('can be aborted while they wait, and leave their place to others', async () => {
    const { start, worker, workers } = setUp({ atOnce: 1 })
    const first = start()
    await worker(0)
    const abort = new AbortController()
    const second = start(abort.signal)
    const third = start()
    abort.abort()
    await expect(second.result).rejects.toMatchObject({ failure: 'killed' })
    workers[0]!.onMessage(done)
    await first.result
    ;(await worker(1)).onMessage(done)
    expect((await third.result).summary).toBe('fine')
    expect(workers).toHaveLength(2)
  })
})
