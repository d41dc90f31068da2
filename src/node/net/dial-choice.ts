/**
 * Whom to connect to, of all those that could be. Two dangers are weighed: with too few peers of a shard we miss what
 * is said in it; with peers only of our shards, whoever wants to surround us need but say that it is in them. So up to
 * two thirds of the places that we dial for are for our shards, and the others are left to chance.
 */

/** Why a place was given: the peer shares a shard that lacked peers, or chance; or it connected to us. */
export type Place = 'shard' | 'chance' | 'inbound'

/** @param random 0 to 1 */
export function oneOf<T>(list: readonly T[], random: () => number): T | undefined {
  return list[Math.min(list.length - 1, Math.floor(random() * list.length))]
}

/** How many of so many places shards can take. */
export const shardPlaces = (places: number): number => places - Math.ceil(places / 3)

export interface Taken {
  /** places given to peers of our shards, and by chance */
  shard: number
  chance: number
  /** places that there are to dial for */
  places: number
}

/**
 * The one to dial next, and why.
 *
 * @param due those that may be dialled now
 * @param lacking our shards in which we have too few peers
 */
export function chooseNext<T extends { shards: readonly string[] }>(
  due: readonly T[],
  lacking: ReadonlySet<string>,
  taken: Taken,
  random: () => number
): { chosen: T; why: Exclude<Place, 'inbound'> } | null {
  // a third is left to chance from the beginning: two for shards, one by chance, and so on
  const mayPrefer = taken.shard < shardPlaces(taken.places) && taken.shard < 2 * (taken.chance + 1)
  const sharing = mayPrefer ? due.filter(({ shards }) => shards.some((shard) => lacking.has(shard))) : []
  const preferred = oneOf(sharing, random)
  if (preferred !== undefined) return { chosen: preferred, why: 'shard' }
  const any = oneOf(due, random)
  return any === undefined ? null : { chosen: any, why: 'chance' }
}

/**
 * One that gives little news, beside what the others give, to make room for another: by chance one of the least useful
 * quarter.
 *
 * @param all everybody who is connected
 * @param replaceable those of them that may go
 */
export function oneToLetGo<T extends { useful: number }>(
  all: readonly T[],
  replaceable: readonly T[],
  random: () => number
): T | undefined {
  const mean = all.reduce((sum, { useful }) => sum + useful, 0) / Math.max(1, all.length)
  const sorted = replaceable.map(({ useful }) => useful).sort((a, b) => a - b)
  const limit = Math.min(mean / 4, sorted[Math.ceil(sorted.length / 4) - 1] ?? 0)
  return oneOf(
    replaceable.filter(({ useful }) => useful <= limit),
    random
  )
}
