/** Which candidate is asked when nobody chose. Pure. */
import type { Candidate } from '../../../node/client.ts'

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
