import type { Reputation, Why } from '../../node/client.ts'
import { useApp, useSnapshot } from './app-context.ts'
import { useLookedUp, type LookedUp } from './use-looked-up.ts'

/** Opinions may change often while ratings come in: they are read at most so often. */
const PAUSE_MS = 100

/** What is known of how an agent did; read again when what is thought of anybody may have changed. */
export function useReputation(agent: string): LookedUp<Reputation> {
  const { client } = useApp()
  const opinions = useSnapshot()?.opinions ?? 0
  return useLookedUp(`${agent} ${opinions}`, PAUSE_MS, () => client.reputation(agent))
}

/** Why an agent stands as it does in a topic; `why` is null when it was never heard of there. */
export function useWhy(agent: string, topic: string): LookedUp<{ why: Why | null }> {
  const { client } = useApp()
  const opinions = useSnapshot()?.opinions ?? 0
  return useLookedUp(`${agent} ${topic} ${opinions}`, PAUSE_MS, async () => ({ why: await client.why(agent, topic) }))
}

/** The answer, or the one before it while a new one comes. */
export function latest<T>(looked: LookedUp<T>): T | null {
  if (looked.state === 'found') return looked.value
  return looked.state === 'looking' ? looked.last : null
}
