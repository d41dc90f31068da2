/**
 * Other agents as people see them: in short, as many as a page can list; and one of them in whole, for whoever looks at it.
 */
import type { Adaptation } from '../adapt/adaptation.ts'
import type { Declared } from '../adapt/declarations.ts'
import type { AgentDetails, AgentView, Snapshot } from '../client.ts'
import type { Capability, Intention } from '../schema/declaration.ts'
import { clip } from '../support/words.ts'
import type { LogViews } from './log-views.ts'
import type { Petnames } from './petnames.ts'

export interface AgentViews {
  /** What can be said of any agent, whether it is here or not. */
  about(agent: string): Pick<AgentView, 'petname' | 'reach' | 'state' | 'history'>
  /**
   * Agents but our own that are present or have something declared, in the order of their ids. Of more than a page can list, those that
   * are here come first, and those that our operator has named or that we worked with. A view is the same object as before while
   * nothing about it has changed: what is the same need not be sent again.
   */
  listed(): Promise<Pick<Snapshot, 'agents' | 'moreAgents' | 'declared'>>
  /** One of those agents, listed or not; null: it is neither present nor has it something declared. */
  details(agent: string): Promise<AgentDetails | null>
}

export interface AgentViewsComponents {
  /** our own agent */
  agent: string
  adaptation: Pick<Adaptation, 'present' | 'capabilities' | 'intentions' | 'reach' | 'stateOf'>
  petnames: Pick<Petnames, 'of'>
  logViews: Pick<LogViews, 'of'>
  history: (agent: string) => AgentView['history']
}

/** More than can be connected at a time: whoever is here is listed. */
const MAX_LISTED = 128
/** Names of offers in a view, and UTF-16 units of what is looked for. */
const MAX_NAMES = 8
const MAX_GOAL = 120

interface Said {
  capabilities: Array<Declared<Capability>>
  intentions: Array<Declared<Intention>>
}

export function createAgentViews({ agent: self, adaptation, petnames, logViews, history }: AgentViewsComponents): AgentViews {
  const views = new Map<string, AgentView>()
  /** what was declared when it was last looked at, and how often that was something else */
  let last: ReadonlyArray<Declared<unknown>> = []
  let declared = 0

  const about: AgentViews['about'] = (agent) => ({
    petname: petnames.of(agent),
    reach: adaptation.reach(agent),
    state: adaptation.stateOf(agent),
    history: history(agent)
  })

  function known(): Map<string, Said> {
    const found = new Map<string, Said>()
    const saidBy = (agent: string): Said => {
      const said = found.get(agent) ?? { capabilities: [], intentions: [] }
      found.set(agent, said)
      return said
    }
    const [capabilities, intentions] = [adaptation.capabilities(), adaptation.intentions()]
    adaptation.present().forEach(saidBy)
    for (const one of capabilities) saidBy(one.agent).capabilities.push(one)
    for (const one of intentions) saidBy(one.agent).intentions.push(one)
    found.delete(self)
    const all = [...capabilities, ...intentions]
    if (all.length !== last.length || all.some((one, i) => one !== last[i])) declared++
    last = all
    return found
  }

  function choose(agents: readonly string[]): string[] {
    if (agents.length <= MAX_LISTED) return [...agents].sort()
    const here = new Set(adaptation.present())
    const matters = (agent: string): boolean => petnames.of(agent) !== null || Object.values(history(agent)).some((times) => times > 0)
    const rank = (agent: string): number => (here.has(agent) ? 0 : matters(agent) ? 1 : 2)
    const ranked = agents.map((agent) => ({ agent, rank: rank(agent) })).sort((a, b) => a.rank - b.rank || (a.agent < b.agent ? -1 : 1))
    return ranked
      .slice(0, MAX_LISTED)
      .map(({ agent }) => agent)
      .sort()
  }

  async function viewOf(agent: string, { capabilities, intentions }: Said): Promise<AgentView> {
    return {
      agent,
      ...about(agent),
      offers: { count: capabilities.length, names: capabilities.slice(0, MAX_NAMES).map(({ declaration }) => declaration.name) },
      wants: { count: intentions.length, first: clip(intentions[0]?.declaration.goal ?? '', MAX_GOAL) },
      newest: [...capabilities, ...intentions].reduce((newest, { seq }) => Math.max(newest, seq), 0),
      log: await logViews.of(agent)
    }
  }

  return {
    about,
    async listed() {
      const found = known()
      // of this very look, whatever is looked at meanwhile
      const now = declared
      const chosen = choose([...found.keys()])
      const agents = await Promise.all(
        chosen.map(async (agent) => {
          const view = await viewOf(agent, found.get(agent) ?? { capabilities: [], intentions: [] })
          const before = views.get(agent)
          return before !== undefined && JSON.stringify(before) === JSON.stringify(view) ? before : view
        })
      )
      views.clear()
      for (const view of agents) views.set(view.agent, view)
      return { agents, moreAgents: found.size - agents.length, declared: now }
    },
    async details(agent) {
      const said = known().get(agent)
      if (said === undefined) return null
      return {
        ...(await viewOf(agent, said)),
        capabilities: said.capabilities.map(({ seq, expiry, declaration }) => ({ seq, expiry, capability: declaration })),
        intentions: said.intentions.map(({ seq, expiry, declaration }) => ({ seq, expiry, intention: declaration }))
      }
    }
  }
}
