/** Whether what somebody offers meets what somebody else insists on. Pure. */
import { KEEPS, type Constraints, type Terms } from '../schema/declaration.ts'

/**
 * What stands against it, in words; nothing when the terms meet all constraints. What is not said is not met: an offer without terms
 * meets no constraint.
 */
export function unmet(terms: Terms | undefined, constraints: Constraints): string[] {
  const { languages = [], regions, maxPrice, keeps, minTier } = constraints
  const against: string[] = []
  const missing = languages.filter((language) => terms?.languages.includes(language) !== true)
  if (missing.length > 0) against.push(`does not say that it works in ${missing.join(', ')}`)
  const where = terms?.region ?? null
  if (regions !== undefined && (where === null || !regions.includes(where))) {
    against.push(where === null ? 'does not say where it is done' : `is done in ${where}`)
  }
  if (maxPrice !== undefined && !(terms !== undefined && terms.price <= maxPrice)) {
    against.push(terms === undefined ? 'does not say what it costs' : `costs ${terms.price}`)
  }
  if (keeps !== undefined && !(terms !== undefined && KEEPS.indexOf(terms.keeps) <= KEEPS.indexOf(keeps))) {
    against.push(terms === undefined ? 'does not say what it keeps' : 'keeps what it is given for longer')
  }
  if (minTier !== undefined && !(terms !== undefined && terms.tier >= minTier)) against.push('can’t be checked as far as that')
  return against
}
