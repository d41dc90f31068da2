/**
 * A fuzzer: feeds decoders with what others might send, most of it nearly right, and looks for what must not be: an
 * error of another class than the decoder says, an input that takes long, memory that stays in use.
 *
 * An input follows from the seed, the target's name and its number alone, so a run can be repeated anywhere.
 */
import { createRandom, type Random } from '../sim/random.ts'
import { shrink } from './shrink.ts'

/** One decoder of bytes from outside. */
export interface Target {
  name: string
  /** Makes an input by chance. */
  make(random: Random): Uint8Array
  /** Reads an input. @returns whether it was taken for good: a decoder may refuse by `false` too */
  read(bytes: Uint8Array): boolean | Promise<boolean>
  /** names of the errors by which it refuses */
  refuses: readonly string[]
  /** how much of an even share of the inputs it gets, for what is slow; 1 unless told */
  share?: number
}

export interface Failure {
  target: string
  /** `TypeError`, `slow` or `memory`: what it is saved under, together with a hash of the input */
  kind: string
  message: string
  seed: number
  /** of the input, from 0 */
  number: number
  /** the shortest input found that fails alike; empty for memory, which no single input explains */
  bytes: Uint8Array
}

export interface TargetReport {
  target: string
  inputs: number
  /** how many were taken for good */
  taken: number
  inputsPerSecond: number
  slowestMs: number
  /** by how much memory in use has grown, after collecting garbage */
  grownBytes: number
  failures: Failure[]
}

export interface FuzzInit {
  /** over all targets */
  inputs: number
  seed: number
  /** collects garbage, so that memory can be measured; without, it is not */
  collect?: () => void
  /** bytes in use right now */
  memory?: () => number
  time?: Time
  /** Hears of each target when it is done. */
  onDone?: (report: TargetReport) => void
}

/** Clocks in milliseconds. */
export interface Time {
  now(): number
  /** processor time that this process has used */
  cpu(): number
}

export const processTime: Time = {
  now: () => performance.now(),
  cpu() {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  }
}

export const SLOW_MS = 50
const HANG_MS = 10_000
/** What caches and compiled code may take: a leak of 100 bytes an input shows from 160,000 inputs on. */
export const GROWTH_BYTES = 16 * 1024 * 1024
/** How long a shorter input is looked for. */
const SHRINK_MS = 5_000
/** After so many failures a target is given up. */
const MAX_FAILURES = 5

/** Runs all targets, one after the other. */
export async function fuzz(targets: readonly Target[], init: FuzzInit): Promise<TargetReport[]> {
  const shares = targets.reduce((sum, { share = 1 }) => sum + share, 0)
  const reports: TargetReport[] = []
  for (const target of targets) {
    const inputs = Math.ceil((init.inputs * (target.share ?? 1)) / shares)
    const report = await fuzzOne(target, inputs, init)
    reports.push(report)
    init.onDone?.(report)
  }
  return reports
}

async function fuzzOne(target: Target, inputs: number, init: FuzzInit): Promise<TargetReport> {
  const { seed, collect, memory = () => 0, time = processTime } = init
  /** Buffers are given back a turn after their owners are collected. */
  const used = async () => {
    for (let round = 0; round < 3; round++) {
      collect?.()
      await new Promise<void>((resolve) => setTimeout(resolve, 1))
    }
    return memory()
  }
  const failures: Failure[] = []
  // by what it is and where it comes from: the same error a thousand times is one failure
  const known = new Set<string>()
  let taken = 0
  let slowestMs = 0
  let number = 0
  const warm = Math.floor(inputs / 10)
  let before = 0
  const since = time.now()
  for (; number < inputs && failures.length < MAX_FAILURES; number++) {
    if (number === warm) before = await used()
    const bytes = target.make(createRandom(seed, `${target.name} ${number}`))
    const found = await attempt(target, bytes, time)
    if (found.taken) taken++
    slowestMs = Math.max(slowestMs, found.ms)
    if (found.failure === null || known.has(found.failure.place)) continue
    known.add(found.failure.place)
    const { kind, place } = found.failure
    const until = time.now() + SHRINK_MS
    const shortest = await shrink(
      bytes,
      async (shorter) => (await attempt(target, shorter, time)).failure?.place === place,
      () => time.now() < until
    )
    failures.push({ target: target.name, kind, message: found.failure.message, seed, number, bytes: shortest })
  }
  const seconds = (time.now() - since) / 1000
  const grownBytes = (await used()) - before
  if (grownBytes > GROWTH_BYTES) {
    const message = `memory in use has grown by ${grownBytes} bytes`
    failures.push({ target: target.name, kind: 'memory', message, seed, number, bytes: new Uint8Array(0) })
  }
  return {
    target: target.name,
    inputs: number,
    taken,
    inputsPerSecond: Math.round(number / seconds),
    slowestMs,
    grownBytes,
    failures
  }
}

interface Attempt {
  taken: boolean
  ms: number
  failure: { kind: string; message: string; place: string } | null
}

/**
 * Reads one input. What is slow is tried again and judged by the processor time that it takes, as other processes may
 * have been at work.
 */
export async function attempt(target: Target, bytes: Uint8Array, time: Time): Promise<Attempt> {
  const first = await once(target, bytes, time.now)
  if (first.failure !== null || first.ms <= SLOW_MS) return first
  let ms = first.ms
  for (let tries = 0; tries < 3; tries++) {
    const again = await once(target, bytes, time.cpu)
    if (again.failure !== null || again.ms <= SLOW_MS) return again
    ms = Math.min(ms, again.ms)
  }
  return {
    taken: first.taken,
    ms,
    failure: { kind: 'slow', message: `took ${Math.round(ms)} ms at best`, place: 'slow' }
  }
}

async function once(target: Target, bytes: Uint8Array, clock: () => number): Promise<Attempt> {
  const since = clock()
  try {
    // a decoder that answers at once is not made to wait for a turn
    const reading = target.read(bytes)
    const taken = typeof reading === 'boolean' ? reading : await inTime(reading)
    return { taken, ms: clock() - since, failure: null }
  } catch (error) {
    return { taken: false, ms: clock() - since, failure: failureOf(error, target.refuses) }
  }
}

/** An answer that never comes. */
class HangError extends Error {
  override readonly name = 'HangError'
}

async function inTime<T>(reading: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new HangError(`no answer within ${HANG_MS} ms`)), HANG_MS)
  })
  try {
    return await Promise.race([reading, late])
  } finally {
    clearTimeout(timer)
  }
}

function failureOf(error: unknown, refuses: readonly string[]): Attempt['failure'] {
  if (!(error instanceof Error)) return { kind: 'no-error', message: `threw ${String(error)}`, place: 'no-error' }
  if (refuses.includes(error.name)) return null
  const at =
    error.stack
      ?.split('\n')
      .find((line) => /^\s+at /.test(line))
      ?.trim() ?? ''
  return { kind: error.name, message: `${error.name}: ${error.message} ${at}`, place: `${error.name} ${at}` }
}
