/** What a run may use, in words. */
import type { Limits } from '../../node/schema/declaration.ts'
import { formatBytes, formatDuration } from '../text/format.ts'

export function limitWords(limits: Limits): string {
  return `${formatDuration(limits.ms)} at most, ${formatBytes(limits.memoryBytes)} of memory`
}

/** Why a set of files does not fit a skill; null when it fits. */
export function tooLarge(totalBytes: number, limits: Limits): string | null {
  if (totalBytes <= limits.inputBytes) return null
  return `Your files are ${formatBytes(totalBytes)} together; this takes ${formatBytes(limits.inputBytes)} at most.`
}
