/**
 * A runner with a worker of its own for each run. The worker is ended whatever happens: at the result, at a failure,
 * at once when the run is aborted, and by a hard deadline, because one native call can ignore the sandbox's own.
 */
import { InvalidBytesError, parse } from '../schema/codec.ts'
import type { Progress, Result } from '../schema/result.ts'
import { checkResult } from './check-result.ts'
import { ProgramError, type ProgramRun, type Runner } from './runner.ts'
import { createTurns, stopped } from './turns.ts'
import { durationInWords } from './words.ts'
import { workerMessage, type WorkerMessage } from './worker-messages.ts'

/** What a browser's Worker and Node's worker thread have in common. */
export interface WorkerPort {
  post(message: unknown): void
  terminate(): void
}

export interface WorkerEvents {
  onMessage(message: unknown): void
  /** the worker could not be started, or ended by itself */
  onFailure(cause: unknown): void
}

export interface WorkerRunnerInit {
  /** Starts a worker that does one run by `serveRun`. */
  spawn: (events: WorkerEvents) => WorkerPort
  /** milliseconds since 1970, for the times of progress */
  now?: () => number
  /** runs at the same time (2) */
  atOnce?: number
  /** runs that may wait for their turn (16) */
  mostWaiting?: number
  /** how long a worker may take to get ready, in milliseconds (20,000) */
  startMs?: number
  /** how long a program may go on after its time is up, in milliseconds (1,000) */
  graceMs?: number
}

const PROGRESS_EVERY_MS = 50

/** @returns a runner that needs nothing to be closed: a worker lives only as long as its run */
export function createWorkerRunner(init: WorkerRunnerInit): Runner {
  const { now = Date.now, atOnce = 2, mostWaiting = 16 } = init
  const turns = createTurns(atOnce, mostWaiting)
  return {
    async run(run, { signal, onProgress }) {
      await turns.take(signal, () => onProgress({ fraction: 0, note: 'Waiting for another run to end', at: now() }))
      try {
        return await runInWorker(run, signal, onProgress, init)
      } finally {
        turns.give()
      }
    }
  }
}

function runInWorker(
  run: ProgramRun,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
  { spawn, now = Date.now, startMs = 20_000, graceMs = 1000 }: WorkerRunnerInit
): Promise<Result> {
  return new Promise((resolve, reject) => {
    let over = false
    let worker: WorkerPort | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let nextProgress = 0

    function end(): void {
      over = true
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      worker?.terminate()
    }

    function fail(error: unknown): void {
      if (over) return
      end()
      reject(error)
    }

    const broken = (message: string, cause: unknown) => fail(new ProgramError('broken', message, { cause }))
    const stop = () => fail(stopped())
    const within = (ms: number, otherwise: () => void) => {
      clearTimeout(timer)
      timer = setTimeout(otherwise, ms)
    }

    function handle(message: WorkerMessage): void {
      switch (message.type) {
        case 'started':
          within(run.limits.ms + graceMs, () => fail(overdue(run.limits.ms)))
          break
        case 'progress': {
          const at = now()
          if (at < nextProgress) break
          nextProgress = at + PROGRESS_EVERY_MS
          onProgress({ fraction: message.fraction, note: message.note, at })
          break
        }
        case 'done': {
          const result = checkResult(message.result, run.limits.outputBytes)
          end()
          resolve(result)
          break
        }
        case 'failed':
          fail(new ProgramError(message.failure, message.message))
      }
    }

    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) {
      stop()
      return
    }
    within(startMs, () => broken(`The sandbox did not start within ${durationInWords(startMs)}.`, undefined))
    try {
      worker = spawn({
        onMessage(raw) {
          if (over) return
          try {
            handle(parse(raw, workerMessage))
          } catch (error) {
            if (error instanceof InvalidBytesError) broken('The sandbox said something that makes no sense.', error)
            else fail(error)
          }
        },
        onFailure: (cause) => broken('The sandbox ended before the program did.', cause)
      })
      const { source, input, limits, time } = run
      worker.post({ source, input, limits, time })
    } catch (cause) {
      broken('The sandbox could not be started on this device.', cause)
    }
  })
}

function overdue(ms: number): ProgramError {
  return new ProgramError(
    'time',
    `The program took longer than the ${durationInWords(ms)} that were agreed, and was ended.`
  )
}
