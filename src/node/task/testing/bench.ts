/** For tests: one side of tasks with everything around it, and the other side's channel in the test's hand. */
import type { Adaptation, FollowerChannel, LeaderChannel } from '../../adapt/adaptation.ts'
import type { Channel } from '../../adapt/channel.ts'
import { DataUnavailableError } from '../../adapt/data.ts'
import type { Candidate } from '../../client.ts'
import { agentKey, generateKeyPair, type AgentKey } from '../../crypto/keys.ts'
import { createLogs, type Logs } from '../../log/log.ts'
import { createMemoryLocks, type Locks } from '../../store/locks.ts'
import { createMemoryStore } from '../../store/memory.ts'
import { StoreFullError, type Store } from '../../store/store.ts'
import { createSharedChanges } from '../../store/testing/shared-changes.ts'
import { systemClock } from '../../support/clock.ts'
import { waitFor } from '../../support/wait-for.ts'
import { createTasks, type Tasks } from '../tasks.ts'

/** Two ends of a channel: what one sends, the other receives. */
export function createChannels<A, B>(agentAtA: string, agentAtB: string): [Channel<B, A>, Channel<A, B>] {
  const [toA, toB] = [createPipe<B>(), createPipe<A>()]
  const end = <In, Out>(agent: string, from: Pipe<In>, to: Pipe<Out>): Channel<In, Out> => ({
    agent,
    send: async (message) => to.put(message),
    receive: (signal) => from.take(signal),
    close: async () => {
      to.put(null)
      from.put(null)
    }
  })
  return [end(agentAtB, toA, toB), end(agentAtA, toB, toA)]
}

interface Pipe<T> {
  put(message: T | null): void
  take(signal: AbortSignal): Promise<T | null>
}

function createPipe<T>(): Pipe<T> {
  const waiting: Array<T | null> = []
  let taker: ((message: T | null) => void) | null = null
  return {
    put(message) {
      if (taker === null) waiting.push(message)
      else taker(message)
      taker = null
    },
    take(signal) {
      const [first] = waiting
      // the end stays
      if (first !== undefined) return Promise.resolve(first === null ? null : (waiting.shift() ?? null))
      return new Promise((resolve, reject) => {
        const stop = () => reject(signal.reason)
        taker = (message) => {
          signal.removeEventListener('abort', stop)
          resolve(message)
        }
        if (signal.aborted) stop()
        else signal.addEventListener('abort', stop, { once: true })
      })
    }
  }
}

export interface Bench {
  self: AgentKey
  other: AgentKey
  store: Store
  logs: Logs
  locks: Locks
  tasks: Tasks
  adaptation: Adaptation
  reports: unknown[]
  /** the store has no room from now on, or has again */
  full(full: boolean): void
  /** whom `find` finds */
  candidates: Candidate[]
  /** the other agent comes or goes */
  here(present: boolean): void
  /** what `fetchData` gives, by hash */
  data: Map<string, Uint8Array>
  /** the next channel that a leader has opened to the other agent, as that sees it */
  approached(): Promise<FollowerChannel>
  /** a channel that the other agent has opened to us, as it sees it */
  approach(): LeaderChannel
  /** kinds in our log, in order */
  recorded(): Promise<string[]>
}

export async function createBench(): Promise<Bench> {
  const [self, other] = [await agentKey(await generateKeyPair()), await agentKey(await generateKeyPair())]
  const inner = createMemoryStore()
  let isFull = false
  const store: Store = {
    ...inner,
    commit: (operations, conditions) =>
      isFull ? Promise.reject(new StoreFullError('full')) : inner.commit(operations, conditions)
  }
  const logs = createLogs({ store, clock: systemClock })
  const tasks = createTasks({ store, changes: createSharedChanges()(), now: Date.now })
  const listeners = new Set<() => void>()
  const opened: FollowerChannel[] = []
  let waiting: ((channel: FollowerChannel) => void) | null = null
  let present = true
  let handler: (channel: FollowerChannel, signal: AbortSignal) => Promise<void> = async () => undefined
  const candidates: Candidate[] = []
  const data = new Map<string, Uint8Array>()
  const reports: unknown[] = []
  const changed = () => {
    for (const listener of [...listeners]) listener()
  }

  const watch = (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  const adaptation: Adaptation = {
    start: async () => undefined,
    stop: () => undefined,
    declare: () => Promise.reject(new Error('not here')),
    withdraw: (seq) => logs.append(self, 'withdrawal', { kind: 'withdrawal', seq }),
    replace: () => Promise.reject(new Error('not here')),
    saidAgain: async () => 'as well',
    record: (kind, body, options) => logs.append(self, kind, body, options),
    rate: (rated, options) => logs.append(self, 'rating', rated, options),
    onRating: () => () => undefined,
    onTakenBack: () => () => undefined,
    ratings: async function* () {},
    careFor: async () => undefined,
    shareJudges: () => Promise.reject(new Error('not here')),
    judgesOf: () => ({ is: 'unheard' }),
    onJudges: () => () => undefined,
    lookForJudges: () => undefined,
    onFraud: () => () => undefined,
    reconsider: () => undefined,
    capabilities: () => [],
    intentions: () => [],
    find: async () => candidates.map((one) => ({ ...one, reach: present ? one.reach : 'away' })),
    listenFor: async () => undefined,
    setState: () => undefined,
    stateOf: () => null,
    standOf: () => null,
    against: () => [],
    chains: async () => [],
    standFor: async () => undefined,
    meeting: async () => [],
    judge: async () => [],
    preview: async () => [],
    surroundings: async () => ({ topic: null, samples: [] }),
    topicChoices: async () => ({ below: [], countsAs: null }),
    onOffered: () => () => undefined,
    onTopicNames: () => () => undefined,
    onModel: () => () => undefined,
    listensFor: async () => undefined,
    present: () => [],
    agentOf: () => undefined,
    reach: () => (present ? 'direct' : 'away'),
    reachable: async (_, signal) => {
      await waitFor(watch, () => (present ? true : undefined), signal)
    },
    async approach() {
      if (!present) throw new Error('away')
      const [ours, theirs] = createChannels<Parameters<LeaderChannel['send']>[0], Parameters<FollowerChannel['send']>[0]>(self.agent, other.agent)
      if (waiting === null) opened.push(theirs)
      else waiting(theirs)
      waiting = null
      return ours
    },
    onApproach(handle) {
      handler = handle
    },
    giveData: () => undefined,
    async fetchData(_, { hash }) {
      const bytes = data.get(hash)
      if (bytes === undefined) throw new DataUnavailableError('it is not there')
      return bytes
    },
    watch
  }

  return {
    self,
    other,
    store,
    logs,
    locks: createMemoryLocks(),
    tasks,
    adaptation,
    reports,
    full: (full) => {
      isFull = full
    },
    candidates,
    here(is) {
      present = is
      changed()
    },
    data,
    approached: () => {
      const channel = opened.shift()
      return channel === undefined ? new Promise((resolve) => (waiting = resolve)) : Promise.resolve(channel)
    },
    approach() {
      const [theirs, ours] = createChannels<Parameters<LeaderChannel['send']>[0], Parameters<FollowerChannel['send']>[0]>(other.agent, self.agent)
      void handler(ours, new AbortController().signal)
        .catch((error: unknown) => reports.push(error))
        .finally(() => void ours.close())
      return theirs
    },
    recorded: async () => (await logs.entries(self.agent)).map(({ header }) => header.kind)
  }
}
