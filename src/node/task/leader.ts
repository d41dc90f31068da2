/**
 * The asking side of a task: finds somebody, offers a contract, follows the work, checks and accepts what
 * comes, and writes both down. Whatever happens to tab, page or connection, the task goes on from the
 * store: the same offer, sent again, resumes it.
 */
import type { Adaptation, LeaderChannel } from '../adapt/adaptation.ts'
import { DataUnavailableError } from '../adapt/data.ts'
import type { Candidate } from '../adapt/rank.ts'
import type { AgentKey } from '../crypto/keys.ts'
import { toHex } from '../crypto/hash.ts'
import { InvalidBytesError, decode, parse } from '../schema/codec.ts'
import { UNSORTED_TOPIC, type Contract, type Outcome } from '../schema/contract.ts'
import { constraints, type Constraints } from '../schema/declaration.ts'
import type { FollowerMessage } from '../schema/messages.ts'
import { result } from '../schema/result.ts'
import type { TaskRecord } from '../schema/task.ts'
import { bytesInWords } from '../skill/words.ts'
import type { Locks } from '../store/locks.ts'
import { StoreFullError, StoreUnavailableError, type Store } from '../store/store.ts'
import { createAlert, createDeadline, delay } from '../support/wait-for.ts'
import { clip, inQuotes } from '../support/words.ts'
import { CONTRACT_LIFE_MS, contractHash, signContract, signOutcome, totalSize, verifyContract, verifyOutcome } from './contract.ts'
import { takeIn, type FileInput } from './files.ts'
import { newTask, type TaskStart } from './new-task.ts'
import { recordContract, recordOutcome, recordVerdict } from './recording.ts'
import { createDriver } from './driver.ts'
import { hasEnded, type TaskChange, type Tasks } from './tasks.ts'

export interface SubmitRequest {
  goal: string
  files?: FileInput[]
  /** ask this agent only; without it the best candidate is asked */
  agent?: string
  skill?: string
  /** on what terms; whoever does not meet them is not asked */
  constraints?: Constraints
}

export interface LeaderComponents {
  key: AgentKey
  store: Store
  tasks: Tasks
  adaptation: Pick<
    Adaptation,
    | 'find'
    | 'capabilities'
    | 'surroundings'
    | 'against'
    | 'listenFor'
    | 'reach'
    | 'reachable'
    | 'approach'
    | 'fetchData'
    | 'record'
    | 'rate'
    | 'watch'
  >
  locks: Locks
  now: () => number
  /** fresh random bytes */
  random: (length: number) => Uint8Array
  /** a failure that no task could be told of */
  report: (error: unknown) => void
}

export interface Leader {
  /**
   * Keeps a new task and starts it. Resolves to its id once it is kept.
   *
   * @throws FileRefusedError, RangeError or InvalidBytesError when it can't be asked for; StoreFullError
   */
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
const MAX_GOAL = 4000
const MAX_REASON = 500

/** A task whose contract is made. */
type Agreed = TaskRecord & { contract: Contract; contractHash: string }

export function createLeader(components: LeaderComponents): Leader {
  const { key, store, tasks, adaptation, locks, now, random, report } = components
  const closing = new AbortController()
  const step = (signal: AbortSignal) => AbortSignal.any([signal, AbortSignal.timeout(STEP_MS)])

  const drive = createDriver(
    { locks, report },
    async (id) => {
      await pursue(id)
      await recordVerdict(components, id)
    },
    closing.signal
  )

  async function submit(request: SubmitRequest): Promise<string> {
    const goal = request.goal.trim()
    if (goal.length > MAX_GOAL) {
      throw new RangeError(`The request has ${goal.length} characters, at most ${MAX_GOAL} can be sent: put the text into a file.`)
    }
    const { references, keep } = await takeIn(request.files ?? [])
    if (goal === '' && references.length === 0) throw new RangeError('Say what you want done, or add a file.')
    const start: TaskStart = {
      id: toHex(random(32)),
      role: 'leader',
      goal,
      files: references,
      wanted: {
        agent: request.agent ?? null,
        skill: request.skill ?? null,
        ...(request.constraints === undefined ? {} : { constraints: parse(request.constraints, constraints) })
      },
      waiting: 'Looking for an agent that can do this'
    }
    const task = newTask(start, now(), 'You asked for it')
    await tasks.create(task, keep)
    drive(task.id)
    return task.id
  }

  /** Resolves when the task has ended. */
  async function pursue(id: string): Promise<void> {
    let pause = FIRST_PAUSE_MS
    for (;;) {
      closing.signal.throwIfAborted()
      const task = await tasks.read(id)
      if (hasEnded(task.state)) return
      if (task.outcome !== null && task.outcomeSignatures.follower === null) {
        await writeDown(task)
        return
      }
      const left = (task.contract?.expiry ?? task.created + CONTRACT_LIFE_MS) - now()
      if (left <= 0) {
        const problem = task.followerSignature === null ? unansweredText : unfinishedText
        return endAlone(id, 'failed', problem)
      }
      const deadline = createDeadline(left, closing.signal)
      const began = now()
      try {
        if (!isAgreed(task)) {
          await choose(id, deadline.signal)
          continue
        }
        await converse(task, deadline.signal)
      } catch (error) {
        closing.signal.throwIfAborted()
        if (error instanceof InvalidBytesError) {
          await endAlone(id, 'failed', nonsenseText, 'out-of-order')
          return
        }
        if (error instanceof StoreFullError || error instanceof StoreUnavailableError) throw error
        // otherwise the channel broke off, or the time is over
      } finally {
        deadline.clear()
      }
      // the same offer is made again, soon at first; one who hangs up each time is asked ever more seldom
      if (now() - began > LONGEST_PAUSE_MS) pause = FIRST_PAUSE_MS
      await delay(pause, closing.signal)
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
    }
  }

  /** Picks the best candidate and makes the contract, or waits until something has changed. */
  async function choose(id: string, signal: AbortSignal): Promise<void> {
    const alert = createAlert(
      (changed) => adaptation.watch(changed),
      (changed) => tasks.watch((one) => one === id && changed())
    )
    try {
      const task = await tasks.read(id)
      if (task.cancelRequested) {
        await endAlone(id, 'canceled', null)
        return
      }
      const { agent, skill, constraints: terms = {} } = task.wanted
      if (agent !== null && (await endUnmet(id, agent))) return
      const found = await adaptation.find({ text: task.goal, files: task.files, agent, skill, constraints: terms })
      const present = found.filter(({ reach }) => reach !== 'away')
      const size = totalSize(task.files)
      const candidate = present.find(({ limits }) => limits.inputBytes >= size)
      if (candidate !== undefined) {
        await propose(task, candidate)
        return
      }
      if (present[0] !== undefined) {
        const most = Math.max(...present.map(({ limits }) => limits.inputBytes))
        await endAlone(
          id,
          'failed',
          `The files are ${bytesInWords(size)} together, and nobody here takes more than ${bytesInWords(most)}. ` +
            'Nothing was sent: use a smaller part.'
        )
        return
      }
      await adaptation.listenFor(task.goal)
      const waiting = found.length > 0 ? 'Waiting for an agent that can do this to come back' : 'Looking for an agent that can do this'
      if (task.waiting !== waiting) {
        await tasks.update(id, (current) => (hasEnded(current.state) || current.cancelRequested ? null : { waiting }))
      }
      await alert.raised(signal)
      await delay(LOOK_AGAIN_MS, signal)
    } finally {
      alert.close()
    }
  }

  /** Ends a task that was to be for an agent with which we don't work. @returns whether it is so */
  async function endUnmet(id: string, agent: string): Promise<boolean> {
    const against = adaptation.against(agent)
    if (against.length === 0) return false
    await endAlone(id, 'failed', `You and this agent don’t work together: ${against.join('; ')}. Nothing was sent.`)
    return true
  }

  async function propose(task: TaskRecord, candidate: Candidate): Promise<void> {
    const contract: Contract = {
      version: 2,
      leader: key.agent,
      follower: candidate.agent,
      topic: await topicOf(candidate),
      skill: candidate.skill,
      program: candidate.program,
      goal: task.goal,
      files: task.files,
      limits: candidate.limits,
      created: now(),
      expiry: now() + CONTRACT_LIFE_MS,
      nonce: random(16)
    }
    const hash = await contractHash(contract)
    const leaderSignature = await signContract(key, contract)
    await tasks.update(task.id, (current) =>
      hasEnded(current.state) || current.cancelRequested || current.contract !== null
        ? null
        : {
            contract,
            contractHash: hash,
            leaderSignature,
            waiting: 'Waiting for an answer',
            event: `Asked an agent to do ${inQuotes(candidate.name, 80)}`
          }
    )
  }

  /** The topic that a contract counts in: what the offer says, or else where it belongs by its words and meaning. */
  async function topicOf({ agent, skill, topic }: Candidate): Promise<string> {
    if (topic !== null) return topic
    const offer = adaptation.capabilities().find((one) => one.agent === agent && one.declaration.id === skill)
    if (offer === undefined) return UNSORTED_TOPIC
    try {
      return (await adaptation.surroundings(offer.declaration)).topic ?? UNSORTED_TOPIC
    } catch (error) {
      // the tree of topics comes from the network, and the work need not wait for it
      report(error)
      return UNSORTED_TOPIC
    }
  }

  /** One channel's worth of talk; waits first while the other agent is away. */
  async function converse(task: Agreed, lifetime: AbortSignal): Promise<void> {
    const talk = new AbortController()
    const signal = AbortSignal.any([lifetime, talk.signal])
    const agent = task.contract.follower
    const canceling = tasks.until(task.id, ({ cancelRequested }) => cancelRequested, signal)
    // it is waited for below, in one place or another; that it never comes is no failure
    canceling.catch(() => undefined)
    try {
      if (adaptation.reach(agent) === 'away') {
        const waiting = 'Waiting for the other agent to come back; nothing is lost'
        await tasks.update(task.id, (current) =>
          hasEnded(current.state) || current.cancelRequested || current.waiting === waiting ? null : { waiting }
        )
        const canceled = await Promise.race([
          adaptation.reachable(agent, signal).then(() => false),
          canceling.then(() => true)
        ])
        if (canceled) {
          await endAlone(task.id, 'canceled', null)
          return
        }
      }
      if (task.followerSignature === null && (await endUnmet(task.id, agent))) return
      const channel = await adaptation.approach(agent, step(signal))
      try {
        await follow(task, channel, canceling, talk, signal)
      } finally {
        await channel.close()
      }
    } finally {
      talk.abort(new Error('the talk is over'))
    }
  }

  async function follow(
    task: Agreed,
    channel: LeaderChannel,
    canceling: Promise<TaskRecord>,
    talk: AbortController,
    signal: AbortSignal
  ): Promise<void> {
    await channel.send({ type: 'offer', contract: task.contract, signature: await signContract(key, task.contract) }, step(signal))
    const canceled = canceling.then(async () => {
      await channel.send({ type: 'cancel' }, step(signal))
      await delay(CANCEL_ANSWER_MS, signal)
      await endAlone(task.id, 'canceled', null)
      talk.abort(new Error('canceled without an answer'))
    })
    canceled.catch((error: unknown) => talk.abort(error))
    const heard = new Set<FollowerMessage['type']>()
    for (;;) {
      const message = await channel.receive(signal)
      if (message === null) return
      if (message.type === 'progress') {
        tasks.report(task.id, message.progress)
        continue
      }
      // how it stands is told once a channel
      if (heard.has(message.type)) throw new InvalidBytesError(`expected “${message.type}” once`)
      heard.add(message.type)
      if (hasEnded((await hear(task, message, channel, signal)).state)) return
    }
  }

  /** @returns the task as it is then */
  async function hear(
    task: Agreed,
    message: Exclude<FollowerMessage, { type: 'progress' }>,
    channel: LeaderChannel,
    signal: AbortSignal
  ): Promise<TaskRecord> {
    switch (message.type) {
      case 'pending':
        return tasks.update(task.id, ({ waiting, state }) => {
          const text = 'Waiting for the other side to approve'
          return waiting === text || state !== 'submitted'
            ? null
            : { waiting: text, event: 'The other side is asked for approval' }
        })
      case 'approved':
        return approved(task, message.signature)
      case 'declined':
        return declined(task.id, message.reason)
      case 'finished':
        return settle(task, message.outcome, message.signature, channel, signal)
    }
  }

  async function approved({ id, contract }: Agreed, followerSignature: Uint8Array): Promise<TaskRecord> {
    if (!(await verifyContract(contract.follower, contract, followerSignature))) {
      throw new InvalidBytesError('expected the follower’s signature over the contract')
    }
    const change = { followerSignature, state: 'working', waiting: '', event: 'Approved: the work has begun' } as const
    const leaderSignature = await signContract(key, contract)
    const { waiting } = await recordContract(components, id, { contract, leaderSignature, followerSignature }, change)
    return tasks.update(id, ({ state }) => (waiting === '' || state !== 'working' ? null : { waiting: '' }))
  }

  /** A "no" to what we have taken back ourselves is only the end of it. */
  async function declined(id: string, reason: string): Promise<TaskRecord> {
    const task = await tasks.read(id)
    if (task.followerSignature !== null) {
      await endAlone(id, 'failed', `The other side has given it up: ${inQuotes(reason, MAX_REASON)}`, 'given-up')
      return tasks.read(id)
    }
    return tasks.update(id, ({ state, cancelRequested }): TaskChange | null => {
      if (hasEnded(state)) return null
      if (cancelRequested) return { state: 'canceled', waiting: '', event: 'You stopped it' }
      const problem = reason === '' ? 'The other side said no.' : `The other side said no: ${inQuotes(reason, MAX_REASON)}`
      return { state: 'rejected', waiting: '', problem, event: 'The other side declined' }
    })
  }

  /** Checks what the other side says has come of it; accepts it, or says why not. */
  async function settle(
    { id, contract, contractHash }: Agreed,
    outcome: Outcome,
    signature: Uint8Array,
    channel: LeaderChannel,
    signal: AbortSignal
  ): Promise<TaskRecord> {
    const dispute = async (reason: string, breach: TaskRecord['breach']) => {
      await channel.send({ type: 'disputed', reason: clip(reason, MAX_REASON) }, step(signal))
      await endAlone(id, 'failed', reason, breach)
      return tasks.read(id)
    }
    const { followerSignature } = await tasks.read(id)
    const fits = outcome.contract === contractHash && outcome.resultSize <= contract.limits.outputBytes
    if (followerSignature === null || !fits || !(await verifyOutcome(contract.follower, outcome, signature))) {
      return dispute('The other side signed something else than was agreed.', 'other-result')
    }
    if (outcome.state === 'completed') {
      try {
        await takeResult(outcome, contract, signal)
      } catch (error) {
        if (error instanceof StoreFullError) return dispute(fullText, null)
        if (!(error instanceof DataUnavailableError || error instanceof InvalidBytesError)) throw error
        // what does not come may be held up; what came and is no result was made so
        return dispute(`The result can’t be used: ${error.message}.`, error instanceof InvalidBytesError ? 'other-result' : null)
      }
    }
    const leaderSignature = await signOutcome(key, outcome)
    const decided = await decide(id, { outcome, outcomeSignatures: { leader: leaderSignature, follower: signature } })
    if (!sameOutcome(decided.outcome, outcome)) return writeDown(decided)
    await channel.send({ type: 'accepted', signature: leaderSignature }, step(signal))
    return writeDown(decided)
  }

  async function takeResult(outcome: Outcome, contract: Contract, signal: AbortSignal): Promise<void> {
    if (outcome.result === null) throw new InvalidBytesError('it is said to be complete, but names no result')
    const wanted = { contract: outcome.contract, hash: outcome.result, size: outcome.resultSize }
    const held = await store.get<Uint8Array>('blobs', outcome.result)
    const bytes = held ?? (await adaptation.fetchData(contract.follower, wanted, signal))
    decode(bytes, result, contract.limits.outputBytes)
    if (held === undefined) await store.commit([{ put: 'blobs', key: outcome.result, value: bytes }])
  }

  /**
   * Ends a task without the other side. What both had signed gets an outcome in our log, signed by us alone.
   *
   * @param breach how the other side broke the contract, if that is why
   */
  async function endAlone(
    id: string,
    state: 'failed' | 'canceled',
    problem: string | null,
    breach: TaskRecord['breach'] = null
  ): Promise<void> {
    const task = await tasks.read(id)
    if (task.followerSignature === null || task.contractHash === null) {
      await tasks.update(id, (current) =>
        hasEnded(current.state) ? null : { state, waiting: '', problem, event: endText[state] }
      )
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
    const leader = await signOutcome(key, outcome)
    await writeDown(await decide(id, { outcome, outcomeSignatures: { leader, follower: null }, breach }))
  }

  /** The first outcome that is decided on is the only one that we sign off: a cancel and a result may come at once. */
  function decide(id: string, decision: Pick<TaskChange, 'outcome' | 'outcomeSignatures' | 'breach'>): Promise<TaskRecord> {
    return tasks.update(id, (current) => (current.outcome !== null || hasEnded(current.state) ? null : decision))
  }

  /** Puts the outcome that was decided on into our log, and ends the task with it. */
  async function writeDown(task: TaskRecord): Promise<TaskRecord> {
    const { id, outcome, outcomeSignatures } = task
    if (outcome === null || hasEnded(task.state)) return task
    const alone = outcomeSignatures.follower === null
    return recordOutcome(components, id, outcome, outcomeSignatures, {
      state: outcome.state,
      waiting: '',
      problem: problemOf(outcome, alone),
      event: alone ? endText[outcome.state] : settledText[outcome.state]
    })
  }

  return {
    submit,
    drive,
    stop: () => closing.abort(new Error('the node stops'))
  }
}

function isAgreed(task: TaskRecord): task is Agreed {
  return task.contract !== null && task.contractHash !== null
}

function sameOutcome(one: Outcome | null, other: Outcome): boolean {
  return (
    one !== null &&
    one.contract === other.contract &&
    one.state === other.state &&
    one.result === other.result &&
    one.finished === other.finished
  )
}

const unansweredText = 'Nobody answered within a day. Nothing was lost: ask again.'
const unfinishedText = 'The other side did not finish within a day. Nothing was lost: ask again.'
const nonsenseText = 'The other side’s answers are not in order, so nothing of it was taken. Ask again, or ask another agent.'
const fullText = 'This device has no room for the result. What you had is safe: free some space and ask again.'
const settledText = { completed: 'The result is here', failed: 'It did not work out', canceled: 'It was stopped' }
const endText = { ...settledText, canceled: 'You stopped it' }

/** @param ours whether the words in it are our own */
function problemOf({ state, reason }: Outcome, ours: boolean): string | null {
  if (state === 'completed') return null
  if (state === 'canceled' || ours) return reason
  return reason === null ? 'It did not work out.' : `It did not work out: ${reason}`
}
