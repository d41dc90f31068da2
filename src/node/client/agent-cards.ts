/**
 * Agents as cards of A2A, as other systems read and write them. They are rare: what knows A2A is not loaded at the start.
 */
import type { Adaptation } from '../adapt/adaptation.ts'
import type { Declared } from '../adapt/declarations.ts'
import type { Availability } from '../availability.ts'
import type { StarlingClient } from '../client.ts'
import type { Policy } from '../policy.ts'

export type AgentCards = Pick<StarlingClient, 'agentCard' | 'readAgentCard'>

export interface AgentCardsComponents {
  /** our own agent */
  agent: string
  adaptation: Pick<Adaptation, 'capabilities' | 'intentions' | 'standOf' | 'stateOf'>
  policy: Pick<Policy, 'current'>
  availability: Pick<Availability, 'current'>
  /** milliseconds since 1970 */
  now: () => number
}

export function createAgentCards({ agent: self, adaptation, policy, availability, now }: AgentCardsComponents): AgentCards {
  const load = () => import('../adapt/agent-card.ts')

  return {
    async agentCard({ agent = self, name = `Agent ${agent.slice(-6)}` } = {}) {
      const { toAgentCard } = await load()
      const isOurs = agent === self
      const stand = isOurs ? policy.current() : adaptation.standOf(agent)
      const said = <T>(all: Array<Declared<T>>) => all.flatMap((one) => (one.agent === agent ? one.declaration : []))
      return toAgentCard({
        agent,
        name,
        capabilities: said(adaptation.capabilities()),
        intentions: said(adaptation.intentions()),
        constraint: stand === null ? null : { kind: 'constraint', ...stand },
        state: isOurs ? { kind: 'state', ...availability.current(), at: now() } : adaptation.stateOf(agent)
      })
    },
    readAgentCard: async (card) => (await load()).fromAgentCard(card)
  }
}
