/**
 * Lists of judges that agents share, on their way between the logs and whoever counts them. An agent's newest list stands, until it lapses
 * or is taken back; of an agent that has forked its log none does. What is remembered is bounded, of one agent and of all.
 */
import { keepNewest } from '../support/keep-newest.ts'
import * as z from 'zod/mini'
import type { AppendOptions, Entry, Logs } from '../log/log.ts'
import { parse } from '../schema/codec.ts'
import { withdrawal } from '../schema/declaration.ts'
import { judges, type Judges } from '../schema/judges.ts'
import { createEmitter } from '../support/emitter.ts'
import type { OwnInterests } from './interests.ts'
import type { Append } from './own-log.ts'
import { table } from './table.ts'

/** A list that stands. */
export interface SharedJudges extends Pick<Judges, 'name' | 'agents'> {
  seq: number
  /** when it lapses, in milliseconds since 1970 */
  expiry: number
}

/** What is known of the list that an agent shares; `unheard`: nothing. */
export type JudgesOf = ({ is: 'shared' } & SharedJudges) | { is: 'unheard' | 'withdrawn' | 'lapsed' | 'forked' }

export interface JudgesLists {
  /** Shares a list with everybody, in place of the one before. @throws InvalidBytesError when it is none */
  shareJudges(list: Judges, options?: AppendOptions): Promise<Entry>
  /** The list that another agent shares, as far as it is known. */
  judgesOf(agent: string): JudgesOf
  /** Called with agents of whose lists there is news. That one lapses is none. */
  onJudges(listener: (agent: string) => void): () => void
  /** Has us hear of the lists of these agents, wherever in the network they are told. Replaces what was so before. */
  lookForJudges(agents: readonly string[]): void
}

export interface JudgesListsHearing extends JudgesLists {
  /** An entry of any kind is here. */
  hear(entry: Entry): Promise<void>
  /** An agent that has forked its log is not listened to any more. */
  drop(agent: string): void
}

export interface JudgesListsComponents {
  /** our own agent, of whose list there is nothing to hear */
  self: string
  logs: Pick<Logs, 'header'>
  interests: Pick<OwnInterests, 'looksFor'>
  append: Append
  now: () => number
}

/** Agents whose lists are remembered, those looked for first; of the others those heard from last. */
const MAX_AGENTS = 1024
/** Entries that one agent takes back and that may have been lists. */
const MAX_WITHDRAWN = 64

interface Author {
  /** the newest list that is heard of; what it says, null: it was taken back, and no older one takes its place */
  newest: { seq: number; expiry: number; said: Judges | null } | null
  /** entries that were taken back before they came */
  withdrawn: Set<number>
}

export function createJudgesLists({ self, logs, interests, append, now }: JudgesListsComponents): JudgesListsHearing {
  const { on, emit } = createEmitter<{ news: string }>()
  /** those heard from last come last */
  const authors = new Map<string, Author>()
  const forked = new Set<string>()
  let lookedFor: ReadonlySet<string> = new Set()

  function authorOf(agent: string): Author {
    const known = authors.get(agent) ?? { newest: null, withdrawn: new Set() }
    authors.delete(agent)
    authors.set(agent, known)
    if (authors.size > MAX_AGENTS) {
      for (const silent of authors.keys()) {
        if (lookedFor.has(silent) || silent === agent) continue
        authors.delete(silent)
        break
      }
    }
    return known
  }

  function hearList({ author, header: { seq, time, expiry, sketch }, body }: Entry): void {
    const { data } = z.safeParse(judges, body)
    if (data === undefined || sketch !== null || data.agents.includes(author)) return
    const of = authorOf(author)
    if (of.newest !== null && of.newest.seq >= seq) return
    const until = Math.min(expiry ?? Infinity, time + table.judges.lifeMs)
    of.newest = { seq, expiry: until, said: of.withdrawn.delete(seq) ? null : data }
    emit('news', author)
  }

  async function hearWithdrawal({ author, header, body }: Entry): Promise<void> {
    const back = z.safeParse(withdrawal, body).data
    // only what was said before can be taken back
    if (back === undefined || back.seq >= header.seq) return
    const taken = (await logs.header(author, back.seq))?.header
    // what is not held may have been one
    if (taken !== undefined && taken.kind !== 'judges') return
    const of = authorOf(author)
    const newest = of.newest?.seq ?? 0
    if (newest === back.seq || (taken !== undefined && newest < back.seq)) {
      of.newest = { seq: back.seq, expiry: of.newest?.expiry ?? 0, said: null }
      emit('news', author)
      return
    }
    of.withdrawn.add(back.seq)
    keepNewest(of.withdrawn, MAX_WITHDRAWN)
  }

  return {
    async shareJudges(list, options = {}) {
      return append('judges', parse(list, judges), { expiry: now() + table.judges.lifeMs, ...options })
    },

    judgesOf(agent) {
      if (forked.has(agent)) return { is: 'forked' }
      const newest = authors.get(agent)?.newest ?? null
      if (newest === null) return { is: 'unheard' }
      const { seq, expiry, said } = newest
      if (said === null) return { is: 'withdrawn' }
      if (expiry <= now()) return { is: 'lapsed' }
      return { is: 'shared', seq, expiry, name: said.name, agents: said.agents }
    },

    onJudges: (listener) => on('news', listener),

    lookForJudges(agents) {
      lookedFor = new Set(agents)
      interests.looksFor(agents)
    },

    async hear(entry) {
      const { author, header } = entry
      if (author === self || forked.has(author)) return
      if (header.kind === 'judges') hearList(entry)
      if (header.kind === 'withdrawal') await hearWithdrawal(entry)
    },

    drop(agent) {
      forked.add(agent)
      authors.delete(agent)
      emit('news', agent)
    }
  }
}
