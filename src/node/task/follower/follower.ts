/**
 * The doing side of a task: checks an offer, asks the operator or finds a standing permission, runs the
 * program in the sandbox, gives the result, and writes both down.
 *
 * Two things are apart here. *Driving* a task (waiting for approval, running) is done by one tab, under the
 * task's lock. *Attending* a leader's channel is done by whichever tab the leader reached: it only tells
 * what the store says, so that a leader may come back through any of them.
 */
import type { Adaptation } from '../../adapt/adaptation.ts'
import type { AgentKey } from '../../crypto/keys.ts'
import type { Logs } from '../../log/log.ts'
import type { Runner } from '../../skill/runner.ts'
import type { Skill } from '../../skill/skills.ts'
import type { Locks } from '../../store/locks.ts'
import type { Store } from '../../store/store.ts'
import { createDeadline } from '../../support/wait-for.ts'
import { createDriver } from '../driver.ts'
import { isClosed } from '../housekeeping.ts'
import type { Permissions } from '../permissions.ts'
import { recordVerdict } from '../recording.ts'
import { hasEnded, type Tasks } from '../tasks.ts'
import { createAnswering } from './answering.ts'
import { createAttending } from './attending.ts'
import { createEndings } from './endings.ts'
import { createForgetting } from './forgetting.ts'
import { createGathering } from './gathering.ts'
import { createSettling } from './settling.ts'
import { createTaking } from './taking.ts'
import { createWorking } from './working.ts'

export interface FollowerComponents {
  key: AgentKey
  store: Store
  tasks: Tasks
  permissions: Permissions
  adaptation: Pick<Adaptation, 'against' | 'onApproach' | 'reachable' | 'fetchData' | 'record' | 'rate'>
  /** our own log is in it */
  logs: Pick<Logs, 'dropBody'>
  locks: Locks
  runner: Runner
  /** the skill of that id, while it is offered to others */
  offered: (id: string) => Skill | undefined
  /** the same, whether it is offered now or not */
  skill: (id: string) => Skill | undefined
  /** whether our operator lets us take on work now */
  isOpen: () => boolean
  now: () => number
  /** a failure that no task could be told of */
  report: (error: unknown) => void
}

export interface Follower {
  /** Goes on with a task, now or when the tab that has it in hand is gone. */
  drive(id: string): void
  stop(): void
}

export function createFollower(components: FollowerComponents): Follower {
  const { tasks, adaptation, locks, now, report } = components
  const closing = new AbortController()
  const endings = createEndings(components)
  const work = createWorking({ ...components, gather: createGathering(components), endings }, closing.signal)
  const answer = createAnswering({ ...components, endings, work }, closing.signal)
  const settling = createSettling(components, closing.signal)
  const forget = createForgetting(components)

  const drive = createDriver(
    { locks, report },
    async (id) => {
      await pursue(id)
      await recordVerdict(components, id)
    },
    closing.signal
  )

  /** Resolves when the task has ended and is written down, and what was promised to go is gone. */
  async function pursue(id: string): Promise<void> {
    const task = await tasks.read(id)
    const { contract } = task
    if (contract !== null && !isClosed(task)) {
      const deadline = createDeadline(contract.expiry - now(), closing.signal)
      try {
        if (!hasEnded(task.state)) await answer(task, contract, deadline.signal)
        await forget(id)
        await settling.closeBooks(id, deadline.signal)
      } finally {
        deadline.clear()
      }
    }
    await forget(id)
  }

  adaptation.onApproach(createAttending({ tasks, take: createTaking(components), settling, drive }, closing.signal))

  return {
    drive,
    stop: () => closing.abort(new Error('the node stops'))
  }
}
