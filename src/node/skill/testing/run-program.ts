/** For tests: a program in a sandbox of this very process. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { ProgramInput, Result } from '../../schema/result.ts'
import type { ProgramRun } from '../runner.ts'
import { runInSandbox, type SandboxInit } from '../sandbox.ts'

const wasmPath = createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm')

export const wasm: Uint8Array<ArrayBuffer> = new Uint8Array(await readFile(wasmPath))

/** A run of `source` with limits that suit a test. */
export function programRun(source: string, overrides: Partial<ProgramRun> = {}): ProgramRun {
  return {
    source,
    input: { goal: 'do it', files: [] },
    limits: { ms: 20_000, memoryBytes: 64 * 2 ** 20, inputBytes: 2 ** 20, outputBytes: 2 ** 20 },
    time: Date.UTC(2025, 5, 15, 12, 30),
    ...overrides
  }
}

/** Runs it. */
export function runHere(run: ProgramRun, init: Partial<SandboxInit> = {}): Promise<Result> {
  return runInSandbox(run, { wasm, onProgress: () => undefined, ...init })
}

/** Runs a skill's source over an input. */
export function runSkill(source: string, input: ProgramInput): Promise<Result> {
  return runHere(programRun(source, { input }))
}
