/**
 * Topics as numbers. A rating is kept under the name that it was said in, and counts where that name counts now: names by use may come to
 * count as others, and stop doing so, after ratings were heard. Pure.
 */
import { UNSORTED_TOPIC } from '../schema/contract.ts'
import type { Topics } from '../semantic/topics/topics.ts'
import { createNames } from './names.ts'

export interface TopicNumbers {
  /** Under which number what is said in a topic is kept; null: it is none that is known, or there are too many. */
  find(name: string): number | null
  /** In which topic that counts which is kept under a number. */
  counted(number: number): number
  name(number: number): string
  /**
   * Works out anew where names count. One that is not known any more goes on counting where it did: whoever can have a name forgotten
   * could have what was said in it forgotten.
   *
   * @param byUse names that are known by use, or count as others by use
   */
  sortAnew(byUse: readonly string[]): Sorted
  save(): SavedTopicNumbers
}

export interface Sorted {
  /** what is kept under these numbers counts elsewhere than before: in which topics it counted */
  before: ReadonlyMap<number, number>
  /** names by use that had no number: what was said in them was passed over until now */
  fresh: string[]
}

export interface SavedTopicNumbers {
  names: string[]
  /** numbers that count as others, and as which */
  counted: Array<[number, number]>
}

export interface TopicNumbersInit {
  topics: Pick<Topics, 'isKnown' | 'isOfSeed' | 'canonical' | 'similarity'>
  /** Has a new topic have a place. @param similarities to all that there are */
  add: (similarities: number[]) => void
  saved?: SavedTopicNumbers | undefined
}

/** Where ratings of leaders count, as number 0: nobody earns trust as a worker by asking others. It has nothing to do with any topic. */
export const ASKING = ''
/** Names by use that are told apart, in all the time that a book is kept; those of the seed always have their place. */
export const MAX_BY_USE = 512

export function createTopicNumbers({ topics, add, saved }: TopicNumbersInit): TopicNumbers {
  const names = createNames(saved?.names ?? [ASKING])
  let elsewhere = new Map(saved?.counted)
  const isUnsorted = (name: string): boolean => name === UNSORTED_TOPIC || name === ASKING
  let countByUse = names.save().filter((name) => !topics.isOfSeed(name) && !isUnsorted(name)).length

  const counted = (number: number): number => elsewhere.get(number) ?? number

  /** The number of a name that counts by itself, a new one if need be. */
  function numberOf(canonical: string): number | null {
    const known = names.find(canonical)
    if (known !== undefined) return known
    const isByUse = !topics.isOfSeed(canonical) && !isUnsorted(canonical)
    if (isByUse && (!topics.isKnown(canonical) || countByUse >= MAX_BY_USE)) return null
    if (isByUse) countByUse++
    return give(canonical)
  }

  function give(name: string): number {
    // what counts as another would take a share of what is hoped next door
    add(names.save().map((other, number) => (other === ASKING || counted(number) !== number ? 0 : topics.similarity(name, other))))
    return names.number(name)
  }

  /** Where a name counts now, as far as that is known; null: where it did. */
  function placeNow(name: string): number | null {
    const canonical = topics.canonical(name)
    return isUnsorted(name) || topics.isKnown(canonical) ? numberOf(canonical) : null
  }

  return {
    find: (name) => names.find(name) ?? numberOf(topics.canonical(name)),
    counted,
    name: names.name,
    sortAnew(byUse) {
      const fresh = byUse.filter((name) => names.find(name) === undefined && !topics.isOfSeed(name)).slice(0, MAX_BY_USE - countByUse)
      countByUse += fresh.length
      for (const name of fresh) give(name)
      const before = names.save().map((_, number) => counted(number))
      const placed = new Map<number, number>()
      for (const [number, name] of names.save().entries()) {
        const place = placeNow(name)
        if (place !== null) placed.set(number, place)
      }
      // what is not known any more goes along with what it counted as
      const after = before.map((place, number) => placed.get(number) ?? placed.get(place) ?? place)
      elsewhere = new Map([...after.entries()].filter(([number, place]) => number !== place))
      return { before: new Map([...before.entries()].filter(([number, place]) => place !== after[number])), fresh }
    },
    save: () => ({ names: names.save(), counted: [...elsewhere] })
  }
}
