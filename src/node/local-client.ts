/**
 * The client's interface over a node in the same thread. A page reaches this one through its worker.
 */
import type { Adaptation } from './adapt/adaptation.ts'
import type {
  AgentView,
  AlwaysOptions,
  CapabilityInput,
  IntentionInput,
  Snapshot,
  StarlingClient,
  Status,
  TaskView
} from './client.ts'
import { digest, toHex } from './crypto/hash.ts'
import type { Logs } from './log/log.ts'
import type { Network } from './net/network.ts'
import type { Offers } from './offers.ts'
import { decode } from './schema/codec.ts'
import type { Limits } from './schema/declaration.ts'
import { result as resultSchema, type Result } from './schema/result.ts'
import type { TaskRecord } from './schema/task.ts'
import type { Skill } from './skill/skills.ts'
import type { Changes } from './store/changes.ts'
import type { Store } from './store/store.ts'
import type { Leader } from './task/leader.ts'
import type { Permissions } from './task/permissions.ts'
import { hasEnded, type Tasks } from './task/tasks.ts'
import {
  approvalView,
  historyWith,
  logEntryView,
  permissionView,
  statusView,
  taskView,
  waitsForApproval,
  type AskedTask
} from './views.ts'
import { delay, waitFor } from './wait-for.ts'

export interface LocalClientComponents {
  agent: string
  store: Store
  storage: Status['storage']
  network: Network
  logs: Logs
  adaptation: Adaptation
  tasks: Tasks
  permissions: Permissions
  leader: Leader
  offers: Offers
  changes: Changes
  now: () => number
}

/** A page is told of changes at most this often. */
const SNAPSHOT_MS = 100
const MAX_SHOWN_TASKS = 200
const MAX_LOG_PAGE = 1000
const MAX_NAME = 60
const MAX_SOURCE_BYTES = 256 * 1024
const MAX_RESULTS_HELD = 32
const DEFAULT_PER_DAY = 20

const defaultLimits: Limits = { ms: 30_000, memoryBytes: 48 * 2 ** 20, inputBytes: 8 * 2 ** 20, outputBytes: 2 ** 20 }

export interface LocalClient extends StarlingClient {
  /** Ends what is watched. */
  close(): void
}

export async function createLocalClient(components: LocalClientComponents): Promise<LocalClient> {
  const { agent, store, storage, network, logs, adaptation, tasks, permissions, leader, offers, changes, now } = components
  const names = new Map<string, string>()
  const results = new Map<string, Result>()
  const views = new Map<string, TaskView>()
  const listeners = new Set<() => void>()
  const closing = new AbortController()

  async function readNames(): Promise<void> {
    names.clear()
    for (const [key, value] of await store.list<string>('names')) names.set(key, value)
  }
  await readNames()

  const notify = () => {
    for (const listener of [...listeners]) listener()
  }
  const stops = [
    network.on('status', notify),
    adaptation.watch(notify),
    tasks.watch(notify),
    permissions.watch(notify),
    logs.on('appended', notify),
    changes.listen(({ what }) => {
      if (what === 'names') void readNames().then(notify, () => undefined)
    })
  ]

  async function resultOf(task: TaskRecord): Promise<Result | null> {
    const hash = task.outcome?.result ?? null
    if (hash === null || task.state !== 'completed') return null
    const held = results.get(hash)
    if (held !== undefined) return held
    const bytes = await store.get<Uint8Array>('blobs', hash)
    if (bytes === undefined) return null
    const value = decode(bytes, resultSchema, bytes.length)
    results.set(hash, value)
    const [oldest] = results.keys()
    if (results.size > MAX_RESULTS_HELD && oldest !== undefined) results.delete(oldest)
    return value
  }

  /** The same object as before while nothing about the task has changed: what is the same need not be sent again. */
  async function viewOf(task: TaskRecord): Promise<TaskView> {
    const progress = tasks.progress(task.id)
    const known = views.get(task.id)
    if (known !== undefined && known.updated === task.updated && known.progress === progress) return known
    const view = taskView(task, progress, await resultOf(task))
    views.set(task.id, view)
    return view
  }

  function about(other: string): Pick<AgentView, 'petname' | 'reach' | 'history'> {
    return {
      petname: names.get(other) ?? null,
      reach: adaptation.reach(other),
      history: historyWith(tasks.all(), other)
    }
  }

  async function agentViews(): Promise<AgentView[]> {
    const capabilities = adaptation.capabilities()
    const intentions = adaptation.intentions()
    const known = new Set([...adaptation.present(), ...[...capabilities, ...intentions].map((one) => one.agent)])
    known.delete(agent)
    return Promise.all(
      [...known].sort().map(async (other) => ({
        agent: other,
        ...about(other),
        capabilities: capabilities
          .filter((one) => one.agent === other)
          .map(({ seq, expiry, declaration }) => ({ seq, expiry, capability: declaration })),
        intentions: intentions
          .filter((one) => one.agent === other)
          .map(({ seq, expiry, declaration }) => ({ seq, expiry, intention: declaration })),
        log: { entries: (await logs.head(other))?.seq ?? 0, fork: (await logs.forked(other)) !== null }
      }))
    )
  }

  const status = () => statusView(agent, network, adaptation.agentOf, storage)

  function approvals() {
    return tasks
      .all()
      .filter(waitsForApproval)
      .map((task) => approvalView(task, offers.skills.get(task.contract.skill), about(task.contract.leader)))
  }

  async function snapshot(): Promise<Snapshot> {
    return {
      status: status(),
      agents: await agentViews(),
      tasks: await Promise.all(tasks.all().slice(0, MAX_SHOWN_TASKS).map(viewOf)),
      approvals: approvals(),
      permissions: (await permissions.all()).map((one) => permissionView(one, now())),
      offers: [...offers.skills.values()].map(({ capability }) => ({
        capability,
        offered: offers.offered(capability.id) !== undefined,
        seq: offers.declared(capability.id)?.seq ?? null
      })),
      logLength: (await logs.head(agent))?.seq ?? 0
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
      await offers.set(said.id, true)
      const live = offers.declared(said.id)
      if (live === undefined) throw new Error(`“${said.id}” could not be declared`)
      return { seq: live.seq }
    }
    const bytes = new TextEncoder().encode(source)
    if (bytes.length > MAX_SOURCE_BYTES) throw new RangeError(`A program may have ${MAX_SOURCE_BYTES} bytes at most.`)
    const skill: Skill = {
      source,
      capability: {
        description: '',
        tags: [],
        examples: [],
        inputModes: ['text/plain'],
        outputModes: ['application/json'],
        limits: defaultLimits,
        ...said,
        kind: 'capability',
        program: toHex(await digest(bytes))
      }
    }
    return { seq: (await offers.add(skill)).seq }
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
    let stale = false
    const watchers = new Set<() => void>()
    const unsubscribe = subscribe(() => {
      stale = true
      for (const watcher of [...watchers]) watcher()
    })
    const watch = (watcher: () => void) => {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    }
    try {
      while (!closing.signal.aborted) {
        stale = false
        const value = await read()
        yield value
        if (last(value)) return
        await waitFor(watch, () => (stale ? true : undefined), closing.signal)
        await delay(SNAPSHOT_MS, closing.signal)
      }
    } catch (error) {
      if (!closing.signal.aborted) throw error
    } finally {
      unsubscribe()
    }
  }

  const subscribe = (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  return {
    status: async () => status(),
    declare: (said) => ('goal' in said ? declareIntention(said) : declareCapability(said)),
    async withdraw(seq) {
      await adaptation.withdraw(seq)
    },
    find: (text, { files } = {}) => adaptation.find({ text, ...(files === undefined ? {} : { files }) }),
    submit: (request) => leader.submit(request),
    tasks: () => Promise.all(tasks.all().map(viewOf)),
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
      await tasks.update(id, ({ state }) => (hasEnded(state) ? null : { cancelRequested: true, waiting: 'Stopping' }))
    },
    approvals: async () => approvals(),
    async approve(id, { always } = {}) {
      const task = asked(id)
      await allow(task, always)
      await tasks.update(id, (current) =>
        waitsForApproval(current) ? { approvedBy: 'operator', waiting: '', event: 'You allowed it' } : null
      )
    },
    async decline(id, reason = '') {
      asked(id)
      await tasks.update(id, (current) =>
        waitsForApproval(current)
          ? { state: 'rejected', waiting: '', problem: reason.slice(0, 500), event: 'You said no' }
          : null
      )
    },
    revoke: (permission) => permissions.revoke(permission),
    async log({ author = agent, after = 0 } = {}) {
      return (await logs.entries(author, { after, limit: MAX_LOG_PAGE })).map(logEntryView)
    },
    offer: (skill, offered) => offers.set(skill, offered),
    async name(other, petname) {
      const name = petname.trim().slice(0, MAX_NAME)
      await store.commit([name === '' ? { delete: 'names', key: other } : { put: 'names', key: other, value: name }])
      await readNames()
      changes.tell({ what: 'names' })
      notify()
    },
    snapshots: () => watching(subscribe, snapshot, () => false),
    async file(hash) {
      return (await store.get<Uint8Array>('blobs', hash)) ?? null
    },
    traffic: async () => network.bytesByProtocol(),
    close() {
      closing.abort(new Error('the node stops'))
      for (const stop of stops) stop()
      listeners.clear()
    }
  }
}
