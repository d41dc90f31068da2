/** What happened between two snapshots that somebody should hear of. Pure. */
import type { Snapshot } from '../../node/client.ts'
import { cleanLine, cut } from '../text/clean.ts'

export function changeWords(before: Snapshot, after: Snapshot, nameFor: (agent: string) => string): string[] {
  const said: string[] = []
  const asked = new Set(before.approvals.map(({ id }) => id))
  for (const approval of after.approvals) {
    if (!asked.has(approval.id)) said.push(`${nameFor(approval.agent)} asks for ${cleanLine(approval.skillName)}`)
  }
  const states = new Map(before.tasks.map(({ id, state }) => [id, state]))
  for (const task of after.tasks) {
    const last = states.get(task.id)
    if (last === undefined || last === task.state) continue
    const what = cut(cleanLine(task.goal), 60).text
    if (task.state === 'working') said.push(`Work began: ${what}`)
    if (task.state === 'completed') said.push(`Done: ${what}`)
    if (task.state === 'failed') said.push(`Failed: ${what}`)
    if (task.state === 'rejected') said.push(`Declined: ${what}`)
    if (task.state === 'input-required') said.push(`Needs you: ${what}`)
  }
  return said
}
