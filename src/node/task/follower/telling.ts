/**
 * What is told of a task, in the messages of the control stream. Pure.
 */
import type { FollowerMessage } from '../../schema/messages.ts'
import type { TaskRecord } from '../../schema/task.ts'

/** What a leader should know of a task as it stands: each of these is told once a channel. */
export function toTell(task: TaskRecord): FollowerMessage[] {
  if (task.state === 'rejected') return [{ type: 'declined', reason: task.problem ?? '' }]
  const messages: FollowerMessage[] = []
  if (task.followerSignature !== null) messages.push({ type: 'approved', signature: task.followerSignature })
  else if (task.state === 'submitted') messages.push({ type: 'pending' })
  else messages.push({ type: 'declined', reason: 'It lapsed or was taken back before it was approved.' })
  if (task.outcome !== null && task.outcomeSignatures.follower !== null && !isWordless(task)) {
    messages.push({ type: 'finished', outcome: task.outcome, signature: task.outcomeSignatures.follower })
  }
  return messages
}

/** Whether it failed for a reason that is forgotten: it is not what was signed any more. The leader has heard it, or its time was over. */
function isWordless({ outcome, forgotten }: TaskRecord): boolean {
  return forgotten?.what === 'all' && outcome?.state === 'failed'
}
