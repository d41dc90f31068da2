/** Paths in the tree of topics: `area/topic/competence`. */
import { termsOf } from '../terms.ts'

/** As long as the schema lets a topic's name be. */
export const MAX_PATH_CHARS = 96

export const depthOf = (path: string): number => path.split('/').length

/** Of an area's name: nothing. */
export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

export const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** Whether a path is this one or below it. */
export const isWithin = (path: string, above: string): boolean => path === above || path.startsWith(`${above}/`)

/** The path up to so many parts. */
export const upTo = (path: string, parts: number): string => path.split('/').slice(0, parts).join('/')

/** Parts of the name of a topic of the seed. What is below one has more. */
export const TOPIC_DEPTH = 2

/** The topic that a name of two parts or more is, or is below. */
export const topicAbove = (path: string): string => upTo(path, TOPIC_DEPTH)

export const isBelowTopic = (path: string): boolean => depthOf(path) > TOPIC_DEPTH

/** What a name says in its last part beyond what its parents say, whatever the order and the endings of its words. */
export function gist(path: string): string {
  const above = termsOf(parentOf(path).replaceAll(/[/-]/g, ' '))
  const own = [...termsOf(lastOf(path).replaceAll('-', ' ')).keys()].sort()
  const more = own.filter((term) => !above.has(term))
  // a word that says nothing by itself is all that there is, perhaps
  return (more.length > 0 ? more : own).join(' ') || lastOf(path)
}
