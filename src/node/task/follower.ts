/**
 * The doing side of a task: checks an offer, asks the operator or finds a standing permission, runs the
 * program in the sandbox, gives the result, and writes both down.
 *
 * Two things are apart here. *Driving* a task (waiting for approval, running) is done by one tab, under the
 * task's lock. *Attending* a leader's channel is done by whichever tab the leader reached: it only tells
 * what the store says, so that a leader may come back through any of them.
 */
import type { Adaptation, FollowerChannel } from '../adapt/adaptation.ts'
import { DataUnavailableError } from '../adapt/data.ts'
import { digest, toHex } from '../crypto/hash.ts'
import type { AgentKey } from '../crypto/keys.ts'
import { encode } from '../schema/codec.ts'
import type { Contract, Outcome } from '../schema/contract.ts'
import type { FollowerMessage, LeaderMessage } from '../schema/messages.ts'
import type { ProgramInput, Result } from '../schema/result.ts'
import type { TaskRecord } from '../schema/task.ts'
import { ProgramError, type Runner } from '../skill/runner.ts'
import type { Skill } from '../skill/skills.ts'
import type { Locks } from '../store/locks.ts'
import { StoreFullError, type Store } from '../store/store.ts'
import { delay, waitFor } from '../wait-for.ts'
import { contractHash, objection, signContract, signOutcome, verifyContract, verifyOutcome } from './contract.ts'
import { permissionFor } from './permission.ts'
import type { Permissions } from './permissions.ts'
import { recordContract, recordOutcome } from './recording.ts'
import { createDriver } from './driver.ts'
import { hasEnded, type Tasks } from './tasks.ts'

export interface FollowerComponents {
  key: AgentKey
  store: Store
  tasks: Tasks
  permissions: Permissions
  adaptation: Adaptation
  locks: Locks
  runner: Runner
  /** the skill of that id, while it is offered to others */
  offered: (id: string) => Skill | undefined
  now: () => number
  /** a failure that no task could be told of */
  report: (error: unknown) => void
}

export interface Follower {
  /** Goes on with a task, now or when the tab that has it in hand is gone. */
  drive(id: string): void
  stop(): void
}

const STEP_MS = 15_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000
const LONGEST_WAIT_MS = 2 ** 31 - 1

/** Requests that may wait for the operator's answer: of one agent, and of all. */
const MAX_WAITING_PER_AGENT = 5
const MAX_WAITING = 50

export function createFollower(components: FollowerComponents): Follower {
  const { key, store, tasks, permissions, adaptation, locks, runner, offered, now, report } = components
  const closing = new AbortController()
  const step = (signal: AbortSignal) => AbortSignal.any([signal, AbortSignal.timeout(STEP_MS)])

  // Attending

  async function attend(channel: FollowerChannel, signal: AbortSignal): Promise<void> {
    const first = await channel.receive(step(signal))
    if (first?.type !== 'offer') return
    const id = await take(channel, first, signal)
    if (id === null) return
    const talk = new AbortController()
    const both = AbortSignal.any([signal, closing.signal, talk.signal])
    const telling = tell(id, channel, both)
    try {
      for (let message = await channel.receive(both); message !== null; message = await channel.receive(both)) {
        await hear(id, message)
      }
    } finally {
      talk.abort(new Error('the talk is over'))
      await telling.catch(() => undefined)
    }
  }

  /** Checks an offer and keeps it. @returns the task's id, or null when it was declined on the spot */
  async function take(
    channel: FollowerChannel,
    { contract, signature }: Extract<LeaderMessage, { type: 'offer' }>,
    signal: AbortSignal
  ): Promise<string | null> {
    const decline = async (reason: string) => {
      await channel.send({ type: 'declined', reason }, step(signal))
      return null
    }
    if (contract.leader !== channel.agent) return decline('The request names another agent as the one who asks.')
    if (!(await verifyContract(contract.leader, contract, signature))) return decline('The request is not signed by who asks.')
    const id = await contractHash(contract)
    if (tasks.get(id) === undefined) {
      const reason = objection(contract, key.agent, offered(contract.skill)?.capability, now()) ?? crowded(contract.leader)
      if (reason !== null) return decline(reason)
      await tasks.create(newTask(id, contract, signature))
    }
    drive(id)
    return id
  }

  function crowded(leader: string): string | null {
    const waiting = tasks.all().filter(({ role, state, approvedBy }) => role === 'follower' && state === 'submitted' && approvedBy === null)
    const theirs = waiting.filter(({ contract }) => contract?.leader === leader)
    return theirs.length >= MAX_WAITING_PER_AGENT || waiting.length >= MAX_WAITING
      ? 'Too many requests wait for an answer already. Ask again later.'
      : null
  }

  function newTask(id: string, contract: Contract, leaderSignature: Uint8Array): TaskRecord {
    const at = now()
    return {
      revision: 1,
      id,
      role: 'follower',
      goal: contract.goal,
      files: contract.files,
      wanted: { agent: null, skill: contract.skill },
      contract,
      contractHash: id,
      leaderSignature,
      followerSignature: null,
      state: 'submitted',
      approvedBy: null,
      cancelRequested: false,
      waiting: 'Waiting for your approval',
      problem: null,
      outcome: null,
      outcomeSignatures: { leader: null, follower: null },
      entries: { contract: null, outcome: null },
      created: at,
      updated: at,
      events: [{ at, text: 'Another agent asked for it' }]
    }
  }

  /** Tells the leader how the task stands, and each change of it, until the channel ends. */
  async function tell(id: string, channel: FollowerChannel, signal: AbortSignal): Promise<void> {
    const told = new Set<string>()
    let progressTold = 0
    const changes = changeCounter(tasks, id)
    try {
      for (;;) {
        const seen = changes.count()
        const task = tasks.get(id)
        if (task === undefined) return
        for (const message of standing(task)) {
          if (told.has(message.type)) continue
          await channel.send(message, step(signal))
          told.add(message.type)
        }
        const progress = tasks.progress(id)
        if (progress !== null && progress.at > progressTold) {
          await channel.send({ type: 'progress', progress }, step(signal))
          progressTold = progress.at
        }
        await waitFor(changes.watch, () => (changes.count() > seen ? true : undefined), signal)
      }
    } finally {
      changes.close()
    }
  }

  async function hear(id: string, message: LeaderMessage): Promise<void> {
    const task = await tasks.read(id)
    switch (message.type) {
      case 'cancel':
        await tasks.update(id, (current) =>
          hasEnded(current.state) ? null : { cancelRequested: true, event: 'The asking side stopped it' }
        )
        return
      case 'accepted':
        if (task.outcome === null || task.contract === null || task.outcomeSignatures.follower === null) return
        if (!(await verifyOutcome(task.contract.leader, task.outcome, message.signature))) return
        await recordOutcome(
          components,
          id,
          task.outcome,
          { leader: message.signature, follower: task.outcomeSignatures.follower },
          { waiting: '', event: 'The asking side has confirmed the outcome' }
        )
        return
      case 'disputed':
        await tasks.update(id, ({ problem }) =>
          problem === null ? { problem: `The asking side disputes the result: “${message.reason}”` } : null
        )
        return
      case 'offer':
        return
    }
  }

  // Driving

  const drive = createDriver({ locks, report }, pursue, closing.signal)

  async function pursue(id: string): Promise<void> {
    const task = await tasks.read(id)
    if (task.contract === null) return
    const contract = task.contract
    if (hasEnded(task.state)) return closeBooks(task)
    const lifetime = AbortSignal.timeout(Math.max(0, Math.min(contract.expiry - now(), LONGEST_WAIT_MS)))
    const signal = AbortSignal.any([closing.signal, lifetime])
    try {
      await askPermission(task, contract)
      const answered = await tasks.until(
        id,
        ({ state, approvedBy, cancelRequested }) => hasEnded(state) || approvedBy !== null || cancelRequested,
        signal
      )
      if (hasEnded(answered.state)) return
      if (answered.approvedBy === null) {
        await tasks.update(id, () => ({ state: 'canceled', waiting: '', event: 'It was taken back before you answered' }))
        return
      }
      await begin(id, contract)
      await work(id, contract, signal)
    } catch (error) {
      closing.signal.throwIfAborted()
      if (!lifetime.aborted) throw error
      await tasks.update(id, ({ state }) =>
        hasEnded(state) ? null : { state: 'canceled', waiting: '', event: 'The request has lapsed' }
      )
    }
  }

  async function askPermission(task: TaskRecord, contract: Contract): Promise<void> {
    if (task.approvedBy !== null || task.cancelRequested) return
    const permission = permissionFor(await permissions.all(), contract, now())
    if (permission === undefined || !(await permissions.spend(permission))) return
    await tasks.update(task.id, ({ approvedBy }) =>
      approvedBy === null ? { approvedBy: 'permission', event: 'Allowed by a standing permission' } : null
    )
  }

  /** Signs the contract and writes it down. */
  async function begin(id: string, contract: Contract): Promise<void> {
    const { leaderSignature } = await tasks.read(id)
    if (leaderSignature === null) throw new Error('a task without its leader’s signature can’t begin')
    const followerSignature = await signContract(key, contract)
    await recordContract(components, id, { contract, leaderSignature, followerSignature }, {
      followerSignature,
      state: 'working',
      waiting: 'Getting the files',
      event: 'The contract is signed by both'
    })
  }

  async function work(id: string, contract: Contract, signal: AbortSignal): Promise<void> {
    const run = new AbortController()
    const both = AbortSignal.any([signal, run.signal])
    const canceled = tasks.until(id, ({ cancelRequested }) => cancelRequested, both)
    canceled.then(() => run.abort(new ProgramError('killed', 'it was stopped'))).catch(() => undefined)
    try {
      const input = await gather(id, contract, both)
      await tasks.update(id, () => ({ waiting: '' }))
      const value = await execute(id, contract, input, both)
      await finish(id, contract, { state: 'completed', value })
    } catch (error) {
      closing.signal.throwIfAborted()
      if (run.signal.aborted) return finish(id, contract, { state: 'canceled', reason: 'It was stopped.' })
      signal.throwIfAborted()
      await finish(id, contract, { state: 'failed', reason: reasonOf(error) })
    } finally {
      run.abort(new Error('the run is over'))
    }
  }

  /** The files, from the store or from the leader; waits for the leader as long as the contract lives. */
  async function gather(id: string, contract: Contract, signal: AbortSignal): Promise<ProgramInput> {
    const files: ProgramInput['files'] = []
    for (const { name, type, hash, size } of contract.files) {
      const bytes = (await store.get<Uint8Array>('blobs', hash)) ?? (await fetchFile(id, contract, hash, size, signal))
      files.push({ name, type, text: new TextDecoder().decode(bytes) })
    }
    return { goal: contract.goal, files }
  }

  async function fetchFile(id: string, contract: Contract, hash: string, size: number, signal: AbortSignal): Promise<Uint8Array> {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      await adaptation.reachable(contract.leader, signal)
      try {
        const bytes = await adaptation.fetchData(contract.leader, { contract: id, hash, size }, signal)
        await store.commit([{ put: 'blobs', key: hash, value: bytes }])
        return bytes
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof DataUnavailableError || error instanceof StoreFullError) throw error
        await delay(pause, signal)
      }
    }
  }

  async function execute(id: string, contract: Contract, input: ProgramInput, signal: AbortSignal): Promise<Result> {
    const skill = offered(contract.skill)
    if (skill?.capability.program !== contract.program) {
      throw new ProgramError('broken', 'this agent now runs another version of the program')
    }
    return runner.run(
      { source: skill.source, input, limits: contract.limits, time: contract.created },
      { signal, onProgress: (progress) => tasks.report(id, { ...progress, at: now() }) }
    )
  }

  async function finish(
    id: string,
    contract: Contract,
    end: { state: 'completed'; value: Result } | { state: 'failed' | 'canceled'; reason: string }
  ): Promise<void> {
    const bytes = end.state === 'completed' ? encode(end.value) : null
    const result = bytes === null ? null : toHex(await digest(bytes))
    const outcome: Outcome = {
      version: 1,
      contract: await contractHash(contract),
      state: end.state,
      result,
      resultSize: bytes?.length ?? 0,
      reason: end.state === 'completed' ? null : end.reason.slice(0, 1000),
      finished: now()
    }
    const signature = await signOutcome(key, outcome)
    await tasks.update(
      id,
      ({ state }) =>
        hasEnded(state)
          ? null
          : {
              state: outcome.state,
              outcome,
              outcomeSignatures: { leader: null, follower: signature },
              waiting: 'Waiting for the other side to confirm',
              problem: end.state === 'failed' ? end.reason.slice(0, 1000) : null,
              event: { completed: 'The work is done', failed: 'It did not work out', canceled: 'It was stopped' }[end.state]
            },
      () => (bytes === null || result === null ? [] : [{ put: 'blobs', key: result, value: bytes }])
    )
  }

  /** An outcome that the leader never confirmed is written down with our signature alone, once the contract has lapsed. */
  async function closeBooks(task: TaskRecord): Promise<void> {
    const { outcome, contract, entries, outcomeSignatures } = task
    if (outcome === null || contract === null || entries.outcome !== null || contract.expiry > now()) return
    await recordOutcome(components, task.id, outcome, outcomeSignatures, { waiting: '', event: 'The other side never confirmed' })
  }

  adaptation.onApproach(attend)

  return {
    drive,
    stop: () => closing.abort(new Error('the node stops'))
  }
}

/** What a leader should know of a task as it stands: each of these is told once a channel. */
export function standing(task: TaskRecord): FollowerMessage[] {
  if (task.state === 'rejected') return [{ type: 'declined', reason: task.problem ?? '' }]
  const messages: FollowerMessage[] = []
  if (task.followerSignature !== null) messages.push({ type: 'approved', signature: task.followerSignature })
  else if (task.state === 'submitted') messages.push({ type: 'pending' })
  else messages.push({ type: 'declined', reason: 'It lapsed or was taken back before it was approved.' })
  if (task.outcome !== null && task.outcomeSignatures.follower !== null) {
    messages.push({ type: 'finished', outcome: task.outcome, signature: task.outcomeSignatures.follower })
  }
  return messages
}

/** Counts a task's changes, so that none is missed between looking and waiting. */
function changeCounter(tasks: Tasks, id: string) {
  let changes = 0
  const stop = tasks.watch((changed) => {
    if (changed === id) changes++
  })
  return {
    count: () => changes,
    watch: (listener: () => void) => tasks.watch(listener),
    close: stop
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof ProgramError) return error.message
  if (error instanceof DataUnavailableError) return `The files could not be had: ${error.message}.`
  if (error instanceof StoreFullError) return 'The device that was to do it has no room left.'
  return 'Something went wrong on the device that was to do it.'
}
