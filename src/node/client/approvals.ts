/**
 * Requests that wait for our operator's word: what is shown of them, and what is done with a yes or a no.
 */
import type { AgentView, AlwaysOptions, ApprovalView, StarlingClient } from '../client.ts'
import type { Offers } from '../offers.ts'
import type { Contract } from '../schema/contract.ts'
import { MAX_REASON } from '../schema/messages.ts'
import type { TaskRecord } from '../schema/task.ts'
import { clip } from '../support/words.ts'
import { outdated } from '../task/contract.ts'
import type { Permissions } from '../task/permissions.ts'
import type { Tasks } from '../task/tasks.ts'
import { knownTask } from './known-task.ts'

export interface Approvals extends Pick<StarlingClient, 'approvals' | 'approve' | 'decline'> {
  /** Says no to requests for a program that is not ours any more. What was agreed before is still done by it. */
  declineOutdated(skill: string): Promise<void>
  close(): void
}

export interface ApprovalsComponents {
  tasks: Pick<Tasks, 'all' | 'get' | 'update'>
  permissions: Pick<Permissions, 'grant'>
  offers: Pick<Offers, 'skills' | 'watch'>
  about: (agent: string) => Asker
}

/** What people see of who asks. */
type Asker = Pick<AgentView, 'petname' | 'reach' | 'history'>

/** A task that waits for our operator's word. */
type AskedTask = TaskRecord & { contract: Contract }

/** Runs a day that a standing permission allows, unless it is said otherwise. */
const DEFAULT_PER_DAY = 20

export function createApprovals({ tasks, permissions, offers, about }: ApprovalsComponents): Approvals {
  /** programs' sources by hash, of our skills as they are now */
  const sources = new Map<string, string>()
  const stopWatching = offers.watch(() => sources.clear())

  /** Read when the first request for it comes, and then held: requests are drawn ten times a second. */
  async function programOf({ contract }: AskedTask): Promise<ApprovalView['program']> {
    const skill = offers.skills.get(contract.skill)
    if (skill?.capability.program !== contract.program) return { hash: contract.program, source: '', author: 'built in' }
    const source = sources.get(contract.program) ?? (await skill.source())
    sources.set(contract.program, source)
    return { hash: contract.program, source, author: skill.author }
  }

  function asked(id: string): AskedTask {
    const task = knownTask(tasks, id)
    if (!waitsForApproval(task)) throw new RangeError('That request does not wait for an answer any more.')
    return task
  }

  async function allow(task: AskedTask, always: AlwaysOptions | boolean | undefined): Promise<void> {
    if (always === undefined || always === false) return
    const options = always === true ? {} : always
    await permissions.grant({
      agent: options.from === 'anyone' ? null : task.contract.leader,
      skill: task.contract.skill,
      limits: { ...task.contract.limits, ...options.limits },
      perDay: options.perDay ?? DEFAULT_PER_DAY
    })
  }

  /** @param problem why, for the one who asks */
  async function reject(id: string, problem: string, event: string): Promise<void> {
    await tasks.update(id, (current) => (waitsForApproval(current) ? { state: 'rejected', waiting: '', problem, event } : null))
  }

  return {
    approvals: () =>
      Promise.all(
        tasks
          .all()
          .filter(waitsForApproval)
          .map(async (task) => {
            const name = offers.skills.get(task.contract.skill)?.capability.name ?? task.contract.skill
            return approvalView(task, name, await programOf(task), about(task.contract.leader))
          })
      ),
    async approve(id, { always } = {}) {
      const task = asked(id)
      await allow(task, always)
      await tasks.update(id, (current) =>
        waitsForApproval(current) ? { approvedBy: 'operator', waiting: '', event: 'You allowed it' } : null
      )
    },
    async decline(id, reason = '') {
      asked(id)
      await reject(id, clip(reason, MAX_REASON), 'You said no')
    },
    async declineOutdated(skill) {
      for (const { id, contract } of tasks.all().filter(waitsForApproval)) {
        const reason = contract.skill === skill ? outdated(contract, offers.skills.get(skill)?.capability) : null
        if (reason !== null) await reject(id, reason, 'You changed or deleted what was asked for')
      }
    },
    close: stopWatching
  }
}

function waitsForApproval(task: TaskRecord): task is AskedTask {
  return (
    task.role === 'follower' &&
    task.state === 'submitted' &&
    task.approvedBy === null &&
    !task.cancelRequested &&
    task.contract !== null
  )
}

function approvalView(
  { id, contract, created }: AskedTask,
  skillName: string,
  program: ApprovalView['program'],
  { petname, reach, history }: Asker
): ApprovalView {
  return {
    id,
    agent: contract.leader,
    petname,
    reach,
    history,
    goal: contract.goal,
    skill: contract.skill,
    skillName,
    program,
    files: contract.files,
    limits: contract.limits,
    created,
    expiry: contract.expiry
  }
}
