import type { JudgesOf, Reputation, Why } from '../../node/client.ts'
import { useApp, useSnapshot } from './app-context.ts'
import { useFollowed, type Followed } from './use-followed.ts'

/** Opinions change all the time while ratings come in: they are read at most so often. */
const PAUSE_MS = 400

/** What is known of how an agent did; read again when what is thought of anybody may have changed. */
export function useReputation(agent: string): Followed<Reputation> {
  const { client } = useApp()
  return useFollowed(agent, useSnapshot()?.opinions ?? 0, PAUSE_MS, () => client.reputation(agent))
}

/** The list of judges that an agent shares; read again when there may be news of it. */
export function useJudges(agent: string): Followed<JudgesOf> {
  const { client } = useApp()
  return useFollowed(agent, useSnapshot()?.opinions ?? 0, PAUSE_MS, () => client.judges(agent))
}

/** Why an agent stands as it does in a topic; `why` is null when it was never heard of there. */
export function useWhy(agent: string, topic: string): Followed<{ why: Why | null }> {
  const { client } = useApp()
  return useFollowed(`${agent} ${topic}`, useSnapshot()?.opinions ?? 0, PAUSE_MS, async () => ({ why: await client.why(agent, topic) }))
}
