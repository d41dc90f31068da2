/** What the page asks the worker that trust would run in. */
import type { Run, Timing } from './runner.ts'

export type Question = { what: 'open'; graph: string; reference: string | null } | ({ what: 'run' } & Run)

export type Answer = { opened: true } | Timing | { error: string }
