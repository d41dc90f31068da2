/** What the page is asked, and asks the worker that trust would run in. */
import type { Batches, BatchTimes, Converging, ConvergingTimes } from './converging.ts'
import type { Frames } from './frames.ts'
import type { Filled, Filling, Resumed } from './resuming.ts'
import type { Run, Timing } from './runner.ts'

export type Question =
  | { what: 'open'; graph: string; reference: string | null }
  | ({ what: 'run' } & Run)
  | ({ what: 'batches' } & Batches)
  | ({ what: 'fill' } & Filling)
  | ({ what: 'resume' } & Filling)
  | ({ what: 'prepare' } & Converging)
  | { what: 'converge' }

export type Answer = { opened: true } | Timing | BatchTimes | Filled | Resumed | ConvergingTimes | { error: string }

/** The page's frames while the worker answers, or, without a question, for so many milliseconds. */
export type FramesQuestion = { during: Question } | { idleMs: number }

export type FramesAnswer = Frames<Answer | null>
