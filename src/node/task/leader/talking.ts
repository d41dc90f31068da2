/**
 * Talking with the agent that was chosen, over one channel: the offer, and what it answers. Whatever breaks the channel off, the same
 * offer over the next one goes on from there.
 */
import type { Adaptation, LeaderChannel } from '../../adapt/adaptation.ts'
import type { AgentKey } from '../../crypto/keys.ts'
import { InvalidBytesError } from '../../schema/codec.ts'
import { MAX_REASON, type FollowerMessage } from '../../schema/messages.ts'
import type { TaskRecord } from '../../schema/task.ts'
import { delay } from '../../support/wait-for.ts'
import { inQuotes } from '../../support/words.ts'
import { signContract, verifyContract } from '../contract.ts'
import { createOnceEach } from '../once-each.ts'
import { recordContract } from '../recording.ts'
import { step } from '../step.ts'
import { hasEnded, type TaskChange, type Tasks } from '../tasks.ts'
import type { Agreed } from './agreed.ts'
import type { Endings } from './endings.ts'
import type { Settle } from './settling.ts'

export interface TalkingComponents {
  key: AgentKey
  tasks: Tasks
  adaptation: Pick<Adaptation, 'reach' | 'reachable' | 'approach' | 'record'>
  endings: Pick<Endings, 'alone' | 'unmet'>
  settle: Settle
}

const CANCEL_ANSWER_MS = 5000

/**
 * @returns one channel's worth of talk; waits first while the other agent is away. Throws InvalidBytesError when the other's answers
 * make no sense, what the store throws, and anything else when the channel broke off or the signal's time is over
 */
export function createTalking(components: TalkingComponents): (task: Agreed, lifetime: AbortSignal) => Promise<void> {
  const { key, tasks, adaptation, endings, settle } = components

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
      await endings.alone(task.id, 'canceled', null)
      talk.abort(new Error('canceled without an answer'))
    })
    canceled.catch((error: unknown) => talk.abort(error))
    const onceEach = createOnceEach()
    for (;;) {
      const message = await channel.receive(signal)
      if (message === null) return
      if (message.type === 'progress') {
        tasks.report(task.id, message.progress)
        continue
      }
      // how it stands is told once a channel
      onceEach(message.type)
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
        return settle(task, message, channel, signal)
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
      await endings.alone(id, 'failed', `The other side has given it up: ${inQuotes(reason, MAX_REASON)}`, 'given-up')
      return tasks.read(id)
    }
    return tasks.update(id, ({ state, cancelRequested }): TaskChange | null => {
      if (hasEnded(state)) return null
      if (cancelRequested) return { state: 'canceled', waiting: '', event: 'You stopped it' }
      const problem = reason === '' ? 'The other side said no.' : `The other side said no: ${inQuotes(reason, MAX_REASON)}`
      return { state: 'rejected', waiting: '', problem, event: 'The other side declined' }
    })
  }

  return async (task, lifetime) => {
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
          await endings.alone(task.id, 'canceled', null)
          return
        }
      }
      if (task.followerSignature === null && (await endings.unmet(task.id, agent))) return
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
}
