/**
 * Other agents as people see them.
 */
import type { Adaptation } from '../adapt/adaptation.ts'
import type { AgentView } from '../client.ts'
import type { LogViews } from './log-views.ts'
import type { Petnames } from './petnames.ts'

export interface AgentViews {
  /** What can be said of any agent, whether it is here or not. */
  about(agent: string): Pick<AgentView, 'petname' | 'reach' | 'state' | 'history'>
  /** All agents but our own that are present or have something declared, in the order of their ids. */
  all(): Promise<AgentView[]>
}

export interface AgentViewsComponents {
  /** our own agent */
  agent: string
  adaptation: Pick<Adaptation, 'present' | 'capabilities' | 'intentions' | 'reach' | 'stateOf'>
  petnames: Pick<Petnames, 'of'>
  logViews: Pick<LogViews, 'of'>
  history: (agent: string) => AgentView['history']
}

export function createAgentViews({ agent: self, adaptation, petnames, logViews, history }: AgentViewsComponents): AgentViews {
  const about: AgentViews['about'] = (agent) => ({
    petname: petnames.of(agent),
    reach: adaptation.reach(agent),
    state: adaptation.stateOf(agent),
    history: history(agent)
  })

  return {
    about,
    all() {
      const found = new Map<string, Pick<AgentView, 'capabilities' | 'intentions'>>()
      const viewFor = (agent: string) => {
        const view = found.get(agent) ?? { capabilities: [], intentions: [] }
        found.set(agent, view)
        return view
      }
      adaptation.present().forEach(viewFor)
      for (const { agent, seq, expiry, declaration } of adaptation.capabilities()) {
        viewFor(agent).capabilities.push({ seq, expiry, capability: declaration })
      }
      for (const { agent, seq, expiry, declaration } of adaptation.intentions()) {
        viewFor(agent).intentions.push({ seq, expiry, intention: declaration })
      }
      found.delete(self)
      const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1))
      return Promise.all(sorted.map(async ([agent, said]) => ({ agent, ...about(agent), ...said, log: await logViews.of(agent) })))
    }
  }
}
