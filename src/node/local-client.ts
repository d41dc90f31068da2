/**
 * The client's interface over a node in the same thread. A page reaches this one through its worker.
 */
import type { Adaptation } from './adapt/adaptation.ts'
import type { Candidate } from './adapt/rank.ts'
import type { Declared } from './adapt/declarations.ts'
import type { Availability } from './availability.ts'
import type {
  AgentView,
  AlwaysOptions,
  ApprovalView,
  CapabilityInput,
  IntentionInput,
  OfferPreview,
  PreviewedRequest,
  Snapshot,
  StarlingClient,
  Status,
  TaskView
} from './client.ts'
import { digest, toHex } from './crypto/hash.ts'
import { LEAST_LIKELY, type Listening } from './listening.ts'
import type { Logs } from './log/log.ts'
import type { Network } from './net/network.ts'
import type { Offers, OwnSkill } from './offers.ts'
import type { Policy } from './policy.ts'
import { InvalidBytesError, agentId, decode, parse } from './schema/codec.ts'
import { capability as capabilitySchema, device as deviceSchema, type Capability, type Limits } from './schema/declaration.ts'
import { result as resultSchema, type Progress, type Result } from './schema/result.ts'
import type { TaskRecord } from './schema/task.ts'
import type { Sharing } from './sharing.ts'
import type { Changes } from './store/changes.ts'
import type { Store } from './store/store.ts'
import { createEmitter } from './support/emitter.ts'
import { joinBytes, slices } from './support/bytes.ts'
import { createAlert, delay } from './support/wait-for.ts'
import { clip } from './support/words.ts'
import { outdated } from './task/contract.ts'
import type { Leader } from './task/leader.ts'
import type { Permissions } from './task/permissions.ts'
import { rate } from './task/rate.ts'
import { hasEnded, type Tasks } from './task/tasks.ts'
import type { Reputation as ReputationOf } from './trust/reputation.ts'
import type { WhoseWord } from './trust/whose-word.ts'
import {
  approvalView,
  logEntryView,
  permissionView,
  statusView,
  taskView,
  waitsForApproval,
  type AskedTask
} from './views.ts'

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
  reputation: ReputationOf
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

/** A page is told of changes at most this often. */
const SNAPSHOT_MS = 100
const MAX_SHOWN_TASKS = 200
const MAX_LOG_PAGE = 1000
const MAX_LOG_VIEWS = 4096
const MAX_NAME = 60
const MAX_REASON = 500
const MAX_SOURCE_BYTES = 256 * 1024
const DEFAULT_PER_DAY = 20
const IMPORT_CHUNK_BYTES = 64 * 1024

const defaultLimits: Limits = { ms: 30_000, memoryBytes: 48 * 2 ** 20, inputBytes: 8 * 2 ** 20, outputBytes: 2 ** 20 }

/** What is previewed has no program yet. */
const NO_PROGRAM = '0'.repeat(64)
/** Requests, and goals of others, that are looked at for a preview. */
const MAX_PREVIEWED = 16

/** What was said of a capability, with sensible values for what was not. */
function capabilityOf(said: Omit<CapabilityInput, 'source'>, program: string): Capability {
  return {
    description: '',
    tags: [],
    examples: [],
    inputModes: ['text/plain'],
    outputModes: ['application/json'],
    limits: defaultLimits,
    ...said,
    kind: 'capability',
    program
  }
}

export interface LocalClient extends StarlingClient {
  /** Ends what is watched. */
  close(): void
}

export async function createLocalClient(components: LocalClientComponents): Promise<LocalClient> {
  const { agent, store, storage, meaning, network, logs, adaptation, tasks, permissions, leader, offers, policy, availability, listening } =
    components
  const { reputation, whoseWord, sharing, history, withTrial, changes, now, report } = components
  const names = new Map<string, string>()
  /** programs' sources by hash, of our skills as they are now */
  const sources = new Map<string, string>()
  const views = new Map<string, { revision: number; progress: Progress | null; view: TaskView }>()
  const logViews = new Map<string, Promise<AgentView['log']>>()
  /** how often what is thought of others has changed */
  let opinions = 0
  const { on, emit } = createEmitter<{ change: undefined }>()
  const closing = new AbortController()

  async function readNames(): Promise<void> {
    const kept = await store.list<string>('names')
    names.clear()
    for (const [key, value] of kept) names.set(key, value)
  }
  await readNames()

  const notify = () => emit('change', undefined)
  const logChanged = ({ author }: { author: string }) => {
    logViews.delete(author)
    notify()
  }
  const stops = [
    network.on('status', notify),
    meaning.watch(notify),
    adaptation.watch(notify),
    tasks.watch(notify),
    permissions.watch(notify),
    policy.watch(notify),
    availability.watch(notify),
    listening.watch(notify),
    offers.watch(() => {
      sources.clear()
      notify()
    }),
    ...[reputation, whoseWord].map(({ watch }) =>
      watch(() => {
        opinions++
        notify()
      })
    ),
    sharing.watch(notify),
    logs.on('appended', logChanged),
    logs.on('accepted', logChanged),
    logs.on('fork', logChanged),
    changes.listen((told) => {
      if (told.what === 'entry' || told.what === 'fork') logChanged(told)
      if (told.what === 'names') readNames().then(notify, report)
    })
  ]

  async function resultOf(task: TaskRecord): Promise<Result | null> {
    const hash = task.outcome?.result ?? null
    if (hash === null || task.state !== 'completed') return null
    const bytes = await store.get<Uint8Array>('blobs', hash)
    if (bytes === undefined) return null
    try {
      return decode(bytes, resultSchema, bytes.length)
    } catch (error) {
      if (!(error instanceof InvalidBytesError)) throw error
      return null // kept by a version that knew other results
    }
  }

  /** The same object as before while nothing about the task has changed: what is the same need not be sent again. */
  async function viewOf(task: TaskRecord): Promise<TaskView> {
    const progress = tasks.progress(task.id)
    const known = views.get(task.id)
    if (known?.revision === task.revision && known.progress === progress) return known.view
    const result = known?.view.result ?? (await resultOf(task))
    const view = taskView(task, progress, result)
    views.set(task.id, { revision: task.revision, progress, view })
    return view
  }

  /** Tasks as people see them. Of those beyond what snapshots show, nothing is held. */
  async function taskViews(some: readonly TaskRecord[]): Promise<TaskView[]> {
    const seen = await Promise.all(some.map(viewOf))
    if (views.size > MAX_SHOWN_TASKS) {
      const shown = new Set(tasks.all().slice(0, MAX_SHOWN_TASKS).map(({ id }) => id))
      for (const id of views.keys()) if (!shown.has(id)) views.delete(id)
    }
    return seen
  }

  function logView(author: string): Promise<AgentView['log']> {
    const known = logViews.get(author)
    if (known !== undefined) return known
    const view = readLogView(author)
    if (logViews.size >= MAX_LOG_VIEWS) logViews.clear()
    logViews.set(author, view)
    view.catch(() => logViews.delete(author))
    return view
  }

  async function readLogView(author: string): Promise<AgentView['log']> {
    const [head, fork] = await Promise.all([logs.head(author), logs.forked(author)])
    return { entries: head?.count ?? 0, whole: head === null || head.count === head.seq, fork: fork !== null }
  }

  function about(other: string): Pick<AgentView, 'petname' | 'reach' | 'state' | 'history'> {
    return {
      petname: names.get(other) ?? null,
      reach: adaptation.reach(other),
      state: adaptation.stateOf(other),
      history: history(other)
    }
  }

  async function agentViews(): Promise<AgentView[]> {
    const found = new Map<string, Pick<AgentView, 'capabilities' | 'intentions'>>()
    const viewFor = (other: string) => {
      const view = found.get(other) ?? { capabilities: [], intentions: [] }
      found.set(other, view)
      return view
    }
    adaptation.present().forEach(viewFor)
    for (const { agent: other, seq, expiry, declaration } of adaptation.capabilities()) {
      viewFor(other).capabilities.push({ seq, expiry, capability: declaration })
    }
    for (const { agent: other, seq, expiry, declaration } of adaptation.intentions()) {
      viewFor(other).intentions.push({ seq, expiry, intention: declaration })
    }
    found.delete(agent)
    const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1))
    return Promise.all(
      sorted.map(async ([other, said]) => ({ agent: other, ...about(other), ...said, log: await logView(other) }))
    )
  }

  const status = () => statusView(agent, network, adaptation.agentOf, storage, meaning.view())

  /** Read when the first request for it comes, and then held: requests are drawn ten times a second. */
  async function programOf({ contract }: AskedTask): Promise<ApprovalView['program']> {
    const skill = offers.skills.get(contract.skill)
    if (skill?.capability.program !== contract.program) return { hash: contract.program, source: '', author: 'built in' }
    const source = sources.get(contract.program) ?? (await skill.source())
    sources.set(contract.program, source)
    return { hash: contract.program, source, author: skill.author }
  }

  function approvals(): Promise<ApprovalView[]> {
    return Promise.all(
      tasks
        .all()
        .filter(waitsForApproval)
        .map(async (task) => {
          const name = offers.skills.get(task.contract.skill)?.capability.name ?? task.contract.skill
          return approvalView(task, name, await programOf(task), about(task.contract.leader))
        })
    )
  }

  async function snapshot(): Promise<Snapshot> {
    return {
      status: status(),
      agents: await agentViews(),
      tasks: await taskViews(tasks.all().slice(0, MAX_SHOWN_TASKS)),
      approvals: await approvals(),
      permissions: (await permissions.all()).map((one) => permissionView(one, now())),
      offers: [...offers.skills.values()].map(({ capability, author }) => ({
        capability,
        own: author === 'you',
        offered: offers.offered(capability.id) !== undefined,
        seq: offers.declared(capability.id)?.seq ?? null
      })),
      interests: listening.all(),
      policy: policy.current(),
      trusted: whoseWord.trusted(),
      followed: whoseWord.followed(),
      sharing: sharing.current(),
      opinions,
      state: availability.current(),
      logLength: (await logView(agent)).entries
    }
  }

  function known(id: string): TaskRecord {
    const task = tasks.get(id)
    if (task === undefined) throw new RangeError(`There is no task ${id}`)
    return task
  }

  function asked(id: string): AskedTask {
    const task = known(id)
    if (!waitsForApproval(task)) throw new RangeError('That request does not wait for an answer any more.')
    return task
  }

  async function allow(task: AskedTask, always: AlwaysOptions | boolean | undefined): Promise<void> {
    if (always === undefined || always === false) return
    const options = always === true ? {} : always
    await permissions.grant({
      agent: options.from === 'anyone' ? null : task.contract.leader,
      skill: task.contract.skill,
      limits: { ...task.contract.limits, ...options.limits },
      perDay: options.perDay ?? DEFAULT_PER_DAY
    })
  }

  async function declareCapability(input: CapabilityInput): Promise<{ seq: number }> {
    const { source, ...said } = input
    if (source === undefined) {
      if (!offers.skills.has(said.id)) {
        throw new RangeError(`This agent has no program for “${said.id}”: give its JavaScript as “source”.`)
      }
      if (said.terms !== undefined) await offers.setTerms(said.id, said.terms)
      await offers.set(said.id, true)
      const live = offers.declared(said.id)
      if (live === undefined) throw new Error(`“${said.id}” could not be declared`)
      return { seq: live.seq }
    }
    const bytes = new TextEncoder().encode(source)
    if (bytes.length > MAX_SOURCE_BYTES) throw new RangeError(`A program may have ${MAX_SOURCE_BYTES} bytes at most.`)
    const own: OwnSkill = {
      source,
      capability: capabilityOf(said, toHex(await digest(bytes)))
    }
    const { topic } = said.topic === undefined ? await adaptation.surroundings(own.capability) : { topic: null }
    if (topic !== null) own.capability = { ...own.capability, topic }
    const { seq } = await offers.add(own)
    await declineOutdated(said.id)
    return { seq }
  }

  async function removeOffer(skill: string): Promise<void> {
    await offers.remove(skill)
    await declineOutdated(skill)
    // another skill may get that name
    for (const permission of await permissions.all()) if (permission.skill === skill) await permissions.revoke(permission.id)
  }

  /** Says no to requests for a program that is not ours any more. What was agreed before is still done by it. */
  async function declineOutdated(skill: string): Promise<void> {
    for (const { id, contract } of tasks.all().filter(waitsForApproval)) {
      const reason = contract.skill === skill ? outdated(contract, offers.skills.get(skill)?.capability) : null
      if (reason !== null) await reject(id, reason, 'You changed or deleted what was asked for')
    }
  }

  /** @param problem why, for the one who asks */
  async function reject(id: string, problem: string, event: string): Promise<void> {
    await tasks.update(id, (current) => (waitsForApproval(current) ? { state: 'rejected', waiting: '', problem, event } : null))
  }

  async function preview(offer: Parameters<StarlingClient['preview']>[0], requests: readonly string[] = []): Promise<OfferPreview> {
    const capability = parse(capabilityOf({ ...offer, id: 'preview' }, NO_PROGRAM), capabilitySchema)
    const wanted = adaptation
      .intentions()
      .filter((one) => one.agent !== agent)
      .slice(-MAX_PREVIEWED)
    const own = requests.slice(0, MAX_PREVIEWED)
    const { topic: likeliest, samples } = await adaptation.surroundings(capability)
    const topic = capability.topic ?? likeliest
    const { below, countsAs } = topic === null ? { below: [], countsAs: null } : await adaptation.topicChoices(topic)
    const texts = [...new Set([...own, ...samples, ...wanted.map(({ declaration }) => declaration.goal)])]
    const judged = await adaptation.preview(texts, capability)
    const shown = new Map(judged.map(({ alone, terms, meaning }, i) => [texts[i], { likely: alone, terms, meaning }]))
    const as = (text: string): PreviewedRequest => ({ text, ...(shown.get(text) ?? { likely: 0, terms: [], meaning: null }) })
    const byLikelihood = (a: PreviewedRequest, b: PreviewedRequest) => b.likely - a.likely
    return {
      requests: own.map(as),
      samples: samples.map(as).sort(byLikelihood),
      wanted: wanted
        .map((one) => ({ agent: one.agent, ...as(one.declaration.goal) }))
        .filter(({ likely }) => likely >= LEAST_LIKELY)
        .sort(byLikelihood),
      topic: countsAs ?? topic,
      topicIsNew: topic !== null && countsAs === null,
      topicsBelow: below
    }
  }

  /** What is known of an agent, as other systems read it. They are rare: what writes it is not loaded at the start. */
  async function agentCard(of: string = agent): Promise<unknown> {
    const { toAgentCard } = await import('./adapt/agent-card.ts')
    const isOurs = of === agent
    const stand = isOurs ? policy.current() : adaptation.standOf(of)
    const said = <T>(all: Array<Declared<T>>) => all.flatMap((one) => (one.agent === of ? one.declaration : []))
    return toAgentCard({
      agent: of,
      name: names.get(of) ?? `Agent ${of.slice(-6)}`,
      capabilities: said(adaptation.capabilities()),
      intentions: said(adaptation.intentions()),
      constraint: stand === null ? null : { kind: 'constraint', ...stand },
      state: isOurs ? { kind: 'state', ...availability.current(), at: now() } : adaptation.stateOf(of)
    })
  }

  async function declareIntention({ goal, tags = [] }: IntentionInput): Promise<{ seq: number }> {
    return { seq: (await adaptation.declare({ kind: 'intention', goal, tags })).header.seq }
  }

  /** Yields what `read` gives, now and after changes, at most every `SNAPSHOT_MS`, until `last` or `close`. */
  async function* watching<T>(
    subscribe: (changed: () => void) => () => void,
    read: () => Promise<T>,
    last: (value: T) => boolean
  ): AsyncGenerator<T, void, undefined> {
    const alert = createAlert(subscribe)
    try {
      while (!closing.signal.aborted) {
        alert.reset()
        const value = await read()
        yield value
        if (last(value)) return
        await alert.raised(closing.signal)
        await delay(SNAPSHOT_MS, closing.signal)
      }
    } catch (error) {
      if (!closing.signal.aborted) throw error
    } finally {
      alert.close()
    }
  }

  return {
    status: async () => status(),
    declare: (said) => ('goal' in said ? declareIntention(said) : declareCapability(said)),
    async withdraw(seq) {
      const skill = adaptation.capabilities().find((one) => one.agent === agent && one.seq === seq)
      // a skill that is still switched on would be declared again
      if (skill !== undefined) await offers.set(skill.declaration.id, false)
      else await adaptation.withdraw(seq)
    },
    listen: (text, { constraints } = {}) => listening.add(text, constraints),
    stopListening: (id) => listening.remove(id),
    seen: (id) => listening.seen(id),
    preview,
    setPolicy: (stand) => policy.set(stand),
    setDevice: async (device) => availability.setDevice(parse(device, deviceSchema)),
    setOpen: (open) => availability.setOpen(open),
    agentCard,
    readAgentCard: async (card) => (await import('./adapt/agent-card.ts')).fromAgentCard(card),
    async chains(from, to) {
      const found = await adaptation.chains({ from, to })
      return found.map(({ steps, by }) => ({
        steps: steps.map((one) => ({ agent: one.agent, skill: one.declaration.id, name: one.declaration.name })),
        by
      }))
    },
    loadMeaning: async () => meaning.load(),
    find: async (text, { files, constraints } = {}) =>
      withTrial(await adaptation.find({ text, ...(files === undefined ? {} : { files }), ...(constraints === undefined ? {} : { constraints }) })),
    submit: (request) => leader.submit(request),
    tasks: () => taskViews(tasks.all()),
    watch(id) {
      known(id)
      return watching(
        (listener) => tasks.watch((changed) => changed === id && listener()),
        () => viewOf(known(id)),
        ({ state }) => hasEnded(state)
      )
    },
    async cancel(id) {
      known(id)
      await tasks.update(id, ({ state, cancelRequested }) =>
        hasEnded(state) || cancelRequested ? null : { cancelRequested: true, waiting: 'Stopping' }
      )
    },
    approvals,
    async approve(id, { always } = {}) {
      const task = asked(id)
      await allow(task, always)
      await tasks.update(id, (current) =>
        waitsForApproval(current) ? { approvedBy: 'operator', waiting: '', event: 'You allowed it' } : null
      )
    },
    async decline(id, reason = '') {
      asked(id)
      await reject(id, clip(reason, MAX_REASON), 'You said no')
    },
    revoke: (permission) => permissions.revoke(permission),
    async log({ author = agent, after = 0 } = {}) {
      return (await logs.entries(author, { after, limit: MAX_LOG_PAGE })).map(logEntryView)
    },
    async exportLog(author = agent) {
      const chunks: Uint8Array[] = []
      for await (const chunk of logs.exportLog(author)) chunks.push(chunk)
      return joinBytes(chunks)
    },
    async importLog(file) {
      const imported = await logs.importLog(slices(file, IMPORT_CHUNK_BYTES))
      logChanged(imported)
      return imported
    },
    async forget({ author = agent, seq }) {
      await logs.dropBody(author, seq)
      logChanged({ author })
    },
    offer: (skill, offered) => offers.set(skill, offered),
    async source(skill) {
      const own = offers.skills.get(skill)
      if (own?.author !== 'you') throw new RangeError(`There is no program of your own for “${skill}”`)
      return own.source()
    },
    removeOffer,
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
    async name(other, petname) {
      const name = petname.trim().slice(0, MAX_NAME)
      await store.commit([name === '' ? { delete: 'names', key: other } : { put: 'names', key: other, value: name }])
      await readNames()
      changes.tell({ what: 'names' })
      notify()
    },
    snapshots: () => watching((changed) => on('change', changed), snapshot, () => false),
    async file(hash) {
      return (await store.get<Uint8Array>('blobs', hash)) ?? null
    },
    traffic: async () => network.bytesByProtocol(),
    close() {
      closing.abort(new Error('the node stops'))
      for (const stop of stops) stop()
    }
  }
}
