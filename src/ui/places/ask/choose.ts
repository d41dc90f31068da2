/** Which candidate is asked when nobody chose, and which are long shots. Pure. */
import type { AgentView, Candidate } from '../../../node/client.ts'
import { WEAK } from '../../text/likely.ts'

export const candidateKey = (candidate: Pick<Candidate, 'agent' | 'skill'>) => `${candidate.agent} ${candidate.skill}`

/**
 * The best candidate: of those with the `skill`, if one is wanted, the first against whom nothing is said, that is not `closed`,
 * can be reached, and is not `avoid`. What can't be had is given up in the opposite order: a no does less harm than bad work.
 */
export function bestCandidate(
  candidates: readonly Candidate[],
  {
    avoid = null,
    skill = null,
    closed = nobody
  }: { avoid?: string | null; skill?: string | null; closed?: ReadonlySet<string> } = {}
): Candidate | null {
  const against = (one: Candidate) =>
    (isDoubtful(one) ? 8 : 0) + (closed.has(one.agent) ? 4 : 0) + (one.reach === 'away' ? 2 : 0) + (one.agent === avoid ? 1 : 0)
  const [best] = candidates.filter((one) => skill === null || one.skill === skill).sort((a, b) => against(a) - against(b))
  return best ?? null
}

/** Whether those whose word counts complain of its work in the field, or it was caught cheating. */
export function isDoubtful({ trust }: Pick<Candidate, 'trust'>): boolean {
  return trust !== null && trust.excluded !== null
}

/** Whether none of them has a record in the field, as far as one knows how they stand at all. */
export function nobodyIsKnown(candidates: ReadonlyArray<Pick<Candidate, 'trust'>>): boolean {
  return candidates.some(({ trust }) => trust !== null) && candidates.every(({ trust }) => trust?.footing !== 'known')
}

const nobody: ReadonlySet<string> = new Set()

/** The agents that say that they take on no work now. */
export function closedAgents(agents: ReadonlyArray<Pick<AgentView, 'agent' | 'state'>>): ReadonlySet<string> {
  return new Set(agents.flatMap(({ agent, state }) => (state?.open === false ? agent : [])))
}

/** Those that may well do it, and those that are a long shot, each as they came. */
export function splitByLikelihood(candidates: readonly Candidate[]): { strong: Candidate[]; weak: Candidate[] } {
  const strong = candidates.filter((candidate) => candidate.likely >= WEAK)
  return { strong, weak: candidates.filter((candidate) => !strong.includes(candidate)) }
}
