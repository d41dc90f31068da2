/**
 * The operator's own word on how the other side did. It takes the place of what stood before, which the end of the task may have said
 * by itself: of one contract one rating stands.
 */
import type { Adaptation } from '../adapt/adaptation.ts'
import type { TaskRecord } from '../schema/task.ts'
import { recordRating, type RatingComponents } from './recording.ts'

export interface RateComponents extends RatingComponents {
  adaptation: Pick<Adaptation, 'rate' | 'withdraw'>
}

const MAX_TRIES = 5

/**
 * Writes a rating of a task's other side into our log, and takes back the one that stood. When the tab is closed between the two no
 * rating stands, until the operator says it again.
 *
 * @param score hundredths, -100 to 100
 * @returns the task as it is afterwards
 * @throws RangeError when the score is none, the task is not known, or there is no contract that both have signed
 */
export async function rate(components: RateComponents, id: string, score: number): Promise<TaskRecord> {
  if (!Number.isInteger(score) || score < -100 || score > 100) {
    throw new RangeError(`expected a score from -100 to 100, in whole numbers, got ${score}`)
  }
  const { tasks, adaptation } = components
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const { entries } = await tasks.read(id)
    if (entries.contract === null) throw new RangeError('expected a task whose contract is written down: nothing else can be rated')
    const stood = entries.rating
    if (stood !== null) await adaptation.withdraw(stood)
    const rated = await recordRating(components, id, score, (task) => (task.entries.rating === stood ? { event: 'You said how it went' } : null))
    if (rated !== null) return rated
  }
  throw new Error(`task ${id} was rated elsewhere ${MAX_TRIES} times in a row; try again`)
}
