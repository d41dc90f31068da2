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
import { InvalidBytesError, encode } from '../schema/codec.ts'
import type { Contract, Outcome } from '../schema/contract.ts'
import { MAX_REASON, type FollowerMessage, type LeaderMessage } from '../schema/messages.ts'
import type { ProgramInput, Result } from '../schema/result.ts'
import type { TaskRecord } from '../schema/task.ts'
import { ProgramError, type Runner } from '../skill/runner.ts'
import type { Skill } from '../skill/skills.ts'
import type { Locks } from '../store/locks.ts'
import { StoreFullError, type Operation, type Store } from '../store/store.ts'
import { createRateLimit } from '../support/rate-limit.ts'
import { createAlert, createDeadline, delay } from '../support/wait-for.ts'
import { inQuotes } from '../support/words.ts'
import { contractHash, objection, outdated, signContract, signOutcome, verifyContract, verifyOutcome } from './contract.ts'
import { newTask, type TaskStart } from './new-task.ts'
import { permissionFor } from './permission.ts'
import type { Permissions } from './permissions.ts'
import { recordContract, recordOutcome, recordVerdict } from './recording.ts'
import { createDriver } from './driver.ts'
import { clearing, isClosed, outlived } from './housekeeping.ts'
import { step } from './step.ts'
import { hasEnded, type TaskChange, type Tasks } from './tasks.ts'

export interface FollowerComponents {
  key: AgentKey
  store: Store
  tasks: Tasks
  permissions: Permissions
  adaptation: Pick<Adaptation, 'against' | 'onApproach' | 'reachable' | 'fetchData' | 'record' | 'rate'>
  locks: Locks
  runner: Runner
  /** the skill of that id, while it is offered to others */
  offered: (id: string) => Skill | undefined
  /** the same, whether it is offered now or not */
  skill: (id: string) => Skill | undefined
  /** whether our operator lets us take on work now */
  isOpen: () => boolean
  now: () => number
  /** a failure that no task could be told of */
  report: (error: unknown) => void
}

export interface Follower {
  /** Goes on with a task, now or when the tab that has it in hand is gone. */
  drive(id: string): void
  stop(): void
}

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000

const NOT_MET = 'Your agent is not what mine insists on, or mine is not what yours does.'
/** Requests that may wait for the operator's answer: of one agent, and of all. */
const MAX_WAITING_PER_AGENT = 5
const MAX_WAITING = 50

/** New requests that are looked at: of one agent, and of all. */
const AGENT_RATE = { rate: 0.5, burst: 50, keys: 1024 }
const TOTAL_RATE = { rate: 5, burst: 300, keys: 1 }

export function createFollower(components: FollowerComponents): Follower {
  const { key, store, tasks, permissions, adaptation, locks, runner, offered, skill, isOpen, now, report } = components
  const closing = new AbortController()
  const agentMay = createRateLimit(AGENT_RATE)
  const allMay = createRateLimit(TOTAL_RATE)

  // Attending

  async function attend(channel: FollowerChannel, signal: AbortSignal): Promise<void> {
    const first = await channel.receive(step(signal))
    if (first?.type !== 'offer') return
    const id = await take(channel, first, signal)
    if (id === null) return
    const talk = new AbortController()
    const both = AbortSignal.any([signal, closing.signal, talk.signal])
    // one that does not listen any more is not listened to either
    const telling = tell(id, channel, both).catch((error: unknown) => talk.abort(error))
    const heard = new Set<LeaderMessage['type']>(['offer'])
    try {
      for (let message = await channel.receive(both); message !== null; message = await channel.receive(both)) {
        if (heard.has(message.type)) throw new InvalidBytesError(`expected “${message.type}” once`)
        heard.add(message.type)
        await hear(id, message)
      }
    } finally {
      talk.abort(new Error('the talk is over'))
      await telling
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
    if ((await tasks.find(id)) === null) {
      const reason = objection(contract, key.agent, offered(contract.skill)?.capability, now()) ?? crowded(contract.leader)
      if (reason !== null) return decline(reason)
      try {
        await tasks.create(newTask(asked(id, contract, signature), now(), 'Another agent asked for it'))
      } catch (error) {
        if (!(error instanceof StoreFullError)) throw error
        return decline(fullText)
      }
      await tidy()
    }
    drive(id)
    return id
  }

  function crowded(leader: string): string | null {
    // what was agreed before goes on; whoever asks is told that it is for what both have said of themselves, and no more
    if (adaptation.against(leader).length > 0) return NOT_MET
    if (!isOpen()) return 'This agent takes on no work right now. Ask again later.'
    const waiting = tasks.all().filter(({ role, state, approvedBy }) => role === 'follower' && state === 'submitted' && approvedBy === null)
    const theirs = waiting.filter(({ contract }) => contract?.leader === leader)
    const may = agentMay(leader, now()) && allMay('all', now())
    return theirs.length >= MAX_WAITING_PER_AGENT || waiting.length >= MAX_WAITING || !may
      ? 'Too many requests came already. Ask again later.'
      : null
  }

  /** Makes room for new tasks in the place of long finished ones. */
  async function tidy(): Promise<void> {
    for (const task of outlived(tasks.all())) await tasks.remove(task, clearing(task, tasks.all(), 'files and result'))
  }

  /** Tells the leader how the task stands, and each change of it, until the channel ends. */
  async function tell(id: string, channel: FollowerChannel, signal: AbortSignal): Promise<void> {
    const told = new Set<FollowerMessage['type']>()
    let progressTold = 0
    const alert = createAlert((changed) => tasks.watch((one) => one === id && changed()))
    try {
      for (;;) {
        alert.reset()
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
        await alert.raised(signal)
      }
    } finally {
      alert.close()
    }
  }

  async function hear(id: string, message: LeaderMessage): Promise<void> {
    const task = await tasks.read(id)
    switch (message.type) {
      case 'cancel':
        await tasks.update(id, ({ state, cancelRequested }) =>
          hasEnded(state) || cancelRequested ? null : { cancelRequested: true, event: 'The asking side stopped it' }
        )
        return
      case 'accepted':
        return accepted(task, message.signature)
      case 'disputed':
        return disputed(task, message.reason)
      case 'offer':
        return
    }
  }

  async function accepted(task: TaskRecord, leader: Uint8Array): Promise<void> {
    const { id, outcome, contract, outcomeSignatures } = task
    if (outcome === null || contract === null) throw new InvalidBytesError('expected no “accepted” before the outcome')
    if (!(await verifyOutcome(contract.leader, outcome, leader))) {
      throw new InvalidBytesError('expected the leader’s signature over the outcome')
    }
    const signatures = { leader, follower: outcomeSignatures.follower }
    await recordOutcome(components, id, outcome, signatures, { waiting: '', event: 'The asking side has confirmed the outcome' })
  }

  /** What the leader does not confirm is written down with our signature alone. */
  async function disputed({ id, outcome, outcomeSignatures }: TaskRecord, reason: string): Promise<void> {
    if (outcome === null) throw new InvalidBytesError('expected no “disputed” before the outcome')
    await recordOutcome(components, id, outcome, outcomeSignatures, {
      waiting: '',
      problem: `The asking side disputes the result: ${inQuotes(reason, MAX_REASON)}`,
      event: 'The asking side disputes the result'
    })
  }

  // Driving

  const drive = createDriver(
    { locks, report },
    async (id) => {
      await pursue(id)
      await recordVerdict(components, id)
    },
    closing.signal
  )

  /** Resolves when the task has ended and is written down. */
  async function pursue(id: string): Promise<void> {
    const task = await tasks.read(id)
    const { contract } = task
    if (contract === null || isClosed(task)) return
    const deadline = createDeadline(contract.expiry - now(), closing.signal)
    try {
      if (!hasEnded(task.state)) await answer(task, contract, deadline.signal)
      await closeBooks(id, deadline.signal)
    } finally {
      deadline.clear()
    }
  }

  /** Waits for a yes or a no; after a yes, signs and works. */
  async function answer(task: TaskRecord, contract: Contract, signal: AbortSignal): Promise<void> {
    const { id } = task
    try {
      await askPermission(task, contract)
      await tasks.until(
        id,
        ({ state, approvedBy, cancelRequested }) => hasEnded(state) || approvedBy !== null || cancelRequested,
        signal
      )
      const { state, cancelRequested, followerSignature } = await tasks.read(id)
      if (hasEnded(state)) return
      if (cancelRequested && followerSignature === null) {
        await endBefore(id, { state: 'canceled', event: 'It was taken back before it began' })
        return
      }
      const begun = await begin(id, contract)
      if (!hasEnded(begun.state)) await work(id, contract, signal)
    } catch (error) {
      closing.signal.throwIfAborted()
      if (error instanceof StoreFullError) {
        const { state } = await endBefore(id, { state: 'rejected', problem: fullText, event: 'It could not be begun' })
        if (hasEnded(state)) return
      }
      if (!signal.aborted) throw error
      await endBefore(id, { state: 'canceled', event: 'The request has lapsed' })
    }
  }

  /** Ends a task that was never begun: there is no contract, so there is no outcome either. */
  function endBefore(id: string, change: TaskChange): Promise<TaskRecord> {
    return tasks.update(id, ({ state, followerSignature }) =>
      hasEnded(state) || followerSignature !== null ? null : { waiting: '', ...change }
    )
  }

  async function askPermission(task: TaskRecord, contract: Contract): Promise<void> {
    if (task.approvedBy !== null || task.cancelRequested) return
    const permission = permissionFor(await permissions.all(), contract, now())
    if (permission === undefined || !(await permissions.spend(permission))) return
    await tasks.update(task.id, ({ approvedBy }) =>
      approvedBy === null ? { approvedBy: 'permission', event: 'Allowed by a standing permission' } : null
    )
  }

  /** Signs the contract and writes it down, and keeps the program with it: by that it is done, whatever is offered later. */
  async function begin(id: string, contract: Contract): Promise<TaskRecord> {
    const task = await tasks.read(id)
    const { leaderSignature } = task
    if (leaderSignature === null) throw new Error('a task without its leader’s signature can’t begin')
    if (task.followerSignature !== null) return task
    const agreed = skill(contract.skill)
    const changed = outdated(contract, agreed?.capability)
    if (agreed === undefined || changed !== null) {
      return endBefore(id, { state: 'rejected', problem: changed, event: 'It could not be begun' })
    }
    const program = new TextEncoder().encode(await agreed.source())
    const followerSignature = await signContract(key, contract)
    const signed = { contract, leaderSignature, followerSignature }
    const change = { followerSignature, state: 'working', waiting: 'Getting the files', event: 'The contract is signed by both' } as const
    return recordContract(components, id, signed, change, [{ put: 'blobs', key: contract.program, value: program }])
  }

  async function work(id: string, contract: Contract, signal: AbortSignal): Promise<void> {
    const run = new AbortController()
    const both = AbortSignal.any([signal, run.signal])
    const canceled = tasks.until(id, ({ cancelRequested }) => cancelRequested, both)
    canceled.then(() => run.abort(new ProgramError('killed', 'it was stopped'))).catch(() => undefined)
    try {
      const input = await gather(id, contract, both)
      await tasks.update(id, ({ cancelRequested }) => (cancelRequested ? null : { waiting: '' }))
      const value = await execute(id, contract, input, both)
      await finish(id, contract, { state: 'completed', value })
    } catch (error) {
      closing.signal.throwIfAborted()
      const end = run.signal.aborted
        ? ({ state: 'canceled', reason: 'It was stopped.' } as const)
        : signal.aborted
          ? ({ state: 'canceled', reason: 'Its time was over before it was done.' } as const)
          : ({ state: 'failed', reason: reasonOf(error) } as const)
      await finish(id, contract, end)
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
    const source = await programOf(contract)
    return runner.run(
      { source, input, limits: contract.limits, time: contract.created },
      { signal, onProgress: (progress) => tasks.report(id, { ...progress, at: now() }) }
    )
  }

  /** The source that was agreed on. */
  async function programOf(contract: Contract): Promise<string> {
    const kept = await store.get<Uint8Array>('blobs', contract.program)
    if (kept !== undefined) return new TextDecoder().decode(kept)
    // another tab may have ended its work with it just when ours began
    const current = skill(contract.skill)
    if (current?.capability.program === contract.program) return current.source()
    throw new ProgramError('broken', 'the program that was agreed on is not on this device any more')
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
      (ended): Operation[] => [
        // the files were lent for this, and the program was kept for it
        ...clearing(ended, tasks.all(), 'files'),
        ...(bytes === null || result === null ? [] : [{ put: 'blobs' as const, key: result, value: bytes }])
      ]
    )
  }

  /** Waits for the leader to confirm the outcome; what it never confirms is written down with our signature alone. */
  async function closeBooks(id: string, signal: AbortSignal): Promise<void> {
    try {
      await tasks.until(id, isClosed, signal)
    } catch {
      closing.signal.throwIfAborted()
    }
    const task = await tasks.read(id)
    if (task.outcome === null || isClosed(task)) return
    const change = { waiting: '', event: 'The other side never confirmed' }
    await recordOutcome(components, id, task.outcome, task.outcomeSignatures, change)
  }

  adaptation.onApproach(attend)

  return {
    drive,
    stop: () => closing.abort(new Error('the node stops'))
  }
}

/** The task that an offer makes. */
function asked(id: string, contract: Contract, leaderSignature: Uint8Array): TaskStart {
  return {
    id,
    role: 'follower',
    goal: contract.goal,
    files: contract.files,
    wanted: { agent: null, skill: contract.skill },
    contract,
    contractHash: id,
    leaderSignature,
    waiting: 'Waiting for your approval'
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

const fullText = 'The device that was to do it has no room left.'

function reasonOf(error: unknown): string {
  if (error instanceof ProgramError) return error.message
  if (error instanceof DataUnavailableError) return `The files could not be had: ${error.message}.`
  if (error instanceof StoreFullError) return fullText
  return 'Something went wrong on the device that was to do it.'
}
