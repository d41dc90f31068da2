/**
 * With whom this agent has to do: whom it has given tasks, whom it thinks well of, whose word its operator trusts. What is
 * held of them makes no room for strangers'. Who only comes and asks stays a stranger: anybody can.
 */
import type { TaskRecord } from './schema/task.ts'
import type { WhoseWord } from './trust/whose-word.ts'

export interface AcquaintancesComponents {
  tasks: { all(): readonly TaskRecord[] }
  stands: { esteem(agent: string): number }
  whoseWord: Pick<WhoseWord, 'trusted'>
}

/** Whether an agent is an acquaintance. It is asked for each header, so lists are gone through only when they are others. */
export function createAcquaintances({ tasks, stands, whoseWord }: AcquaintancesComponents): (agent: string) => boolean {
  const asked = createCached(tasks.all, (all) =>
    all.flatMap(({ role, contract }) => (role === 'leader' && contract !== null ? contract.follower : []))
  )
  const trusted = createCached(whoseWord.trusted, (agents) => agents)
  return (agent) => asked().has(agent) || trusted().has(agent) || stands.esteem(agent) > 0
}

/** The set of what is in a list, made anew when that is another. */
function createCached<T>(list: () => readonly T[], agentsOf: (list: readonly T[]) => readonly string[]): () => ReadonlySet<string> {
  let seen: readonly T[] | null = null
  let agents: ReadonlySet<string> = new Set()
  return () => {
    const all = list()
    if (all !== seen) agents = new Set(agentsOf(all))
    seen = all
    return agents
  }
}
