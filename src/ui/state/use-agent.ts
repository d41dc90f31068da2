import type { AgentDetails, AgentView } from '../../node/client.ts'
import { useApp, useSnapshot } from './app-context.ts'
import { useFollowed } from './use-followed.ts'

/** However fast an agent changes, it is read at most so often. */
const PAUSE_MS = 400

export interface KnownAgent {
  /** null: it was never met, or it is not looked up yet */
  view: AgentView | null
  /** null: not looked up yet, or nothing is known */
  details: AgentDetails | null
  /** whether it is not looked up yet */
  isLooking: boolean
  /** why it could not be looked up; null: it could */
  problem: string | null
}

/** An agent with all that it says of itself, whether it is listed or not; read again when something about it has changed. */
export function useAgent(agent: string): KnownAgent {
  const { client } = useApp()
  const snapshot = useSnapshot()
  const listed = snapshot?.agents.find((known) => known.agent === agent)
  const { value, problem } = useFollowed(agent, listed ?? snapshot?.declared, PAUSE_MS, async () => ({ details: await client.agent(agent) }))
  const details = value?.details ?? null
  return { view: listed ?? details, details, isLooking: value === null && problem === null, problem }
}
