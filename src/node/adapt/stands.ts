/**
 * What agents are and insist on: ours, and what others have said of themselves, in their logs or when we met. Two that can't
 * work with each other need not meet, and hear nothing of each other.
 */
import { against, contradicts, insists, NO_STAND, type Stand } from './constraints.ts'

/** When a stand was said, and until when it holds, in milliseconds since 1970; and in which entry of its log, if in one. */
export interface Said {
  at: number
  until: number
  seq: number | null
}

export interface Stands {
  ours(): Stand
  setOurs(stand: Stand): void
  /** Takes note of what an agent says of itself. @returns whether that is news */
  learn(agent: string, stand: Stand, said: Said): boolean
  /** An agent takes an entry of its log back. @returns whether it was what it insisted on */
  takenBack(agent: string, seq: number): boolean
  of(agent: string): Stand | null
  /** Whether what we and an agent have said shows that we can't work with each other. What is not said may be as it should. */
  clash(agent: string): boolean
  /** An agent has declared something else than its sketch said. @returns whether it has done so too often to be listened to */
  caughtLying(agent: string): boolean
  /** Why we and an agent don't work with each other, in words; empty when nothing is against it. Who has said nothing meets nothing. */
  against(agent: string): string[]
}

/** Agents that are remembered; of more, those of whom we heard longest ago are forgotten. */
const MAX_AGENTS = 4096
/** Whoever is caught so often is not met and not listened to, until we start anew. */
const MAX_LIES = 3

export function createStands(now: () => number): Stands {
  const known = new Map<string, Said & { stand: Stand }>()
  /** how often each was caught */
  const liars = new Map<string, number>()
  let ours = NO_STAND

  function standOf(agent: string): Stand | null {
    const one = known.get(agent)
    if (one === undefined || one.until > now()) return one?.stand ?? null
    known.delete(agent)
    return null
  }

  const isShunned = (agent: string): boolean => (liars.get(agent) ?? 0) >= MAX_LIES

  return {
    ours: () => ours,
    setOurs(stand) {
      ours = stand
    },
    learn(agent, stand, said) {
      const before = known.get(agent)
      if (said.until <= now() || (before !== undefined && before.at > said.at)) return false
      known.delete(agent)
      known.set(agent, { stand, ...said })
      const [oldest] = known.keys()
      if (known.size > MAX_AGENTS && oldest !== undefined) known.delete(oldest)
      return JSON.stringify(before?.stand) !== JSON.stringify(stand)
    },
    takenBack(agent, seq) {
      return known.get(agent)?.seq === seq && known.delete(agent)
    },
    of: standOf,
    caughtLying(agent) {
      const times = (liars.get(agent) ?? 0) + 1
      liars.delete(agent)
      liars.set(agent, times)
      const [oldest] = liars.keys()
      if (liars.size > MAX_AGENTS && oldest !== undefined) liars.delete(oldest)
      return times >= MAX_LIES
    },
    clash(agent) {
      if (isShunned(agent)) return true
      const theirs = standOf(agent)
      return theirs !== null && (contradicts(theirs.facts, ours.insists) || contradicts(ours.facts, theirs.insists))
    },
    against(agent) {
      if (isShunned(agent)) return ['what it said of its offers was not what it offers']
      const theirs = standOf(agent)
      if (theirs === null && !insists(ours)) return []
      const { them, us } = against(ours, theirs)
      return [...them.map((one) => `it ${one}, and you insist on that`), ...us.map((one) => `your agent ${one}, and it insists on that`)]
    }
  }
}
