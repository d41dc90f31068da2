/**
 * The protocol adaptation layer: declarations, agents and contracts above; logs, gossip, peers and streams
 * below. `table.ts` says what becomes of what; this puts the parts together.
 */
import type { AgentKey } from '../crypto/keys.ts'
import type { Gossip } from '../gossip/gossip.ts'
import type { AppendOptions, Entry, Logs } from '../log/log.ts'
import type { Network } from '../net/network.ts'
import { parse } from '../schema/codec.ts'
import { declaration, type Capability, type Constraints, type Declaration, type Intention } from '../schema/declaration.ts'
import type { EntryKind } from '../schema/header.ts'
import { followerMessage, leaderMessage, type FollowerMessage, type LeaderMessage } from '../schema/messages.ts'
import type { Matcher } from '../semantic/matcher.ts'
import type { Sketcher } from '../semantic/sketch.ts'
import type { Change, Changes } from '../store/changes.ts'
import { createEmitter } from '../support/emitter.ts'
import { createChannel, type Channel } from './channel.ts'
import { fetchData, serveData, type Giver } from './data.ts'
import { capabilityId, createDeclarations, type Declared } from './declarations.ts'
import { createDirectory, type Certifier, type Reach } from './directory.ts'
import type { OwnInterests } from './interests.ts'
import { wordsOf } from './meaning.ts'
import { rank, type Candidate, type History } from './rank.ts'
import { table } from './table.ts'

export type LeaderChannel = Channel<FollowerMessage, LeaderMessage>
export type FollowerChannel = Channel<LeaderMessage, FollowerMessage>

export interface Query {
  text: string
  files?: ReadonlyArray<{ name: string; type?: string }>
  /** this agent, this skill only */
  agent?: string | null
  skill?: string | null
  /** on what terms; whoever does not meet them is not found */
  constraints?: Constraints
}

export interface Adaptation {
  /** Reads what is known and takes part in the network's gossip. */
  start(): Promise<void>
  stop(): void

  /** Says what we can do or want. Resolves when it is kept; it is announced at once, or when somebody is there. */
  declare(said: Declaration): Promise<Entry>
  withdraw(seq: number): Promise<Entry>
  /** Writes what concerns a contract to our log. Its header is announced; its body is for the parties. */
  record(kind: Extract<EntryKind, 'contract' | 'outcome'>, body: unknown, options?: AppendOptions): Promise<Entry>
  capabilities(): Array<Declared<Capability>>
  intentions(): Array<Declared<Intention>>

  /** Other agents who could do it, best first, with the reasons. */
  find(query: Query): Promise<Candidate[]>
  /** Has us hear, from now on, of what may serve this goal: it is among our interests for a while. */
  listenFor(goal: string): Promise<void>
  /** Agents that can be spoken to now. */
  present(): string[]
  agentOf(peer: string): string | undefined
  reach(agent: string): Reach
  reachable(agent: string, signal: AbortSignal): Promise<void>

  /** Opens a contract's control channel to an agent that can be reached. */
  approach(agent: string, signal: AbortSignal): Promise<LeaderChannel>
  /** Answers agents that open one to us; the channel is closed when the handler returns. */
  onApproach(handler: (channel: FollowerChannel, signal: AbortSignal) => Promise<void>): void
  giveData(give: Giver): void
  fetchData(agent: string, wanted: { contract: string; hash: string; size: number }, signal: AbortSignal): Promise<Uint8Array>

  /** Called when agents come or go, or declarations change. */
  watch(listener: () => void): () => void
}

export interface AdaptationComponents {
  key: AgentKey
  network: Network
  logs: Logs
  gossip: Gossip
  matcher: Matcher
  sketcher: Sketcher
  interests: OwnInterests
  certifier: Certifier
  changes: Changes
  now: () => number
  /** a failure of our own that nobody waits for, such as of the store */
  report: (error: unknown) => void
}

export interface AdaptationInit {
  history: (agent: string) => History
  knownPrograms: ReadonlySet<string>
}

/** How long a peer that comes with an offer may take to say whom it speaks for. */
const INTRODUCTION_MS = 10_000

/** Fork proofs that are read at a time. */
const FORK_PAGE = 1024

const MAX_CANDIDATES = 20
const MAX_MATCHES = 2000

export function createAdaptation(components: AdaptationComponents, init: AdaptationInit): Adaptation {
  const { key, network, logs, gossip, matcher, sketcher, interests, certifier, changes, now, report } = components
  const { on, emit } = createEmitter<{ change: undefined }>()
  const directory = createDirectory({ network, certifier, now })
  const declarations = createDeclarations({
    self: key.agent,
    onCapability(id, declared) {
      if (declared === null) matcher.remove(id)
      else if (declared.agent !== key.agent) matcher.add(id, declared.declaration)
    }
  })
  const stops: Array<() => void> = []
  const notify = () => emit('change', undefined)

  async function append(kind: EntryKind, body: unknown, options: AppendOptions): Promise<Entry> {
    const entry = await logs.append(key, kind, body, options)
    await gossip.announce(entry.bytes)
    return entry
  }

  function heard(entry: Entry): void {
    if (!declarations.add(entry)) return
    if (entry.author === key.agent) declareInterests().catch(report)
    notify()
  }

  /** What we offer and look for is what we want to hear of. */
  async function declareInterests(): Promise<void> {
    const ours = [...declarations.intentions(now()), ...declarations.capabilities(now())].filter(
      ({ agent }) => agent === key.agent
    )
    const stored = await Promise.all(ours.map(({ seq }) => logs.header(key.agent, seq)))
    interests.declared(stored.flatMap((one) => (one?.header.sketch ? [one.header.sketch] : [])))
  }

  function forked({ author }: { author: string }): void {
    declarations.drop(author)
    notify()
  }

  /** What another tab has put into the logs is news here too. */
  async function readAgain(told: Change): Promise<void> {
    if (told.what === 'fork') forked(told)
    if (told.what !== 'entry') return
    const [entry] = await logs.entries(told.author, { after: told.seq - 1, limit: 1 })
    if (entry !== undefined) heard(entry)
    notify()
  }

  const hearsFrom = (tell: (entry: Entry) => void) => [
    logs.on('appended', tell),
    logs.on('body', tell)
  ]

  /** Draws the declarations out of the logs: those whose bodies are here, and that nothing speaks against. */
  async function readLogs(): Promise<void> {
    for (let after = ''; ; ) {
      const forks = await logs.forks({ after, limit: FORK_PAGE })
      for (const [author] of forks) declarations.drop(author)
      const last = forks.at(-1)
      if (last === undefined || forks.length < FORK_PAGE) break
      after = last[0]
    }
    for await (const entry of logs.declared()) declarations.add(entry)
  }

  return {
    async start() {
      stops.push(
        ...hearsFrom(heard),
        ...hearsFrom(({ author, header: { seq } }) => changes.tell({ what: 'entry', author, seq })),
        logs.on('accepted', notify),
        logs.on('fork', forked),
        logs.on('fork', ({ author }) => changes.tell({ what: 'fork', author })),
        changes.listen((told) => void readAgain(told).catch(report)),
        directory.watch(notify)
      )
      await readLogs()
      await declareInterests()
      gossip.start()
    },

    stop() {
      for (const stop of stops) stop()
      directory.close()
      gossip.stop()
    },

    async declare(said) {
      const checked = parse(said, declaration)
      const sketch = await sketcher.sketch(wordsOf(checked))
      return append(checked.kind, checked, { expiry: now() + table[checked.kind].lifeMs, sketch })
    },

    async withdraw(seq) {
      // it has to reach those whom the declaration has reached
      const sketch = (await logs.header(key.agent, seq))?.header.sketch ?? null
      return append('withdrawal', { kind: 'withdrawal', seq }, sketch === null ? {} : { sketch })
    },
    record: (kind, body, options = {}) => append(kind, body, options),
    capabilities: () => declarations.capabilities(now()),
    intentions: () => declarations.intentions(now()),

    async find({ text, files = [], agent = null, skill = null, constraints = {} }) {
      const found = await matcher.search(text, MAX_MATCHES)
      const offers = declarations
        .capabilities(now())
        .filter(
          (offer) =>
            offer.agent !== key.agent &&
            (agent === null || offer.agent === agent) &&
            (skill === null || offer.declaration.id === skill)
        )
      const idOf = (offer: Declared<Capability>) => capabilityId(offer.agent, offer.declaration.id)
      const matches = new Map(found.map((match) => [match.id, match]))
      if (skill !== null) {
        // asked for by name: the words need not fit as well
        for (const offer of offers) {
          const id = idOf(offer)
          if (!matches.has(id)) matches.set(id, { id, score: 0.5, terms: [offer.declaration.name], meaning: null })
        }
      }
      const ranked = rank({ offers, matches, idOf, files, constraints, reach: directory.reach, ...init })
      return ranked.slice(0, MAX_CANDIDATES)
    },

    async listenFor(goal) {
      interests.asked(await sketcher.sketch(goal))
    },

    present: () => directory.agents(),
    agentOf: directory.agentOf,
    reach: directory.reach,
    reachable: directory.reachable,

    async approach(agent, signal) {
      const [peer] = directory.peersOf(agent)
      if (peer === undefined) throw new Error('the other agent went away')
      const stream = await network.open(peer.peer, table.control.protocol, { ...table.control, signal })
      return createChannel<FollowerMessage, LeaderMessage>({ network, stream, agent }, followerMessage)
    },

    onApproach(handler) {
      network.handle(table.control.protocol, table.control, async (stream, signal) => {
        const introduction = AbortSignal.any([signal, AbortSignal.timeout(INTRODUCTION_MS)])
        const agent = await directory.identified(stream.peer, introduction)
        await handler(createChannel<LeaderMessage, FollowerMessage>({ network, stream, agent }, leaderMessage), signal)
      })
    },

    giveData: (give) => serveData({ network, directory }, give),
    fetchData: (agent, wanted, signal) => fetchData({ network, directory }, agent, wanted, signal),

    watch: (listener) => on('change', listener)
  }
}
