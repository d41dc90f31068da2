/**
 * What is heard: each entry of the logs that is here with its body, by gossip, from another tab or since the last start, goes to whom it
 * concerns, and whoever lies or forks its log is not listened to any more.
 */
import type { Entry, Logs } from '../log/log.ts'
import type { Network } from '../net/network.ts'
import type { Change, Changes } from '../store/changes.ts'
import type { Clock } from '../support/clock.ts'
import { createEmitter } from '../support/emitter.ts'
import type { Declarations } from './declarations.ts'
import type { JudgesListsHearing } from './judges.ts'
import type { Meaning } from './meaning.ts'
import type { RatingsHearing } from './ratings.ts'
import { createSketchChecks } from './sketch-checks.ts'
import type { Stands } from './stands.ts'

export interface Hearing {
  /** Reads what the logs hold, and hears what comes from now on. */
  start(): Promise<void>
  stop(): void
  /** A body is not what its sketch says: it is not kept, and who does so again and again is not listened to. */
  refuse(entry: Entry): Promise<void>
  /** Called with agents that are proven to have forked their logs: those known when we start, too. */
  onFraud(listener: (agent: string) => void): () => void
}

export interface HearingComponents {
  /** our own agent */
  self: string
  logs: Pick<Logs, 'on' | 'entries' | 'declared' | 'forks' | 'dropBody'>
  network: Pick<Network, 'reconsider'>
  meaning: Pick<Meaning, 'tells' | 'comesLater' | 'onModel'>
  declarations: Pick<Declarations, 'add' | 'refuse' | 'drop'>
  stands: Pick<Stands, 'hear' | 'clash' | 'caughtLying' | 'shun'>
  ratings: Pick<RatingsHearing, 'hear' | 'hearWithdrawal'>
  judges: Pick<JudgesListsHearing, 'hear' | 'drop'>
  /** other tabs of the profile, which share the logs */
  changes: Changes
  clock: Clock
  /** What we declare is otherwise than before. */
  onOwn: () => Promise<void>
  /** Something is otherwise than before. */
  onChange: () => void
  report: (error: unknown) => void
}

/** Fork proofs that are read at a time. */
const FORK_PAGE = 1024

export function createHearing(components: HearingComponents): Hearing {
  const { self, logs, network, meaning, declarations, stands, ratings, judges, changes, clock, onOwn, onChange, report } = components
  const { on, emit } = createEmitter<{ fraud: string }>()
  const checks = createSketchChecks({ logs, meaning, clock, refuse, report })
  const stops: Array<() => void> = []
  /** by author: when all that came of it is taken, or refused */
  const turns = new Map<string, Promise<void>>()

  function heard(entry: Entry): void {
    if (entry.header.kind === 'rating') {
      ratings.hear(entry).catch(report)
      return
    }
    hearStand(entry)
    ratings.hearWithdrawal(entry).catch(report)
    judges.hear(entry).catch(report)
    if (entry.author === self || entry.header.sketch === null) take(entry)
    else hearOther(entry)
  }

  function hearStand(entry: Entry): void {
    const { author } = entry
    if (author === self) return
    const clashed = stands.clash(author)
    if (!stands.hear(entry)) return
    // who is met is decided anew only where it may come out otherwise: everybody may say something every minute
    if (stands.clash(author) !== clashed) network.reconsider()
    onChange()
  }

  function take(entry: Entry): void {
    if (!declarations.add(entry)) return
    if (entry.author === self) onOwn().catch(report)
    onChange()
  }

  /**
   * By its sketch it came to us: what is about something else than it says was to reach whom it does not concern. What an author takes
   * back is looked at sooner than what it says instead, and must not be taken before.
   */
  function hearOther(entry: Entry): void {
    const { author } = entry
    const passes = checks.passes(entry)
    const turn = Promise.all([passes, turns.get(author)]).then(([isTrue]) => {
      if (isTrue) take(entry)
    })
    const over = turn.catch(report).then(() => {
      if (turns.get(author) === over) turns.delete(author)
    })
    turns.set(author, over)
  }

  async function refuse({ author, header }: Entry): Promise<void> {
    declarations.refuse(author, header.seq)
    await logs.dropBody(author, header.seq)
    if (stands.caughtLying(author)) {
      declarations.drop(author)
      network.reconsider()
    }
    onChange()
  }

  function shun(forker: string): void {
    declarations.drop(forker)
    judges.drop(forker)
    stands.shun(forker)
  }

  function forked({ author }: { author: string }): void {
    shun(author)
    network.reconsider()
    emit('fraud', author)
    onChange()
  }

  /** What another tab has put into the logs is news here too. */
  async function readAgain(told: Change): Promise<void> {
    if (told.what === 'fork') forked(told)
    if (told.what !== 'entry') return
    const [entry] = await logs.entries(told.author, { after: told.seq - 1, limit: 1 })
    if (entry !== undefined) heard(entry)
    onChange()
  }

  async function readForks(): Promise<void> {
    for (let after = ''; ; ) {
      const forks = await logs.forks({ after, limit: FORK_PAGE })
      for (const [author] of forks) {
        shun(author)
        emit('fraud', author)
      }
      const last = forks.at(-1)
      if (last === undefined || forks.length < FORK_PAGE) return
      after = last[0]
    }
  }

  /** Draws the declarations out of the logs: those whose bodies are here, and that nothing speaks against. */
  async function readLogs(): Promise<void> {
    await readForks()
    for await (const entry of logs.declared(({ kind }) => kind !== 'rating')) {
      hearStand(entry)
      await ratings.hearWithdrawal(entry)
      await judges.hear(entry)
      if (declarations.add(entry) && entry.author !== self) checks.later(entry)
    }
  }

  const hearsFrom = (tell: (entry: Entry) => void) => [logs.on('appended', tell), logs.on('body', tell)]

  return {
    async start() {
      stops.push(
        ...hearsFrom(heard),
        ...hearsFrom(({ author, header: { seq } }) => changes.tell({ what: 'entry', author, seq })),
        meaning.onModel(checks.onModel),
        logs.on('accepted', onChange),
        logs.on('fork', forked),
        logs.on('fork', ({ author }) => changes.tell({ what: 'fork', author })),
        changes.listen((told) => void readAgain(told).catch(report))
      )
      await readLogs()
    },
    stop() {
      for (const stop of stops) stop()
      checks.close()
    },
    refuse,
    onFraud: (listener) => on('fraud', listener)
  }
}
