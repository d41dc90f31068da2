/** How an agent did with us, in words. */
import { plural } from '../text/format.ts'

export function historyWords(history: { completed: number; failed: number }): string {
  const { completed, failed } = history
  if (completed + failed === 0) return 'Nothing done together yet'
  if (failed === 0) return `${plural(completed, 'task')} done together, none failed`
  return `${plural(completed, 'task')} done together, ${failed} failed`
}
