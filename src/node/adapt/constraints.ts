/** Whether what somebody offers meets what somebody else insists on. Pure. */
import { KEEPS, type Constraint, type Constraints, type Facts, type Insistence, type Terms } from '../schema/declaration.ts'

/** What an agent is, and what it insists on of whoever works with it. */
export type Stand = Pick<Constraint, 'facts' | 'insists'>

/** Of whom nothing is said, and who insists on nothing. */
export const NO_STAND: Stand = { facts: { languages: [], region: null, tier: 0 }, insists: {} }

/** Of terms, or of an agent's facts, what constraints look at. */
type Promised = Facts & Partial<Pick<Terms, 'price' | 'keeps'>>

/** Whether an agent insists on anything. */
export const insists = ({ insists: on }: Stand): boolean => Object.values(on).some((one) => one !== undefined)

/** Whether an agent insists on anything, or says anything of itself. */
export const saysAnything = (stand: Stand): boolean =>
  insists(stand) || stand.facts.languages.length > 0 || stand.facts.region !== null || stand.facts.tier > 0

/**
 * What stands against two agents working together, in words: `ours` is not what they insist on, or they are not what we do. An agent that has
 * said nothing of itself meets nothing.
 */
export function against(ours: Stand, theirs: Stand | null): { them: string[]; us: string[] } {
  return {
    them: unmet(theirs?.facts, ours.insists),
    us: theirs === null ? [] : unmet(ours.facts, theirs.insists)
  }
}

/** Whether what an agent says of itself is not what another insists on. What it does not say may yet be so. */
export function contradicts({ languages, region, tier }: Facts, insists: Insistence): boolean {
  const said: Insistence = {
    ...(languages.length > 0 && insists.languages !== undefined ? { languages: insists.languages } : {}),
    ...(region !== null && insists.regions !== undefined ? { regions: insists.regions } : {}),
    ...(tier > 0 && insists.minTier !== undefined ? { minTier: insists.minTier } : {})
  }
  return unmet({ languages, region, tier }, said).length > 0
}

/**
 * What stands against it, in words; nothing when the terms meet all constraints. What is not said is not met: an offer without terms
 * meets no constraint.
 */
export function unmet(terms: Promised | undefined, constraints: Constraints): string[] {
  const { languages = [], regions, maxPrice, keeps, minTier } = constraints
  const reasons: string[] = []
  const missing = languages.filter((language) => terms?.languages.includes(language) !== true)
  if (missing.length > 0) reasons.push(`does not say that it works in ${missing.join(', ')}`)
  const where = terms?.region ?? null
  if (regions !== undefined && (where === null || !regions.includes(where))) {
    reasons.push(where === null ? 'does not say where it is done' : `is done in ${where}`)
  }
  if (maxPrice !== undefined && !(terms?.price !== undefined && terms.price <= maxPrice)) {
    reasons.push(terms?.price === undefined ? 'does not say what it costs' : `costs ${terms.price}`)
  }
  if (keeps !== undefined && !(terms?.keeps !== undefined && KEEPS.indexOf(terms.keeps) <= KEEPS.indexOf(keeps))) {
    reasons.push(terms?.keeps === undefined ? 'does not say what it keeps' : 'keeps what it is given for longer')
  }
  if (minTier !== undefined && !(terms !== undefined && terms.tier >= minTier)) reasons.push('can’t be checked as far as that')
  return reasons
}
