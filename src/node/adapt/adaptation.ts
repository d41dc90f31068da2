/**
 * The protocol adaptation layer: declarations, agents and contracts above; logs, gossip, peers and streams
 * below. `table.ts` says what becomes of what; this puts the parts together.
 */
import * as z from 'zod/mini'
import type { AgentKey } from '../crypto/keys.ts'
import type { Gossip } from '../gossip/gossip.ts'
import type { AppendOptions, Entry, Logs } from '../log/log.ts'
import type { Network } from '../net/network.ts'
import { decode, parse } from '../schema/codec.ts'
import { UNSORTED_TOPIC } from '../schema/contract.ts'
import {
  constraint,
  declaration,
  type Capability,
  type Constraints,
  type Declaration,
  type Intention,
  type State,
  withdrawal
} from '../schema/declaration.ts'
import type { EntryKind, Sketch } from '../schema/header.ts'
import {
  MAX_HELLO_BYTES,
  followerMessage,
  hello,
  leaderMessage,
  type FollowerMessage,
  type LeaderMessage
} from '../schema/messages.ts'
import type { Composition, Goods, Sureness } from '../semantic/composition.ts'
import type { Match, Matcher } from '../semantic/matcher.ts'
import type { LearnedNames } from '../semantic/topics/names.ts'
import { isBelowTopic } from '../semantic/topics/paths.ts'
import type { Topics } from '../semantic/topics/topics.ts'
import type { Change, Changes } from '../store/changes.ts'
import type { Clock } from '../support/clock.ts'
import { createEmitter } from '../support/emitter.ts'
import { once } from '../support/once.ts'
import { createCard } from './card.ts'
import { createChannel, type Channel } from './channel.ts'
import { NO_STAND, unmet, type Stand } from './constraints.ts'
import { fetchData, serveData, type Giver } from './data.ts'
import { capabilityId, createDeclarations, type Declared } from './declarations.ts'
import { createDirectory, type Certifier, type Reach } from './directory.ts'
import type { OwnInterests } from './interests.ts'
import { createJudgesLists, type JudgesLists } from './judges.ts'
import type { Meaning } from './meaning.ts'
import type { Candidate, TopicStanding, History } from './rank.ts'
import { createRatings, type Ratings } from './ratings.ts'
import type { Stands } from './stands.ts'
import type { Surroundings } from './surroundings.ts'
import { createStates, type OwnState } from './states.ts'
import { table } from './table.ts'
import type { TopicChoices } from './topic-choices.ts'
import type { TopicUses } from './topic-uses.ts'

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

/** An offer, and how well it fits what is looked for, as if it were all that is offered. */
export interface Fit {
  offer: Declared<Capability>
  match: Match
}

/** Offers one after the other: each takes what comes out of the one before it. */
export interface OfferChain {
  steps: Array<Declared<Capability>>
  /** `schema`: each step is sure by what both have declared; `modes`: the media types fit */
  by: Sureness
}

export interface Adaptation extends Ratings, JudgesLists {
  /** Reads what is known and takes part in the network's gossip. */
  start(): Promise<void>
  stop(): void

  /** Says what we can do or want. Resolves when it is kept; it is announced at once, or when somebody is there. */
  declare(said: Declaration): Promise<Entry>
  withdraw(seq: number): Promise<Entry>
  /** Writes what concerns a contract to our log. Its header is announced; its body is for the parties. */
  record(kind: Extract<EntryKind, 'contract' | 'outcome'>, body: unknown, options?: AppendOptions): Promise<Entry>
  /** Called with agents that are proven to have forked their logs: those known when we start, too. */
  onFraud(listener: (agent: string) => void): () => void
  /** Somebody is thought of so much better or worse than before that who is met is to be decided anew. */
  reconsider(): void
  capabilities(): Array<Declared<Capability>>
  intentions(): Array<Declared<Intention>>

  /** Sets what we are and what we insist on of others: it is shown to whoever meets us, and whoever does not meet it is parted from. */
  standFor(stand: Stand): Promise<void>

  /** How we are at this moment: told to whoever is connected, coarsely. */
  setState(state: OwnState): void
  /** How an agent says that it is, if it has said so in the last minutes. */
  stateOf(agent: string): State | null

  /** Other agents who could do it, best first, with the reasons. */
  find(query: Query): Promise<Candidate[]>
  /** What an agent has said that it is and insists on; null: nothing that we know of. */
  standOf(agent: string): Stand | null
  /** Why we and an agent don't work with each other, in words; empty when nothing is against it. */
  against(agent: string): string[]
  /** How well offers of others fit what is looked for, each by itself; those that don't, or break a constraint, are left out. */
  judge(text: string, constraints: Constraints, offers?: ReadonlyArray<Declared<Capability>>): Promise<Fit[]>
  /** Chains of capabilities, ours among them, that lead from what one has to what one wants: the shortest and surest first. */
  chains(ends: { from: Goods; to: Goods }): Promise<OfferChain[]>
  /** How well a capability that is not declared would fit each of these texts, in their order. */
  preview(texts: readonly string[], capability: Capability): Promise<Match[]>
  /** The topic that a capability would count in, and what others ask for around it. */
  surroundings(capability: Capability): Promise<Surroundings>
  /** What one can choose from around a topic, or the topic that a name is below, and what the name counts as. */
  topicChoices(name: string): Promise<TopicChoices>
  /** Called with what names of topics by use have come to, when that has changed. */
  onTopicNames(listener: (learned: LearnedNames) => void): () => void
  /** Called with offers of others that can be judged from now on, or better than before. */
  onOffered(listener: (offers: ReadonlyArray<Declared<Capability>>) => void): () => void
  /** Has us hear of what may serve these, for as long as they are looked for. */
  listensFor(goals: readonly string[]): Promise<void>
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
  meaning: Meaning
  interests: OwnInterests
  stands: Stands
  certifier: Certifier
  /** the tree of topics, the same each time */
  loadTopics: () => Promise<Topics>
  changes: Changes
  clock: Clock
  /** 0 to 1 */
  random: () => number
  /** a failure of our own that nobody waits for, such as of the store */
  report: (error: unknown) => void
}

export interface AdaptationInit {
  /** how agents stand in topics, in this order */
  standings: (of: ReadonlyArray<{ agent: string; topic: string }>) => Promise<TopicStanding[]>
  history: (agent: string) => History
  knownPrograms: ReadonlySet<string>
}

/** How long a peer that comes with an offer may take to say whom it speaks for. */
const INTRODUCTION_MS = 10_000

/** So long what a card says is believed. */
const SHOWN_MS = 24 * 60 * 60_000

/** Fork proofs that are read at a time. */
const FORK_PAGE = 1024

/** Of offers that may take the files and don't match, so many are looked at for how those stand who make them. */
const MAX_BY_FILES = 1024
const MAX_CANDIDATES = 20
const MAX_MATCHES = 2000

export function createAdaptation(components: AdaptationComponents, init: AdaptationInit): Adaptation {
  const { key, network, logs, gossip, matcher, meaning, interests, stands, certifier, loadTopics, changes, clock, random, report } = components
  const { now } = clock
  const { on, emit } = createEmitter<{ change: undefined; fraud: string; topicNames: LearnedNames }>()
  const card = createCard({ issue: () => certifier.issue(network.peer), stand: stands.ours, now, report })
  const directory = createDirectory({
    network,
    certifier,
    card,
    now,
    onHello(agent, { stands: said }) {
      if (learnShown(agent, said)) notify()
    }
  })
  /** made when somebody first plans something of several steps */
  let composing: Promise<Composition> | null = null
  /** made when somebody first names a topic that may be none of the seed's */
  let countsUses = false
  const topicUses = once(makeTopicUses)
  const declarations = createDeclarations({
    self: key.agent,
    onCapability(id, declared) {
      countsUses ||= isBelowTopic(declared?.declaration.topic ?? '')
      if (countsUses) topicUses().then((uses) => uses.declared(id, declared), report)
      void composing?.then((composition) => {
        if (declared === null) composition.delete(id)
        else composition.set(id, declared.declaration)
      })
      if (declared === null) matcher.remove(id)
      else if (declared.agent !== key.agent) matcher.add(id, declared.declaration)
    }
  })
  const stops: Array<() => void> = []
  const notify = () => emit('change', undefined)
  /** what is looked for until it is found */
  let listened: readonly string[] = []

  const ratings = createRatings({ self: key.agent, logs, meaning, interests, append, refuse })
  const judges = createJudgesLists({ self: key.agent, logs, interests, append, now })
  const states = createStates({ network, directory, clock, random, onChange: notify })

  const idOf = (offer: Declared<Capability>) => capabilityId(offer.agent, offer.declaration.id)
  const othersOffers = () => declarations.capabilities(now()).filter(({ agent }) => agent !== key.agent)

  /** How those stand who offer these, each in its offer's topic. Without an answer nobody is known. */
  async function standingsOf(offers: ReadonlyArray<Declared<Capability>>): Promise<(offer: Declared<Capability>) => TopicStanding | null> {
    const of = offers.map(({ agent, declaration }) => ({ agent, topic: declaration.topic ?? UNSORTED_TOPIC }))
    try {
      const found = await init.standings(of)
      const byOffer = new Map(offers.map((offer, i) => [offer, found[i] ?? null]))
      return (offer) => byOffer.get(offer) ?? null
    } catch (error) {
      report(error)
      return () => null
    }
  }

  function composition(): Promise<Composition> {
    composing ??= import('../semantic/composition.ts').then(({ createComposition }) => {
      const all = createComposition()
      for (const offer of declarations.capabilities(now())) all.set(idOf(offer), offer.declaration)
      return all
    })
    return composing
  }

  async function makeTopicUses(): Promise<TopicUses> {
    const { createTopicUses } = await import('./topic-uses.ts')
    const uses = createTopicUses({
      loadTopics,
      vector: async (id, { agent, declaration: offer }) => (agent === key.agent ? matcher.vector(offer) : matcher.placed(id)),
      clock,
      report
    })
    uses.onLearned((learned) => emit('topicNames', learned))
    stops.push(matcher.onJudgeable(uses.placed))
    for (const offer of declarations.capabilities(now())) uses.declared(idOf(offer), offer)
    return uses
  }

  /** What an agent says of itself to a peer that it meets holds until that should have heard of it otherwise. */
  function learnShown(agent: string, said: Stand | undefined): boolean {
    // who says nothing has nothing to say, or not any more
    if (said === undefined && stands.of(agent) === null) return false
    return stands.learn(agent, said ?? NO_STAND, { at: now(), until: now() + SHOWN_MS, seq: null })
  }

  network.guard({
    card: card.bytes,
    admits,
    esteem(peer) {
      const agent = directory.agentOf(peer)
      return agent === undefined ? 0 : stands.esteem(agent)
    }
  })

  /** Whether we meet a peer that shows this of itself. Whoever shows nothing may be met: an offer is another matter. */
  async function admits(peer: string, shown: Uint8Array | null): Promise<boolean> {
    if (shown === null) return true
    try {
      const { certificate, stands: said } = decode(shown, hello, MAX_HELLO_BYTES)
      const { agent } = await certifier.verify(certificate, peer)
      if (learnShown(agent, said)) notify()
      return !stands.clash(agent)
    } catch {
      // it proves nothing: as if it had said nothing
      return true
    }
  }

  async function append(kind: EntryKind, body: unknown, options: AppendOptions): Promise<Entry> {
    const entry = await logs.append(key, kind, body, options)
    await gossip.announce(entry.bytes)
    return entry
  }

  /** Takes note of what another agent insists on. What is no constraint says nothing. */
  function hearStand({ author, header: { kind, seq, time, expiry }, body }: Entry): void {
    if (author === key.agent) return
    const said = kind === 'constraint' ? z.safeParse(constraint, body).data : undefined
    const back = kind === 'withdrawal' ? z.safeParse(withdrawal, body).data : undefined
    const until = Math.min(expiry ?? Infinity, time + table.constraint.lifeMs)
    const isNews =
      said === undefined
        ? back !== undefined && back.seq < seq && stands.takenBack(author, back.seq)
        : stands.learn(author, { facts: said.facts, insists: said.insists }, { at: time, until, seq })
    if (isNews) notify()
  }

  function heard(entry: Entry): void {
    if (entry.header.kind === 'rating') {
      ratings.hear(entry).catch(report)
      return
    }
    hearStand(entry)
    ratings.hearWithdrawal(entry).catch(report)
    judges.hear(entry).catch(report)
    if (entry.author === key.agent || entry.header.sketch === null) take(entry)
    else hearOther(entry, entry.header.sketch).catch(report)
  }

  function take(entry: Entry): void {
    if (!declarations.add(entry)) return
    if (entry.author === key.agent) declareInterests().catch(report)
    notify()
  }

  /** By its sketch it came to us: what is about something else than it says was to reach whom it does not concern. */
  async function hearOther(entry: Entry, sketch: Sketch): Promise<void> {
    const said = z.safeParse(declaration, entry.body).data
    if (said === undefined || (await meaning.tells(said, sketch)) !== false) {
      take(entry)
      return
    }
    await refuse(entry)
  }

  /** Its body is not kept, and who does so again and again is not listened to. */
  async function refuse({ author, header }: Entry): Promise<void> {
    await logs.dropBody(author, header.seq)
    if (stands.caughtLying(author)) {
      declarations.drop(author)
      network.reconsider()
    }
    notify()
  }

  /** What we offer and look for is what we want to hear of. */
  async function declareInterests(): Promise<void> {
    const ours = [...declarations.intentions(now()), ...declarations.capabilities(now())].filter(
      ({ agent }) => agent === key.agent
    )
    const all = await Promise.all(ours.map(({ declaration: said }) => meaning.sketches(said)))
    interests.declared(all.flat())
  }

  async function listenAgain(): Promise<void> {
    interests.listensFor((await Promise.all(listened.map(meaning.sketches))).flat())
  }

  function forked({ author }: { author: string }): void {
    declarations.drop(author)
    judges.drop(author)
    stands.shun(author)
    network.reconsider()
    emit('fraud', author)
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
      for (const [author] of forks) {
        declarations.drop(author)
        judges.drop(author)
        stands.shun(author)
        emit('fraud', author)
      }
      const last = forks.at(-1)
      if (last === undefined || forks.length < FORK_PAGE) break
      after = last[0]
    }
    for await (const entry of logs.declared(({ kind }) => kind !== 'rating')) {
      hearStand(entry)
      await ratings.hearWithdrawal(entry)
      await judges.hear(entry)
      declarations.add(entry)
    }
  }

  return {
    async start() {
      stops.push(
        meaning.onModel(() => {
          declareInterests().catch(report)
          listenAgain().catch(report)
          if (countsUses) topicUses().then((uses) => uses.placedAllOf(key.agent), report)
        }),
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
      await card.fresh()
      gossip.start()
    },

    stop() {
      for (const stop of stops) stop()
      if (countsUses) topicUses().then((uses) => uses.close(), report)
      states.close()
      directory.close()
      gossip.stop()
    },

    async declare(said) {
      const checked = parse(said, declaration)
      const sketch = await meaning.sketch(checked)
      return append(checked.kind, checked, {
        expiry: now() + table[checked.kind].lifeMs,
        ...(sketch === null ? {} : { sketch })
      })
    },

    async withdraw(seq) {
      // it has to reach those whom the declaration has reached
      const sketch = (await logs.header(key.agent, seq))?.header.sketch ?? null
      return append('withdrawal', { kind: 'withdrawal', seq }, sketch === null ? {} : { sketch })
    },
    record: (kind, body, options = {}) => append(kind, body, options),
    rate: ratings.rate,
    onRating: ratings.onRating,
    ratings: ratings.ratings,
    onTakenBack: ratings.onTakenBack,
    careFor: ratings.careFor,
    shareJudges: judges.shareJudges,
    judgesOf: judges.judgesOf,
    onJudges: judges.onJudges,
    lookForJudges: judges.lookForJudges,
    onFraud: (listener) => on('fraud', listener),
    reconsider: network.reconsider,
    capabilities: () => declarations.capabilities(now()),
    intentions: () => declarations.intentions(now()),

    async standFor({ facts, insists }) {
      stands.setOurs({ facts, insists })
      await card.fresh()
      network.reconsider()
      notify()
    },

    async find({ text, files = [], agent = null, skill = null, constraints = {} }) {
      const found = await matcher.search(text, MAX_MATCHES)
      const offers = othersOffers().filter(
        (offer) =>
          (agent === null || offer.agent === agent) &&
          (skill === null || offer.declaration.id === skill) &&
          stands.against(offer.agent).length === 0
      )
      const matches = new Map(found.map((match) => [match.id, match]))
      if (skill !== null) {
        // asked for by name: the words need not fit as well
        for (const offer of offers) {
          const id = idOf(offer)
          if (!matches.has(id)) matches.set(id, { id, score: 0.5, alone: 0.5, terms: [offer.declaration.name], meaning: null })
        }
      }
      const isMatch = (offer: Declared<Capability>): boolean => matches.has(idOf(offer))
      // with files, whoever takes them is a candidate, too
      const byFiles = files.length === 0 ? [] : offers.filter((offer) => !isMatch(offer)).slice(0, MAX_BY_FILES)
      const trust = await standingsOf([...offers.filter(isMatch), ...byFiles])
      // few search as soon as they are here
      const { rank } = await import('./rank.ts')
      const ranked = rank({ offers, matches, idOf, files, constraints, reach: directory.reach, state: states.of, trust, ...init })
      return ranked.slice(0, MAX_CANDIDATES)
    },

    standOf: stands.of,
    against: stands.against,
    setState(state) {
      states.setOurs(state)
      interests.setCurious(!state.metered)
    },
    stateOf: states.of,

    async judge(text, constraints, offers = othersOffers()) {
      const meeting = offers.filter(
        ({ agent, declaration: { terms } }) => stands.against(agent).length === 0 && unmet(terms, constraints).length === 0
      )
      const byId = new Map(meeting.map((offer) => [idOf(offer), offer]))
      const matches = await matcher.judge(text, [...byId.keys()])
      const fits = matches.flatMap((match) => {
        const offer = byId.get(match.id)
        return offer === undefined ? [] : { offer, match }
      })
      if (constraints.known !== true) return fits
      const trust = await standingsOf(fits.map(({ offer }) => offer))
      return fits.filter(({ offer }) => trust(offer)?.footing === 'known')
    },

    async chains(ends) {
      const found = (await composition()).chains(ends)
      const offers = new Map(declarations.capabilities(now()).map((offer) => [idOf(offer), offer]))
      return found.flatMap(({ ids, by }) => {
        const steps = ids.flatMap((id) => offers.get(id) ?? [])
        const isWhole = steps.length === ids.length && steps.every(({ agent }) => agent === key.agent || stands.against(agent).length === 0)
        return isWhole ? { steps, by } : []
      })
    },

    preview: (texts, capability) => matcher.preview(texts, capability),

    async surroundings(capability) {
      const { createSurroundings } = await import('./surroundings.ts')
      return createSurroundings({ matcher, loadTopics })(capability)
    },
    async topicChoices(name) {
      const { createTopicChoices } = await import('./topic-choices.ts')
      return createTopicChoices(loadTopics)(name)
    },

    onTopicNames: (listener) => on('topicNames', listener),

    onOffered: (listener) =>
      matcher.onJudgeable((ids) => {
        const some = new Set(ids)
        const offers = othersOffers().filter((offer) => some.has(idOf(offer)))
        if (offers.length > 0) listener(offers)
      }),

    async listensFor(goals) {
      listened = goals
      await listenAgain()
    },

    async listenFor(goal) {
      interests.asked(await meaning.sketches(goal))
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
