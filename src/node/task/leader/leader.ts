/**
 * The asking side of a task: finds somebody, offers a contract, follows the work, checks and accepts what
 * comes, and writes both down. Whatever happens to tab, page or connection, the task goes on from the
 * store: what is next follows from the record, and the same offer, sent again, resumes it.
 */
import type { Adaptation } from '../../adapt/adaptation.ts'
import type { AgentKey } from '../../crypto/keys.ts'
import { toHex } from '../../crypto/hash.ts'
import { InvalidBytesError, parse } from '../../schema/codec.ts'
import { constraints, type Constraints } from '../../schema/declaration.ts'
import type { Locks } from '../../store/locks.ts'
import { StoreFullError, StoreUnavailableError, type Store } from '../../store/store.ts'
import { createDeadline, delay } from '../../support/wait-for.ts'
import { CONTRACT_LIFE_MS } from '../contract.ts'
import { createDriver } from '../driver.ts'
import { takeIn, type FileInput } from '../files.ts'
import { newTask, type TaskStart } from '../new-task.ts'
import { recordVerdict } from '../recording.ts'
import { hasEnded, type Tasks } from '../tasks.ts'
import { isAgreed } from './agreed.ts'
import { createChoosing, lookingText } from './choosing.ts'
import { createEndings } from './endings.ts'
import { createSettling } from './settling.ts'
import { createTalking } from './talking.ts'

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

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 10_000
const MAX_GOAL = 4000

export function createLeader(components: LeaderComponents): Leader {
  const { tasks, locks, now, random, report } = components
  const closing = new AbortController()
  const endings = createEndings(components)
  const choose = createChoosing({ ...components, endings })
  const settle = createSettling({ ...components, endings })
  const talk = createTalking({ ...components, endings, settle })

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
      waiting: lookingText
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
        await endings.writeDown(task)
        return
      }
      const left = (task.contract?.expiry ?? task.created + CONTRACT_LIFE_MS) - now()
      if (left <= 0) {
        const problem = task.followerSignature === null ? unansweredText : unfinishedText
        return endings.alone(id, 'failed', problem)
      }
      const deadline = createDeadline(left, closing.signal)
      const began = now()
      try {
        if (!isAgreed(task)) {
          await choose(id, deadline.signal)
          continue
        }
        await talk(task, deadline.signal)
      } catch (error) {
        closing.signal.throwIfAborted()
        if (error instanceof InvalidBytesError) {
          await endings.alone(id, 'failed', nonsenseText, 'out-of-order')
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

  return {
    submit,
    drive,
    stop: () => closing.abort(new Error('the node stops'))
  }
}

const unansweredText = 'Nobody answered within a day. Nothing was lost: ask again.'
const unfinishedText = 'The other side did not finish within a day. Nothing was lost: ask again.'
const nonsenseText = 'The other side’s answers are not in order, so nothing of it was taken. Ask again, or ask another agent.'
