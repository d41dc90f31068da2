/** Which candidate is asked when nobody chose, and which are long shots. Pure. */
import type { Candidate } from '../../../node/client.ts'
import { WEAK } from '../../text/likely.ts'

export const candidateKey = (candidate: Pick<Candidate, 'agent' | 'skill'>) => `${candidate.agent} ${candidate.skill}`

/**
 * The best candidate: the first that can be reached, is not `avoid`, and has the `skill` if one is wanted.
 * What can't be had is given up in the opposite order.
 */
export function bestCandidate(
  candidates: readonly Candidate[],
  { avoid = null, skill = null }: { avoid?: string | null; skill?: string | null } = {}
): Candidate | null {
  const fits = (candidate: Candidate) => skill === null || candidate.skill === skill
  const others = (candidate: Candidate) => candidate.agent !== avoid
  const there = (candidate: Candidate) => candidate.reach !== 'away'
  return (
    candidates.find((one) => fits(one) && others(one) && there(one)) ??
    candidates.find((one) => fits(one) && there(one)) ??
    candidates.find((one) => fits(one) && others(one)) ??
    candidates.find(fits) ??
    null
  )
}

/** Those that may well do it, and those that are a long shot, each as they came. */
export function splitByLikelihood(candidates: readonly Candidate[]): { strong: Candidate[]; weak: Candidate[] } {
  const strong = candidates.filter((candidate) => candidate.likely >= WEAK)
  return { strong, weak: candidates.filter((candidate) => !strong.includes(candidate)) }
}
