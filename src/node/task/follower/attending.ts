/**
 * Attending a leader that calls, over one channel: what it offers is taken or declined, then it is told how the task stands, by what the
 * store says, and what it says is heard. Whichever tab it reaches does this, so that it may come back through any of them.
 */
import type { FollowerChannel } from '../../adapt/adaptation.ts'
import type { FollowerMessage, LeaderMessage } from '../../schema/messages.ts'
import { createAlert } from '../../support/wait-for.ts'
import { createOnceEach } from '../once-each.ts'
import { step } from '../step.ts'
import { hasEnded, type Tasks } from '../tasks.ts'
import type { Settling } from './settling.ts'
import type { Take } from './taking.ts'
import { toTell } from './telling.ts'

export interface AttendingComponents {
  tasks: Pick<Tasks, 'get' | 'read' | 'update' | 'progress' | 'watch'>
  take: Take
  settling: Pick<Settling, 'accepted' | 'disputed'>
  /** goes on with a task that was taken */
  drive: (id: string) => void
}

/**
 * @param closing aborts when the node stops
 * @returns attends one channel until it ends. Throws InvalidBytesError when the leader says what makes no sense, what the store throws,
 * and anything else when the channel broke off
 */
export function createAttending(
  { tasks, take, settling, drive }: AttendingComponents,
  closing: AbortSignal
): (channel: FollowerChannel, signal: AbortSignal) => Promise<void> {
  /** Tells the leader how the task stands, and each change of it, until the channel ends. */
  async function tell(id: string, channel: FollowerChannel, signal: AbortSignal): Promise<void> {
    const told = new Set<FollowerMessage['type']>()
    let progressTold = 0
    const alert = createAlert((changed) => tasks.watch((one) => one === id && changed()))
    try {
      for (;;) {
        alert.reset()
        const task = tasks.get(id)
        if (task === undefined) return
        for (const message of toTell(task)) {
          if (told.has(message.type)) continue
          await channel.send(message, step(signal))
          told.add(message.type)
        }
        const progress = tasks.progress(id)
        if (progress !== null && progress.at > progressTold) {
          await channel.send({ type: 'progress', progress }, step(signal))
          progressTold = progress.at
        }
        await alert.raised(signal)
      }
    } finally {
      alert.close()
    }
  }

  async function hear(id: string, message: LeaderMessage): Promise<void> {
    const task = await tasks.read(id)
    switch (message.type) {
      case 'cancel':
        await tasks.update(id, ({ state, cancelRequested }) =>
          hasEnded(state) || cancelRequested ? null : { cancelRequested: true, event: 'The asking side stopped it' }
        )
        return
      case 'accepted':
        return settling.accepted(task, message.signature)
      case 'disputed':
        return settling.disputed(task, message.reason)
      case 'offer':
        return
    }
  }

  return async (channel, signal) => {
    const first = await channel.receive(step(signal))
    if (first?.type !== 'offer') return
    const taken = await take(channel.agent, first)
    if ('declined' in taken) {
      await channel.send({ type: 'declined', reason: taken.declined }, step(signal))
      return
    }
    const { id } = taken
    drive(id)
    const talk = new AbortController()
    const both = AbortSignal.any([signal, closing, talk.signal])
    // one that does not listen any more is not listened to either
    const telling = tell(id, channel, both).catch((error: unknown) => talk.abort(error))
    const onceEach = createOnceEach()
    onceEach(first.type)
    try {
      for (let message = await channel.receive(both); message !== null; message = await channel.receive(both)) {
        onceEach(message.type)
        await hear(id, message)
      }
    } finally {
      talk.abort(new Error('the talk is over'))
      await telling
    }
  }
}
