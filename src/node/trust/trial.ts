/** Who is to be tried among those who could do something, so that newcomers come to a record. */
import type { Candidate } from '../adapt/rank.ts'
import { drawTrial } from './exploration.ts'

/** Whoever fits less than half as well as the best is nobody to be tried in its place. */
const FIT = 0.5

/**
 * Marks one to be tried with something small: of those without a record who fit about as well as the best, are here, and have nothing
 * against them, each with its best offer. Where the best has no record itself there is no need of another.
 *
 * @param candidates best first
 * @param random 0 to 1
 */
export function markTrial(candidates: readonly Candidate[], random: () => number): Candidate[] {
  const [best] = candidates
  if (best?.trust?.footing !== 'known') return [...candidates]
  const offers = candidates.filter(
    ({ trust, likely, reach }) => trust !== null && trust.footing !== 'known' && likely >= FIT * best.likely && reach !== 'away'
  )
  // who offers more than one thing is drawn no more often
  const others = offers.filter(({ agent }, place) => offers.findIndex((one) => one.agent === agent) === place)
  let sum = 0
  // of a level p / (p + usual) this is p, with what is usual for a unit
  const prospects = others.map(({ trust }) => (sum += trust?.footing === 'promising' ? trust.level / (1 - trust.level) : 0))
  const unexcluded = () => others.flatMap(({ trust }, place) => (trust?.footing === 'excluded' ? [] : place))
  const drawn = others[drawTrial({ prospects, unexcluded }, best.trust.strangers, random) ?? -1]
  return candidates.map((one) => (one === drawn ? { ...one, isTrial: true } : one))
}

/** The same by chance drawn once: whoever looks for the same again and again, as a page does while one types, is shown the same one. */
export function createTrialChoice(random: () => number): (candidates: readonly Candidate[]) => Candidate[] {
  const draws = [random(), random()]
  return (candidates) => {
    let next = 0
    return markTrial(candidates, () => draws[next++ % draws.length] ?? 0)
  }
}
