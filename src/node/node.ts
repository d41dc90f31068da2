/**
 * Composition: an agent node out of its parts. It runs in a browser's worker and in Node alike; what differs
 * (store, network, sandbox, locks) comes in as components.
 *
 * ```js
 * const node = await createNode({ key, store, network, runner, ... })
 * await node.start()
 * await node.client.submit({ goal: 'The key points of this text', files })
 * ```
 */
import { createAcquaintances } from './acquaintances.ts'
import { createAdaptation } from './adapt/adaptation.ts'
import { createInterests } from './adapt/interests.ts'
import { createMeaning } from './adapt/meaning.ts'
import { createStands } from './adapt/stands.ts'
import { createAvailability } from './availability.ts'
import type { StarlingClient, Status } from './client.ts'
import { createLocalClient, type LocalClient } from './client/local-client.ts'
import type { AgentKey } from './crypto/keys.ts'
import { createVerifier, type Verifier } from './crypto/verifier.ts'
import { createGossip } from './gossip/gossip.ts'
import { shardModel } from './gossip/shards.ts'
import { issueCertificate, verifyCertificate } from './identity/certificate.ts'
import { createListening } from './listening.ts'
import { createLogs } from './log/log.ts'
import type { Network } from './net/network.ts'
import { createOffers } from './offers.ts'
import { createPolicy } from './policy.ts'
import type { Limits } from './schema/declaration.ts'
import { createSharing } from './sharing.ts'
import { createCodebook1, createSentenceCodebook } from './semantic/codebook.ts'
import type { LazyEmbedder } from './semantic/embedder.ts'
import { createHybridMatcher } from './semantic/hybrid.ts'
import { createKeptVectors, type VectorPage } from './semantic/kept-vectors.ts'
import { createRemembering } from './semantic/remembering.ts'
import { createStandIn } from './semantic/stand-in.ts'
import { builtInSkills } from './skill/skills.ts'
import type { Runner } from './skill/runner.ts'
import type { Changes } from './store/changes.ts'
import type { Locks } from './store/locks.ts'
import { makingRoom } from './store/making-room.ts'
import type { Store } from './store/store.ts'
import { systemClock, type Clock } from './support/clock.ts'
import { once } from './support/once.ts'
import { createFollower } from './task/follower/follower.ts'
import { createHistory } from './task/history.ts'
import { isSettled } from './task/housekeeping.ts'
import { createLeader } from './task/leader/leader.ts'
import { createPermissions } from './task/permissions.ts'
import { createTasks, hasEnded } from './task/tasks.ts'
import type { Desk } from './trust/desk.ts'
import { createReputation } from './trust/reputation.ts'
import { createTrialChoice } from './trust/trial.ts'
import { createWhoseWord } from './trust/whose-word.ts'

export interface NodeComponents {
  key: AgentKey
  store: Store
  /** why nothing is kept, when the store is one that forgets */
  storageProblem: string | null
  /** whether the browser has promised not to clear the store by itself; null, as without this: nobody to ask */
  persistent?: () => boolean | null
  network: Network
  /** checks the signatures of headers; here and now, unless it is told where */
  verifier?: Verifier
  /** where the book of trust lies */
  desk: Desk
  /** what finds by meaning, as soon as it is loaded; without it, words do */
  embedder?: LazyEmbedder
  runner: Runner
  locks: Locks
  changes: Changes
  /** milliseconds since 1970 */
  now: () => number
  /** a failure that nobody waits for; the node goes on */
  report: (error: unknown) => void
}

/** A standing permission that a node is started with, for agents that nobody watches. */
export interface StandingPermission {
  skill: string
  limits: Limits
  perDay: number
}

export interface StarlingNode {
  readonly client: StarlingClient
  start(): Promise<void>
  /** Grants anybody what is not granted yet. */
  allowAnybody(permissions: readonly StandingPermission[]): Promise<void>
  /** Says goodbye and closes everything, the store last. */
  stop(): Promise<void>
}

const CERTIFICATE_MS = 7 * 24 * 60 * 60_000
/** between renewals of what we offer, and clearing out what has lapsed */
const HOUSEKEEPING_MS = 60 * 60_000

export async function createNode(components: NodeComponents): Promise<StarlingNode> {
  const { key, network, runner, locks, changes, now, report } = components
  // tasks and files can't be had again: others' bodies make room for them
  const store = makingRoom(components.store, () => logs.makeRoom())
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

  const tasks = createTasks({ store, changes, now })
  const unreadable = await tasks.load()
  if (unreadable.length > 0) report(new Error(`${unreadable.length} kept tasks can’t be read: ${unreadable.join(', ')}`))
  const permissions = createPermissions({ store, changes, now, random })
  const clock: Clock = { now, after: systemClock.after }
  const verifier = components.verifier ?? createVerifier()
  const [wordCodebook, sentenceCodebook] = [createCodebook1(), createSentenceCodebook()]
  const codebooks = [wordCodebook, sentenceCodebook]
  const logs = createLogs({
    store: components.store,
    clock,
    lock: (name, task) => locks.hold(name, task),
    verifier,
    isStranger: (agent) => !isAcquainted(agent),
    leaves: {
      name: codebooks.map(({ model, version }) => `${model}.${version}`).join(),
      fits: (sketch) => shardModel(sketch[0]) !== wordCodebook.model || codebooks.some((codebook) => codebook.fits(sketch))
    }
  })
  const embedder = components.embedder === undefined ? null : createRemembering(components.embedder)
  // another model has no codebook that others have, too: what it knows stays here, and sketches go by words
  const sketching = embedder?.model === sentenceCodebook.model ? embedder : null
  const keptVectors = createKeptVectors({
    clock,
    read: async () => (await store.list<VectorPage>('vectors')).map(([, page]) => page),
    async write(place, page) {
      await components.store.commit([{ put: 'vectors', key: `${place}`, value: page }])
    },
    report
  })
  const loadTopics = once(async () => (await import('./semantic/topics/topics.ts')).loadTopics())
  const loadSamples = async () => (await import('./semantic/topics/usual.ts')).usualTexts(await loadTopics())
  const matcher = createHybridMatcher({ clock, embedder, kept: keptVectors, loadSamples, report })
  const stands = createStands(now, (agent) => reputation.esteem(agent))
  const interests = createInterests(stands.clash, (agent) => stands.esteem(agent) > 0)
  const gossip = createGossip(
    { network, logs, clock, random: Math.random, report, codebook: wordCodebook, interests, changes },
    { self: key.publicKey }
  )
  const history = createHistory(tasks.all)
  const adaptation = createAdaptation(
    {
      key,
      network,
      logs,
      gossip,
      matcher,
      meaning: createMeaning({ standIn: createStandIn(), embedder: sketching, codebook: sentenceCodebook, loadTopics }),
      interests,
      stands,
      certifier: {
        issue: (peer) => issueCertificate(key, peer, { now: now(), validMs: CERTIFICATE_MS }),
        verify: (certificate, peer) => verifyCertificate(certificate, peer, now())
      },
      loadTopics,
      changes,
      clock,
      random: Math.random,
      report
    },
    {
      standings: (of) => reputation.standings(of),
      history,
      knownPrograms: new Set(builtInSkills.map(({ capability }) => capability.program))
    }
  )
  const whoseWord = createWhoseWord({ agent: key.agent, adaptation, store, locks, changes, clock, report })
  const isAcquainted = createAcquaintances({ tasks, stands, whoseWord })
  const sharing = createSharing({ agent: key.agent, adaptation, whoseWord, store, locks, changes, clock, report })
  const reputation = createReputation({
    agent: key.agent,
    asked: () => tasks.all().flatMap(({ role, contract }) => (role === 'leader' ? (contract?.topic ?? []) : [])),
    adaptation,
    desk: components.desk,
    whoseWord,
    store,
    verifier,
    clock,
    report
  })
  const offers = createOffers({ agent: key.agent, adaptation, store, locks, changes, report, builtIn: builtInSkills, now })
  const availability = createAvailability({ adaptation, tasks, store, changes, report })
  const policy = createPolicy({ adaptation, store, locks, changes, now, report })
  const listening = createListening({ adaptation, store, locks, changes, clock, random, report })
  const leader = createLeader({ key, store, tasks, adaptation, locks, now, random, report })
  const follower = createFollower({
    key,
    store,
    tasks,
    permissions,
    adaptation,
    logs,
    locks,
    runner,
    offered: offers.offered,
    skill: (id) => offers.skills.get(id),
    isOpen: () => availability.current().open,
    now,
    report
  })
  // a party gets what its contract names, files while they are needed, and nobody anything else
  adaptation.giveData(async (agent, contract, hash) => {
    const task = tasks.all().find(({ contractHash }) => contractHash === contract)
    const party = task?.role === 'leader' ? task.contract?.follower : task?.contract?.leader
    const named =
      task?.role === 'leader'
        ? !hasEnded(task.state) && task.files.some((file) => file.hash === hash)
        : task?.outcome?.result === hash
    return party === agent && named ? ((await store.get<Uint8Array>('blobs', hash)) ?? null) : null
  })

  const storage: Status['storage'] = {
    kind: store.kind,
    problem: components.storageProblem,
    get persistent() {
      return components.persistent?.() ?? null
    }
  }
  const client: LocalClient = await createLocalClient({
    agent: key.agent,
    store,
    storage,
    meaning: {
      view: () => ({ model: embedder?.state() ?? { is: 'absent' }, waiting: matcher.waiting(), late: matcher.late(), pending: matcher.pending() }),
      watch: matcher.watch,
      load: () => embedder?.load()
    },
    network,
    logs,
    adaptation,
    tasks,
    permissions,
    leader,
    offers,
    policy,
    availability,
    listening,
    reputation,
    whoseWord,
    sharing,
    history,
    withTrial: createTrialChoice(Math.random),
    changes,
    now,
    report
  })
  const keeping = setInterval(keepHouse, HOUSEKEEPING_MS)
  // another tab's tasks are waited for, and gone on with when that tab is closed
  const stopAdopting = tasks.watch((id, what) => {
    const task = tasks.get(id)
    if (what === 'record' && task !== undefined && !hasEnded(task.state)) adopt(task)
  })

  let stopped = false

  function keepHouse(): void {
    offers.renew().catch(report)
    policy.renew().catch(report)
    sharing.renew().catch(report)
    void sweep()
  }

  async function sweep(): Promise<void> {
    try {
      await logs.sweep()
    } catch (error) {
      if (!stopped) report(error)
    }
  }

  function adopt({ id, role }: { id: string; role: 'leader' | 'follower' }): void {
    if (role === 'leader') leader.drive(id)
    else follower.drive(id)
  }

  return {
    client,
    async start() {
      // before anybody is met
      await policy.renew()
      await availability.start()
      await reputation.start()
      await adaptation.start()
      await whoseWord.start()
      await sharing.renew()
      await offers.start()
      await listening.start()
      await network.start()
      void sweep()
      for (const task of tasks.all()) {
        if (!isSettled(task)) adopt(task)
      }
    },
    async allowAnybody(wanted) {
      const granted = await permissions.all()
      for (const { skill, limits, perDay } of wanted) {
        if (granted.some((one) => one.agent === null && one.skill === skill)) continue
        await permissions.grant({ agent: null, skill, limits, perDay })
      }
    },
    async stop() {
      stopped = true
      clearInterval(keeping)
      stopAdopting()
      leader.stop()
      follower.stop()
      client.close()
      offers.close()
      policy.close()
      availability.close()
      listening.close()
      adaptation.stop()
      sharing.close()
      whoseWord.close()
      await reputation.close()
      matcher.close()
      permissions.close()
      tasks.close()
      await network.stop()
      await keptVectors.flush()
      await store.close()
    }
  }
}
