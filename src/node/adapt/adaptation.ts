/**
 * The protocol adaptation layer: declarations, agents and contracts above; logs, gossip, peers and streams
 * below. `table.ts` says what becomes of what; this puts the parts together.
 */
import type { AgentKey } from '../crypto/keys.ts'
import type { Gossip } from '../gossip/gossip.ts'
import type { Logs } from '../log/log.ts'
import type { Network } from '../net/network.ts'
import type { Capability, Intention, State } from '../schema/declaration.ts'
import type { Hello } from '../schema/messages.ts'
import type { Matcher } from '../semantic/matcher.ts'
import type { Topics } from '../semantic/topics/topics.ts'
import type { Changes } from '../store/changes.ts'
import type { Clock } from '../support/clock.ts'
import { createEmitter } from '../support/emitter.ts'
import { createCard, type Certifier } from './card.ts'
import { answerChannels, openChannel, type FollowerChannel, type LeaderChannel } from './channel.ts'
import type { Stand } from './constraints.ts'
import { fetchData, serveData, type Giver } from './data.ts'
import { createDeclarations, type Declared } from './declarations.ts'
import { createDirectory, type Directory } from './directory.ts'
import { createDoor } from './door.ts'
import { createHearing, type Hearing } from './hearing.ts'
import { createInterestSketches, type InterestSketches } from './interest-sketches.ts'
import type { OwnInterests } from './interests.ts'
import { createJudgesLists, type JudgesLists } from './judges.ts'
import type { Meaning } from './meaning.ts'
import { createOfferTopics, type OfferTopics } from './offer-topics.ts'
import { createOwnLog, type OwnLog } from './own-log.ts'
import { createRatings, type Ratings } from './ratings.ts'
import { createSearch, type Search, type SearchInit } from './search.ts'
import type { Stands } from './stands.ts'
import { createStates, type OwnState } from './states.ts'

export type { FollowerChannel, LeaderChannel } from './channel.ts'

export interface Adaptation
  extends OwnLog,
    Ratings,
    JudgesLists,
    Search,
    OfferTopics,
    Pick<InterestSketches, 'listensFor' | 'listenFor'>,
    Pick<Meaning, 'onModel'>,
    Pick<Hearing, 'onFraud'>,
    Pick<Directory, 'agentOf' | 'reach' | 'reachable'> {
  /** Reads what is known and takes part in the network's gossip. */
  start(): Promise<void>
  stop(): void

  /** What all known agents offer, and what they look for, ours among them. */
  capabilities(): Array<Declared<Capability>>
  intentions(): Array<Declared<Intention>>

  /** Sets what we are and what we insist on of others: it is shown to whoever meets us, and whoever does not meet it is parted from. */
  standFor(stand: Stand): Promise<void>
  /** What an agent has said that it is and insists on; null: nothing that we know of. */
  standOf(agent: string): Stand | null
  /** Why we and an agent don't work with each other, in words; empty when nothing is against it. */
  against(agent: string): string[]
  /** Somebody is thought of so much better or worse than before that who is met is to be decided anew. */
  reconsider(): void

  /** How we are at this moment: told to whoever is connected, coarsely. */
  setState(state: OwnState): void
  /** How an agent says that it is, if it has said so in the last minutes. */
  stateOf(agent: string): State | null

  /** Agents that can be spoken to now. */
  present(): string[]
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

export function createAdaptation(components: AdaptationComponents, init: SearchInit): Adaptation {
  const { key, network, logs, gossip, matcher, meaning, interests, stands, certifier, loadTopics, changes, clock, random, report } = components
  const { now } = clock
  const self = key.agent
  const { on, emit } = createEmitter<{ change: undefined }>()
  const notify = () => emit('change', undefined)
  const onHello = (agent: string, { stands: said }: Hello) => {
    if (stands.shown(agent, said)) notify()
  }

  // with whom we speak, and whom we meet
  const card = createCard({ issue: () => certifier.issue(network.peer), stand: stands.ours, now, report })
  const directory = createDirectory({ network, certifier, card, now, onHello })
  const states = createStates({ network, directory, clock, random, onChange: notify })
  network.guard(createDoor({ card, certifier, directory, stands, onHello }))

  // what is declared, and what is to be found in it
  const declarations = createDeclarations({
    self,
    onCapability(id, offer) {
      offerTopics.declared(id, offer)
      search.declared(id, offer)
    }
  })
  const offerTopics = createOfferTopics({ self, matcher, declarations, loadTopics, clock, report })
  const search = createSearch({ self, matcher, declarations, stands, directory, states, now, report }, init)

  // what we say, what we want to hear, and what is heard
  const ownLog = createOwnLog({ key, logs, gossip, meaning, now })
  const { append } = ownLog
  const interestSketches = createInterestSketches({ self, declarations, meaning, interests, now, report })
  const ratings = createRatings({ self, logs, meaning, interests, append, refuse: (entry) => hearing.refuse(entry) })
  const judges = createJudgesLists({ self, logs, interests, append, now })
  const hearing = createHearing({
    self,
    logs,
    network,
    meaning,
    declarations,
    stands,
    ratings,
    judges,
    changes,
    clock,
    onOwn: interestSketches.declared,
    onChange: notify,
    report
  })
  const stops: Array<() => void> = []

  return {
    async start() {
      stops.push(
        meaning.onModel(() => {
          interestSketches.onModel()
          offerTopics.onModel()
        }),
        directory.watch(notify)
      )
      await hearing.start()
      await interestSketches.declared()
      await card.fresh()
      gossip.start()
    },

    stop() {
      for (const stop of stops) stop()
      hearing.stop()
      offerTopics.close()
      states.close()
      directory.close()
      gossip.stop()
    },

    declare: ownLog.declare,
    withdraw: ownLog.withdraw,
    replace: ownLog.replace,
    saidAgain: ownLog.saidAgain,
    onModel: meaning.onModel,
    record: ownLog.record,

    rate: ratings.rate,
    onRating: ratings.onRating,
    ratings: ratings.ratings,
    onTakenBack: ratings.onTakenBack,
    careFor: ratings.careFor,

    shareJudges: judges.shareJudges,
    judgesOf: judges.judgesOf,
    onJudges: judges.onJudges,
    lookForJudges: judges.lookForJudges,

    capabilities: () => declarations.capabilities(now()),
    intentions: () => declarations.intentions(now()),

    find: search.find,
    meeting: search.meeting,
    judge: search.judge,
    chains: search.chains,
    preview: search.preview,
    onOffered: search.onOffered,

    surroundings: offerTopics.surroundings,
    topicChoices: offerTopics.topicChoices,
    onTopicNames: offerTopics.onTopicNames,

    listensFor: interestSketches.listensFor,
    listenFor: interestSketches.listenFor,

    async standFor({ facts, insists }) {
      stands.setOurs({ facts, insists })
      await card.fresh()
      network.reconsider()
      notify()
    },
    standOf: stands.of,
    against: stands.against,
    reconsider() {
      network.reconsider()
      notify()
    },
    onFraud: hearing.onFraud,

    setState(state) {
      states.setOurs(state)
      interests.setMetered(state.metered)
    },
    stateOf: states.of,

    present: directory.agents,
    agentOf: directory.agentOf,
    reach: directory.reach,
    reachable: directory.reachable,

    approach: (agent, signal) => openChannel({ network, directory }, agent, signal),
    onApproach: (handler) => answerChannels({ network, directory }, handler),
    giveData: (give) => serveData({ network, directory }, give),
    fetchData: (agent, wanted, signal) => fetchData({ network, directory }, agent, wanted, signal),

    watch: (listener) => on('change', listener)
  }
}
