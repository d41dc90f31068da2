import type { Progress } from '../../node/schema/result.ts'

/**
 * How many milliseconds of work remain, from the first progress seen and the last, rounded to what can be
 * known: whole seconds, then tens. Null while there is no ground for an estimate, or it is all but done.
 */
export function remainingMs(first: Progress, last: Progress): number | null {
  const elapsed = last.at - first.at
  const done = last.fraction - first.fraction
  if (elapsed < 2000 || done <= 0.02 || last.fraction >= 1) return null
  const left = (elapsed / done) * (1 - last.fraction)
  if (left < 2000) return null
  const step = left < 20_000 ? 1000 : 10_000
  return Math.ceil(left / step) * step
}
