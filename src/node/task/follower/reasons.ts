/**
 * Why something was not done, in words that the asking side may read: nothing of this device is in them. Pure.
 */
import { DataUnavailableError } from '../../adapt/data.ts'
import { ProgramError } from '../../skill/runner.ts'
import { StoreFullError } from '../../store/store.ts'

export const fullText = 'The device that was to do it has no room left.'

/** Why work that was begun gave no result. @param error what it failed with */
export function reasonOf(error: unknown): string {
  if (error instanceof ProgramError) return error.message
  if (error instanceof DataUnavailableError) return `The files could not be had: ${error.message}.`
  if (error instanceof StoreFullError) return fullText
  return 'Something went wrong on the device that was to do it.'
}
