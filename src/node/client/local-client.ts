/**
 * The client's interface over a node in the same thread: each call is handed to the part that answers it. A page reaches this one
 * through its worker.
 */
import type { Adaptation } from '../adapt/adaptation.ts'
import type { Candidate } from '../adapt/rank.ts'
import type { Availability } from '../availability.ts'
import type { AgentView, StarlingClient, Status } from '../client.ts'
import type { Listening } from '../listening.ts'
import type { Logs } from '../log/log.ts'
import type { Network } from '../net/network.ts'
import type { Offers } from '../offers.ts'
import type { Policy } from '../policy.ts'
import { agentId, parse } from '../schema/codec.ts'
import { device as deviceSchema } from '../schema/declaration.ts'
import type { Sharing } from '../sharing.ts'
import type { Changes } from '../store/changes.ts'
import type { Store } from '../store/store.ts'
import { joinBytes, slices } from '../support/bytes.ts'
import { once } from '../support/once.ts'
import type { Leader } from '../task/leader/leader.ts'
import type { Permissions } from '../task/permissions.ts'
import { rate } from '../task/rate.ts'
import { hasEnded, type Tasks } from '../task/tasks.ts'
import type { Reputation } from '../trust/reputation.ts'
import type { WhoseWord } from '../trust/whose-word.ts'
import { createAgentCards } from './agent-cards.ts'
import { createAgentViews } from './agent-views.ts'
import { createApprovals } from './approvals.ts'
import { knownTask } from './known-task.ts'
import { createLogViews } from './log-views.ts'
import { createPetnames } from './petnames.ts'
import { createSnapshots } from './snapshots.ts'
import { statusView } from './status-view.ts'
import { createTaskViews } from './task-views.ts'
import { watching } from './watching.ts'

export interface LocalClientComponents {
  agent: string
  store: Store
  storage: Status['storage']
  /** what finds by meaning */
  meaning: { view(): Status['meaning']; watch(listener: () => void): () => void; load(): void }
  network: Network
  logs: Logs
  adaptation: Adaptation
  tasks: Tasks
  permissions: Permissions
  leader: Leader
  offers: Offers
  policy: Policy
  availability: Availability
  listening: Listening
  reputation: Reputation
  whoseWord: WhoseWord
  sharing: Sharing
  history: (agent: string) => AgentView['history']
  /** marks who is to be tried of those who could do something */
  withTrial: (candidates: readonly Candidate[]) => Candidate[]
  changes: Changes
  now: () => number
  /** a failure that nobody waits for */
  report: (error: unknown) => void
}

const IMPORT_CHUNK_BYTES = 64 * 1024

export interface LocalClient extends StarlingClient {
  /** Ends what is watched. */
  close(): void
}

/** Resolves once what it needs is read from the store. */
export async function createLocalClient(components: LocalClientComponents): Promise<LocalClient> {
  const { agent, store, storage, meaning, network, logs, adaptation, tasks, permissions, leader, offers, policy, availability, listening } =
    components
  const { reputation, whoseWord, sharing, history, withTrial, now } = components
  const closing = new AbortController()

  const petnames = await createPetnames(components)
  const logViews = createLogViews(components)
  const taskViews = createTaskViews(components)
  const agentViews = createAgentViews({ agent, adaptation, petnames, logViews, history })
  const approvals = createApprovals({ tasks, permissions, offers, about: agentViews.about })
  // declaring is rare: what it needs is not loaded at the start
  const declaring = once(async () =>
    (await import('./declaring.ts')).createDeclaring({ agent, adaptation, offers, permissions, approvals })
  )
  const preview = once(async () => (await import('./preview.ts')).createPreview({ agent, adaptation }))
  const cards = createAgentCards({ agent, adaptation, policy, availability, now })
  const status = () => statusView(agent, network, adaptation.agentOf, storage, meaning.view())
  const snapshots = createSnapshots({ ...components, status, petnames, logViews, taskViews, agentViews, approvals })

  return {
    status: async () => status(),
    declare: async (declaration) => (await declaring()).declare(declaration),
    withdraw: async (seq) => (await declaring()).withdraw(seq),
    listen: (text, { constraints } = {}) => listening.add(text, constraints),
    stopListening: (id) => listening.remove(id),
    seen: (id) => listening.seen(id),
    preview: async (...previewed) => (await preview())(...previewed),
    setPolicy: (stand) => policy.set(stand),
    setDevice: async (device) => availability.setDevice(parse(device, deviceSchema)),
    setOpen: (open) => availability.setOpen(open),
    agentCard: cards.agentCard,
    readAgentCard: cards.readAgentCard,
    async chains(from, to) {
      const found = await adaptation.chains({ from, to })
      return found.map(({ steps, by }) => ({
        steps: steps.map((one) => ({ agent: one.agent, skill: one.declaration.id, name: one.declaration.name })),
        by
      }))
    },
    loadMeaning: async () => meaning.load(),
    find: async (text, options = {}) => withTrial(await adaptation.find({ ...options, text })),
    agent: agentViews.details,
    submit: (request) => leader.submit(request),
    tasks: taskViews.all,
    watch(id) {
      knownTask(tasks, id)
      return watching(
        (listener) => tasks.watch((changed) => changed === id && listener()),
        () => taskViews.of(knownTask(tasks, id)),
        ({ state }) => hasEnded(state),
        closing.signal
      )
    },
    async cancel(id) {
      knownTask(tasks, id)
      await tasks.update(id, ({ state, cancelRequested }) =>
        hasEnded(state) || cancelRequested ? null : { cancelRequested: true, waiting: 'Stopping' }
      )
    },
    approvals: approvals.approvals,
    approve: approvals.approve,
    decline: approvals.decline,
    revoke: (permission) => permissions.revoke(permission),
    log: ({ author = agent, after = 0 } = {}) => logViews.entries(author, after),
    async exportLog(author = agent) {
      const chunks: Uint8Array[] = []
      for await (const chunk of logs.exportLog(author)) chunks.push(chunk)
      return joinBytes(chunks)
    },
    async importLog(file) {
      const imported = await logs.importLog(slices(file, IMPORT_CHUNK_BYTES))
      logViews.changed(imported)
      return imported
    },
    async forget({ author = agent, seq }) {
      await logs.dropBody(author, seq)
      logViews.changed({ author })
    },
    offer: (skill, offered) => offers.set(skill, offered),
    async source(skill) {
      const own = offers.skills.get(skill)
      if (own?.author !== 'you') throw new RangeError(`There is no program of your own for “${skill}”`)
      return own.source()
    },
    removeOffer: async (skill) => (await declaring()).removeOffer(skill),
    reputation: async (other) => ({ ...(await reputation.record(other)), against: adaptation.against(other) }),
    why: reputation.why,
    async trust(other, trusts) {
      await whoseWord.trust(parse(other, agentId), trusts)
    },
    judges: async (other) => whoseWord.look(parse(other, agentId)),
    async follow(other, follows) {
      await whoseWord.follow(parse(other, agentId), follows)
    },
    share: (name) => sharing.set(name),
    async rate(id, score) {
      await rate({ tasks, adaptation, now }, id, score)
    },
    name: (other, petname) => petnames.set(other, petname),
    snapshots: () => watching(snapshots.watch, snapshots.read, () => false, closing.signal),
    async file(hash) {
      return (await store.get<Uint8Array>('blobs', hash)) ?? null
    },
    traffic: async () => network.bytesByProtocol(),
    close() {
      closing.abort(new Error('the node stops'))
      for (const part of [snapshots, approvals, logViews, petnames]) part.close()
    }
  }
}
