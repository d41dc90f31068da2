/**
 * How a task ends on the asking side. Of what both had signed the outcome is decided on once, then written down; what was never
 * agreed just ends.
 */
import type { Adaptation } from '../../adapt/adaptation.ts'
import type { AgentKey } from '../../crypto/keys.ts'
import type { Outcome } from '../../schema/contract.ts'
import type { TaskRecord } from '../../schema/task.ts'
import { signOutcome } from '../contract.ts'
import { recordOutcome } from '../recording.ts'
import { hasEnded, type TaskChange, type Tasks } from '../tasks.ts'

export interface Endings {
  /**
   * Ends a task without the other side. What both had signed gets an outcome in our log, signed by us alone.
   *
   * @param problem what people read of it; null: nothing is wrong
   * @param breach how the other side broke the contract, if that is why
   */
  alone(id: string, state: 'failed' | 'canceled', problem: string | null, breach?: TaskRecord['breach']): Promise<void>
  /** Ends a task that was to be for an agent with which we don't work. @returns whether it is so */
  unmet(id: string, agent: string): Promise<boolean>
  /** The first outcome that is decided on is the only one that we sign off: a cancel and a result may come at once. */
  decide(id: string, decision: Pick<TaskChange, 'outcome' | 'outcomeSignatures' | 'breach'>): Promise<TaskRecord>
  /** Puts the outcome that was decided on into our log, and ends the task with it. */
  writeDown(task: TaskRecord): Promise<TaskRecord>
}

export interface EndingsComponents {
  key: AgentKey
  tasks: Tasks
  adaptation: Pick<Adaptation, 'against' | 'record'>
  /** milliseconds since 1970 */
  now: () => number
}

export function createEndings(components: EndingsComponents): Endings {
  const { key, tasks, adaptation, now } = components

  const decide: Endings['decide'] = (id, decision) =>
    tasks.update(id, (current) => (current.outcome !== null || hasEnded(current.state) ? null : decision))

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

  const alone: Endings['alone'] = async (id, state, problem, breach = null) => {
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

  return {
    alone,
    async unmet(id, agent) {
      const against = adaptation.against(agent)
      if (against.length === 0) return false
      await alone(id, 'failed', `You and this agent don’t work together: ${against.join('; ')}. Nothing was sent.`)
      return true
    },
    decide,
    writeDown
  }
}

const settledText = { completed: 'The result is here', failed: 'It did not work out', canceled: 'It was stopped' }
const endText = { ...settledText, canceled: 'You stopped it' }

/** @param ours whether the words in it are our own */
function problemOf({ state, reason }: Outcome, ours: boolean): string | null {
  if (state === 'completed') return null
  if (state === 'canceled' || ours) return reason
  return reason === null ? 'It did not work out.' : `It did not work out: ${reason}`
}
