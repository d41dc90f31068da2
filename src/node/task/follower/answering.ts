/**
 * The answer to a request: a standing permission or the operator says yes or no. After a yes the contract is signed and written down,
 * and the work begins; without one nothing does.
 */
import type { Adaptation } from '../../adapt/adaptation.ts'
import type { AgentKey } from '../../crypto/keys.ts'
import type { Contract } from '../../schema/contract.ts'
import type { TaskRecord } from '../../schema/task.ts'
import type { Skill } from '../../skill/skills.ts'
import { StoreFullError } from '../../store/store.ts'
import { outdated, signContract } from '../contract.ts'
import { permissionFor } from '../permission.ts'
import type { Permissions } from '../permissions.ts'
import { recordContract } from '../recording.ts'
import { hasEnded, type Tasks } from '../tasks.ts'
import type { Endings } from './endings.ts'
import { fullText } from './reasons.ts'
import type { Work } from './working.ts'

export interface AnsweringComponents {
  key: AgentKey
  tasks: Tasks
  permissions: Pick<Permissions, 'all' | 'spend'>
  adaptation: Pick<Adaptation, 'record'>
  /** the skill of that id that we have, whether it is offered now or not */
  skill: (id: string) => Skill | undefined
  endings: Pick<Endings, 'unbegun'>
  work: Work
  /** milliseconds since 1970 */
  now: () => number
}

/**
 * @param closing aborts when the node stops
 * @returns waits for a yes or a no; after a yes, signs and works, or goes on with it. Its signal aborts when the contract lapses, or the
 * node stops. Throws the latter's reason, and what the store throws: it is to be tried again
 */
export function createAnswering(
  components: AnsweringComponents,
  closing: AbortSignal
): (task: TaskRecord, contract: Contract, signal: AbortSignal) => Promise<void> {
  const { key, tasks, permissions, skill, endings, work, now } = components

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
      return endings.unbegun(id, { state: 'rejected', problem: changed, event: 'It could not be begun' })
    }
    const program = new TextEncoder().encode(await agreed.source())
    const followerSignature = await signContract(key, contract)
    const signed = { contract, leaderSignature, followerSignature }
    const change = { followerSignature, state: 'working', waiting: 'Getting the files', event: 'The contract is signed by both' } as const
    return recordContract(components, id, signed, change, [{ put: 'blobs', key: contract.program, value: program }])
  }

  return async (task, contract, signal) => {
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
        await endings.unbegun(id, { state: 'canceled', event: 'It was taken back before it began' })
        return
      }
      const begun = await begin(id, contract)
      if (!hasEnded(begun.state)) await work(id, contract, signal)
    } catch (error) {
      closing.throwIfAborted()
      if (error instanceof StoreFullError) {
        const { state } = await endings.unbegun(id, { state: 'rejected', problem: fullText, event: 'It could not be begun' })
        if (hasEnded(state)) return
        // it was begun, and its end has found no room: it is tried again
        throw error
      }
      if (!signal.aborted) throw error
      await endings.unbegun(id, { state: 'canceled', event: 'The request has lapsed' })
    }
  }
}
