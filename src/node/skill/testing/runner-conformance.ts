/** For tests: what every runner must do, with real workers. The same in Node and in browsers. */
import { describe, expect, it } from 'vitest'
import type { Progress } from '../../schema/result.ts'
import type { ProgramRun, Runner } from '../runner.ts'

const MB = 2 ** 20

const wanted = (source: string, ms = 20_000): ProgramRun => ({
  source,
  input: { goal: 'do it', files: [{ name: 'a.txt', type: 'text/plain', text: 'é\0€' }] },
  limits: { ms, memoryBytes: 32 * MB, inputBytes: MB, outputBytes: MB },
  time: Date.UTC(2025, 0, 1)
})

/** A call into the engine that looks at no deadline and does not end within a lifetime. */
const native = `Array.prototype.indexOf.call({ length: Number.MAX_SAFE_INTEGER }, 1)`

/** @param create gives a new runner */
export function runnerConformance(create: () => Runner): void {
  const start = (run: ProgramRun, runner = create(), signal = new AbortController().signal) => {
    const seen: Progress[] = []
    const { promise: moved, resolve } = withResolvers<Progress>()
    const result = runner.run(run, {
      signal,
      onProgress(progress) {
        seen.push(progress)
        resolve(progress)
      }
    })
    // whoever tests looks at it later
    result.catch(() => undefined)
    return { result, seen, moved }
  }

  describe('a runner with workers of its own', () => {
    it('runs a program over its input', async () => {
      const source = `function run({ goal, files }, host) {
        host.progress(0.25, 'a quarter')
        return { summary: goal + files[0].text + new Date().toISOString() + new Date().getTimezoneOffset(), parts: [] }
      }`
      const { result, seen } = start(wanted(source))
      expect(await result).toEqual({ summary: 'do ité\0€2025-01-01T00:00:00.000Z0', parts: [] })
      expect(seen).toEqual([{ fraction: 0.25, note: 'a quarter', at: expect.any(Number) as number }])
    })

    it('ends a loop by time', async () => {
      await expect(start(wanted('function run() { for (;;); }', 300)).result).rejects.toMatchObject({ failure: 'time' })
    })

    it('ends a native call that ignores the deadline', async () => {
      await expect(start(wanted(`function run() { ${native} }`, 300)).result).rejects.toMatchObject({
        failure: 'time',
        message: 'The program took longer than the 300 milliseconds that were agreed, and was ended.'
      })
    })

    it('ends a program that eats memory, and the next one runs', async () => {
      const runner = create()
      const bomb = start(wanted('function run() { const all = []; for (;;) all.push(new Uint8Array(1e5)) }'), runner)
      await expect(bomb.result).rejects.toMatchObject({ failure: 'memory' })
      const next = start(wanted(`function run() { return { summary: 'fine', parts: [] } }`), runner)
      expect((await next.result).summary).toBe('fine')
    })

    it('ends a program that goes too deep', async () => {
      await expect(start(wanted('function run() { return run() + 1 }')).result).rejects.toMatchObject({
        failure: 'threw'
      })
      const deep = start(wanted(`function run() { return JSON.stringify(JSON.parse('['.repeat(1e6))) }`))
      await expect(deep.result).rejects.toMatchObject({ failure: 'threw' })
    })

    it('kills at once, even inside a native call', async () => {
      const abort = new AbortController()
      const { result, moved } = start(
        wanted(`function run(_, host) { host.progress(0, 'go'); ${native} }`),
        create(),
        abort.signal
      )
      await moved
      abort.abort(new Error('enough'))
      await expect(result).rejects.toMatchObject({ name: 'ProgramError', failure: 'killed' })
    })

    it('lets others wait for their turn, and tells them', async () => {
      const runner = create()
      const abort = new AbortController()
      const endless = `function run(_, host) { host.progress(0, 'go'); for (;;); }`
      const first = [start(wanted(endless), runner, abort.signal), start(wanted(endless), runner, abort.signal)]
      await Promise.all(first.map(({ moved }) => moved))
      const third = start(wanted(`function run() { return { summary: 'third', parts: [] } }`), runner)
      expect(await third.moved).toMatchObject({ fraction: 0, note: 'Waiting for another run to end' })
      abort.abort()
      await Promise.all(first.map(({ result }) => expect(result).rejects.toMatchObject({ failure: 'killed' })))
      expect((await third.result).summary).toBe('third')
    })

    it('quotes a program that throws', async () => {
      await expect(start(wanted(`function run() { throw new Error('my words') }`)).result).rejects.toMatchObject({
        failure: 'threw',
        message: 'The program stopped with an error, in its own words: “my words”'
      })
    })
  })
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((yes) => {
    resolve = yes
  })
  return { promise, resolve }
}
