/**
 * Everything that a page draws, in one value, and when it has changed.
 */
import type { Adaptation } from '../adapt/adaptation.ts'
import type { Availability } from '../availability.ts'
import type { Permission, Snapshot, Status } from '../client.ts'
import type { Listening } from '../listening.ts'
import type { Network } from '../net/network.ts'
import type { Offers } from '../offers.ts'
import type { Policy } from '../policy.ts'
import type { PermissionRecord } from '../schema/task.ts'
import type { Sharing } from '../sharing.ts'
import { createEmitter } from '../support/emitter.ts'
import { usedToday } from '../task/permission.ts'
import type { Permissions } from '../task/permissions.ts'
import type { Tasks } from '../task/tasks.ts'
import type { Reputation } from '../trust/reputation.ts'
import type { WhoseWord } from '../trust/whose-word.ts'
import type { AgentViews } from './agent-views.ts'
import type { Approvals } from './approvals.ts'
import type { LogViews } from './log-views.ts'
import type { Petnames } from './petnames.ts'
import type { TaskViews } from './task-views.ts'

export interface Snapshots {
  read(): Promise<Snapshot>
  /** Called when anything in it may have changed. */
  watch(listener: () => void): () => void
  close(): void
}

interface Watched {
  watch(listener: () => void): () => void
}

export interface SnapshotsComponents {
  /** our own agent */
  agent: string
  status: () => Status
  network: Pick<Network, 'on'>
  meaning: Watched
  adaptation: Pick<Adaptation, 'watch'>
  tasks: Pick<Tasks, 'watch'>
  permissions: Pick<Permissions, 'all' | 'watch'>
  offers: Pick<Offers, 'skills' | 'offered' | 'declared' | 'watch'>
  policy: Pick<Policy, 'current' | 'watch'>
  availability: Pick<Availability, 'current' | 'watch'>
  listening: Pick<Listening, 'all' | 'watch'>
  reputation: Pick<Reputation, 'watch'>
  whoseWord: Pick<WhoseWord, 'trusted' | 'followed' | 'watch'>
  sharing: Pick<Sharing, 'current' | 'watch'>
  petnames: Pick<Petnames, 'watch'>
  logViews: Pick<LogViews, 'of' | 'watch'>
  taskViews: Pick<TaskViews, 'newest'>
  agentViews: Pick<AgentViews, 'listed'>
  approvals: Pick<Approvals, 'approvals'>
  /** milliseconds since 1970 */
  now: () => number
}

export function createSnapshots(components: SnapshotsComponents): Snapshots {
  const { agent, status, network, meaning, adaptation, tasks, permissions, offers, policy, availability, listening } = components
  const { reputation, whoseWord, sharing, petnames, logViews, taskViews, agentViews, approvals, now } = components
  const { on, emit } = createEmitter<{ change: undefined }>()
  /** how often what is thought of others has changed */
  let opinions = 0

  const notify = () => emit('change', undefined)
  const watched: Watched[] = [
    meaning,
    adaptation,
    tasks,
    permissions,
    offers,
    policy,
    availability,
    listening,
    sharing,
    petnames,
    logViews
  ]
  const stops = [
    network.on('status', notify),
    ...watched.map(({ watch }) => watch(notify)),
    ...[reputation, whoseWord].map(({ watch }) =>
      watch(() => {
        opinions++
        notify()
      })
    )
  ]

  return {
    read: async () => ({
      status: status(),
      ...(await agentViews.listed()),
      tasks: await taskViews.newest(),
      approvals: await approvals.approvals(),
      permissions: (await permissions.all()).map((one) => permissionView(one, now())),
      offers: [...offers.skills.values()].map(({ capability, author }) => ({
        capability,
        own: author === 'you',
        offered: offers.offered(capability.id) !== undefined,
        seq: offers.declared(capability.id)?.seq ?? null
      })),
      interests: listening.all(),
      policy: policy.current(),
      trusted: whoseWord.trusted(),
      followed: whoseWord.followed(),
      sharing: sharing.current(),
      opinions,
      state: availability.current(),
      logLength: (await logViews.of(agent)).entries
    }),
    watch: (listener) => on('change', listener),
    close() {
      for (const stop of stops) stop()
    }
  }
}

function permissionView(permission: PermissionRecord, now: number): Permission {
  const { id, agent, skill, limits, perDay, created } = permission
  return { id, agent, skill, limits, perDay, usedToday: usedToday(permission, now), created }
}
