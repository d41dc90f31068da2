/**
 * What agents are and insist on: ours, and what others have said of themselves, in their logs or when we met. Two that can't
 * work with each other need not meet, and hear nothing of each other.
 */
import { keepNewest } from '../support/keep-newest.ts'
import * as z from 'zod/mini'
import type { Entry } from '../log/log.ts'
import { constraint, withdrawal } from '../schema/declaration.ts'
import { against, contradicts, insists, NO_STAND, type Stand } from './constraints.ts'
import { table } from './table.ts'

/** When a stand was said, and until when it holds, in milliseconds since 1970; and in which entry of its log, if in one. */
interface Said {
  at: number
  until: number
  seq: number | null
}

export interface Stands {
  ours(): Stand
  setOurs(stand: Stand): void
  /** An entry of another agent's log is here: it may say what that is and insists on, or take it back. @returns whether that is news */
  hear(entry: Pick<Entry, 'author' | 'header' | 'body'>): boolean
  /**
   * What an agent says of itself to a peer that it meets (undefined: nothing): it holds until that should have heard of it otherwise.
   *
   * @returns whether that is news
   */
  shown(agent: string, stand: Stand | undefined): boolean
  of(agent: string): Stand | null
  /** Whether what we and an agent have said shows that we can't work with each other. What is not said may be as it should. */
  clash(agent: string): boolean
  /** It is proven that an agent told different people different things: it is not met any more. */
  shun(agent: string): void
  /** How an agent is thought of, -1 over 0 (unknown) to 1. */
  esteem(agent: string): number
  /** An agent has declared something else than its sketch said. @returns whether it has done so too often to be listened to */
  caughtLying(agent: string): boolean
  /** Why we and an agent don't work with each other, in words; empty when nothing is against it. Who has said nothing meets nothing. */
  against(agent: string): string[]
}

/** Agents that are remembered; of more, those of whom we heard longest ago are forgotten. */
const MAX_AGENTS = 4096
/** Whoever is caught so often is not met and not listened to, until we start anew. */
const MAX_LIES = 3
/** Whoever is thought of no better than this is not met. */
export const AVOIDED = -0.5
/** So long what a card says is believed. */
const SHOWN_MS = 24 * 60 * 60_000

/** @param esteem how an agent is thought of, -1 over 0 (unknown) to 1 */
export function createStands(now: () => number, esteem: (agent: string) => number = () => 0): Stands {
  const known = new Map<string, Said & { stand: Stand }>()
  /** how often each was caught */
  const liars = new Map<string, number>()
  /** those who have forked their logs */
  const forkers = new Set<string>()
  let ours = NO_STAND

  function standOf(agent: string): Stand | null {
    const one = known.get(agent)
    if (one === undefined || one.until > now()) return one?.stand ?? null
    known.delete(agent)
    return null
  }

  /** Takes note of what an agent says of itself. @returns whether that is news */
  function learn(agent: string, stand: Stand, said: Said): boolean {
    const before = known.get(agent)
    if (said.until <= now() || (before !== undefined && before.at > said.at)) return false
    known.delete(agent)
    known.set(agent, { stand, ...said })
    keepNewest(known, MAX_AGENTS)
    return JSON.stringify(before?.stand) !== JSON.stringify(stand)
  }

  /** Why an agent is not met, whatever it and we insist on; null: nothing of the kind. */
  function whyShunned(agent: string): string | null {
    if (forkers.has(agent)) return 'it showed different histories to different people'
    if ((liars.get(agent) ?? 0) >= MAX_LIES) return 'what it said of its offers was not what it offers'
    return esteem(agent) <= AVOIDED ? 'those whose word counts for you complain of its work' : null
  }

  return {
    ours: () => ours,
    setOurs(stand) {
      ours = stand
    },
    hear({ author, header: { kind, seq, time, expiry }, body }) {
      if (kind === 'constraint') {
        const said = z.safeParse(constraint, body).data
        const until = Math.min(expiry ?? Infinity, time + table.constraint.lifeMs)
        // what is no constraint says nothing
        return said !== undefined && learn(author, { facts: said.facts, insists: said.insists }, { at: time, until, seq })
      }
      const back = kind === 'withdrawal' ? z.safeParse(withdrawal, body).data : undefined
      return back !== undefined && back.seq < seq && known.get(author)?.seq === back.seq && known.delete(author)
    },
    shown(agent, stand) {
      // who says nothing has nothing to say, or not any more
      if (stand === undefined && standOf(agent) === null) return false
      return learn(agent, stand ?? NO_STAND, { at: now(), until: now() + SHOWN_MS, seq: null })
    },
    of: standOf,
    esteem: (agent) => (forkers.has(agent) ? -1 : esteem(agent)),
    shun(agent) {
      forkers.add(agent)
      keepNewest(forkers, MAX_AGENTS)
    },
    caughtLying(agent) {
      const times = (liars.get(agent) ?? 0) + 1
      liars.delete(agent)
      liars.set(agent, times)
      keepNewest(liars, MAX_AGENTS)
      return times >= MAX_LIES
    },
    clash(agent) {
      if (whyShunned(agent) !== null) return true
      const theirs = standOf(agent)
      return theirs !== null && (contradicts(theirs.facts, ours.insists) || contradicts(ours.facts, theirs.insists))
    },
    against(agent) {
      const shunned = whyShunned(agent)
      if (shunned !== null) return [shunned]
      const theirs = standOf(agent)
      if (theirs === null && !insists(ours)) return []
      const { them, us } = against(ours, theirs)
      return [...them.map((one) => `it ${one}, and you insist on that`), ...us.map((one) => `your agent ${one}, and it insists on that`)]
    }
  }
}
