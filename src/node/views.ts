/**
 * What people see of what is kept. Pure.
 */
import type { AgentView, ApprovalView, LogEntryView, Permission, Status, TaskView } from './client.ts'
import { toHex } from './crypto/hash.ts'
import type { Entry } from './log/log.ts'
import type { Network } from './net/network.ts'
import type { Contract } from './schema/contract.ts'
import type { Progress, Result } from './schema/result.ts'
import type { PermissionRecord, TaskRecord } from './schema/task.ts'
import { usedToday } from './task/permission.ts'

export function statusView(
  agent: string,
  network: Network,
  agentOf: (peer: string) => string | undefined,
  storage: Status['storage'],
  meaning: Status['meaning']
): Status {
  const { state, reason, peer, relay, connections } = network.status()
  return {
    agent,
    peerId: peer,
    connections: connections.map((connection) => ({
      peer: connection.peer,
      address: connection.address,
      direct: connection.direct,
      rttMs: connection.rttMs,
      agent: agentOf(connection.peer) ?? null
    })),
    network: state,
    networkReason: reason,
    relay,
    storage: { ...storage },
    meaning
  }
}

export function taskView(task: TaskRecord, progress: Progress | null, result: Result | null): TaskView {
  const { contract } = task
  const other = contract === null ? task.wanted.agent : task.role === 'leader' ? contract.follower : contract.leader
  return {
    id: task.id,
    role: task.role,
    goal: task.goal,
    files: task.files,
    agent: other,
    skill: contract?.skill ?? task.wanted.skill,
    state: task.state,
    allowedBy: task.approvedBy,
    waiting: task.waiting,
    progress,
    result,
    problem: task.problem,
    contract: task.contractHash,
    entries: task.entries,
    created: task.created,
    updated: task.updated,
    events: task.events
  }
}

/** A task that waits for our operator's word. */
export type AskedTask = TaskRecord & { contract: Contract }

export function waitsForApproval(task: TaskRecord): task is AskedTask {
  return (
    task.role === 'follower' &&
    task.state === 'submitted' &&
    task.approvedBy === null &&
    !task.cancelRequested &&
    task.contract !== null
  )
}

export function approvalView(
  { id, contract, created }: AskedTask,
  skillName: string,
  program: ApprovalView['program'],
  other: Pick<AgentView, 'petname' | 'reach' | 'history'>
): ApprovalView {
  return {
    id,
    agent: contract.leader,
    petname: other.petname,
    reach: other.reach,
    history: other.history,
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

export function permissionView(permission: PermissionRecord, now: number): Permission {
  const { id, agent, skill, limits, perDay, created } = permission
  return { id, agent, skill, limits, perDay, usedToday: usedToday(permission, now), created }
}

export function logEntryView({ author, header, hash, body }: Entry): LogEntryView {
  return {
    author,
    seq: header.seq,
    kind: header.kind,
    time: header.time,
    expiry: header.expiry,
    hash: toHex(hash),
    bodyHash: toHex(header.bodyHash),
    bodySize: header.bodySize,
    body
  }
}

type History = AgentView['history']

/**
 * How tasks with an agent went, either way round. Counted anew only when `all` gives another array.
 *
 * @returns the history by agent
 */
export function createHistory(all: () => readonly TaskRecord[]): (agent: string) => History {
  let counted: readonly TaskRecord[] = []
  let histories = new Map<string, History>()
  return (agent) => {
    const tasks = all()
    if (tasks !== counted) {
      counted = tasks
      histories = count(tasks)
    }
    return histories.get(agent) ?? { completed: 0, failed: 0 }
  }
}

function count(tasks: readonly TaskRecord[]): Map<string, History> {
  const histories = new Map<string, History>()
  for (const { role, contract, state } of tasks) {
    if (contract === null || (state !== 'completed' && state !== 'failed')) continue
    const other = role === 'leader' ? contract.follower : contract.leader
    const { completed, failed } = histories.get(other) ?? { completed: 0, failed: 0 }
    histories.set(other, {
      completed: completed + Number(state === 'completed'),
      failed: failed + Number(state === 'failed')
    })
  }
  return histories
}
