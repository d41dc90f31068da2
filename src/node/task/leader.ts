/**
 * The asking side of a task: finds somebody, offers a contract, follows the work, checks and accepts what
 * comes, and writes both down. Whatever happens to tab, page or connection, the task goes on from the
 * store: the same offer, sent again, resumes it.
 */
import type { Adaptation, LeaderChannel } from '../adapt/adaptation.ts'
import { DataUnavailableError } from '../adapt/data.ts'
import type { Candidate, SubmitRequest } from '../client.ts'
import type { AgentKey } from '../crypto/keys.ts'
import { toHex } from '../crypto/hash.ts'
import { InvalidBytesError, decode } from '../schema/codec.ts'
import type { Contract, Outcome } from '../schema/contract.ts'
import type { FollowerMessage } from '../schema/messages.ts'
import { result } from '../schema/result.ts'
import type { TaskRecord } from '../schema/task.ts'
import type { Locks } from '../store/locks.ts'
import { StoreFullError, type Store } from '../store/store.ts'
import { delay } from '../wait-for.ts'
import { CONTRACT_LIFE_MS, contractHash, signContract, signOutcome, totalSize, verifyContract, verifyOutcome } from './contract.ts'
import { takeIn } from './files.ts'
import { recordContract, recordOutcome } from './recording.ts'
import { createDriver } from './driver.ts'
import { hasEnded, type TaskChange, type Tasks } from './tasks.ts'

export interface LeaderComponents {
  key: AgentKey
  store: Store
  tasks: Tasks
  adaptation: Adaptation
  locks: Locks
  now: () => number
  /** fresh random bytes */
  random: (length: number) => Uint8Array
  /** a failure that no task could be told of */
  report: (error: unknown) => void
}

export interface Leader {
  /** Keeps a new task and starts it. Resolves to its id once it is kept. */
  submit(request: SubmitRequest): Promise<string>
  /** Goes on with a task, now or when the tab that has it in hand is gone. */
  drive(id: string): void
  stop(): void
}

const STEP_MS = 15_000
const CANCEL_ANSWER_MS = 5000
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 10_000
const LOOK_AGAIN_MS = 300
/** The longest that a timer can wait. */
const LONGEST_WAIT_MS = 2 ** 31 - 1

export function createLeader(components: LeaderComponents): Leader {
  const { key, store, tasks, adaptation, locks, now, random, report } = components
  const closing = new AbortController()
  const step = (signal: AbortSignal = closing.signal) => AbortSignal.any([signal, AbortSignal.timeout(STEP_MS)])

  const drive = createDriver({ locks, report }, pursue, closing.signal)

  async function submit(request: SubmitRequest): Promise<string> {
    const goal = request.goal.trim()
    const { references, keep } = await takeIn(request.files ?? [])
    if (goal === '' && references.length === 0) throw new RangeError('Say what you want done, or add a file.')
    const at = now()
    const task: TaskRecord = {
      revision: 1,
      id: toHex(random(32)),
      role: 'leader',
      goal: goal.slice(0, 4000),
      files: references,
      wanted: { agent: request.agent ?? null, skill: request.skill ?? null },
      contract: null,
      contractHash: null,
      leaderSignature: null,
      followerSignature: null,
      state: 'submitted',
      approvedBy: null,
      cancelRequested: false,
      waiting: 'Looking for an agent that can do this',
      problem: null,
      outcome: null,
      outcomeSignatures: { leader: null, follower: null },
      entries: { contract: null, outcome: null },
      created: at,
      updated: at,
      events: [{ at, text: 'You asked for it' }]
    }
    await tasks.create(task, keep)
    drive(task.id)
    return task.id
  }

  async function pursue(id: string): Promise<void> {
    let pause = FIRST_PAUSE_MS
    for (;;) {
      closing.signal.throwIfAborted()
      const task = await tasks.read(id)
      if (hasEnded(task.state)) return
      const lapses = task.contract?.expiry ?? task.created + CONTRACT_LIFE_MS
      if (lapses <= now()) return endAlone(task, 'failed', 'Nobody answered within a day. Nothing was lost: ask again.')
      if (task.contract === null) {
        await choose(task, lapses)
        continue
      }
      const lifetime = AbortSignal.any([
        closing.signal,
        AbortSignal.timeout(Math.min(lapses - now(), LONGEST_WAIT_MS))
      ])
      try {
        const heard = await converse({ ...task, contract: task.contract }, lifetime)
        if (heard) pause = FIRST_PAUSE_MS
      } catch (error) {
        closing.signal.throwIfAborted()
        if (error instanceof StoreFullError) return endAlone(task, 'failed', fullText)
      }
      // the channel broke off: the same offer is made again, sooner at first
      await delay(pause, closing.signal)
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
    }
  }

  /** Picks the best candidate and makes the contract, or waits until something has changed. */
  async function choose(task: TaskRecord, lapses: number): Promise<void> {
    if (task.cancelRequested) return endAlone(task, 'canceled', null)
    const { agent, skill } = task.wanted
    const found = await adaptation.find({ text: task.goal, files: task.files, agent, skill })
    const present = found.filter(({ reach }) => reach !== 'away')
    const size = totalSize(task.files)
    const candidate = present.find(({ limits }) => limits.inputBytes >= size)
    if (candidate !== undefined) return propose(task, candidate)
    if (present[0] !== undefined) {
      return endAlone(
        task,
        'failed',
        `The files are ${size} bytes together, and nobody here takes more than ` +
          `${Math.max(...present.map(({ limits }) => limits.inputBytes))}. Nothing was sent: use a smaller part.`
      )
    }
    const waiting = found.length > 0 ? 'Waiting for an agent that can do this to come back' : 'Looking for an agent that can do this'
    await tasks.update(task.id, (current) => (current.waiting === waiting ? null : { waiting }))
    await somethingChanged(task.id, Math.min(lapses - now(), LONGEST_WAIT_MS))
    await delay(LOOK_AGAIN_MS, closing.signal)
  }

  function somethingChanged(id: string, withinMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void) => {
        clearTimeout(timer)
        for (const end of ends) end()
        closing.signal.removeEventListener('abort', stop)
        act()
      }
      const stop = () => finish(() => reject(closing.signal.reason as Error))
      const timer = setTimeout(() => finish(resolve), withinMs)
      const ends = [
        adaptation.watch(() => finish(resolve)),
        tasks.watch((changed) => changed === id && finish(resolve))
      ]
      closing.signal.addEventListener('abort', stop, { once: true })
    })
  }

  async function propose(task: TaskRecord, candidate: Candidate): Promise<void> {
    const contract: Contract = {
      version: 1,
      leader: key.agent,
      follower: candidate.agent,
      goal: task.goal,
      skill: candidate.skill,
      program: candidate.program,
      files: task.files,
      limits: candidate.limits,
      created: now(),
      expiry: now() + CONTRACT_LIFE_MS,
      nonce: random(16)
    }
    const hash = await contractHash(contract)
    const leaderSignature = await signContract(key, contract)
    await tasks.update(task.id, () => ({
      contract,
      contractHash: hash,
      leaderSignature,
      waiting: 'Waiting for an answer',
      event: `Asked an agent to do “${candidate.name}”`
    }))
  }

  /** One channel's worth of talk. @returns whether the other side said anything */
  async function converse(task: Agreed, lifetime: AbortSignal): Promise<boolean> {
    const talk = new AbortController()
    const signal = AbortSignal.any([lifetime, talk.signal])
    const agent = task.contract.follower
    const canceling = tasks.until(task.id, ({ cancelRequested }) => cancelRequested, signal)
    try {
      if (adaptation.reach(agent) === 'away') {
        await tasks.update(task.id, () => ({ waiting: 'Waiting for the other agent to come back; nothing is lost' }))
        const canceled = await Promise.race([
          adaptation.reachable(agent, signal).then(() => false),
          canceling.then(() => true)
        ])
        if (canceled) {
          await endAlone(task, 'canceled', null)
          return true
        }
      }
      const channel = await adaptation.approach(agent, step(signal))
      try {
        return await follow(task, channel, canceling, talk, signal)
      } finally {
        await channel.close()
      }
    } finally {
      talk.abort(new Error('the talk is over'))
      canceling.catch(() => undefined)
    }
  }

  async function follow(
    task: Agreed,
    channel: LeaderChannel,
    canceling: Promise<TaskRecord>,
    talk: AbortController,
    signal: AbortSignal
  ): Promise<boolean> {
    await channel.send({ type: 'offer', contract: task.contract, signature: await signContract(key, task.contract) }, step(signal))
    const canceled = canceling.then(async () => {
      await channel.send({ type: 'cancel' }, step(signal))
      await delay(CANCEL_ANSWER_MS, signal)
      await endAlone(await tasks.read(task.id), 'canceled', null)
      talk.abort(new Error('canceled without an answer'))
    })
    canceled.catch(() => undefined)
    let heard = false
    for (;;) {
      const message = await channel.receive(signal)
      if (message === null) return heard
      heard = true
      await hear(task, message, channel, signal)
      if (hasEnded((await tasks.read(task.id)).state)) return heard
    }
  }

  async function hear(task: Agreed, message: FollowerMessage, channel: LeaderChannel, signal: AbortSignal): Promise<void> {
    switch (message.type) {
      case 'pending':
        await tasks.update(task.id, ({ waiting }) => {
          const text = 'Waiting for the other side to approve'
          return waiting === text ? null : { waiting: text, event: 'The other side is asked for approval' }
        })
        return
      case 'approved':
        return approved(task, message.signature)
      case 'declined':
        await tasks.update(task.id, ({ state, cancelRequested }) => (hasEnded(state) ? null : declined(message.reason, cancelRequested)))
        return
      case 'progress':
        tasks.report(task.id, message.progress)
        return
      case 'finished':
        return settle(await tasks.read(task.id), task.contract, message.outcome, message.signature, channel, signal)
    }
  }

  async function approved(task: Agreed, followerSignature: Uint8Array): Promise<void> {
    const { contract } = task
    if (!(await verifyContract(contract.follower, contract, followerSignature))) {
      throw new InvalidBytesError('expected the follower’s signature over the contract')
    }
    const change = { followerSignature, state: 'working', waiting: '', event: 'Approved: the work has begun' } as const
    await recordContract(components, task.id, { contract, leaderSignature: await signContract(key, contract), followerSignature }, change)
    await tasks.update(task.id, ({ waiting, state }) => (waiting === '' || state !== 'working' ? null : { waiting: '' }))
  }

  /** Checks what the other side says has come of it; accepts it, or says why not. */
  async function settle(
    task: TaskRecord,
    contract: Contract,
    outcome: Outcome,
    signature: Uint8Array,
    channel: LeaderChannel,
    signal: AbortSignal
  ): Promise<void> {
    const fits = outcome.contract === task.contractHash && outcome.resultSize <= contract.limits.outputBytes
    if (task.followerSignature === null || !fits || !(await verifyOutcome(contract.follower, outcome, signature))) {
      return dispute(task, 'The other side signed something else than was agreed.', channel, signal)
    }
    if (outcome.state === 'completed') {
      try {
        await takeResult(outcome, contract, signal)
      } catch (error) {
        if (!(error instanceof DataUnavailableError || error instanceof InvalidBytesError)) throw error
        return dispute(task, `The result can’t be used: ${error.message}.`, channel, signal)
      }
    }
    const accepted = await signOutcome(key, outcome)
    await channel.send({ type: 'accepted', signature: accepted }, step(signal))
    await recordOutcome(components, task.id, outcome, { leader: accepted, follower: signature }, {
      state: outcome.state,
      waiting: '',
      problem: problemOf(outcome),
      event: { completed: 'The result is here', failed: 'It did not work out', canceled: 'It was stopped' }[outcome.state]
    })
  }

  async function takeResult(outcome: Outcome, contract: Contract, signal: AbortSignal): Promise<void> {
    if (outcome.result === null) throw new DataUnavailableError('it is said to be complete, but names no result')
    const wanted = { contract: outcome.contract, hash: outcome.result, size: outcome.resultSize }
    const bytes = await adaptation.fetchData(contract.follower, wanted, signal)
    decode(bytes, result, contract.limits.outputBytes)
    await store.commit([{ put: 'blobs', key: outcome.result, value: bytes }])
  }

  async function dispute(task: TaskRecord, reason: string, channel: LeaderChannel, signal: AbortSignal): Promise<void> {
    await channel.send({ type: 'disputed', reason }, step(signal))
    await endAlone(task, 'failed', reason)
  }

  /** Ends a task without the other side. What both had signed gets an outcome in our log, signed by us alone. */
  async function endAlone(task: TaskRecord, state: 'failed' | 'canceled', problem: string | null): Promise<void> {
    const change = { state, waiting: '', problem, event: state === 'canceled' ? 'You stopped it' : 'It did not work out' }
    if (task.followerSignature === null || task.contractHash === null) {
      await tasks.update(task.id, (current) => (hasEnded(current.state) ? null : change))
      return
    }
    const outcome: Outcome = {
      version: 1,
      contract: task.contractHash,
      state,
      result: null,
      resultSize: 0,
      reason: problem,
      finished: now()
    }
    await recordOutcome(components, task.id, outcome, { leader: await signOutcome(key, outcome), follower: null }, change)
  }

  return {
    submit,
    drive,
    stop: () => closing.abort(new Error('the node stops'))
  }
}

/** A "no" to what we have taken back ourselves is only the end of it. */
function declined(reason: string, cancelRequested: boolean): TaskChange {
  if (cancelRequested) return { state: 'canceled', waiting: '', event: 'You stopped it' }
  const problem = reason === '' ? 'The other side said no.' : `The other side said no: “${reason}”`
  return { state: 'rejected', waiting: '', problem, event: 'The other side declined' }
}

/** A task whose contract is made. */
type Agreed = TaskRecord & { contract: Contract }

const fullText = 'This device has no room for the result. What you had is safe: free some space and ask again.'

function problemOf(outcome: Outcome): string | null {
  if (outcome.state === 'completed') return null
  if (outcome.state === 'canceled') return outcome.reason
  return outcome.reason === null ? 'It did not work out.' : `It did not work out: ${outcome.reason}`
}
