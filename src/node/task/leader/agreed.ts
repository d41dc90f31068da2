import type { Contract } from '../../schema/contract.ts'
import type { TaskRecord } from '../../schema/task.ts'

/** A task whose contract is made. */
export type Agreed = TaskRecord & { contract: Contract; contractHash: string }

export function isAgreed(task: TaskRecord): task is Agreed {
  return task.contract !== null && task.contractHash !== null
}
