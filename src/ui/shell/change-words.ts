/** What happened between two snapshots that somebody should hear of. Pure. */
import type { Snapshot, StandingInterest } from '../../node/client.ts'
import { candidateKey } from '../places/ask/choose.ts'
import { unseenFinds } from '../state/interests.ts'
import { cleanLine, cut } from '../text/clean.ts'
import { plural } from '../text/format.ts'

export function changeWords(before: Snapshot, after: Snapshot, nameFor: (agent: string) => string): string[] {
  const said: string[] = []
  const asked = new Set(before.approvals.map(({ id }) => id))
  for (const approval of after.approvals) {
    if (!asked.has(approval.id)) said.push(`${nameFor(approval.agent)} asks for ${cleanLine(approval.skillName)}`)
  }
  for (const { interest, agents } of newFinds(before, after)) {
    said.push(`${finderWords(agents, nameFor)} can do what you listen for: ${cut(cleanLine(interest.text), 60).text}`)
  }
  const tasks = new Map(before.tasks.map((task) => [task.id, task]))
  for (const task of after.tasks) {
    const last = tasks.get(task.id)
    if (last === undefined || last.state === task.state) continue
    // of what is over the words may be gone
    const what = cut(cleanLine(last.goal), 60).text
    if (task.state === 'working') said.push(`Work began: ${what}`)
    if (task.state === 'completed') said.push(`Done: ${what}`)
    if (task.state === 'failed') said.push(`Failed: ${what}`)
    if (task.state === 'rejected') said.push(`Declined: ${what}`)
    if (task.state === 'input-required') said.push(`Needs you: ${what}`)
  }
  return said
}

/** What was found between two snapshots, for what was listened for in both, and not looked at yet. */
export function newFinds(
  before: Snapshot,
  after: Snapshot
): Array<{ interest: StandingInterest; agents: [string, ...string[]] }> {
  const known = new Map(before.interests.map(({ id, found }) => [id, new Set(found.map(candidateKey))]))
  return after.interests.flatMap((interest) => {
    const last = known.get(interest.id)
    // what is found at once is there to see for whoever just asked
    if (last === undefined) return []
    const news = unseenFinds(interest).filter((find) => !last.has(candidateKey(find)))
    const [first, ...others] = news.map(({ agent }) => agent)
    return first === undefined ? [] : [{ interest, agents: [first, ...others] }]
  })
}

/** `Amber Heron`, or `3 agents`. */
export function finderWords(agents: readonly [string, ...string[]], nameFor: (agent: string) => string): string {
  const different = new Set(agents)
  return different.size === 1 ? nameFor(agents[0]) : plural(different.size, 'agent')
}
