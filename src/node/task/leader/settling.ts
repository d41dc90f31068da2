/**
 * What the other side says has come of the work: checked, and accepted, or disputed with the reason.
 */
import type { Adaptation, LeaderChannel } from '../../adapt/adaptation.ts'
import { DataUnavailableError } from '../../adapt/data.ts'
import type { AgentKey } from '../../crypto/keys.ts'
import { InvalidBytesError, decode } from '../../schema/codec.ts'
import type { Contract, Outcome } from '../../schema/contract.ts'
import { MAX_REASON, type FollowerMessage } from '../../schema/messages.ts'
import { result } from '../../schema/result.ts'
import type { TaskRecord } from '../../schema/task.ts'
import { StoreFullError, type Store } from '../../store/store.ts'
import { clip } from '../../support/words.ts'
import { signOutcome, verifyOutcome } from '../contract.ts'
import { step } from '../step.ts'
import type { Tasks } from '../tasks.ts'
import type { Agreed } from './agreed.ts'
import type { Endings } from './endings.ts'

export interface SettlingComponents {
  key: AgentKey
  store: Store
  tasks: Pick<Tasks, 'read'>
  adaptation: Pick<Adaptation, 'fetchData'>
  endings: Pick<Endings, 'alone' | 'decide' | 'writeDown'>
}

/** @returns the task as it is then: it has ended. Throws when the channel breaks off or the store has no room: it is to be tried again */
export type Settle = (
  task: Agreed,
  finished: Extract<FollowerMessage, { type: 'finished' }>,
  channel: LeaderChannel,
  signal: AbortSignal
) => Promise<TaskRecord>

export function createSettling({ key, store, tasks, adaptation, endings }: SettlingComponents): Settle {
  async function takeResult(outcome: Outcome, contract: Contract, signal: AbortSignal): Promise<void> {
    if (outcome.result === null) throw new InvalidBytesError('it is said to be complete, but names no result')
    const wanted = { contract: outcome.contract, hash: outcome.result, size: outcome.resultSize }
    const held = await store.get<Uint8Array>('blobs', outcome.result)
    const bytes = held ?? (await adaptation.fetchData(contract.follower, wanted, signal))
    decode(bytes, result, contract.limits.outputBytes)
    if (held === undefined) await store.commit([{ put: 'blobs', key: outcome.result, value: bytes }])
  }

  return async ({ id, contract, contractHash }, { outcome, signature }, channel, signal) => {
    const dispute = async (reason: string, breach: TaskRecord['breach']) => {
      await channel.send({ type: 'disputed', reason: clip(reason, MAX_REASON) }, step(signal))
      await endings.alone(id, 'failed', reason, breach)
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
    const decided = await endings.decide(id, { outcome, outcomeSignatures: { leader: leaderSignature, follower: signature } })
    if (!sameOutcome(decided.outcome, outcome)) return endings.writeDown(decided)
    await channel.send({ type: 'accepted', signature: leaderSignature }, step(signal))
    return endings.writeDown(decided)
  }
}

const fullText = 'This device has no room for the result. What you had is safe: free some space and ask again.'

function sameOutcome(one: Outcome | null, other: Outcome): boolean {
  return (
    one !== null &&
    one.contract === other.contract &&
    one.state === other.state &&
    one.result === other.result &&
    one.finished === other.finished
  )
}
