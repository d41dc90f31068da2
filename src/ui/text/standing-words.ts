/** How an agent stands with those whose word counts, as people say it. Pure. */
import type { Standing } from '../../node/client.ts'
import { plural } from './format.ts'

/** From here on an agent is as well endorsed as is usual in its field. */
export const USUAL = 0.5
/** Below this it is a stranger. */
export const STRANGER = 0.1

export interface StandingWord {
  word: string
  /** which chip it is, so that colour never stands alone */
  kind: 'good' | 'plain' | 'warn' | 'bad'
}

/** A few words for where an agent stands in a field. */
export function standingWord({ level, record, excluded }: Pick<Standing, 'level' | 'record' | 'excluded'>): StandingWord {
  if (excluded === 'proven') return { word: 'Caught cheating', kind: 'bad' }
  if (excluded === 'complaints') return { word: 'Avoided: complaints', kind: 'warn' }
  if (level < STRANGER) return { word: 'Hardly known', kind: 'plain' }
  if (record < STRANGER) return { word: 'Known from a field nearby', kind: 'plain' }
  return level < USUAL ? { word: 'Spoken of', kind: 'plain' } : { word: 'Well spoken of', kind: 'good' }
}

/** How many said that it went well and how many that it did not, whoever they are. */
export function ratingWords({ good, bad }: Standing['ratings']): string {
  if (good + bad === 0) return 'nobody has said how it went'
  return `${plural(good, 'good word')}, ${bad === 0 ? 'no complaint' : plural(bad, 'complaint')}`
}

/** Whether anything is known at all. */
export function isHeardOf({ level, ratings, excluded }: Pick<Standing, 'level' | 'ratings' | 'excluded'>): boolean {
  return level > 0 || ratings.good + ratings.bad > 0 || excluded !== null
}
