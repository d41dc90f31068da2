/**
 * One program in one QuickJS context of its own: limits on time, memory, stack and output, the run's time as the
 * only clock, UTC as the only time zone, and nothing of the machine but `host.progress(fraction, note)`.
 *
 * One native call (a sort, a power of a BigInt) can ignore the time limit for seconds, and memory that runs out can
 * leave the module unusable: run this in a worker that is thrown away, see `worker-runner.ts`.
 */
import type { QuickJSContext, QuickJSHandle, QuickJSRuntime } from 'quickjs-emscripten-core'
import * as z from 'zod/mini'
import { parse } from '../schema/codec.ts'
import type { ProgramInput, Result } from '../schema/result.ts'
import { checkResult, tooLarge } from './check-result.ts'
import { createEngine } from './engine.ts'
import { ProgramError, type ProgramRun } from './runner.ts'
import { bytesInWords, durationInWords } from './words.ts'

const description = z.object({ name: z.string(), message: z.string() })

export interface SandboxInit {
  /** the bytes of `@jitl/quickjs-wasmfile-release-sync/wasm` */
  wasm: Uint8Array<ArrayBuffer>
  /** called when all is ready and the program's time begins */
  onStart?: () => void
  /** at most ten times a second; `fraction` is 0 to 1, `note` at most 200 characters */
  onProgress: (fraction: number, note: string) => void
  /** milliseconds of a clock that never goes back */
  now?: () => number
}

/** More than this and the stack of the machine's own JavaScript engine runs out before QuickJS's does. */
const STACK_BYTES = 256 * 1024
/** Beside the program's own memory: the engine, and text on its way in and out. */
const ENGINE_BYTES = 64 * 2 ** 20
/** To put a failure into words when all memory or time is used up. */
const SPARE_BYTES = 2 ** 20
const SPARE_MS = 200
const PROGRESS_EVERY_MS = 100
const MAX_NOTE = 200
const MAX_WORDS = 500
const JOBS_AT_ONCE = 1000
/** JSON of a result is at most so many times as long as its DAG-CBOR: escapes of control characters, mostly. */
const JSON_FACTOR = 6

/** Run before the program, so that no program can change what these use. */
const prelude = `(() => {
  'use strict'
  const { stringify, parse } = JSON
  const { apply } = Reflect
  const { slice } = String.prototype
  const text = String
  const words = (value) => apply(slice, text(value), [0, 2000])
  return {
    parse,
    stringify: (value) => stringify(value),
    describe: (error) => {
      try {
        return error !== null && typeof error === 'object' && 'message' in error
          ? stringify({ name: words(error.name), message: words(error.message) })
          : stringify({ name: '', message: words(error) })
      } catch {
        return stringify({ name: '', message: 'an error that can’t be shown' })
      }
    }
  }
})()`

/**
 * Runs a program to its end.
 *
 * @throws ProgramError that says in words which limit was met or how the program failed
 */
export async function runInSandbox(run: ProgramRun, init: SandboxInit): Promise<Result> {
  const { wasm, onStart, onProgress, now = () => performance.now() } = init
  const { limits } = run
  const engine = await createEngine({ wasm, time: run.time, memoryBytes: limits.memoryBytes + ENGINE_BYTES })
  onStart?.()
  try {
    const clock = createDeadline(now, limits.ms)
    const runtime = engine.newRuntime({ memoryLimitBytes: limits.memoryBytes, maxStackSizeBytes: STACK_BYTES })
    runtime.setInterruptHandler(clock.check)
    const memoryUsed = () => engine.getWasmMemory().buffer.byteLength
    const program = createProgram({ runtime, run, clock, memoryUsed, onProgress: limitRate(onProgress, now) })
    return checkResult(JSON.parse(program.result()), limits.outputBytes)
  } catch (error) {
    if (error instanceof ProgramError) throw error
    if (error instanceof RangeError && error.message.includes('call stack')) throw tooDeep(error)
    throw new ProgramError('broken', 'The sandbox broke down while the program ran.', { cause: error })
  }
}

interface Deadline {
  /** Whether the program must stop. */
  check: () => boolean
  /** Whether it was ever told to. */
  passed: () => boolean
  /** Gives a little more, for what has to be done after the end. */
  spare: () => void
}

function createDeadline(now: () => number, ms: number): Deadline {
  let end = now() + ms
  let passed = false
  return {
    check() {
      if (now() < end) return false
      passed = true
      return true
    },
    passed: () => passed,
    spare() {
      end = now() + SPARE_MS
    }
  }
}

function limitRate(report: (fraction: number, note: string) => void, now: () => number) {
  let next = -Infinity
  return (fraction: number, readNote: () => string) => {
    const at = now()
    if (at < next || Number.isNaN(fraction)) return
    next = at + PROGRESS_EVERY_MS
    report(Math.min(1, Math.max(0, fraction)), readNote().slice(0, MAX_NOTE))
  }
}

interface ProgramComponents {
  runtime: QuickJSRuntime
  run: ProgramRun
  clock: Deadline
  /** bytes, the most that there ever were */
  memoryUsed: () => number
  onProgress: (fraction: number, readNote: () => string) => void
}

function createProgram({ runtime, run, clock, memoryUsed, onProgress }: ProgramComponents) {
  const { limits } = run
  const context = runtime.newContext()
  const tools = evaluate(prelude, 'sandbox.js')
  const parseJson = context.getProp(tools, 'parse')
  const stringify = context.getProp(tools, 'stringify')
  const describe = context.getProp(tools, 'describe')

  function evaluate(source: string, name: string): QuickJSHandle {
    return value(context.evalCode(source, name, { type: 'global' }))
  }

  function call(fn: QuickJSHandle, ...args: QuickJSHandle[]): QuickJSHandle {
    return value(context.callFunction(fn, context.undefined, ...args))
  }

  function value(outcome: ReturnType<QuickJSContext['evalCode']>): QuickJSHandle {
    if (outcome.error) throw failure(outcome.error)
    return outcome.value
  }

  /** Which way the program failed, in words. */
  function failure(error: QuickJSHandle): ProgramError {
    if (clock.passed()) return tookTooLong(limits.ms)
    clock.spare()
    runtime.setMemoryLimit(limits.memoryBytes + SPARE_BYTES)
    const told = context.callFunction(describe, context.undefined, error)
    if (told.error) return new ProgramError('threw', 'The program stopped with an error that can’t be shown.')
    const { name, message } = parse(JSON.parse(context.getString(told.value)), description)
    if (isOutOfMemory(name, message)) {
      return new ProgramError(
        'memory',
        `The program needed more than the ${bytesInWords(limits.memoryBytes)} of memory that were agreed.`
      )
    }
    if (name === 'InternalError' && message === 'stack overflow') return tooDeep()
    const words = name === '' || name === 'Error' ? message : `${name}: ${message}`
    return new ProgramError(
      'threw',
      `The program stopped with an error, in its own words: “${words.slice(0, MAX_WORDS)}”`
    )
  }

  /** QuickJS throws null when there is not even room for the error. */
  function isOutOfMemory(name: string, message: string): boolean {
    if (name === 'InternalError') return message.startsWith('out of memory') || message === 'string too long'
    return name === '' && message === 'null' && memoryUsed() >= limits.memoryBytes
  }

  /** Text of any kind: QuickJS takes it as UTF-8 that ends at the first NUL. */
  function newText(text: string): QuickJSHandle {
    if (!/\0|\p{Surrogate}/u.test(text)) return context.newString(text)
    return call(parseJson, context.newString(JSON.stringify(text)))
  }

  function newInput({ goal, files }: ProgramInput): QuickJSHandle {
    const list = context.newArray()
    for (const [i, file] of files.entries()) {
      const one = context.newObject()
      for (const key of ['name', 'type', 'text'] as const) context.setProp(one, key, newText(file[key]))
      context.setProp(list, i, one)
    }
    const input = context.newObject()
    context.setProp(input, 'goal', newText(goal))
    context.setProp(input, 'files', list)
    return input
  }

  function newHost(): QuickJSHandle {
    const progress = context.newFunction('progress', (...args) => {
      const [fraction, note] = args
      if (fraction === undefined || context.typeof(fraction) !== 'number') return
      onProgress(context.getNumber(fraction), () =>
        note !== undefined && context.typeof(note) === 'string' ? context.getString(note) : ''
      )
    })
    const host = context.newObject()
    context.setProp(host, 'progress', progress)
    return host
  }

  /** What a promise came to; anything else as it is. */
  function settle(promise: QuickJSHandle): QuickJSHandle {
    for (;;) {
      const state = context.getPromiseState(promise)
      if (state.type === 'fulfilled') return state.value
      if (state.type === 'rejected') throw failure(state.error)
      if (!runtime.hasPendingJob()) {
        throw new ProgramError('threw', 'The program waits for something that never comes.')
      }
      const jobs = runtime.executePendingJobs(JOBS_AT_ONCE)
      if (jobs.error) throw failure(jobs.error)
      if (clock.check()) throw tookTooLong(limits.ms)
    }
  }

  function toJson(returned: QuickJSHandle): string {
    const json = call(stringify, returned)
    if (context.typeof(json) !== 'string') throw new ProgramError('output', 'The program gave no result.')
    const length = context.getNumber(context.getProp(json, 'length'))
    if (length > limits.outputBytes * JSON_FACTOR) throw tooLarge(limits.outputBytes)
    return context.getString(json)
  }

  return {
    /** Runs it. Returns JSON of what it gave. */
    result(): string {
      const input = newInput(run.input)
      const host = newHost()
      evaluate(run.source, 'program.js')
      const fn = evaluate('typeof run === "function" ? run : undefined', 'sandbox.js')
      if (context.typeof(fn) !== 'function') {
        throw new ProgramError('threw', 'The program does not define a function “run(input, host)”.')
      }
      return toJson(settle(call(fn, input, host)))
    }
  }
}

function tookTooLong(ms: number): ProgramError {
  return new ProgramError(
    'time',
    `The program took longer than the ${durationInWords(ms)} that were agreed, and was stopped.`
  )
}

function tooDeep(cause?: unknown): ProgramError {
  return new ProgramError('threw', 'The program calls itself too deeply, perhaps without an end.', { cause })
}
