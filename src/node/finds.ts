/**
 * What was found for something that is looked for, as it is kept: what holds, and for a while what does not hold any more, so that what
 * comes back as it was is no news. Pure.
 */
import type { StandingInterest } from './client.ts'

/** An offer that fits, and a digest of what it says. */
export interface Fitting {
  agent: string
  skill: string
  name: string
  likely: number
  said: string
}

/** `gone`: since when it does not hold any more, in milliseconds since 1970; absent while it holds. */
export type Find = Fitting & { at: number; seen: boolean; gone?: number }

export type KeptInterest = Omit<StandingInterest, 'found'> & { found: Find[] }

/** Of those that hold the likeliest are kept, of those that don't the last to go, for so long. */
const MAX_FOUND = 32
const MAX_GONE = 32
const GONE_MS = 24 * 60 * 60_000

/** The name of an offer among all. */
export const keyOf = ({ agent, skill }: Pick<Find, 'agent' | 'skill'>): string => `${agent} ${skill}`

/** The interest as people see it. */
export function shown(interest: KeptInterest): StandingInterest {
  const holding = interest.found.filter(({ gone }) => gone === undefined)
  return { ...interest, found: holding.map(({ agent, skill, name, likely, at, seen }) => ({ agent, skill, name, likely, at, seen })) }
}

/** What holds has been looked at; the same object when that is nothing new. @param keys of these alone */
export function lookedAt(interest: KeptInterest, keys?: ReadonlySet<string>): KeptInterest {
  const isNew = (find: Find): boolean => !find.seen && find.gone === undefined && keys?.has(keyOf(find)) !== false
  if (!interest.found.some(isNew)) return interest
  return { ...interest, found: interest.found.map((find) => (isNew(find) ? { ...find, seen: true } : find)) }
}

/**
 * The interest with what fits besides; the same object when that is nothing new. What holds keeps its time and whether it was seen, and so
 * does what comes back saying the same.
 *
 * @param at now, in milliseconds since 1970
 */
export function withFitting(interest: KeptInterest, fitting: readonly Fitting[], at: number): KeptInterest {
  const found = new Map(interest.found.map((find) => [keyOf(find), find]))
  for (const fit of fitting) {
    const before = found.get(keyOf(fit))
    const isKnown = before !== undefined && (before.gone === undefined || (before.said === fit.said && at - before.gone < GONE_MS))
    if (isKnown && before.gone === undefined && before.said === fit.said && Math.abs(before.likely - fit.likely) < 0.01) continue
    found.set(keyOf(fit), { ...fit, at: isKnown ? before.at : at, seen: isKnown && before.seen })
  }
  return kept(interest, [...found.values()], at)
}

/**
 * The interest when it is known of some of what was found whether it holds; the same object when that is nothing new.
 *
 * @param holding by key
 * @param at now, in milliseconds since 1970
 */
export function withHolding(interest: KeptInterest, holding: ReadonlyMap<string, boolean>, at: number): KeptInterest {
  const found = interest.found.map((find) => {
    const holds = holding.get(keyOf(find))
    if (holds === undefined || holds === (find.gone === undefined)) return find
    if (!holds) return { ...find, gone: at }
    const back = { ...find }
    delete back.gone
    return back
  })
  return kept(interest, found, at)
}

function kept(interest: KeptInterest, found: readonly Find[], at: number): KeptInterest {
  const holding = found.filter(({ gone }) => gone === undefined).sort((a, b) => b.likely - a.likely || a.at - b.at)
  const gone = found
    .filter((find) => find.gone !== undefined && at - find.gone < GONE_MS)
    .sort((a, b) => (b.gone ?? 0) - (a.gone ?? 0))
  const next = [...holding.slice(0, MAX_FOUND), ...gone.slice(0, MAX_GONE)]
  const isSame = next.length === interest.found.length && next.every((find) => interest.found.includes(find))
  return isSame ? interest : { ...interest, found: next }
}
