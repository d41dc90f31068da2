/**
 * Running a stranger's request on one's own machine: a program's source, an input, limits. Each run gets a
 * worker of its own, which is ended afterwards whatever happened.
 */
import type { Limits } from '../schema/declaration.ts'
import type { ProgramInput, Progress, Result } from '../schema/result.ts'

export interface ProgramRun {
  /** JavaScript that defines `run(input, host)` */
  source: string
  input: ProgramInput
  limits: Limits
  /** the only clock that the program sees: milliseconds since 1970, in UTC */
  time: number
}

export interface Runner {
  /**
   * Runs a program in a fresh sandbox.
   *
   * @throws ProgramError with a `reason` that a person can read
   */
  run(
    run: ProgramRun,
    options: { signal: AbortSignal; onProgress: (progress: Progress) => void }
  ): Promise<Result>
}

export type ProgramFailure = 'threw' | 'time' | 'memory' | 'output' | 'killed' | 'broken'

/** A program did not give a result. `failure` says which way, the message says it in words. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError'
  readonly failure: ProgramFailure
  constructor(failure: ProgramFailure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.failure = failure
  }
}
